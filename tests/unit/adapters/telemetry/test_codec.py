"""Payloads: what is encoded is decoded again; whatever bytes come, a message or faults come out."""

import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.adapters.telemetry import codec
from wanjia.adapters.telemetry.binary import HEAD_BYTES, encode_binary
from wanjia.adapters.telemetry.json_payload import encode_json, iso
from wanjia.adapters.telemetry.keys import key_of, keys_of
from wanjia.adapters.telemetry.limits import EVENTS_MAX, PAYLOAD_BYTES_MAX, SEQUENCE_MAX, TIME_MS_MAX
from wanjia.adapters.telemetry.nouns import Message, Refusal
from wanjia.texts import LANGUAGES, fault_sentence

FIXTURES = Path(codec.__file__).parent / "fixtures"
BINARY, JSON = codec.events_topic("main", "c-1"), codec.events_topic("main", "c-1", binary=False)
AT = 1_780_000_000_123

sequences = st.integers(0, SEQUENCE_MAX)
senders = st.from_regex(codec.NAME, fullmatch=True)
times = st.integers(AT - 2**31 + 1, AT + 2**31 - 1)


def same(one: Message, other: Message) -> bool:
    """Whether two messages hold the same."""
    plain = [
        (m.sender, m.sequence, m.sent_at, m.keys.tolist(), m.kinds.tolist(), m.occurred.tolist()) for m in (one, other)
    ]
    return plain[0] == plain[1]


def faults_of(topic: str, payload: bytes) -> list[tuple[str, int, str]]:
    """Code, row and column of every fault."""
    found = codec.decode(topic, payload)
    assert isinstance(found, Refusal) and found.faults
    for fault in found.faults:
        for language in LANGUAGES:
            assert fault.code not in fault_sentence(fault, language)
    return [(fault.code, fault.where.line, fault.where.column) for fault in found.faults]


@given(senders, sequences, st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2), times), max_size=50))
@settings(max_examples=60)
def test_a_binary_batch_comes_out_as_it_went_in(sender: str, sequence: int, events: list[tuple[int, int, int]]) -> None:
    keys, kinds, occurred = (list(column) for column in zip(*events, strict=True)) if events else ([], [], [])
    message = Message(
        sender, sequence, AT, np.array(keys, np.uint64), np.array(kinds, np.uint8), np.array(occurred, np.int64)
    )
    found = codec.decode(codec.events_topic("main", sender), encode_binary(message))
    assert isinstance(found, Message) and same(found, message)


def test_a_clock_that_is_far_off_is_sent_as_far_off_as_fits() -> None:
    stamps = np.array([0, AT, 2 * AT])
    message = Message("c-1", 1, AT, stamps.astype(np.uint64), np.zeros(3, np.uint8), stamps)
    found = codec.decode(BINARY, encode_binary(message))
    assert isinstance(found, Message) and (found.occurred - AT).tolist() == [1 - 2**31, 0, 2**31 - 1]


@given(sequences, st.lists(st.tuples(st.text(min_size=1, max_size=64), st.integers(0, 2), times), max_size=20))
@settings(max_examples=60)
def test_json_comes_out_as_it_went_in(sequence: int, events: list[tuple[str, int, int]]) -> None:
    events = [(name.encode("utf-8", "ignore").decode() or "m", kind, at) for name, kind, at in events]
    found = codec.decode(JSON, encode_json(sequence, AT, events))
    assert isinstance(found, Message) and (found.sequence, found.sent_at) == (sequence, AT)
    assert found.keys.tolist() == keys_of([name for name, _, _ in events]).tolist()
    assert list(zip(found.kinds.tolist(), found.occurred.tolist(), strict=True)) == [(k, at) for _, k, at in events]


@given(st.text(max_size=80) | st.sampled_from([BINARY, JSON]), st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_on_any_topic_give_a_message_or_faults(topic: str, payload: bytes) -> None:
    found = codec.decode(topic, payload)
    assert isinstance(found, Message) or found.faults


@given(st.data())
@settings(max_examples=150)
def test_a_changed_binary_batch_is_noticed(data: st.DataObject) -> None:
    events = np.arange(5)
    payload = bytearray(
        encode_binary(Message("c-1", 7, AT, events.astype(np.uint64), events.astype(np.uint8) % 3, AT + events))
    )
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place] ^= data.draw(st.integers(1, 255))
    assert isinstance(codec.decode(BINARY, bytes(payload)), Refusal)
    assert isinstance(codec.decode(BINARY, bytes(payload[:place])), Refusal)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["sequence", "events", "device_id", "kind", "occurred_at", "sent_at"]), inner)
    ),
    max_leaves=12,
)


@given(json_values)
@settings(max_examples=150)
def test_any_json_gives_a_message_or_faults(value: object) -> None:
    found = codec.decode(JSON, json.dumps(value).encode())
    assert isinstance(found, Message) or found.faults


def event(**changes: object) -> dict[str, object]:
    """A good event with changes."""
    return {"device_id": "M1", "kind": "last_gasp", "occurred_at": "2026-06-01T08:00:00+08:00", **changes}


def numbered(*events: object) -> bytes:
    """A message of these events."""
    return json.dumps({"sequence": 1, "events": events}).encode()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", [("telemetry.not_json", 0, "")]),
        (b"\xff\xfe", [("telemetry.not_json", 0, "")]),
        (b"[" * 100_000, [("telemetry.not_json", 0, "")]),
        (b"[]", [("telemetry.shape", 0, "")]),
        (b"{}", [("telemetry.sequence", 0, "sequence"), ("telemetry.shape", 0, "events")]),
        (json.dumps({"sequence": True, "events": []}).encode(), [("telemetry.sequence", 0, "sequence")]),
        (json.dumps({"sequence": 1, "sent_at": 5, "events": []}).encode(), [("telemetry.time", 0, "sent_at")]),
        (numbered("x"), [("telemetry.shape", 1, "")]),
        (
            numbered(event(), event(kind="gasp", device_id="\ud800", occurred_at="8:00")),
            [("telemetry.device_id", 2, "device_id"), ("telemetry.kind", 2, "kind"),
             ("telemetry.time", 2, "occurred_at")],
        ),
        (
            numbered(event(occurred_at="2026-06-01T08:00:00"), event(device_id="x" * 65)),
            [("telemetry.time", 1, "occurred_at"), ("telemetry.device_id", 2, "device_id")],
        ),
        (
            json.dumps({"sequence": 1, "events": [{}] * (EVENTS_MAX + 1)}).encode()[:PAYLOAD_BYTES_MAX],
            [("telemetry.too_many_events", 0, "events")],
        ),
        (b" " * (PAYLOAD_BYTES_MAX + 1), [("telemetry.too_large", 0, "")]),
    ],
)  # fmt: skip
def test_every_fault_of_json_is_named(payload: bytes, expected: list[tuple[str, int, str]]) -> None:
    assert faults_of(JSON, payload) == expected


def binary(sender: bytes = b"c-1", sequence: int = 1, base: int = AT, events: bytes = b"", count: int = 0) -> bytes:
    """A payload with a right checksum, whatever it says."""
    head = struct.pack("<4sBBHQqI", b"WJEV", 1, len(sender), 0, sequence, base, count)
    return head + struct.pack("<I", zlib.crc32(sender + events, zlib.crc32(head))) + sender + events


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"WJEV", [("telemetry.binary_short", 0, "")]),
        (b"WJEX" + bytes(HEAD_BYTES), [("telemetry.binary_form", 0, "")]),
        (b"WJEV\x02" + bytes(HEAD_BYTES), [("telemetry.binary_form", 0, "")]),
        (binary(count=1), [("telemetry.binary_length", 0, "")]),
        (binary()[:-1] + b"2", [("telemetry.binary_checksum", 0, "")]),
        (
            binary(b"c-2", 2**64 - 1, -1, struct.pack("<QBi", 1, 3, 0), 1),
            [("telemetry.sender", 0, "sender"), ("telemetry.sequence", 0, "sequence"), ("telemetry.time", 0, "base"),
             ("telemetry.kind", 1, "kind"), ("telemetry.time", 1, "occurred_at")],
        ),
        (binary(base=-(2**63)), [("telemetry.time", 0, "base")]),
        (
            binary(base=TIME_MS_MAX, events=struct.pack("<QBi", 1, 0, 1), count=1),
            [("telemetry.time", 1, "occurred_at")],
        ),
    ],
)  # fmt: skip
def test_every_fault_of_a_batch_is_named(payload: bytes, expected: list[tuple[str, int, str]]) -> None:
    assert faults_of(BINARY, payload) == expected


@pytest.mark.parametrize(
    "topic", ["", "wanjia/main/c-1", "wanjia/main/c 1/events", "wanjia/main/+/events/b", "other/main/c-1/events/b",
              "wanjia/main/c-1/events/c", f"wanjia/main/{'x' * 65}/events"],
)  # fmt: skip
def test_other_topics_are_refused(topic: str) -> None:
    assert faults_of(topic, binary()) == [("telemetry.topic", 0, "")]


def test_a_refused_message_is_still_counted_by_its_number() -> None:
    found = codec.decode(JSON, b'{"sequence": 9, "events": [1]}')
    assert isinstance(found, Refusal) and (found.sender, found.sequence) == ("c-1", 9)
    found = codec.decode(BINARY, binary(sequence=9, events=struct.pack("<QBi", 1, 9, 0), count=1))
    assert isinstance(found, Refusal) and (found.sender, found.sequence) == ("c-1", 9)


def test_the_documented_samples_are_what_they_are_said_to_be() -> None:
    """The fixtures are shown on the reference page; both hold the same message."""
    forms = ((JSON, "message.json"), (BINARY, "message.bin"))
    one, other = (codec.decode(topic, (FIXTURES / name).read_bytes()) for topic, name in forms)
    assert isinstance(one, Message) and isinstance(other, Message) and same(one, other)
    assert iso(one.sent_at) == "2026-06-01T00:00:45.000+00:00" and one.sequence == 4711
    assert one.keys.tolist() == [key_of("M000001"), key_of("F0001-D001")] and one.kinds.tolist() == [0, 2]


def test_a_key_is_blake2b_of_the_id() -> None:
    """Computed once with `b2sum -l 64`: the bytes of the digest, the first is the lowest."""
    assert key_of("M000001").to_bytes(8, "little").hex() == (FIXTURES / "key_of_M000001.txt").read_text().strip()
