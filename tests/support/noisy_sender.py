"""Senders whose network loses, doubles and swaps messages on purpose; each knows what it did.

The numbered messages hold one event each. What is dropped here was never given to the broker, so that only the numbers
can tell that it was there.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from wanjia.adapters.telemetry.broker import Address
from wanjia.adapters.telemetry.replay import SETTLE_MS, Recorded
from wanjia.adapters.telemetry.sender import Publisher

DROPPED, DOUBLED, SWAPPED = 0.01, 0.02, 0.02
"""Shares of messages."""


@dataclass
class Book:
    """What one sender did: numbers sent, numbers dropped, rows of the stream that were sent."""

    sent: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    rows: list[int] = field(default_factory=list)


class NoisySenders:
    """Several senders that share a stream, message by message in turn."""

    def __init__(self, address: Address, site: str, count: int, window: int, seed: int) -> None:
        self.names = [f"c-{at}" for at in range(count)]
        self._publishers = [Publisher(address, site, name, window=window) for name in self.names]
        self.books = {name: Book() for name in self.names}
        self._chance = random.Random(seed)
        self._numbers = [0] * count

    def play(self, stream: Recorded, told: Callable[[int], None]) -> None:
        """Sends the whole stream, one event a message; the first and the last of each sender always."""
        count = len(stream.keys)
        for done, (row, again) in enumerate(self._order(count)):
            who = row % len(self.names)
            number = row // len(self.names) + 1
            part = slice(row, row + 1)
            for _ in range(again):
                self._publishers[who].send(
                    stream.keys[part], stream.kinds[part], stream.occurred[part], int(stream.received[row]), number
                )
            self._note(who, number, row, again)
            told(done)
        self._settle(int(stream.received[-1]))

    def drain(self, seconds_max: float) -> bool:
        """Waits until the platform has confirmed everything."""
        return all(one.drain(seconds_max) for one in self._publishers)

    @property
    def confirmed(self) -> int:
        """Messages that the platform said were on its disk."""
        return sum(len(book.sent) for book in self.books.values()) - sum(one.unconfirmed for one in self._publishers)

    @property
    def sent_again(self) -> int:
        """Messages that had to be sent again for want of a confirmation."""
        return sum(one.sent_again for one in self._publishers)

    def close(self) -> None:
        """Ends the connections."""
        for one in self._publishers:
            one.close()

    def _note(self, who: int, number: int, row: int, again: int) -> None:
        book = self.books[self.names[who]]
        if again:
            book.sent.add(number)
            book.rows.append(row)
        else:
            book.dropped.add(number)
        self._numbers[who] = max(self._numbers[who], number)

    def _order(self, count: int) -> Iterator[tuple[int, int]]:
        """Rows in the order in which they go out, each with how often: 0 dropped, 2 doubled."""
        step, row = len(self.names), 0
        while row < count:
            # The same sender's next message goes first.
            if self._chance.random() < SWAPPED and row + 2 * step < count:
                block = [*range(row + 1, row + step), row + step, row]
            else:
                block = [row]
            for one in block:
                is_edge = one < 2 * step or one >= count - 2 * step
                yield one, 1 if is_edge else self._times()
            row += len(block)

    def _times(self) -> int:
        draw = self._chance.random()
        return 0 if draw < DROPPED else 2 if draw < DROPPED + DOUBLED else 1

    def _settle(self, last: int) -> None:
        """An empty message of each, whose time says that time went on."""
        none = np.empty(0, np.int64)
        for name, publisher, number in zip(self.names, self._publishers, self._numbers, strict=True):
            publisher.send(none.astype(np.uint64), none.astype(np.uint8), none, last + SETTLE_MS, number + 1)
            self.books[name].sent.add(number + 1)
