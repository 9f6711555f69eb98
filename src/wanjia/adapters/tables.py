"""Tables on disk: CSV (UTF-8, header) or Parquet, decided by the name's ending; columns by name, faults by row."""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

from wanjia.model.faults import Fault, Where

TABLE_ENDINGS = (".csv", ".parquet")
TABLE_BYTES_MAX = 2 * 1024**3
"""Bytes; a table is read into memory whole, and 2 GB of CSV are some 40 million points."""
HEADER_BYTES_MAX = 1024**2
"""Bytes; a first line longer than this is no header."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


@dataclass(frozen=True)
class Table:
    """A table in memory. The columns asked for are text (null is empty), all others as they came."""

    data: pa.Table
    file: str
    text: bytes = field(default=b"", repr=False)

    @cached_property
    def _lines(self) -> Sequence[int]:
        """Line of each CSV record; counted only where blank lines or quoted line ends make it differ from the row."""
        reader = csv.reader(io.StringIO(self.text.removeprefix(BYTE_ORDER_MARK).decode("utf-8"), newline=""))
        lines, begin = [], 1
        for record in reader:
            if record:
                lines.append(begin)
            begin = reader.line_num + 1
        return lines[1:]

    def line(self, row: int) -> int:
        """Line of a row (0-based) as people count: a CSV's header is line 1, a Parquet file's first row is 1."""
        if not self.text:
            return row + 1
        return self._lines[row] if _is_broken_over_lines(self.text) else row + 2

    def where(self, row: int, column: str) -> Where:
        """The place of one value."""
        return Where(self.file, self.line(row), column)


def _is_broken_over_lines(text: bytes) -> bool:
    return b'"' in text or b"\n\n" in text or b"\n\r\n" in text or text.startswith((b"\n", b"\r\n"))


def read_table(path: Path, columns: Sequence[str]) -> tuple[Table | None, list[Fault]]:
    """Reads a table that must have `columns`. Either the table or at least one fault; the file's name decides the form.

    The columns are text afterwards; use `numbers` for coordinates. Raises OSError when the file cannot be opened.
    """
    if path.stat().st_size > TABLE_BYTES_MAX:
        return _no(path, "table.too_large", limit_mb=TABLE_BYTES_MAX // 1024**2)
    return _read_parquet(path, columns) if path.suffix.lower() == ".parquet" else _read_csv(path, columns)


def _no(path: Path, code: str, line: int = 0, **values: object) -> tuple[None, list[Fault]]:
    return None, [Fault(code, Where(path.name, line), values)]


def _read_csv(path: Path, columns: Sequence[str]) -> tuple[Table | None, list[Fault]]:
    text = path.read_bytes()
    if not text.removeprefix(BYTE_ORDER_MARK).strip():
        return _no(path, "table.empty")
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return _no(path, "table.not_utf8", line=text.count(b"\n", 0, error.start) + 1)
    if b"\0" in text:
        return _no(path, "table.not_text", line=text.count(b"\n", 0, text.index(b"\0")) + 1)
    header = _header(text)
    faults = _header_faults(path, header, columns)
    if faults:
        return None, faults
    data, broken = _parse(text, header)
    if broken:
        return None, [Fault(code, Where(path.name, line), values) for code, line, values in broken]
    return Table(data, path.name, text), []


def _header(text: bytes) -> list[str]:
    head = text[:HEADER_BYTES_MAX].removeprefix(BYTE_ORDER_MARK).lstrip(b"\r\n").decode("utf-8", "ignore")
    return next(csv.reader(io.StringIO(head, newline="")))


def _header_faults(path: Path, header: Sequence[str], columns: Sequence[str]) -> list[Fault]:
    """A column asked for that is missing, and names that stand twice."""
    found = ", ".join(header)[:200]
    missing = [name for name in columns if name not in header]
    twice = [name for name, times in Counter(header).items() if times > 1]
    return [
        *(
            Fault("table.column_missing", Where(path.name, 1, name), {"column": name, "found": found})
            for name in missing
        ),
        *(Fault("table.column_twice", Where(path.name, 1, name), {"column": name}) for name in twice),
    ]


_Broken = tuple[str, int, dict[str, object]]


def _parse(text: bytes, header: Sequence[str]) -> tuple[pa.Table | None, list[_Broken]]:
    """All columns as text; or every row that has too few or too many values."""
    skipped: list[int] = []
    options = pc_csv.ConvertOptions(column_types={name: pa.string() for name in header}, strings_can_be_null=False)
    # A quotation mark may hide a line end, which costs speed to look for; without one there is none to hide.
    parsing = pc_csv.ParseOptions(newlines_in_values=b'"' in text, invalid_row_handler=_skipping(skipped))
    try:
        data = pc_csv.read_csv(pa.BufferReader(text), parse_options=parsing, convert_options=options)
    except pa.ArrowInvalid as error:
        return None, [("table.broken_csv", 0, {"reason": str(error).splitlines()[0][:200]})]
    if not skipped:
        return data, []
    return None, _rows_of_wrong_width(text, len(header)) or [("table.broken_csv", 0, {"reason": "row width"})]


def _skipping(skipped: list[int]) -> Callable[[pc_csv.InvalidRow], str]:
    """Notes that a row had the wrong width; which one is found out afterwards, on the slow path."""

    def handle(row: pc_csv.InvalidRow) -> str:
        skipped.append(row.actual_columns)
        return "skip"

    return handle


def _rows_of_wrong_width(text: bytes, width: int) -> list[_Broken]:
    reader = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK).decode("utf-8"), newline=""))
    values = [(reader.line_num, len(row)) for row in reader if row and len(row) != width]
    return [("table.row_width", line, {"count": count, "expected": width}) for line, count in values]


def _read_parquet(path: Path, columns: Sequence[str]) -> tuple[Table | None, list[Fault]]:
    try:
        data = pq.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        return _no(path, "table.broken_parquet", reason=str(error).splitlines()[0][:200])
    faults = _header_faults(path, data.column_names, columns)
    if faults:
        return None, faults
    for name in columns:
        column = _as_text(data[name])
        if column is None:
            faults.append(Fault("table.column_type", Where(path.name, 0, name), {"type": str(data[name].type)}))
        else:
            data = data.set_column(data.column_names.index(name), name, column)
    return (None, faults) if faults else (Table(data, path.name), [])


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Text of a column: whole numbers as digits, days and timestamps as YYYY-MM-DD; numbers stay for `numbers`."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_floating(kind):
        return column
    if pa.types.is_temporal(kind) and not pa.types.is_time(kind):
        return pc.fill_null(pc.strftime(column.cast(pa.timestamp("us")), format="%Y-%m-%d"), "")
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_null(kind)
    ):
        return pc.fill_null(column.cast(pa.string()), "")
    return None


def texts(table: Table, column: str) -> pa.ChunkedArray:
    """A column as text; floating numbers, which are no identifiers, in their shortest writing."""
    data = table.data[column]
    return data if pa.types.is_string(data.type) else pc.fill_null(data.cast(pa.string()), "")


def numbers(table: Table, column: str) -> np.ndarray:
    """A column as float64, [n]; what is no number is NaN."""
    data = table.data[column]
    if pa.types.is_string(data.type):
        try:
            data = data.cast(pa.float64())
        except pa.ArrowInvalid:
            plain = pc.match_substring_regex(data, _NUMBER)
            data = pc.if_else(plain, data, pa.scalar(None, pa.string()))
            data = pc.utf8_trim_whitespace(data).cast(pa.float64())
    return data.cast(pa.float64()).to_numpy(zero_copy_only=False)


def rows(table: Table, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Row by row, the columns asked for as text; for tables of thousands, not of millions."""
    lists = [texts(table, name).to_pylist() for name in columns]
    return (dict(zip(columns, values, strict=True)) for values in zip(*lists, strict=True))


def repeated(values: pa.ChunkedArray) -> Iterator[tuple[int, int]]:
    """(row, earlier row) of every value that stood before, empty ones left out; nothing at all when none did."""
    if len(pc.unique(values)) == len(values):
        return
    seen: dict[str, int] = {}
    for row, value in enumerate(values.to_pylist()):
        if value and seen.setdefault(value, row) != row:
            yield row, seen[value]


def write_table(path: Path, data: pa.Table) -> None:
    """Writes CSV or Parquet by the name's ending; the file appears whole or not at all. Raises OSError."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.suffix.lower() == ".parquet":
            pq.write_table(data, unfinished)
        else:
            _write_csv(unfinished, data)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write_csv(path: Path, data: pa.Table) -> None:
    with path.open("wb") as sink:
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(data.column_names)
        sink.write(header.getvalue().encode("utf-8"))
        begin = sink.tell()
        try:
            pc_csv.write_csv(data, sink, write_options=_writing("none"))
        except pa.ArrowInvalid:  # some value holds a comma, a quotation mark or a line end
            sink.truncate(begin)
            sink.seek(begin)
            pc_csv.write_csv(data, sink, write_options=_writing("needed"))


def _writing(quoting: str) -> pc_csv.WriteOptions:
    return pc_csv.WriteOptions(include_header=False, quoting_style=quoting, batch_size=65_536)
