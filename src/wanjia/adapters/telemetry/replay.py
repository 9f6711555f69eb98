"""An event table, played again at any speed: as messages through a broker, or as the same messages without one."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.driver import milliseconds
from wanjia.adapters.telemetry.intake import Intake
from wanjia.adapters.telemetry.nouns import Message

SLICE_MS = 1000
"""Events of one second of the stream become one message at least; a message's events all count as arrived together."""
EVENTS_A_MESSAGE = 20_000
SETTLE_MS = 120_000
"""After the last event, time is told to have gone on by this much: longer than any announcement takes."""


@dataclass(frozen=True, eq=False)
class Recorded:
    """Events in order of arrival, [n] each; times in ms UTC."""

    keys: np.ndarray
    kinds: np.ndarray
    occurred: np.ndarray
    received: np.ndarray


class Outlet(Protocol):
    """Where messages go."""

    def send(self, keys: np.ndarray, kinds: np.ndarray, occurred: np.ndarray, sent_at: int = 0) -> int:
        """Takes one message; returns its number."""


class Direct:
    """An outlet without a broker: the same payloads are taken and written as those of a consumer.

    It counts from 1, so each run needs a sender's name of its own.
    """

    def __init__(self, intake: Intake, site: str, sender: str) -> None:
        self.intake, self.sender, self._topic = intake, sender, events_topic(site, sender)
        self.next_sequence = 1

    def send(self, keys: np.ndarray, kinds: np.ndarray, occurred: np.ndarray, sent_at: int = 0) -> int:
        """On disk when it returns. Raises OSError."""
        number, self.next_sequence = self.next_sequence, self.next_sequence + 1
        payload = encode_binary(Message(self.sender, number, sent_at, keys, kinds, occurred))
        now = milliseconds()
        self.intake.take(self._topic, payload, now)
        self.intake.commit(now)
        return number


def play(
    recorded: Recorded, outlet: Outlet, speed: float, shift_ms: int = 0,
    is_stopped: Callable[[], bool] = lambda: False, told: Callable[[int], None] = lambda events: None,
) -> int:  # fmt: skip
    """Sends everything, `speed` times as fast as it arrived (0: as fast as it goes), all times moved by `shift_ms`.

    `told` hears after each message how many events were sent so far. Returns how many events were sent.
    """
    begun, done = time.monotonic(), 0
    first = int(recorded.received[0]) if len(recorded.received) else 0
    for begin, end in slices(recorded.received):
        at = int(recorded.received[end - 1])
        if speed and not _wait_until(begun + (at - first) / 1000 / speed, is_stopped):
            return done
        part = slice(begin, end)
        outlet.send(recorded.keys[part], recorded.kinds[part], recorded.occurred[part] + shift_ms, at + shift_ms)
        done = end
        told(done)
        if is_stopped():
            return done
    if done:
        none = np.empty(0, np.int64)
        outlet.send(
            none.astype(np.uint64), none.astype(np.uint8), none, int(recorded.received[-1]) + shift_ms + SETTLE_MS
        )
    return done


def slices(received: np.ndarray) -> list[tuple[int, int]]:
    """Where to cut: at whole seconds, and wherever a message would get too many events."""
    seconds = received // SLICE_MS
    cuts = np.flatnonzero(np.diff(seconds)) + 1
    edges = [0, *cuts.tolist(), len(received)]
    found = []
    for begin, end in itertools.pairwise(edges):
        found += [(at, min(at + EVENTS_A_MESSAGE, end)) for at in range(begin, end, EVENTS_A_MESSAGE)]
    return found


def _wait_until(at: float, is_stopped: Callable[[], bool]) -> bool:
    """False when it was stopped meanwhile."""
    while (left := at - time.monotonic()) > 0:
        if is_stopped():
            return False
        time.sleep(min(left, 0.2))
    return not is_stopped()
