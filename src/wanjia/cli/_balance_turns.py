"""Who may put readings when: batches in the order of the table, several at once where they have no meter in common.

So the later row counts, as if one thread had read the table, while tables that are sorted by meter keep all busy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

import numpy as np


class Broken(Exception):
    """Another thread failed; its error is the one to be told."""


class Turns:
    """Turns are numbered from 0; each may have any number of batches, one after the other."""

    def __init__(self, meters: int) -> None:
        self._claimed = np.zeros(meters, np.bool_)
        self._turn = 0
        self._broken = False
        self._changed = Condition()

    @contextmanager
    def putting(self, turn: int, meters: np.ndarray, is_last: bool) -> Iterator[None]:
        """Waits until it is this turn and nobody else has any of these meters. Raises Broken.

        With the last batch of a turn the next one's comes, beside it.
        """
        mine = meters[meters >= 0]
        with self._changed:
            self._changed.wait_for(lambda: self._broken or (self._turn == turn and not self._claimed[mine].any()))
            if self._broken:
                raise Broken
            self._claimed[mine] = True
            self._turn += is_last
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._claimed[mine] = False
                self._changed.notify_all()

    def pass_on(self, turn: int) -> None:
        """The turn had no batch at all."""
        with self._changed:
            self._changed.wait_for(lambda: self._broken or self._turn == turn)
            self._turn += 1
            self._changed.notify_all()

    def fail(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._broken = True
            self._changed.notify_all()
