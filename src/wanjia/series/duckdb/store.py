"""The measurement store in one process."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa

from wanjia.kernels.balance.day.bands import Edition
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.losses import DistrictDay, finish
from wanjia.model.readings import Block, slots_of
from wanjia.series.arrival_rows import Days
from wanjia.series.arriving import accept
from wanjia.series.balancing import sums_of_parts
from wanjia.series.compacting import MEMORY_BYTES, compact_day
from wanjia.series.day_states import day_states, districts_of, parts_of
from wanjia.series.duckdb.year import curves_of, results_of
from wanjia.series.keeping import CURVES_FILE, DISTRICTS_FILE, keep_results, result_paths
from wanjia.series.layout import create_or_open, open_form
from wanjia.series.layout_parts import read_blocks, read_named_blocks
from wanjia.series.meter_history import readings_of
from wanjia.series.port import Batches, Compaction, DayState, Kept, Receipt, Tell, silent
from wanjia.series.register import Register


class DuckDBStore:
    """A store's folder; see `MeasurementStore` for what each method promises."""

    def __init__(self, root: Path, zone: str = "", memory_bytes: int = MEMORY_BYTES) -> None:
        """Opens the store; with a zone, makes it where there is none. Raises Refused."""
        self.root, self.memory_bytes = root, memory_bytes
        self._zone = (create_or_open(root, zone) if zone else open_form(root)).zone

    @property
    def zone(self) -> str:
        """The zone in which the store's days begin."""
        return self._zone

    def ingest(self, batches: Batches, source: str) -> Receipt:
        """All readings or none; on disk for good when it returns."""
        return accept(self.root, self._zone, batches, source)

    def days(self) -> tuple[DayState, ...]:
        """Every day with arrivals or a revision, oldest first."""
        return day_states(self.root)

    def compact(self, day: date, register: Register, tell: Tell = silent) -> Compaction:
        """Makes the day's revision of everything that arrived."""
        return compact_day(self.root, self._zone, day, register, tell, self.memory_bytes)

    def parts(self, day: date, unknown: bool = False) -> list[Path]:
        """Files of the day's revision that counts; none before the first."""
        return parts_of(self.root, day, unknown)

    def districts(self, day: date) -> tuple[str, ...]:
        """Districts with meters in the day's revision, sorted."""
        return districts_of(self.root, day)

    def blocks(self, day: date, districts: Sequence[str] | None = None) -> Iterator[Block]:
        """The day's meters on these districts, whose positions the blocks hold."""
        return read_blocks(self.parts(day), self.districts(day) if districts is None else districts)

    def named_blocks(self, day: date, districts: Sequence[str]) -> Iterator[tuple[pa.Array, Block]]:
        """The day's meters on these districts, with their ids."""
        return read_named_blocks(self.parts(day), districts)

    def balance(self, day: date, expected: Expected, bands: Edition, tell: Tell = silent) -> DistrictDay:
        """The balance of the day's revision over the expected districts."""
        slots = slots_of(day, self._zone)
        return finish(sums_of_parts(self.parts(day), expected, slots, tell), expected, bands)

    def meter_readings(self, meter_ids: Sequence[str], first_day: date, last_day: date) -> pa.Table:
        """Compacted readings of some meters, by meter and time."""
        return readings_of(self.root, Days(self._zone), meter_ids, first_day, last_day)

    def keep(self, day: date, districts: pa.Table, curves: pa.Table | None = None) -> Kept:
        """Keeps a day's results and says which figures changed."""
        return keep_results(self.root, day, districts, curves)

    def results(self, first_day: date, last_day: date, districts: Sequence[str] | None = None) -> pa.Table:
        """District tables of these days, sorted by day and district."""
        return results_of(result_paths(self.root, first_day, last_day, DISTRICTS_FILE), districts)

    def curves(self, day: date, districts: Sequence[str]) -> pa.Table:
        """Curves of these districts as they were kept."""
        return curves_of([path for _, path in result_paths(self.root, day, day, CURVES_FILE)], districts)
