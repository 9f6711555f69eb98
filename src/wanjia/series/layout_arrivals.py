"""Accepted readings in the order in which they came: files of a day, immutable, in three forms.

`long`: a row a reading. `registers`: a row a register reading. `wide`: a row a meter and day, as whole-day tables come.
A file's name is `<sequence>-<digest>.<form>.parquet`: the sequence says which came later, the digest which are alike.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from wanjia.series.layout import ARRIVALS, UNFINISHED, folder_of

MEASURED, ESTIMATED = 0, 1
QUALITIES = ("measured", "estimated")
LONG_FORM, REGISTER_FORM, WIDE_FORM = "long", "registers", "wide"
FORMS = (LONG_FORM, REGISTER_FORM, WIDE_FORM)
SEQUENCE_DIGITS = 9
WIDE_SLOTS_MAX = 100
"""Slots of the longest day, the one on which the clocks go back."""

_AT = pa.timestamp("ms", tz="UTC")
LONG = pa.schema(
    [
        pa.field("meter_id", pa.string()),
        pa.field("read_at", _AT),
        pa.field("energy_kwh", pa.float64()),
        pa.field("register_kwh", pa.float64()),
        pa.field("quality", pa.int8()),
    ]
)
"""What `ingest` takes: end of the interval; energy of the interval or register at its end (the other one null; null or
NaN in both: no reading); position in QUALITIES (null: measured). Values as the meter counts, no multiplier."""
WIDE = pa.schema(
    [
        pa.field("meter_id", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("slots", pa.list_(pa.float64(), WIDE_SLOTS_MAX)),
    ]
)
"""What `ingest` takes too: a day's readings in the order of their slots, measured; null or NaN: no reading."""
READINGS = pa.schema(
    [
        pa.field("meter_id", pa.string()),
        pa.field("read_at", _AT),
        pa.field("energy_kwh", pa.float64()),
        pa.field("quality", pa.string()),
        pa.field("district_id", pa.string()),
    ]
)
"""What `meter_readings` gives."""


@dataclass(frozen=True, order=True)
class Arrival:
    """A file of accepted readings; ordered as they were accepted."""

    sequence: int
    digest: str
    form: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.sequence:0{SEQUENCE_DIGITS}d}-{self.digest}.{self.form}.parquet"


def arrival_of(name: str) -> Arrival | None:
    """The arrival that a file's name tells of; None for any other name."""
    stem, _, form = name.removesuffix(".parquet").rpartition(".")
    number, _, digest = stem.partition("-")
    if name.endswith(UNFINISHED) or form not in FORMS or not number.isdecimal() or not digest:
        return None
    return Arrival(int(number), digest, form)


def arrivals_of(root: Path, day: date) -> tuple[Arrival, ...]:
    """The day's arrivals as they were accepted."""
    folder = folder_of(root, ARRIVALS, day)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(one for name in names if (one := arrival_of(name)) is not None))


def arrival_path(root: Path, day: date, arrival: Arrival) -> Path:
    """Where it lies."""
    return folder_of(root, ARRIVALS, day) / arrival.name
