"""Payloads of safety gateways: round trip, every fault named, and no way to say anything to a device."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.actions.network.safety_nouns import MonitorReading
from wanjia.adapters.safety_gateway import codec
from wanjia.adapters.safety_gateway.codec import KNOWN, VALUES, Message, Refusal, decode, encode, gateway_of, topic_of
from wanjia.adapters.safety_gateway.driver import Consumer, read_lines
from wanjia.model.faults import Refused

FOLDER = Path(codec.__file__).parent
NAMES = st.from_regex(r"[A-Za-z0-9._:-]{1,24}", fullmatch=True)
READINGS = st.sampled_from(KNOWN).flatmap(
    lambda quantity: st.builds(
        MonitorReading, NAMES, st.just(quantity),
        st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001  (the zone comes next)
            lambda at: at.replace(tzinfo=UTC, minute=0, second=0, microsecond=0)
        ),
        st.floats(*VALUES[quantity]),
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(NAMES, st.lists(READINGS, max_size=5))
def test_what_is_encoded_is_decoded(gateway: str, readings: list[MonitorReading]) -> None:
    message = Message(gateway, tuple(readings))
    assert decode(encode(message), gateway) == message
    assert gateway_of(topic_of("main", gateway)) == gateway


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["gateway", "readings", "at"]), inner),
).map(lambda value: json.dumps(value).encode())))  # fmt: skip
def test_whatever_comes_nothing_raises(payload: bytes) -> None:
    assert isinstance(decode(payload), Message | Refusal)


def test_the_fixture() -> None:
    found = decode((FOLDER / "fixtures/message.json").read_bytes(), "GW-0053")
    assert isinstance(found, Message) and len(found.readings) == 4 and found.readings[0].value == 132.5


def _codes(**row: object) -> set[str]:
    good = {"monitor": "LD-1", "quantity": "temperature_c", "at": "2026-11-20T08:00:00+08:00", "value": 40}
    found = decode(json.dumps({"gateway": "GW-1", "readings": [{**good, **row}]}).encode())
    return {fault.code for fault in found.faults} if isinstance(found, Refusal) else set()


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ({}, set()), ({"monitor": "a/b"}, {"safety.monitor_name"}), ({"quantity": "mood"}, {"safety.quantity"}),
        ({"quantity": []}, {"safety.quantity", "safety.value"}), ({"value": 4000}, {"safety.value"}),
        ({"value": True}, {"safety.value"}), ({"value": "40"}, {"safety.value"}),
        ({"value": float("nan")}, {"safety.value"}),
        ({"at": "2026-11-20T08:00:00"}, {"safety.time"}),
        ({"quantity": "energy_kwh", "value": 1, "at": "2026-11-20T08:15:00+08:00"}, {"safety.full_hour"}),
        ({"monitor": 7, "at": None, "value": None}, {"safety.monitor_name", "safety.time", "safety.value"}),
    ],
)  # fmt: skip
def test_faults_of_a_reading(row: dict[str, object], codes: set[str]) -> None:
    assert _codes(**row) == codes


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"{", "safety.not_json"), (b"[]", "safety.gateway_name"),
        (b'{"gateway": "GW-2", "readings": []}', "safety.gateway_name"),
        (b'{"gateway": "GW-1"}', "safety.no_readings"), (b" " * 300_000, "safety.too_large"),
        (json.dumps({"gateway": "GW-1", "readings": [0] * 1001}).encode(), "safety.too_many"),
    ],
)  # fmt: skip
def test_faults_of_a_message(payload: bytes, code: str) -> None:
    found = decode(payload, "GW-1")
    assert isinstance(found, Refusal) and code in {fault.code for fault in found.faults}


def test_lines_of_a_file(tmp_path: Path) -> None:
    good = (FOLDER / "fixtures/message.json").read_bytes()
    (tmp_path / "r.jsonl").write_bytes(good.strip() + b"\n\nnonsense\n" + good)
    found = list(read_lines(tmp_path / "r.jsonl"))
    assert [type(one).__name__ for one in found] == ["Message", "Refusal", "Message"]
    assert isinstance(found[1], Refusal) and str(found[1].faults[0].where) == "r.jsonl:3"


def test_a_broker_that_is_none() -> None:
    with pytest.raises(Refused):
        Consumer("http://example", "main", lambda message: None)


def test_nothing_is_ever_sent_to_a_device() -> None:
    """GB 50116 9.2.3: the monitor must not trip the circuit; the adapter has no way to publish."""
    for file in FOLDER.glob("*.py"):
        assert not re.search(r"\.publish\(|will_set", file.read_text(encoding="utf-8")), file
