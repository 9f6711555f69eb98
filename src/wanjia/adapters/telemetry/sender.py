"""A sender that loses nothing: it keeps each message until the platform says that it is on disk there.

The broker's own acknowledgement says only that the broker has it, perhaps in memory. After a lost connection, and when
no confirmation comes, what is not confirmed is sent again; the platform knows repeats by their numbers.
"""

import itertools
import json
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from paho.mqtt.client import MQTTMessage, MQTTMessageInfo

from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.broker import KEEP_ALIVE_SECONDS, Address, new_client
from wanjia.adapters.telemetry.codec import confirmed_topic, events_topic
from wanjia.adapters.telemetry.driver import milliseconds
from wanjia.adapters.telemetry.limits import IN_FLIGHT_MAX, SEQUENCE_MAX
from wanjia.adapters.telemetry.nouns import Message

WINDOW = 20_000
"""Messages that may wait for their confirmation before `send` waits: two seconds of 10,000 a second."""
RESEND_SECONDS = 6.0
"""Three times the platform's own pause: when nothing was confirmed for so long, the oldest messages are sent again, so
that the platform says what it has."""
PROBED_MAX = 100
ORDER_SECONDS = 1.0
"""By how much a message may overtake another in a broker that sends again what was on its way."""
LOOK_SECONDS = 0.5


@dataclass
class _Kept:
    payload: bytes
    sent_at: float
    info: MQTTMessageInfo | None


class Publisher:
    """Publishes as one sender, counting from `first`. A run that counts from 1 again under the same name is known by
    its later times; where times are old ones played again, each run needs a name of its own."""

    def __init__(self, address: Address, site: str, sender: str, first: int = 1, window: int = WINDOW) -> None:
        self.sender, self.next_sequence, self.window = sender, first, window
        self.sent_again = 0
        self._topic, self._confirmed = events_topic(site, sender), confirmed_topic(site, sender)
        self._oldest_ms = SEQUENCE_MAX
        self._kept: dict[int, _Kept] = {}
        self._change = threading.Condition()
        self._looked = self._heard_at = time.monotonic()
        self._is_connected = False
        self._client = new_client(address, f"wanjia-{site}-{sender}")
        self._client.max_inflight_messages_set(IN_FLIGHT_MAX)
        self._client.on_connect, self._client.on_disconnect = self._greeted, self._parted
        self._client.on_message = self._heard
        self._client.reconnect_delay_set(1, 2)
        self._client.connect_async(address.host, address.port, KEEP_ALIVE_SECONDS, clean_start=True)
        self._client.loop_start()

    @property
    def unconfirmed(self) -> int:
        """Messages that are not known to be on the platform's disk."""
        return len(self._kept)

    def send(
        self, keys: np.ndarray, kinds: np.ndarray, occurred: np.ndarray, sent_at: int = 0, sequence: int | None = None
    ) -> int:
        """Sends one message of events [n], now or as soon as there is a connection; returns its number.

        Waits while too many are unconfirmed. By default `sent_at` (ms UTC) is now and `sequence` the next number.
        Numbers may be sent in another order than that of their times, as a network may deliver them.
        """
        number = self.next_sequence if sequence is None else sequence
        self.next_sequence = max(self.next_sequence, number + 1)
        made_at = sent_at or milliseconds()
        payload = encode_binary(Message(self.sender, number, made_at, keys, kinds, occurred))
        with self._change:
            self._oldest_ms = min(self._oldest_ms, made_at)
            while len(self._kept) >= self.window:
                self._change.wait(LOOK_SECONDS)
                self._send_again()
            self._kept[number] = self._published(payload)
        return number

    def drain(self, seconds_max: float) -> bool:
        """Waits until everything is confirmed; whether it is."""
        until = time.monotonic() + seconds_max
        with self._change:
            while self._kept and time.monotonic() < until:
                self._change.wait(LOOK_SECONDS)
                self._send_again()
            return not self._kept

    def close(self) -> None:
        """Ends the connection; what is unconfirmed stays so."""
        self._client.disconnect()
        self._client.loop_stop()

    def _published(self, payload: bytes) -> _Kept:
        info = self._client.publish(self._topic, payload, qos=1) if self._is_connected else None
        return _Kept(payload, time.monotonic(), info)

    def _greeted(self, client: Any, _: Any, __: Any, reason: Any, ___: Any = None) -> None:
        if reason.is_failure:
            return
        client.subscribe(self._confirmed, 1)
        with self._change:
            self._is_connected = True
            self._repeat(self._taken_by_broker(self._kept))

    def _parted(self, *_: Any) -> None:
        self._is_connected = False

    def _heard(self, _: Any, __: Any, message: MQTTMessage) -> None:
        try:
            body = json.loads(message.payload)
            lowest, through, newest = (int(body[name]) for name in ("from", "through", "newest"))
            missing = [(int(first), int(last)) for first, last in body["missing"]]
        except (ValueError, KeyError, TypeError):
            return  # not ours to judge; what is unconfirmed is sent again
        with self._change:
            # An older one, retained, tells of an earlier counting under the same name.
            if newest >= self._oldest_ms:
                self._heard_at = time.monotonic()
                self._strike_out(lowest, through, missing)
            self._change.notify_all()

    def _strike_out(self, lowest: int, through: int, missing: list[tuple[int, int]]) -> None:
        """What came is forgotten. What was sent before some of it and did not come is lost: brokers keep the order."""
        newest = 0.0
        for number in [number for number in self._kept if lowest <= number <= through]:
            place = bisect_right(missing, (number, SEQUENCE_MAX)) - 1
            if place < 0 or missing[place][1] < number:
                newest = max(newest, self._kept.pop(number).sent_at)
        lost = [number for number, one in self._kept.items() if one.sent_at < newest - ORDER_SECONDS]
        self._repeat(self._taken_by_broker(lost))

    def _send_again(self) -> None:
        """The oldest, when nothing was confirmed for long."""
        now = time.monotonic()
        if not self._is_connected or now - max(self._looked, self._heard_at) < RESEND_SECONDS:
            return
        self._looked = now
        self._repeat(self._taken_by_broker(itertools.islice(self._kept, PROBED_MAX)))

    def _taken_by_broker(self, numbers: Iterable[int]) -> list[int]:
        """What the broker has not acknowledged, the library sends again by itself."""
        return [number for number in numbers if not _is_in_flight(self._kept[number].info)]

    def _repeat(self, numbers: list[int]) -> None:
        for number in numbers:
            self._kept[number] = self._published(self._kept[number].payload)
        self.sent_again += len(numbers)


def _is_in_flight(info: MQTTMessageInfo | None) -> bool:
    try:
        return info is not None and not info.is_published()
    except (ValueError, RuntimeError):  # the connection broke just then; twice is better than never
        return False
