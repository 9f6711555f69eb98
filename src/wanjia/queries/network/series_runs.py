"""Computations of days: asked for, under way with progress and remaining time, done."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import Fault


@dataclass(frozen=True)
class RunLine:
    """One run. `state`: waiting, running, done, failed. `remaining_seconds` is estimated, None when not known.

    `outcome` has counts once it is done: `districts`, `meters`, `readings`, `changed` districts against the revision
    before, `revision`, and districts by band (`band_high`, ...).
    """

    id: int
    day: date
    state: str
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    stage: str
    done: int
    total: int
    share: float | None
    remaining_seconds: float | None
    attempts: int
    outcome: dict[str, int]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class DayLine:
    """A day of the store: readings accepted, compacted, computed; `stale`: readings came after it was computed."""

    day: date
    arrived: int
    revision: str
    computed: bool
    stale: bool
    last_arrival_at: datetime | None


def runs(actor: Actor, now: datetime, limit: int = 50) -> tuple[RunLine, ...]:
    """Newest first. Raises Denied."""
    raise NotImplementedError


def run(key: int, actor: Actor, now: datetime) -> RunLine:
    """One run. Raises NotFound, Denied."""
    raise NotImplementedError


def days(actor: Actor, first: date, last: date) -> tuple[DayLine, ...]:
    """Days of the period for which readings were accepted, newest first. Raises Denied."""
    raise NotImplementedError
