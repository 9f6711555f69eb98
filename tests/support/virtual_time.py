"""A clock that tests turn: it starts at a fixed instant, runs like any clock, and can be put forward."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class VirtualTime:
    """Now = where it was last set + the seconds since; never turned back."""

    def __init__(self, starts_at: datetime) -> None:
        self.set(starts_at)

    def set(self, at: datetime) -> None:
        """Let it be `at` now."""
        self._at, self._since = at, time.monotonic()

    def now(self) -> datetime:
        """The instant, in UTC as Django has it."""
        return self._at + timedelta(seconds=time.monotonic() - self._since)


@contextmanager
def virtual_time(starts_at: datetime) -> Iterator[VirtualTime]:
    """Within the block everything in this process that asks Django for the time is told the virtual one."""
    clock = VirtualTime(starts_at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", clock.now)
        yield clock
