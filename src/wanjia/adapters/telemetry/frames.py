"""One entry of the journal as bytes: a header, perhaps the book of senders, the messages, the events. No I/O.

Each entry is checked by a CRC-32 over everything after it. All numbers are little-endian.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wanjia.adapters.telemetry.gaps import SequenceBook

MAGIC = b"WJJ1"
HEADER = struct.Struct("<4sIQQqqQQIIII")
"""Magic, CRC, entry's number, events before it, its times begin_ms and until_ms, repeats and refusals so far, bytes of
the book, messages, events, spare."""
AFTER_CRC = 8
EVENT = np.dtype([("key", "<u8"), ("occurred", "<i8"), ("offset", "<u4"), ("kind", "u1"), ("spare", "V3")])
"""24 bytes: `offset` is the time of arrival after begin_ms, ms."""
MESSAGE = np.dtype([("sender", "S64"), ("sequence", "<i8"), ("sent_at", "<i8"), ("events", "<u4"), ("refused", "u1"),
                    ("spare", "V3")])  # fmt: skip
"""88 bytes."""
SPAN_MS_MAX = 2**32 - 1


@dataclass(frozen=True, eq=False)
class Entry:
    """What was written together. Arrival times are begin_ms + events["offset"], ascending, and not after until_ms:
    all that arrived up to then is in this entry or before it. `repeated`, `refused` count from the journal's beginning.
    """

    number: int
    events_before: int
    begin_ms: int
    until_ms: int
    repeated: int
    refused: int
    messages: np.ndarray
    events: np.ndarray
    book: bytes = b""


@dataclass(frozen=True)
class Head:
    """The header of an entry, and how long the entry is."""

    number: int
    events_before: int
    until_ms: int
    size: int


def pack(entry: Entry) -> bytes:
    """The bytes of an entry."""
    body = b"".join((entry.book, entry.messages.tobytes(), entry.events.tobytes()))
    head = HEADER.pack(
        MAGIC, 0, entry.number, entry.events_before, entry.begin_ms, entry.until_ms, entry.repeated, entry.refused,
        len(entry.book), len(entry.messages), len(entry.events), 0,
    )  # fmt: skip
    crc = zlib.crc32(body, zlib.crc32(head[AFTER_CRC:]))
    return MAGIC + struct.pack("<I", crc) + head[AFTER_CRC:] + body


def head_of(data: bytes) -> Head | None:
    """The header at the beginning of some bytes; None when there is none."""
    if len(data) < HEADER.size or data[:4] != MAGIC:
        return None
    _, _, number, before, _, until, _, _, book, messages, events, _ = HEADER.unpack_from(data)
    return Head(number, before, until, HEADER.size + book + messages * MESSAGE.itemsize + events * EVENT.itemsize)


def unpack(data: bytes) -> Entry | None:
    """The entry that these bytes are, exactly; None when they are torn or were changed."""
    head = head_of(data)
    if head is None or head.size != len(data):
        return None
    _, crc, number, before, begin, until, repeated, refused, book, messages, events, _ = HEADER.unpack_from(data)
    body = memoryview(data)[AFTER_CRC:]
    if zlib.crc32(body) != crc:
        return None
    at = HEADER.size + book
    found = np.frombuffer(data, MESSAGE, messages, at)
    rows = np.frombuffer(data, EVENT, events, at + messages * MESSAGE.itemsize)
    return Entry(number, before, begin, until, repeated, refused, found, rows, data[HEADER.size : at])


def pack_book(book: SequenceBook) -> bytes:
    """The senders' numbers, compressed."""
    return zlib.compress(json.dumps(book.as_plain(), separators=(",", ":")).encode(), 1)


def unpack_book(data: bytes) -> SequenceBook:
    """What pack_book gave; empty bytes are an empty book."""
    return SequenceBook.from_plain(json.loads(zlib.decompress(data))) if data else SequenceBook()


def message_rows(rows: Sequence[tuple[str, int, int, int, bool]]) -> np.ndarray:
    """Rows of MESSAGE: sender, sequence, sent_at, events, refused."""
    return np.array([(*row, b"") for row in rows], MESSAGE) if rows else np.empty(0, MESSAGE)
