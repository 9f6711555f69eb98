"""The demo's virtual clock: whoever has something to do waits for their turn, and deadlines fire between the turns."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Protocol

from django.db import transaction
from numpy.random import Generator

from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.cli.demo.outages import Teller
from wanjia.records.cases.models import Clock
from wanjia.wiring.deliveries import write_out

TURNS_PER_TRANSACTION = 200
"""The demo is made once and from nothing, so that a crash only means to begin again: commits are few."""


@dataclass
class Play:
    """What those who have a turn share. `stuck` counts what the real world did not let go on, by name and fault.

    `coming` are turns that a turn gave rise to.
    """

    chance: Generator
    teller: Teller
    opened: int = 0
    steps: int = 0
    fired: int = 0
    stuck: dict[str, int] = field(default_factory=dict)
    coming: list["Turn"] = field(default_factory=list)


class Turn(Protocol):
    """Somebody who does something at an instant."""

    at: datetime

    def take(self, play: Play) -> bool:
        """Do it; true when there is more to do, at a new `at`."""


@dataclass
class Once:
    """Something that happens once."""

    at: datetime
    deed: Callable[[datetime], None]

    def take(self, play: Play) -> bool:
        """Let it happen."""
        self.deed(self.at)
        play.steps += 1
        return False


def play_turns(play: Play, turns: Iterable[Turn], now: datetime, tell: Callable[[int], None]) -> None:
    """Everybody's turns up to `now`, in their order; `tell` hears how many cases are open so far."""
    number = count()
    waiting = [(turn.at, next(number), turn) for turn in turns]
    heapq.heapify(waiting)
    while waiting and waiting[0][0] <= now:
        with transaction.atomic():
            for _ in range(TURNS_PER_TRANSACTION):
                if not waiting or waiting[0][0] > now:
                    break
                turn = heapq.heappop(waiting)[2]
                play.fired += fire_until(turn.at)
                again = [turn] if turn.take(play) else []
                for one in (*again, *play.coming):
                    heapq.heappush(waiting, (one.at, next(number), one))
                play.coming.clear()
        tell(play.opened)
    play.fired += fire_until(now)


def fire_until(until: datetime) -> int:
    """Let every clock fire at its own instant up to `until`, and every text that has come due leave at its own."""
    fired = 0
    while (at := _next_due()) is not None and at <= until:
        fired += fire_due_clocks(at)
    deliver_news(until)
    write_out(until)
    return fired


def _next_due() -> datetime | None:
    return Clock.objects.exclude(next_at=None).order_by("next_at").values_list("next_at", flat=True).first()
