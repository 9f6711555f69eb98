"""One kind of column each: identifiers, references, codes, truth values, measures, counts; all faults of all rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.grid_files.columns import Sheet
from wanjia.model.faults import Fault
from wanjia.model.network import Codes, Counts, Flags, Indexes, Measures, Words
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX

TRUE, FALSE = ("true", "1"), ("false", "0")
SHOWN_CHARACTERS_MAX = 64
"""Characters of a wrong value that a sentence repeats."""
COUNT_MAX = 2**40
"""Customers of one district; far above any, and far below where sums overflow."""


@dataclass
class Findings:
    """The faults met so far. `blocking`: some value could not be understood at all."""

    faults: list[Fault] = field(default_factory=list)
    blocking: bool = False

    def ordered(self) -> tuple[Fault, ...]:
        """All faults by place."""
        return tuple(sorted(self.faults, key=lambda fault: fault.where))

    def _add(self, code: str, sheet: Sheet, rows: Sequence[int] | np.ndarray, column: str, **values: object) -> None:
        """The same fault for several rows, with the value that stands there."""
        rows = [int(row) for row in rows]
        if not rows:
            return
        self.blocking = True
        shown = sheet.text(column).take(pa.array(rows)).to_pylist() if sheet.has(column) else [""] * len(rows)
        for row, value in zip(rows, shown, strict=True):
            cut = value[:SHOWN_CHARACTERS_MAX]
            self.faults.append(Fault(code, sheet.where(row, column), {"column": column, "value": cut, **values}))

    def ids(self, sheet: Sheet, column: str) -> Words:
        """Identifiers: there, short enough, and unique."""
        return _words(self.keys(sheet, column))

    def keys(self, sheet: Sheet, column: str) -> pa.ChunkedArray:
        """The same, left as the column that they came in."""
        text = sheet.text(column)
        length = pc.utf8_length(text).to_numpy()
        self._add("network.id_missing", sheet, np.flatnonzero(length == 0), column)
        long = np.flatnonzero(length > IDENTIFIER_CHARACTERS_MAX)
        self._add("network.id_too_long", sheet, long, column, limit=IDENTIFIER_CHARACTERS_MAX)
        self._repeated(sheet, column, text)
        return text

    def _repeated(self, sheet: Sheet, column: str, text: pa.ChunkedArray) -> None:
        if pc.count_distinct(text).as_py() == len(text):
            return
        first: dict[str, int] = {}
        for row, value in enumerate(text.to_pylist()):
            if value and (earlier := first.setdefault(value, row)) != row:
                self._add("network.id_twice", sheet, [row], column, line=sheet.where(earlier, column).line)

    def reference(self, sheet: Sheet, column: str, other: Sheet, key: str) -> Indexes:
        """Rows of another table, by its key; -1 where there is none."""
        text = sheet.text(column)
        found = pc.fill_null(pc.index_in(text, value_set=other.text(key).combine_chunks()), -1).to_numpy()
        empty = pc.utf8_length(text).to_numpy() == 0
        unknown = found < 0
        self._add("network.reference_missing", sheet, np.flatnonzero(unknown & empty), column)
        self._add("network.reference_unknown", sheet, np.flatnonzero(unknown & ~empty), column, key=key)
        return found.astype(np.int32)

    def code(self, sheet: Sheet, column: str, names: tuple[str, ...], empty: int | None = None) -> Codes:
        """Positions in a list of names; `empty` is the code of an empty value, which is a fault when None."""
        if not sheet.has(column):
            return np.full(sheet.rows, empty, dtype=np.int8)
        text = sheet.text(column)
        found = pc.fill_null(pc.index_in(text, value_set=pa.array(names)), -1).to_numpy().astype(np.int8)
        unknown = found < 0
        if empty is not None:
            blank = pc.utf8_length(text).to_numpy() == 0
            found[blank], unknown = empty, unknown & ~blank
        allowed = ", ".join(name for name in names if name)
        self._add("network.unknown_word", sheet, np.flatnonzero(unknown), column, allowed=allowed)
        return found

    def truth(self, sheet: Sheet, column: str) -> Flags:
        """true or false in any case, 1 or 0."""
        text = pc.utf8_lower(pc.utf8_trim_whitespace(sheet.text(column)))
        true = pc.is_in(text, value_set=pa.array(TRUE)).to_numpy()
        false = pc.is_in(text, value_set=pa.array(FALSE)).to_numpy()
        self._add("network.not_a_truth_value", sheet, np.flatnonzero(~true & ~false), column)
        return np.asarray(true, dtype=np.bool_)

    def words(self, sheet: Sheet, column: str) -> Words:
        """Any text; empty where the column is not there."""
        return _words(sheet.text(column)) if sheet.has(column) else np.full(sheet.rows, "", dtype=np.object_)

    def measure(self, sheet: Sheet, column: str, least: float, most: float) -> Measures:
        """Numbers within bounds; NaN where empty."""
        if not sheet.has(column):
            return np.full(sheet.rows, np.nan)
        values = sheet.number(column)
        filled = pc.utf8_length(sheet.text(column)).to_numpy() > 0
        # Written so that NaN fails it.
        wrong = filled & ~((values >= least) & (values <= most) & (np.abs(values) < np.inf))
        self._add("network.number", sheet, np.flatnonzero(wrong), column, least=f"{least:g}", most=_bound(most))
        return values

    def digits(self, sheet: Sheet, column: str, most: int) -> Codes:
        """Whole numbers from 1; 0 where empty or where the column is not there."""
        values = self.measure(sheet, column, 1, most)
        broken = np.flatnonzero(values != np.floor(np.nan_to_num(values)))
        self._add("network.count", sheet, broken[~np.isnan(values[broken])], column)
        return np.nan_to_num(values).clip(0, most).astype(np.int8)

    def count(self, sheet: Sheet, column: str, may_be_empty: bool) -> Counts:
        """Whole numbers, 0 or more; 0 where empty."""
        values = sheet.number(column)
        empty = pc.utf8_length(sheet.text(column)).to_numpy() == 0
        if not may_be_empty:
            self._add("network.count_missing", sheet, np.flatnonzero(empty), column)
        right = (values >= 0) & (values <= COUNT_MAX) & (values == np.floor(values))
        self._add("network.count", sheet, np.flatnonzero(~right & ~empty), column)
        return np.where(right, values, 0).astype(np.int64)


def _bound(most: float) -> str:
    return "∞" if most == np.inf else f"{most:g}"


def _words(text: pa.ChunkedArray) -> Words:
    found: Words = text.to_numpy()
    return found
