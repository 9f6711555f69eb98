"""Which files a reader was given, and what form each has, by its header."""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.model.faults import Fault, Where
from wanjia.series.layout import STORE_FILE, day_of_name

ENDINGS = (".csv", ".parquet")
HEADER_BYTES_MAX = 1024**2
"""A first line longer than this is no header."""
FILES_MAX = 100_000
"""Of a folder; a file every five minutes for a year."""
SLOT_NAME = re.compile(r"slot_(\d{2})")
LONG_NEEDS, WIDE_NEEDS = ("meter_id", "read_at"), ("meter_id",)
VALUES = ("energy_kwh", "register_kwh")


@dataclass(frozen=True)
class PlainFile:
    """A file, its columns with their types (texts in CSV), and the day that its folder's name says."""

    path: Path
    columns: dict[str, pa.DataType]
    folder_day: date | None

    @property
    def is_csv(self) -> bool:
        """Whether all its columns are text."""
        return self.path.suffix.lower() == ".csv"

    @property
    def is_wide(self) -> bool:
        """A row is a meter's day."""
        return any(SLOT_NAME.fullmatch(name) for name in self.columns)

    @property
    def slots(self) -> list[str]:
        """Columns of slots, in the order of the day."""
        return sorted(name for name in self.columns if SLOT_NAME.fullmatch(name))


def files_of(path: Path) -> tuple[list[Path], list[Fault]]:
    """The file itself, or the tables of a folder and of those in it, by name."""
    if not path.is_dir():
        return [path], []
    if (path / STORE_FILE).is_file():
        return [], [Fault("series.is_store", Where(path.name))]
    found = sorted(one for one in path.rglob("*") if one.suffix.lower() in ENDINGS and one.is_file())
    if not found:
        return [], [Fault("series.folder_empty", Where(path.name), {"endings": ", ".join(ENDINGS)})]
    if len(found) > FILES_MAX:
        return [], [Fault("series.too_many_files", Where(path.name), {"count": len(found), "limit": FILES_MAX})]
    return found, []


def file_of(path: Path) -> tuple[PlainFile | None, list[Fault]]:
    """What a file holds by its header; or why it cannot be read. Raises OSError when it cannot be opened."""
    if path.suffix.lower() not in ENDINGS:
        return None, [Fault("series.ending", Where(path.name), {"endings": ", ".join(ENDINGS)})]
    columns, faults = _csv_columns(path) if path.suffix.lower() == ".csv" else _parquet_columns(path)
    if columns is None:
        return None, faults
    found = PlainFile(path, columns, day_of_name(path.parent.name))
    faults = _column_faults(found)
    return (None, faults) if faults else (found, [])


_Columns = tuple[dict[str, pa.DataType] | None, list[Fault]]


def _no(path: Path, code: str, line: int = 0, column: str = "", **values: object) -> _Columns:
    return None, [Fault(code, Where(path.name, line, column), values)]


def _csv_columns(path: Path) -> _Columns:
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES_MAX).removeprefix(codecs.BOM_UTF8)
    if not head.strip():
        return _no(path, "table.empty")
    line = head.split(b"\n", 1)[0]
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return _no(path, "table.not_utf8", 1)
    names = next(csv.reader(io.StringIO(text, newline="")), [])
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        return None, [Fault("table.column_twice", Where(path.name, 1, name), {"column": name}) for name in twice]
    return dict.fromkeys(names, pa.string()), []


def _parquet_columns(path: Path) -> _Columns:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        return _no(path, "table.broken_parquet", reason=str(error).splitlines()[0][:200])
    twice = [name for name, times in Counter(schema.names).items() if times > 1]
    if twice:
        return None, [Fault("table.column_twice", Where(path.name, 1, name), {"column": name}) for name in twice]
    return {field.name: field.type for field in schema}, []


def _column_faults(file: PlainFile) -> list[Fault]:
    """Columns that are missing, or of a type that no reading has."""
    needs = WIDE_NEEDS if file.is_wide else LONG_NEEDS
    missing = [name for name in needs if name not in file.columns]
    if file.is_wide and "day" not in file.columns and file.folder_day is None:
        missing.append("day")
    if not file.is_wide and not any(name in file.columns for name in VALUES):
        missing.append("energy_kwh")
    found = ", ".join(file.columns)[:200]
    line = 1 if file.is_csv else 0
    faults = [
        Fault("table.column_missing", Where(file.path.name, line, name), {"column": name, "found": found})
        for name in missing
    ]
    used = [*needs, *(name for name in (*VALUES, "quality", "day") if name in file.columns), *file.slots]
    for name in used:
        kind = file.columns.get(name)
        if kind is not None and not _is_usable(name, kind):
            faults.append(Fault("table.column_type", Where(file.path.name, 0, name), {"type": str(kind)}))
    return faults


def _is_usable(name: str, kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    is_text = pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_null(value)
    if name in ("meter_id", "quality"):
        return is_text or pa.types.is_integer(value)
    if name == "read_at":
        return is_text or pa.types.is_timestamp(value)
    if name == "day":
        return is_text or pa.types.is_date(value) or pa.types.is_timestamp(value)
    return is_text or pa.types.is_integer(value) or pa.types.is_floating(value) or pa.types.is_decimal(value)
