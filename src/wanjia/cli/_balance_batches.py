"""Batches of readings as arrays: what a column says, and every value that cannot be understood with its place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.kernels.balance.day.dense_loops import NO_TIME
from wanjia.model.faults import Fault, Where

TIME = pa.timestamp("us", "UTC")
TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
SHOWN_MAX = 64
"""Characters of a value that a fault quotes."""
FAULTS_MAX = 100
"""Faults of one kind that are listed; one more says how many there are."""
QUALITIES = ("measured", "estimated")
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_NONE = np.empty(0, np.uint8)

LineOf = Callable[[int], int]
"""The line that people count, of a row counted from 0."""


@dataclass
class Findings:
    """Faults by kind: how many, and the first of them; any thread may add."""

    file: str
    line_of: LineOf
    counts: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def add(self, code: str, row: int, column: str, **values: object) -> None:
        """One more, in a row counted from 0."""
        self.at_line(code, self.line_of(row), column, values)

    def at_line(self, code: str, line: int, column: str, values: Mapping[str, object]) -> None:
        """One more, in a line as people count."""
        with self._lock:
            self.counts[code] = self.counts.get(code, 0) + 1
            kept = self.faults.setdefault(code, [])
            if len(kept) < FAULTS_MAX:
                kept.append(Fault(code, Where(self.file, line, column), values))

    def more(self, code: str, count: int) -> None:
        """So many more that are not shown."""
        with self._lock:
            self.counts[code] = self.counts.get(code, 0) + count

    def rows(self, code: str, rows: np.ndarray, first_row: int, column: str, shown: pa.Array) -> None:
        """One for each of these rows, with the text that stands there."""
        for row in rows[:FAULTS_MAX].tolist():
            self.add(code, first_row + row, column, value=str(shown[row].as_py())[:SHOWN_MAX])
        self.more(code, max(0, len(rows) - FAULTS_MAX))

    def listed(self) -> list[Fault]:
        """All that were kept, by place, and for each kind that has more how many there are."""
        found = sorted((fault for kept in self.faults.values() for fault in kept), key=lambda fault: fault.where)
        for code, count in self.counts.items():
            if count > len(self.faults.get(code, ())):
                values = {"count": count, "shown": len(self.faults.get(code, ())), "code": code}
                found.append(Fault("balance.more_faults", Where(self.file), values))
        return found


def times_of(column: pa.Array, findings: Findings, first_row: int) -> tuple[np.ndarray, int]:
    """Ends of intervals as int64, NO_TIME where there is none, and ticks a second. Naive timestamps are UTC."""
    if not pa.types.is_timestamp(column.type):
        column = _parsed(column.cast(pa.string()), findings, first_row)
    elif column.null_count:
        rows = np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))
        findings.rows("balance.time_invalid", rows, first_row, "read_at", pa.array([""] * len(column)))
    whole = column.view(pa.int64()) if not column.null_count else column.cast(pa.int64()).fill_null(NO_TIME)
    return whole.to_numpy(zero_copy_only=False), TICKS[column.type.unit]


def _parsed(text: pa.Array, findings: Findings, first_row: int) -> pa.Array:
    if not text.null_count:
        try:
            return text.cast(TIME)
        except pa.ArrowInvalid:
            pass
    read = pa.array([_moment(value) for value in text.to_pylist()], TIME)
    wrong = np.flatnonzero(read.is_null().to_numpy(zero_copy_only=False))
    findings.rows("balance.time_invalid", wrong, first_row, "read_at", text.fill_null(""))
    return read


def _moment(value: str | None) -> object:
    try:
        return pa.array([(value or "").strip()]).cast(TIME)[0].as_py()
    except pa.ArrowInvalid:
        return None


def energies_of(column: pa.Array, findings: Findings, first_row: int, name: str = "energy_kwh") -> np.ndarray:
    """kWh as float64; NaN where there is none. Single precision counts as the shortest decimal that it stands for."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _numbers(column.cast(pa.string()), findings, first_row, name)
    elif pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    single = pa.types.is_float32(column.type) or pa.types.is_float16(column.type)
    found: np.ndarray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return _as_written(found) if single else found


def _as_written(values: np.ndarray) -> np.ndarray:
    """0.03 in single precision is 0.0299999993 in double; what was meant has at most four decimals."""
    written = np.round(values, 4)
    return np.where(written.astype(np.float32) == values.astype(np.float32), written, values)


def _numbers(text: pa.Array, findings: Findings, first_row: int, name: str) -> pa.Array:
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        trimmed = pc.utf8_trim_whitespace(text)
    plain = pc.match_substring_regex(trimmed, _NUMBER)
    filled = pc.fill_null(pc.not_equal(pc.utf8_lower(trimmed), ""), False)
    nothing = pc.is_in(pc.utf8_lower(trimmed), value_set=pa.array(["", "nan", "null"]))
    wrong = pc.and_(filled, pc.invert(pc.or_(pc.fill_null(plain, False), nothing)))
    rows = np.flatnonzero(wrong.to_numpy(zero_copy_only=False))
    findings.rows("balance.value_invalid", rows, first_row, name, text.fill_null(""))
    return pc.if_else(pc.fill_null(plain, False), trimmed, pa.scalar(None, pa.string())).cast(pa.float64())


def guesses_of(column: pa.Array | None, findings: Findings, first_row: int) -> np.ndarray:
    """1 where a reading came in as estimated, uint8; no entry at all where none did. Empty is measured."""
    if column is None:
        return _NONE
    text = column.dictionary_encode() if not pa.types.is_dictionary(column.type) else column
    words = text.dictionary.cast(pa.string())
    code = pc.fill_null(pc.index_in(words, value_set=pa.array([*QUALITIES, ""])), -1).to_numpy(zero_copy_only=False)
    at = text.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    found = np.where(at < 0, 0, code[at]) if len(code) else np.zeros(len(at), np.int32)
    wrong = np.flatnonzero(found < 0)
    if len(wrong):
        findings.rows("balance.quality_unknown", wrong, first_row, "quality", column.cast(pa.string()))
    guessed = (found == 1).astype(np.uint8)
    return guessed if guessed.any() else _NONE
