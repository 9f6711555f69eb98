"""The binary batch: a header, the sender's name, and 13 bytes an event; all numbers little-endian.

| offset | type | what |
|---|---|---|
| 0 | 4 bytes | `WJEV` |
| 4 | u8 | version, 1 |
| 5 | u8 | bytes of the sender's name, s |
| 6 | u16 | 0 |
| 8 | u64 | sequence |
| 16 | i64 | base time: when the message was made, ms since 1970 UTC |
| 24 | u32 | events, n |
| 28 | u32 | CRC-32 (as in zlib) of bytes 0-27 followed by everything from byte 32 |
| 32 | s bytes | sender, ASCII |
| 32 + s | 13 n bytes | events: device key u64, kind u8, time of occurrence minus base time i32 ms |
"""

import struct
import zlib

import numpy as np

from wanjia.adapters.telemetry.limits import EVENTS_MAX, SEQUENCE_MAX, SHOWN_CHARACTERS_MAX, TIME_MS_MAX
from wanjia.adapters.telemetry.nouns import Message, Refusal
from wanjia.kernels.sensing.nouns import EVENT_KINDS
from wanjia.model.faults import Fault, Where

MAGIC, VERSION = b"WJEV", 1
HEADER = struct.Struct("<4sBBHQqI")
CHECKSUM = struct.Struct("<I")
HEAD_BYTES = HEADER.size + CHECKSUM.size
EVENT = np.dtype([("key", "<u8"), ("kind", "u1"), ("offset", "<i4")])
OFFSET_MS_MAX = 2**31 - 1
SHOWN_EVENTS = 5
"""Events with the same fault that are named; the rest are like them."""


def encode_binary(message: Message) -> bytes:
    """The payload. What a device stamps further than 24 days from the message's time is sent as 24 days from it."""
    offset = np.clip(message.occurred - message.sent_at, -OFFSET_MS_MAX, OFFSET_MS_MAX)
    events = np.empty(len(message.keys), EVENT)
    events["key"], events["kind"], events["offset"] = message.keys, message.kinds, offset
    name = message.sender.encode("ascii")
    head = HEADER.pack(MAGIC, VERSION, len(name), 0, message.sequence, message.sent_at, len(events))
    body = name + events.tobytes()
    return head + CHECKSUM.pack(zlib.crc32(body, zlib.crc32(head))) + body


def decode_binary(sender: str, payload: bytes) -> Message | Refusal:
    """A payload from the topic of `sender`. All that is wrong is listed as far as the form can be understood."""
    if len(payload) < HEAD_BYTES:
        return _refused(sender, None, _fault("telemetry.binary_short", bytes=len(payload), least=HEAD_BYTES))
    magic, version, name_bytes, _, sequence, base, count = HEADER.unpack_from(payload)
    if magic != MAGIC or version != VERSION:
        found = f"{magic.hex()} {version}"
        return _refused(sender, None, _fault("telemetry.binary_form", found=found, version=VERSION))
    expected = HEAD_BYTES + name_bytes + EVENT.itemsize * count
    if len(payload) != expected:
        return _refused(sender, None, _fault("telemetry.binary_length", bytes=len(payload), expected=expected))
    head, body = payload[: HEADER.size], payload[HEAD_BYTES:]
    if zlib.crc32(body, zlib.crc32(head)) != CHECKSUM.unpack_from(payload, HEADER.size)[0]:
        return _refused(sender, None, _fault("telemetry.binary_checksum"))
    events = np.frombuffer(body, EVENT, count, name_bytes)
    occurred = events["offset"].astype(np.int64) + base if -TIME_MS_MAX <= base <= TIME_MS_MAX else None
    faults = [*_head_faults(sender, body[:name_bytes], sequence, base, count), *_event_faults(events, occurred)]
    if faults or occurred is None:
        return _refused(sender, sequence if sequence <= SEQUENCE_MAX else None, *faults)
    return Message(sender, sequence, base, events["key"].copy(), events["kind"].copy(), occurred)


def _refused(sender: str, sequence: int | None, *faults: Fault) -> Refusal:
    return Refusal(faults, sender, sequence)


def _fault(code: str, row: int = 0, column: str = "", **values: object) -> Fault:
    return Fault(code, Where("", row, column), values)


def _head_faults(sender: str, name: bytes, sequence: int, base: int, count: int) -> list[Fault]:
    faults = []
    if name != sender.encode("ascii"):
        shown = name.decode("ascii", "replace")[:SHOWN_CHARACTERS_MAX]
        faults.append(_fault("telemetry.sender", 0, "sender", value=shown, sender=sender))
    if sequence > SEQUENCE_MAX:
        faults.append(_fault("telemetry.sequence", 0, "sequence", value=sequence))
    if not 0 <= base <= TIME_MS_MAX:
        faults.append(_fault("telemetry.time", 0, "base", value=base))
    if count > EVENTS_MAX:
        faults.append(_fault("telemetry.too_many_events", 0, "events", count=count, limit=EVENTS_MAX))
    return faults


def _event_faults(events: np.ndarray, occurred: np.ndarray | None) -> list[Fault]:
    """Kinds and times, the first few events that have a fault."""
    faults: list[Fault] = []
    if len(events) and events["kind"].max() >= len(EVENT_KINDS):
        wrong = np.flatnonzero(events["kind"] >= len(EVENT_KINDS))[:SHOWN_EVENTS].tolist()
        kinds = ", ".join(EVENT_KINDS)
        faults += [_fault("telemetry.kind", i + 1, "kind", value=int(events["kind"][i]), kinds=kinds) for i in wrong]
    if occurred is not None and len(occurred) and (occurred.min() < 0 or occurred.max() > TIME_MS_MAX):
        off = np.flatnonzero((occurred < 0) | (occurred > TIME_MS_MAX))[:SHOWN_EVENTS].tolist()
        faults += [_fault("telemetry.time", i + 1, "occurred_at", value=int(occurred[i])) for i in off]
    return faults
