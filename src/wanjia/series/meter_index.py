"""Finds the row of a meter by its id: a hash table over the bytes that Arrow holds, no Python object per meter.

Tables come meter after meter, or all meters interval after interval in the same order. Who asks for many ids of such a
table brings a memory of which meter followed which: then the id before is tried first, and the one that followed it
last time, and only then is anything hashed. Where the known ids stand in order, as most tables have them, there is no
hash table at all until somebody asks out of order: making one of two million takes longer than all that it would find.
"""

from collections import OrderedDict
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.compiled import loop
from wanjia.model.network import Indexes

CHUNKS_REMEMBERED = 4
"""Columns whose answer is kept: meters report in the same order again and again."""
UNKNOWN = -1
_SOUGHT_SHARE = 8
"""Of so many ids one may be sought by halving before a hash table pays."""
_MAKING = Lock()
_NO_TABLE = np.empty(0, np.int32)


class MeterIndex:
    """Rows of the ids given; of an id that is given twice, the first. repeats: how many are such."""

    def __init__(self, ids: pa.Array) -> None:
        self._offsets, self._bytes = _text(ids)
        self.known = len(ids)
        self._table = _NO_TABLE
        self.repeats = 0 if _ascending(self._offsets, self._bytes) else self._build()
        self._remembered: OrderedDict[tuple[int, str, str], tuple[pa.Array, Indexes]] = OrderedDict()

    def look_up(self, ids: pa.Array, memory: Indexes | None = None) -> Indexes:
        """Rows of the known ids, UNKNOWN for others; may run in any thread, each with a memory of its own."""
        offsets, data = _text(ids)
        found = np.empty(len(ids), np.int32)
        followed = np.empty(0, np.int32) if memory is None else memory
        if not len(self._table) and (
            memory is None or not _find(self._offsets, self._bytes, self._table, offsets, data, found, followed)
        ):
            with _MAKING:
                self._build()
        if len(self._table):
            _find(self._offsets, self._bytes, self._table, offsets, data, found, followed)
        return found

    def _build(self) -> int:
        """The hash table, unless it is there; how many ids are given twice."""
        if len(self._table):
            return 0
        table = np.full(1 << max(4, (2 * self.known).bit_length()), UNKNOWN, np.int32)
        repeats = _build(self._offsets, self._bytes, table)
        self._table = table
        return repeats

    def memory(self) -> Indexes:
        """A memory for `look_up`: at first as if meters came in the order in which they are known."""
        following = np.arange(1, self.known + 1, dtype=np.int32)
        following[-1:] = UNKNOWN
        return following

    def rows(self, ids: pa.Array) -> Indexes:
        """Rows of the known ids; a column that came before in the same order costs a comparison."""
        if not len(ids):
            return np.empty(0, np.int32)
        key = (len(ids), ids[0].as_py(), ids[-1].as_py())
        before = self._remembered.get(key)
        if before is not None and before[0].equals(ids):
            return before[1]
        found = self.look_up(ids)
        self._remembered[key] = (ids, found)
        while len(self._remembered) > CHUNKS_REMEMBERED:
            self._remembered.popitem(last=False)
        return found


class Others:
    """Rows for ids that an index does not know: behind the known ones, in the order in which they come."""

    def __init__(self, index: MeterIndex) -> None:
        self.index = index
        self.rows_of: dict[str, int] = {}

    def rows(self, ids: pa.Array) -> Indexes:
        """Rows of all ids, known or not; one thread only."""
        found = self.index.rows(ids)
        new = np.flatnonzero(found == UNKNOWN)
        if len(new):
            names = ids.take(pa.array(new)).dictionary_encode()
            known, of = self.index.known, self.rows_of
            rows = [of.setdefault(name, known + len(of)) for name in names.dictionary.to_pylist()]
            found = found.copy()
            found[new] = np.array(rows, np.int32)[names.indices.to_numpy()]
        return found


def _text(ids: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Offsets [n + 1] and bytes of a text array."""
    whole = ids if pa.types.is_string(ids.type) else pc.cast(ids, pa.string())
    buffers = whole.buffers()
    offsets = (
        np.frombuffer(buffers[1], np.int32, len(whole) + 1, whole.offset * 4) if len(whole) else np.zeros(1, np.int32)
    )
    data = np.frombuffer(buffers[2], np.uint8) if len(whole) and buffers[2] is not None else np.zeros(1, np.uint8)
    return offsets, data


@loop()
def _hash(data: np.ndarray, begin: int, end: int) -> int:
    """FNV-1a, its high half folded in; ids are short, and nobody chooses them to collide."""
    value = np.uint64(0xCBF29CE484222325)
    for at in range(begin, end):
        value = (value ^ np.uint64(data[at])) * np.uint64(0x100000001B3)
    return value ^ (value >> np.uint64(29))  # type: ignore[return-value]


@loop()
def _same(one: np.ndarray, at: int, end: int, other: np.ndarray, there: int, there_end: int) -> bool:
    if end - at != there_end - there:
        return False
    step = 0
    while step < end - at and one[at + step] == other[there + step]:
        step += 1
    return step == end - at


@loop()
def _build(offsets: np.ndarray, data: np.ndarray, table: np.ndarray) -> int:
    """Open addressing; the table has at least twice as many places as there are ids."""
    mask, repeats = np.uint64(len(table) - 1), 0
    for row in range(len(offsets) - 1):
        place = _hash(data, offsets[row], offsets[row + 1]) & mask
        first = -1
        while table[place] >= 0 and first < 0:
            other = table[place]
            if _same(data, offsets[other], offsets[other + 1], data, offsets[row], offsets[row + 1]):
                first = other
            place = (place + np.uint64(1)) & mask
        if first < 0:
            table[place] = row
        repeats += first >= 0
    return repeats


@loop()
def _ascending(offsets: np.ndarray, data: np.ndarray) -> bool:
    """Whether each id stands behind the one before it, byte for byte; then none is given twice."""
    for row in range(1, len(offsets) - 1):
        if not _before(data, offsets[row - 1], offsets[row], data, offsets[row], offsets[row + 1]):
            return False
    return True


@loop()
def _before(one: np.ndarray, at: int, end: int, other: np.ndarray, there: int, there_end: int) -> bool:
    while at < end and there < there_end and one[at] == other[there]:
        at, there = at + 1, there + 1
    return there < there_end and (at == end or one[at] < other[there])


@loop()
def _find(
    known: np.ndarray,
    known_data: np.ndarray,
    table: np.ndarray,
    offsets: np.ndarray,
    data: np.ndarray,
    found: np.ndarray,
    followed: np.ndarray,
) -> bool:
    """Fills `found`. Without a table, False as soon as one would pay."""
    before, sought = -1, 0
    for at in range(len(found)):
        begin, end = offsets[at], offsets[at + 1]
        row = -1
        if before >= 0 and len(followed):
            if _same(known_data, known[before], known[before + 1], data, begin, end):
                found[at] = before
                continue
            row = followed[before]
            if row >= 0 and not _same(known_data, known[row], known[row + 1], data, begin, end):
                row = -1
        if row < 0 and len(table):
            row = _probe(known, known_data, table, data, begin, end)
        elif row < 0:
            sought += 1
            if sought * _SOUGHT_SHARE > len(found) + _SOUGHT_SHARE:
                return False
            row = _halved(known, known_data, data, begin, end)
        if row >= 0:
            if before >= 0 and len(followed):
                followed[before] = row
            before = row
        found[at] = row
    return True


@loop()
def _halved(known: np.ndarray, known_data: np.ndarray, data: np.ndarray, begin: int, end: int) -> int:
    """The row among ascending ids."""
    low, high = 0, len(known) - 1
    while low < high:
        middle = (low + high) // 2
        if _before(known_data, known[middle], known[middle + 1], data, begin, end):
            low = middle + 1
        else:
            high = middle
    is_it = low < len(known) - 1 and _same(known_data, known[low], known[low + 1], data, begin, end)
    return low if is_it else -1


@loop()
def _probe(known: np.ndarray, known_data: np.ndarray, table: np.ndarray, data: np.ndarray, begin: int, end: int) -> int:
    mask = np.uint64(len(table) - 1)
    place = _hash(data, begin, end) & mask
    while table[place] >= 0:
        row: int = table[place]
        if _same(known_data, known[row], known[row + 1], data, begin, end):
            return row
        place = (place + np.uint64(1)) & mask
    return -1
