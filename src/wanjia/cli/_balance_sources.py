"""What READINGS of `wanjia balance` is: a store, a folder by days, a folder of tables or one table; and which form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from wanjia.adapters.tables import TABLE_ENDINGS
from wanjia.model.faults import Fault, Where

Form = Literal["long", "wide"]
LONG_COLUMNS = ("meter_id", "read_at", "energy_kwh")
WIDE_COLUMNS = ("meter_id", "day")
SLOT_PREFIX = "slot_"
STORE_FILE = "store.json"
FILES_MAX = 10_000
"""Tables of one day; Spark writes some hundred."""


@dataclass(frozen=True)
class ReadingTable:
    """A table of readings. by_day: it lies in the folder of one day, and should hold nothing else."""

    path: Path
    form: Form
    columns: tuple[str, ...]
    by_day: bool

    @property
    def is_parquet(self) -> bool:
        """By its name's ending, else it is CSV."""
        return self.path.suffix.lower() == ".parquet"

    @property
    def slot_columns(self) -> tuple[str, ...]:
        """Columns of a wide table, in the order of their slots."""
        return tuple(sorted(name for name in self.columns if name.startswith(SLOT_PREFIX)))


def is_store(readings: Path) -> bool:
    """Whether it is the folder of a measurement store."""
    return (readings / STORE_FILE).is_file()


def reading_tables(readings: Path, day: date) -> tuple[list[ReadingTable], list[Fault]]:
    """The tables that may hold readings of the day, in the order in which the later one counts."""
    paths, by_day = _paths(readings, day)
    if not paths:
        where = Where(readings.name if readings.is_file() else "")
        return [], [Fault("balance.no_tables", where, {"folder": readings.name, "day": day.isoformat()})]
    if len(paths) > FILES_MAX:
        return [], [Fault("balance.too_many_files", Where(), {"count": len(paths), "limit": FILES_MAX})]
    found = [_table(path, by_day) for path in paths]
    tables = [one for one in found if isinstance(one, ReadingTable)]
    return tables, [fault for one in found if not isinstance(one, ReadingTable) for fault in one]


def _paths(readings: Path, day: date) -> tuple[list[Path], bool]:
    if readings.is_file():
        return [readings], False
    if any(readings.glob("day=*")):
        return _inside(readings / f"day={day.isoformat()}"), True
    return _inside(readings), False


def _inside(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.suffix.lower() in TABLE_ENDINGS)
    return sorted(path for path in found if path.name[0] not in "._")


def _table(path: Path, by_day: bool) -> ReadingTable | list[Fault]:
    names = _header(path)
    if isinstance(names, Fault):
        return [names]
    form: Form = "wide" if any(name.startswith(SLOT_PREFIX) for name in names) else "long"
    needed = WIDE_COLUMNS if form == "wide" else LONG_COLUMNS
    values = {"found": ", ".join(names)[:200]}
    missing = [
        Fault("table.column_missing", Where(path.name, 1, name), {"column": name, **values})
        for name in needed
        if name not in names
    ]
    twice = [
        Fault("table.column_twice", Where(path.name, 1, name), {"column": name})
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return missing + twice or ReadingTable(path, form, tuple(names), by_day)


def _header(path: Path) -> Sequence[str] | Fault:
    """Names of the columns. Raises OSError for a file that cannot be opened."""
    try:
        if path.suffix.lower() == ".parquet":
            names: list[str] = pq.read_schema(path).names
            return names
        if path.stat().st_size == 0:
            return Fault("table.empty", Where(path.name))
        # Broken rows are told when they are read; here only the header counts.
        parsing = pc_csv.ParseOptions(invalid_row_handler=lambda row: "skip")
        with pc_csv.open_csv(path, parse_options=parsing) as reader:
            return list(reader.schema.names)
    except pa.ArrowInvalid as error:
        code = "table.broken_parquet" if path.suffix.lower() == ".parquet" else "table.broken_csv"
        return Fault(code, Where(path.name), {"reason": str(error).splitlines()[0][:200]})
