"""The measurement store: what an engine must do, and the nouns in which it answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

import pyarrow as pa

from wanjia.kernels.balance.day.bands import Edition
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.losses import DistrictDay
from wanjia.model.faults import Fault
from wanjia.model.readings import Block
from wanjia.series.register import Register

CHANGES_MAX = 10_000
"""Changed readings that a compaction lists one by one; all are counted."""


class Tell(Protocol):
    """Is told how far a long run is: parts done, parts in all."""

    def __call__(self, done: int, total: int) -> None: ...


def silent(done: int, total: int) -> None:
    """Nobody asked."""


@dataclass(frozen=True)
class Receipt:
    """What was accepted, and is on disk for good when this is returned.

    readings: values that came in. empty: cells without a value, which are no readings. days: the days they belong to.
    arrivals: names of the new files. repeated, repeated_readings: what was there already, value by value in its order.
    """

    source: str
    readings: int
    empty: int
    days: tuple[date, ...]
    arrivals: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    repeated_readings: int = 0


@dataclass(frozen=True)
class DayState:
    """A day of the store. revision: the one that counts, empty before the first. stale: newer arrivals wait."""

    day: date
    arrivals: int
    revision: str = ""
    meters: int = 0
    readings: int = 0
    stale: bool = True


@dataclass(frozen=True)
class Change:
    """A reading that differs from the revision before; kWh, None: no reading."""

    meter_id: str
    slot: int
    before_kwh: float | None
    after_kwh: float | None


@dataclass(frozen=True)
class Move:
    """A meter that hangs elsewhere than in the revision before; empty: on no known district."""

    meter_id: str
    before_district: str
    after_district: str


@dataclass(frozen=True)
class Compaction:
    """A day as it is after compaction, and how it differs from the revision before.

    meters: rows. readings: cells with a value, of which `estimated` came in or were spread as estimated. superseded:
    accepted readings that another one of the same meter and slot overrode. unknown_meters: meters with readings that
    the register lacks; they are kept, on no district. wide_rows: rows that int16 cannot hold exactly. changes: the
    first CHANGES_MAX of `changed_slots`. is_new: False where the revision before said the same and was kept.
    """

    day: date
    revision: str
    previous: str
    meters: int
    readings: int
    estimated: int
    superseded: int
    unknown_meters: int
    wide_rows: int
    changed_meters: int = 0
    changed_slots: int = 0
    changes: tuple[Change, ...] = ()
    moves: tuple[Move, ...] = ()
    is_new: bool = True
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of a district that differs from the one kept before; None: there was none."""

    district_id: str
    column: str
    before: float | str | None
    after: float | str | None


@dataclass(frozen=True)
class Kept:
    """The results of a day as they were kept, and the figures that they changed."""

    day: date
    revision: str
    previous: str
    changed_districts: int
    changes: tuple[Figure, ...]


Batches: TypeAlias = Iterable[pa.RecordBatch]
"""Readings in `layout_arrivals.LONG` or `layout_arrivals.WIDE`."""


class MeasurementStore(Protocol):
    """Readings as they arrived, days as they are computed with, results as they are shown. One writer, many readers."""

    @property
    def zone(self) -> str:
        """The company's zone, in which its days begin."""
        ...

    def ingest(self, batches: Batches, source: str) -> Receipt:
        """Takes readings in; all of them or, when `batches` raises, none. On disk for good when it returns.

        Raises Refused with every fault of the readings.
        """
        ...

    def days(self) -> tuple[DayState, ...]:
        """Every day with arrivals or a compacted revision, oldest first."""
        ...

    def compact(self, day: date, register: Register, tell: Tell = silent) -> Compaction:
        """Makes the day's revision of everything that arrived; readers see the one before until it is whole."""
        ...

    def districts(self, day: date) -> tuple[str, ...]:
        """Districts with meters in the day's revision, sorted."""
        ...

    def blocks(self, day: date, districts: Sequence[str] | None = None) -> Iterator[Block]:
        """The day's meters on these districts (default: `districts(day)`), whose positions the blocks hold."""
        ...

    def named_blocks(self, day: date, districts: Sequence[str]) -> Iterator[tuple[pa.Array, Block]]:
        """The same with the meters' ids, a text for each row: for looking at single meters."""
        ...

    def balance(self, day: date, expected: Expected, bands: Edition, tell: Tell = silent) -> DistrictDay:
        """The balance of the day's revision; expected districts without any reading are not computable."""
        ...

    def meter_readings(self, meter_ids: Sequence[str], first_day: date, last_day: date) -> pa.Table:
        """Compacted readings of some meters: `layout_arrivals.READINGS`, by meter and time, multiplier included."""
        ...

    def keep(self, day: date, districts: pa.Table, curves: pa.Table | None = None) -> Kept:
        """Keeps the district table of a day, and its curves: `district_id`, then lists of one value a slot."""
        ...

    def results(self, first_day: date, last_day: date, districts: Sequence[str] | None = None) -> pa.Table:
        """District tables of these days, one under the other, with `day`; sorted by day and district."""
        ...

    def curves(self, day: date, districts: Sequence[str]) -> pa.Table:
        """Curves of these districts as they were kept."""
        ...
