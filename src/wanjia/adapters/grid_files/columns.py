"""The columns of a network folder's tables, as `docs/reference/network-files.md` fixes them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from wanjia.model.faults import Where


class Sheet(Protocol):
    """A table that was read: columns by name, and where each value stands for people."""

    @property
    def rows(self) -> int:
        """How many."""

    def has(self, column: str) -> bool:
        """Whether the table has the column."""

    def text(self, column: str) -> pa.ChunkedArray:
        """A column as text; null is empty."""

    def number(self, column: str) -> np.ndarray:
        """A column as float64; what is no number is NaN."""

    def where(self, row: int, column: str) -> Where:
        """The place of one value."""


@dataclass(frozen=True)
class TableColumns:
    """Columns that a table must have, and those that it may lack as a whole."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    rows_max: int = 0
    may_lack: bool = False
