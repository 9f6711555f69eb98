"""Through a real broker: orderly restarts lose nothing, what is malformed is kept, and memory is bounded."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from paho.mqtt.client import CallbackAPIVersion, Client

from tests.support.machine import needs
from tests.support.mosquitto import Mosquitto
from wanjia.adapters.telemetry import driver
from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.broker import Address, address_of
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.intake import Aside, Intake
from wanjia.adapters.telemetry.journal import Journal, Reader
from wanjia.adapters.telemetry.json_payload import encode_json
from wanjia.adapters.telemetry.nouns import Message
from wanjia.adapters.telemetry.sender import Publisher
from wanjia.model.faults import Refused

pytestmark = needs("mosquitto")

SECONDS_MAX = 60.0
AT = 1_780_000_000_000


def until(is_so: Callable[[], bool]) -> None:
    """Waits for it; a busy machine is given a minute."""
    end = time.monotonic() + SECONDS_MAX
    while not is_so():
        assert time.monotonic() < end, "it did not come so"
        time.sleep(0.02)


@contextmanager
def consumer(broker: Mosquitto, folder: Path, lag: Callable[[], int] = lambda: 0) -> Iterator[driver.Consumer]:
    """A consumer that is subscribed; its journal is closed at the end."""
    intake = Intake(Journal(folder / "journal"), Aside(folder / "aside"))
    found = driver.Consumer(address_of(broker.url), "main", intake, lag)
    thread = threading.Thread(target=found.run, daemon=True)
    thread.start()
    until(lambda: found.is_connected)
    try:
        yield found
    finally:
        found.stop()
        thread.join()
        intake.journal.close()


def plain_client(broker: Mosquitto) -> Client:
    """A device with an ordinary client, that sends nothing twice by itself."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    return client


def payload(sequence: int, events: int = 1) -> bytes:
    """A batch of the sender c-1."""
    keys = np.arange(events, dtype=np.uint64)
    return encode_binary(
        Message("c-1", sequence, AT + sequence, keys, np.full(events, 2, np.uint8), np.full(events, AT))
    )


def numbers(folder: Path) -> list[int]:
    """Journalled numbers, in their order."""
    reader, found = Reader(folder / "journal"), []
    while (records := reader.read(1000)) is not None:
        found += [number for entry in records.entries for number in entry.messages["sequence"].tolist()]
    reader.close()
    return found


def test_both_forms_arrive_malformed_ones_are_kept_and_the_sender_hears_what_is_on_disk(tmp_path: Path) -> None:
    heard: list[dict[str, object]] = []
    with Mosquitto(tmp_path / "mosquitto") as broker, consumer(broker, tmp_path) as listening:
        device = plain_client(broker)
        device.on_message = lambda *arguments: heard.append(json.loads(arguments[2].payload))
        device.subscribe("wanjia/main/c-1/confirmed", 1)
        device.publish(events_topic("main", "c-1"), payload(1, 3), 1)
        device.publish(events_topic("main", "c-1", binary=False), encode_json(2, AT + 2, [("M1", 0, AT)]), 1)
        device.publish(events_topic("main", "c-1"), b"not a batch", 1)
        device.publish(events_topic("main", "c-1", binary=False), b'{"sequence": 3, "events": [7]}', 1)
        device.publish(events_topic("main", "c-1"), payload(6), 1)
        until(lambda: bool(heard) and heard[-1]["through"] == 6)
        device.disconnect()
        device.loop_stop()
        journal = listening.intake.journal
        assert (journal.events, journal.refused, journal.repeated) == (5, 2, 0)
        assert heard[-1] == {"from": 1, "through": 6, "missing": [[4, 5]], "newest": AT + 6}
    kept = sorted(path.name.rpartition("-")[2] for path in (tmp_path / "aside").iterdir())
    assert kept == ["binary_short", "shape"] and numbers(tmp_path) == [1, 2, 3, 6]


def test_orderly_restarts_of_broker_and_consumer_lose_nothing_that_the_broker_took(tmp_path: Path) -> None:
    """A device that never sends again: the persistent session keeps what comes while nobody listens."""
    broker = Mosquitto(tmp_path / "mosquitto", autosave_seconds=1800).start()
    with consumer(broker, tmp_path):
        pass
    device = plain_client(broker)
    for number in range(1, 3001):
        device.publish(events_topic("main", "c-1"), payload(number), 1)
    last = device.publish(events_topic("main", "c-1"), payload(3001), 1)
    last.wait_for_publish(SECONDS_MAX)
    device.disconnect()
    device.loop_stop()
    broker.stop()
    broker.start()
    with consumer(broker, tmp_path) as listening:
        until(lambda: listening.intake.journal.events > 500)
    with consumer(broker, tmp_path) as listening:
        until(lambda: listening.intake.journal.events == 3001)
    broker.stop()
    assert numbers(tmp_path) == list(range(1, 3002))


def test_a_consumer_whose_sensing_lags_acknowledges_nothing_and_holds_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "IN_FLIGHT_MAX", 50)
    lag = [10**6]
    with Mosquitto(tmp_path / "mosquitto") as broker, consumer(broker, tmp_path, lambda: lag[0]) as listening:
        device = plain_client(broker)
        for number in range(1, 501):
            last = device.publish(events_topic("main", "c-1"), payload(number, 10), 1)
        last.wait_for_publish(SECONDS_MAX)
        until(lambda: len(listening.intake.taken) == 50)
        time.sleep(1.0)
        assert len(listening.intake.taken) == 50 and listening.intake.journal.events == 0
        lag[0] = 0
        until(lambda: listening.intake.journal.events == 5000)
        device.disconnect()
        device.loop_stop()
    assert numbers(tmp_path) == list(range(1, 501))


def test_a_sender_sends_again_what_a_killed_broker_forgot(tmp_path: Path) -> None:
    """The broker acknowledged it and would have saved it half an hour later."""
    with Mosquitto(tmp_path / "mosquitto", autosave_seconds=1800) as broker:
        with consumer(broker, tmp_path):
            pass
        sender = Publisher(address_of(broker.url), "main", "c-1")
        one = np.ones(1, np.uint64)
        for _ in range(200):
            sender.send(one, one.astype(np.uint8), np.full(1, AT))
        until(lambda: all(kept.info is not None and kept.info.is_published() for kept in sender._kept.values()))
        broker.kill()
        broker.start()
        with consumer(broker, tmp_path):
            assert sender.drain(SECONDS_MAX) and sender.unconfirmed == 0
        sender.close()
    assert sorted(numbers(tmp_path)) == list(range(1, 201))


@pytest.mark.parametrize("url", ["", "broker", "http://broker", "mqtt://", "mqtt://broker:port", "mqtt://[::1"])
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused) as refused:
        address_of(url)
    assert refused.value.faults[0].code == "telemetry.broker_url"


def test_an_address_says_where_and_how() -> None:
    assert address_of("mqtts://a%40b:p%3Aw@broker.example") == Address("broker.example", 8883, True, "a@b", "p:w")
    assert address_of("mqtt://broker.example:1999") == Address("broker.example", 1999)
    assert "p:w" not in repr(address_of("mqtts://a:p%3Aw@broker.example"))
