"""Cells of meters whose turn comes later, kept on disk meanwhile, so that a day needs no more memory than is given."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

from wanjia.series.arrival_reading import AnyCells, Cells, RegisterCells, WideCells

KINDS = (Cells, WideCells, RegisterCells)


class Spill:
    """Cells of the rows from `first` on and before `end`, in their order. The file needs no sync."""

    def __init__(self, path: Path, first: int, end: int) -> None:
        self.first, self.end, self.is_empty = first, end, True
        self._path = path
        self._file = path.open("wb")

    def put(self, cells: AnyCells) -> None:
        """Keeps what concerns these rows."""
        keep = np.flatnonzero((cells.rows >= self.first) & (cells.rows < self.end))
        if not len(keep):
            return
        self.is_empty = False
        np.save(self._file, np.int8(KINDS.index(type(cells))), allow_pickle=False)
        for field in fields(cells):
            np.save(self._file, getattr(cells, field.name)[keep], allow_pickle=False)

    def read(self) -> Iterator[AnyCells]:
        """What was kept."""
        self._file.close()
        size = self._path.stat().st_size
        with self._path.open("rb") as file:
            while file.tell() < size:
                kind = KINDS[int(np.load(file, allow_pickle=False))]
                yield kind(*(np.load(file, allow_pickle=False) for _ in fields(kind)))

    def remove(self) -> None:
        """Ends its use."""
        self._file.close()
        self._path.unlink(missing_ok=True)
