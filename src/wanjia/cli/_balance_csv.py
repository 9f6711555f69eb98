"""CSV of any size as a stream of batches of text columns, with the line of each row and the rows that are broken."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc_csv

from wanjia.cli._balance_batches import Findings

BLOCK_BYTES = 16 * 1024**2
"""Bytes of a batch; some 300,000 rows of a long table."""


@dataclass(frozen=True, eq=False)
class Stream:
    """Batches of one table, once."""

    reader: pc_csv.CSVStreamingReader
    findings: Findings
    size: int
    told: Callable[[int, int], None]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """One after the other. Raises ArrowInvalid for what is no CSV in UTF-8."""
        with self.reader:
            for number, batch in enumerate(self.reader, 1):
                self.told(min(number, self.size), self.size)
                yield batch


def csv_batches(path: Path, columns: Sequence[str], told: Callable[[int, int], None]) -> Stream:
    """A stream of these columns; an empty value is null. Raises OSError when the file cannot be opened."""
    broken: list[int] = []

    def line_of(row: int) -> int:
        """Rows that were left out stand between; blank lines are not counted."""
        line = row + 2
        while (more := row + 2 + bisect_left(broken, line + 1)) != line:
            line = more
        return line

    findings = Findings(path.name, line_of)

    def skip(row: pc_csv.InvalidRow) -> str:
        """A row of the wrong width is a fault, and left out."""
        broken.append(row.number)
        values = {"count": row.actual_columns, "expected": row.expected_columns}
        findings.at_line("table.row_width", row.number, "", values)
        return "skip"

    # One thread: only then are broken rows numbered. Text, because a value that is no number must not end the stream.
    reader = pc_csv.open_csv(
        path,
        pc_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
        pc_csv.ParseOptions(invalid_row_handler=skip),
        pc_csv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), include_columns=list(columns), strings_can_be_null=True,
            null_values=[""],
        ),
    )  # fmt: skip
    return Stream(reader, findings, 1 + path.stat().st_size // BLOCK_BYTES, told)
