"""Reads plain tables as batches for `ingest`; when anything is wrong, every fault of every file instead."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.model.faults import Fault, Refused, Where
from wanjia.series.arriving import FAULTS_KEPT_MAX
from wanjia.series.duckdb.plain.asking import Asking, asking_of
from wanjia.series.duckdb.plain.files import HEADER_BYTES_MAX, PlainFile, file_of, files_of
from wanjia.series.layout_arrivals import LONG, WIDE
from wanjia.series.port import Tell, silent

BATCH_ROWS, WIDE_BATCH_ROWS = 131_072, 8_192
"""Rows handed over at a time; a wide one has a hundred values."""
THREADS = 2
MEMORY = "1GB"
"""Of DuckDB, so that a run stays below 2 GiB."""


def plain_files(paths: Sequence[Path]) -> list[PlainFile]:
    """The tables of files and folders. Raises Refused with every fault of every header."""
    found: list[PlainFile] = []
    faults: list[Fault] = []
    for path in paths:
        names, wrong = files_of(path)
        faults += wrong
        for name in names:
            file, wrong = file_of(name)
            faults += wrong
            found += [file] if file is not None else []
    if faults:
        raise Refused(faults)
    return found


def plain_batches(files: Sequence[PlainFile], zone: str, tell: Tell = silent) -> Iterator[pa.RecordBatch]:
    """Batches of all files in their order, for a store of this zone.

    Raises Refused when any row of any file has a fault: with all of them.
    """
    size, done = sum(file.path.stat().st_size for file in files), 0
    for number, file in enumerate(files):
        whole, row_bytes, rows = file.path.stat().st_size, _row_bytes(file), 0
        with _connection() as connection:
            for batch in _batches(connection, file, asking_of(file, zone)):
                if batch is None:
                    raise Refused(_all_faults(files[number:], zone))
                yield batch
                rows += batch.num_rows
                tell(done + min(whole, round(rows * row_bytes)), size)
        done += whole


def _row_bytes(file: PlainFile) -> float:
    """How much of the file a row takes; of CSV, by its first lines."""
    if not file.is_csv:
        return file.path.stat().st_size / max(pq.read_metadata(file.path).num_rows, 1)
    with file.path.open("rb") as text:
        head = text.read(HEADER_BYTES_MAX)
    return len(head) / max(head.count(b"\n"), 1)


def _connection() -> duckdb.DuckDBPyConnection:
    config: dict[str, Any] = {
        "threads": THREADS, "memory_limit": MEMORY, "autoinstall_known_extensions": False,
        "temp_directory": tempfile.gettempdir(),
    }  # fmt: skip
    connection = duckdb.connect(config=config)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _batches(connection: duckdb.DuckDBPyConnection, file: PlainFile, asking: Asking) -> Iterator[pa.RecordBatch | None]:
    """The batches; None at the first that has a fault."""
    schema, rows = (WIDE, WIDE_BATCH_ROWS) if file.is_wide else (LONG, BATCH_ROWS)
    try:
        for batch in connection.sql(asking.batches, params=asking.values).to_arrow_reader(rows):
            if pc.any(batch["is_bad"]).as_py():
                yield None
                return
            yield batch.select(schema.names)
        if file.is_csv and _rejects(connection):
            yield None
    except duckdb.Error:
        yield None


def _rejects(connection: duckdb.DuckDBPyConnection) -> list[tuple[int, str]]:
    """Lines that are no rows, and what DuckDB says of them."""
    found = connection.sql("SELECT line, error_message FROM reject_errors ORDER BY line").fetchall()
    return [(int(line), str(text).splitlines()[0][:200]) for line, text in found]


def _all_faults(files: Sequence[PlainFile], zone: str) -> list[Fault]:
    """Every fault of these files, at most FAULTS_KEPT_MAX, and then how many there are."""
    found: list[Fault] = []
    total = 0
    for file in files:
        faults, count = faults_of(file, zone)
        found += faults
        total += count
    if total > len(found[:FAULTS_KEPT_MAX]):
        found = found[:FAULTS_KEPT_MAX]
        found.append(Fault("series.more_faults", Where(), {"shown": len(found), "total": total}))
    return found


def faults_of(file: PlainFile, zone: str) -> tuple[list[Fault], int]:
    """Faults of a file's rows, some of them, and how many there are."""
    asking = asking_of(file, zone)
    with _connection() as connection:
        try:
            rows = connection.sql(asking.faults, params={**asking.values, "limit": FAULTS_KEPT_MAX}).fetchall()
            rejects = _rejects(connection) if file.is_csv else []
        except duckdb.Error as error:
            return _unreadable(file, error), 1
    if rejects and (line := _not_utf8(file.path)):
        return [Fault("table.not_utf8", Where(file.path.name, line))], 1
    lines, wrong_width = _lines(file) if file.is_csv else ([], [])
    found = wrong_width or [
        Fault("table.broken_csv", Where(file.path.name, line), {"reason": text}) for line, text in rejects
    ]
    for row, checks, texts, _ in rows:
        line = lines[row] if row < len(lines) else row + (2 if file.is_csv else 1)
        shown = dict(zip(asking.shown, texts, strict=True))
        for at in checks:
            check = asking.checks[at]
            value = str(shown.get(check.column) or "")[:64]
            found.append(Fault(check.code, Where(file.path.name, line, check.column), {"value": value}))
    count = (rows[0][3] if rows else 0) + len(found) - sum(1 for _ in rows)
    return sorted(found, key=lambda fault: fault.where), max(count, len(found))


def _unreadable(file: PlainFile, error: Exception) -> list[Fault]:
    if file.is_csv and (line := _not_utf8(file.path)):
        return [Fault("table.not_utf8", Where(file.path.name, line))]
    code = "table.broken_csv" if file.is_csv else "table.broken_parquet"
    return [Fault(code, Where(file.path.name), {"reason": str(error).splitlines()[0][:200]})]


def _not_utf8(path: Path) -> int:
    """The first line that is not UTF-8; 0: all are."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def _lines(file: PlainFile) -> tuple[list[int], list[Fault]]:
    """The line of each row of a CSV file, and the rows that have too few or too many values."""
    lines: list[int] = []
    faults: list[Fault] = []
    width, begin = len(file.columns), 1
    with file.path.open("r", encoding="utf-8-sig", errors="replace", newline="") as text:
        reader = csv.reader(text)
        for number, row in enumerate(reader):
            if len(row) == width and number:
                lines.append(begin)
            elif row and number:
                values = {"count": len(row), "expected": width}
                faults.append(Fault("table.row_width", Where(file.path.name, begin), values))
            begin = reader.line_num + 1
    return lines, faults
