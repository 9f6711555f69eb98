"""Digests of columns that depend on the values alone, not on how they were cut into batches."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pyarrow as pa


class Hash(Protocol):
    """One of hashlib's."""

    def update(self, data: memoryview | bytes, /) -> None: ...


def note_column(hashes: Sequence[Hash], column: pa.Array) -> None:
    """Adds the values of a column without nulls to its hash; of texts the lengths to one, the characters to another."""
    buffers, begin, count = column.buffers(), column.offset, len(column)
    if not count:
        return
    if pa.types.is_string(column.type):
        offsets = np.frombuffer(buffers[1], np.int32, count + 1, begin * 4)
        hashes[0].update(np.diff(offsets).tobytes())
        if buffers[2] is not None:
            hashes[1].update(memoryview(buffers[2])[int(offsets[0]) : int(offsets[-1])])
        return
    width = column.type.byte_width
    hashes[0].update(memoryview(buffers[1])[begin * width : (begin + count) * width])
