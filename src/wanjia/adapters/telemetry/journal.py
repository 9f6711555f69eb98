"""The journal on disk: one writer appends entries and has them on disk before it returns; readers follow it.

A folder of segments named after their first entry (`0000000000000042.wjj`), each beginning with the book of senders, so
that the last one is enough to go on. `durable` holds the number of entries that are on disk, shared in memory: what a
reader acts upon cannot be lost in a power cut any more. `writer.lock` keeps a second writer out.
"""

import fcntl
import itertools
import logging
import mmap
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from wanjia.adapters.telemetry.frames import (
    EVENT,
    HEADER,
    MESSAGE,
    SPAN_MS_MAX,
    Entry,
    head_of,
    pack,
    pack_book,
    unpack,
    unpack_book,
)
from wanjia.adapters.telemetry.gaps import SequenceBook
from wanjia.adapters.telemetry.limits import SEGMENT_BYTES_MAX
from wanjia.adapters.telemetry.nouns import Keys, Kinds, Times
from wanjia.model.faults import Fault, Refused, Where

logger = logging.getLogger(__name__)

ENDING, TORN_ENDING, NAME_DIGITS = ".wjj", ".torn", 16
COUNTER = struct.Struct("<Q")
NO_MESSAGES = np.empty(0, MESSAGE)


class Records(NamedTuple):
    """Events of consecutive entries, [n] each; `next_at` is where to read on, `until_ms` how far time has come."""

    at: int
    next_at: int
    until_ms: int
    keys: Keys
    kinds: Kinds
    occurred: Times
    received: Times
    entries: tuple[Entry, ...]


class Journal:
    """The writer. `book`, `next_at`, `until_ms`, `repeated`, `refused` are restored from what is on disk."""

    def __init__(self, folder: Path, segment_bytes: int = SEGMENT_BYTES_MAX) -> None:
        """Raises Refused when another process writes here."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.segment_bytes = folder, segment_bytes
        self._lock = locked(folder / "writer.lock")
        self.book, self.next_at, self.events = SequenceBook(), 0, 0
        self.until_ms, self.repeated, self.refused = 0, 0, 0
        self._file: IO[bytes] | None = None
        self._size = 0
        self._durable = _Durable(folder)
        self._recover()

    def append(
        self, received_ms: int | Times, keys: Keys, kinds: Kinds, occurred_ms: Times,
        messages: np.ndarray = NO_MESSAGES, until_ms: int = 0, repeated: int = 0, refused: int = 0,
    ) -> int:  # fmt: skip
        """Events [n] that arrived at `received_ms` (ascending; after all before), on disk when it returns: its number.

        `repeated` and `refused` are what is new of them. Raises OSError, and then nothing was appended.
        """
        received = np.broadcast_to(np.asarray(received_ms, np.int64), len(keys))
        until = max(until_ms, self.until_ms, int(received[-1]) if len(received) else 0)
        begin = int(received[0]) if len(received) else until
        if len(received) and begin <= self.until_ms:
            raise ValueError(f"events of {begin} after time has come to {self.until_ms}")
        if until - begin > SPAN_MS_MAX:
            raise ValueError("an entry spans 49 days at most")
        rows = np.zeros(len(keys), EVENT)
        rows["key"], rows["kind"], rows["occurred"], rows["offset"] = keys, kinds, occurred_ms, received - begin
        self._write(
            begin, max(until, self.until_ms), messages, rows, (self.repeated + repeated, self.refused + refused)
        )
        return self.next_at - 1

    def mark(self, until_ms: int) -> int:
        """Time has come to here, and nothing arrived since the last entry."""
        none = np.empty(0, np.int64)
        return self.append(none, none.astype(np.uint64), none.astype(np.uint8), none, until_ms=until_ms)

    def close(self) -> None:
        """Lets another writer in."""
        if self._file is not None:
            self._file.close()
        self._durable.close()
        self._lock.close()

    def _write(self, begin: int, until: int, messages: np.ndarray, rows: np.ndarray, counts: tuple[int, int]) -> None:
        if self._file is None or self._size >= self.segment_bytes:
            self._open_segment()
        assert self._file is not None
        # The book may know this entry's own messages already; noted once more, they are repeats and change nothing.
        book = b"" if self._size else pack_book(self.book)
        data = pack(Entry(self.next_at, self.events, begin, until, *counts, messages, rows, book))
        try:
            self._file.write(data)
            self._file.flush()
            os.fdatasync(self._file.fileno())
        except OSError:
            self._cut_back()
            raise
        self._size += len(data)
        self.next_at, self.events, self.until_ms = self.next_at + 1, self.events + len(rows), until
        self.repeated, self.refused = counts
        self._durable.set(self.next_at)

    def _cut_back(self) -> None:
        """A write that failed leaves nothing behind; what is left is cut off at the next start, if this fails too."""
        assert self._file is not None
        try:
            self._file.truncate(self._size)
            self._file.seek(self._size)
        except OSError:
            logger.exception("the journal's unfinished entry could not be cut off")
            self._file.close()
            self._file = None

    def _open_segment(self) -> None:
        if self._file is not None:
            self._file.close()
        path = self.folder / f"{self.next_at:0{NAME_DIGITS}d}{ENDING}"
        self._file, self._size = path.open("wb", buffering=0), 0
        sync_folder(self.folder)

    def _recover(self) -> None:
        """Finds the end: the last segment with a whole entry; what is torn behind it is kept beside."""
        for path in reversed(segments(self.folder)):
            size = 0
            for entry, end in _entries(path):
                self._note(entry, is_first=size == 0)
                size = end
            if size < path.stat().st_size:
                _keep_torn(path, size)
            if size:
                self._file, self._size = path.open("r+b", buffering=0), size
                self._file.seek(size)
                os.fdatasync(self._file.fileno())
                break
            path.unlink()
        self.book.take_gaps(self.until_ms)
        self._durable.set(self.next_at)

    def _note(self, entry: Entry, *, is_first: bool) -> None:
        if is_first:
            self.book = unpack_book(entry.book)
        note_messages(self.book, entry)
        self.next_at, self.events = entry.number + 1, entry.events_before + len(entry.events)
        self.until_ms, self.repeated, self.refused = entry.until_ms, entry.repeated, entry.refused


def note_messages(book: SequenceBook, entry: Entry) -> None:
    """The messages of an entry, in the order in which they came."""
    rows = entry.messages
    names = [name.decode("ascii") for name in rows["sender"].tolist()]
    for name, sequence, sent_at in zip(names, rows["sequence"].tolist(), rows["sent_at"].tolist(), strict=True):
        book.note(name, sequence, sent_at, entry.begin_ms)


class Reader:
    """Follows a journal that some other thread or process may be writing; gives only what is on disk."""

    def __init__(self, folder: Path, at: int = 0) -> None:
        self.folder, self.at = folder, at
        self._durable = _Durable(folder)
        self._file: IO[bytes] | None = None
        self._segment = -1
        """First entry of the segment that is open, or was last."""
        self._complained_at = -1

    @property
    def durable(self) -> int:
        """How many entries are on disk."""
        return self._durable.get()

    @property
    def lag(self) -> int:
        """Entries that are on disk and were not read."""
        return max(0, self.durable - self.at)

    def read(self, events_max: int) -> Records | None:
        """The next entries, whole, until they hold `events_max` events; None when there is none yet."""
        begin, found, count = self.at, [], 0
        while count < events_max and (entry := self._next()) is not None:
            found.append(entry)
            count += len(entry.events)
        if not found:
            return None
        events = np.concatenate([entry.events for entry in found])
        starts = np.repeat([entry.begin_ms for entry in found], [len(entry.events) for entry in found])
        received = starts + events["offset"].astype(np.int64)
        keys, kinds, occurred = (np.ascontiguousarray(events[name]) for name in ("key", "kind", "occurred"))
        return Records(begin, self.at, found[-1].until_ms, keys, kinds, occurred, received, tuple(found))

    def close(self) -> None:
        """Gives back what it holds open."""
        if self._file is not None:
            self._file.close()
        self._durable.close()

    def _next(self) -> Entry | None:
        if self.at >= self._durable.get():
            return None
        if self._file is None and not self._find():
            return None
        assert self._file is not None
        entry = _read_entry(self._file)
        if entry is not None and entry.number == self.at:
            self.at += 1
            return entry
        return self._next() if self._leave_segment() else None

    def _find(self) -> bool:
        """Opens the segment that holds `at` and goes there; whether there is one."""
        holding = [path for path in segments(self.folder) if first_of(path) <= self.at]
        if not holding:
            return self._leave_segment()
        self._file, self._segment = holding[-1].open("rb"), first_of(holding[-1])
        while (data := self._file.read(HEADER.size)) and (head := head_of(data)):
            self._file.seek(-len(data), os.SEEK_CUR)
            if head.number >= self.at:
                break
            self._file.seek(head.size, os.SEEK_CUR)
        return True

    def _leave_segment(self) -> bool:
        """On to the next segment; entries that cannot be read are passed over, and said so."""
        later = [path for path in segments(self.folder) if first_of(path) > max(self._segment, self.at - 1)]
        if self._file is not None:
            self._file.close()
            self._file = None
        upto = first_of(later[0]) if later else self.durable
        if upto > self.at and self._complained_at != self.at:
            self._complained_at = self.at
            logger.error("journal %s: entries %s to %s cannot be read", self.folder, self.at, upto - 1)
        if not later:
            return False
        self.at = self._segment = upto
        self._file = later[0].open("rb")
        return True


class _Durable:
    """A number shared between processes: how many entries are on disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / "durable", os.O_RDWR | os.O_CREAT, 0o640)
        try:
            if os.fstat(descriptor).st_size < COUNTER.size:
                os.ftruncate(descriptor, COUNTER.size)
            self._map = mmap.mmap(descriptor, COUNTER.size)
        finally:
            os.close(descriptor)

    def get(self) -> int:
        """The number now. Eight aligned bytes are read and written at once."""
        return int(COUNTER.unpack_from(self._map)[0])

    def set(self, number: int) -> None:
        """Only the writer does."""
        COUNTER.pack_into(self._map, 0, number)

    def close(self) -> None:
        """Gives it back."""
        self._map.close()


def locked(path: Path) -> IO[bytes]:
    """A lock that ends with the process. Raises Refused when somebody has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise Refused([Fault("telemetry.journal_in_use", Where(), {"folder": path.parent.name})]) from error
    return file


def segments(folder: Path) -> list[Path]:
    """The files of a journal, oldest first."""
    return sorted(folder.glob(f"*{ENDING}"))


def first_of(path: Path) -> int:
    """Number of a segment's first entry."""
    return int(path.name.removesuffix(ENDING))


def drop_before(folder: Path, at: int, keep_seconds: float, keep_bytes: int) -> int:
    """Removes segments with no entry from `at` on that are older than that, or too much together; says how many."""
    files = segments(folder)
    total, dropped = sum(path.stat().st_size for path in files), 0
    for path, following in itertools.pairwise(files):
        status = path.stat()
        is_old = time.time() - status.st_mtime > keep_seconds or total > keep_bytes
        if first_of(following) > at or not is_old:
            break
        path.unlink()
        total, dropped = total - status.st_size, dropped + 1
    return dropped


def sync_folder(folder: Path) -> None:
    """Names of new files are on disk when it returns."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_entry(file: IO[bytes]) -> Entry | None:
    """The entry at the file's place, which moves behind it; None, and the place stays, when it is not whole."""
    place = file.tell()
    data = file.read(HEADER.size)
    head = head_of(data)
    if head is not None:
        entry = unpack(data + file.read(head.size - HEADER.size))
        if entry is not None:
            return entry
    file.seek(place)
    return None


def _entries(path: Path) -> Iterator[tuple[Entry, int]]:
    """Whole entries of a segment from its beginning, each with where it ends."""
    number = first_of(path)
    with path.open("rb") as file:
        while (entry := _read_entry(file)) is not None and entry.number == number:
            number += 1
            yield entry, file.tell()


def _keep_torn(path: Path, size: int) -> None:
    """Cuts off what is behind the last whole entry, and keeps it beside: it was never acknowledged."""
    with path.open("r+b") as file:
        file.seek(size)
        path.with_suffix(TORN_ENDING).write_bytes(file.read())
        file.truncate(size)
    logger.warning("journal: %s ended in the middle of an entry; the rest is in %s", path.name, TORN_ENDING)
