"""Safety sensing: a measured quantity held against its thresholds, with hold time and hysteresis; nothing is ever cut.

GB 50116 9.2.3: an electrical-fire monitor gives an alarm and does not trip the circuit. So what comes out of here are
events for people, and no output that a device could take for a command.

A level is reached when every reading for `hold_seconds` is at its threshold or above, and left when every reading for
`clear_seconds` is below the threshold less `hysteresis`. A spell begins when a quantity leaves `normal` and ends when
it is back; within it the level may rise and fall. Readings that are farther apart than GAP_SECONDS say nothing of the
time between, so that both times begin anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

Quantity: TypeAlias = Literal["residual_current_ma", "temperature_c", "arc_half_cycles"]
QUANTITIES: tuple[Quantity, ...] = ("residual_current_ma", "temperature_c", "arc_half_cycles")
Level: TypeAlias = Literal["normal", "pre_alarm", "alarm"]
LEVELS: tuple[Level, ...] = ("normal", "pre_alarm", "alarm")
Change: TypeAlias = Literal["began", "rose", "fell", "ended"]
GAP_SECONDS = 1800
"""Monitors report every one to fifteen minutes; after two missed reports nothing is known of the time between."""


@dataclass(frozen=True)
class Limit:
    """The thresholds of one quantity from a day on, in its own unit, and who says so.

    `sure` is how the figure is known: A read in the text, B in a page that quotes it, C company practice, M memory.
    """

    quantity: Quantity
    starts_on: date
    pre_alarm: float
    alarm: float
    hysteresis: float
    hold_seconds: int
    clear_seconds: int
    source: str
    sure: str = "M"

    def least(self, level: Level) -> float:
        """From which value on the level holds."""
        return {"normal": float("-inf"), "pre_alarm": self.pre_alarm, "alarm": self.alarm}[level]


@dataclass(frozen=True)
class Reading:
    """A value at an instant."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Track:
    """Where one quantity of one monitor stands, to go on from with the next reading.

    `since` is when the spell began (the first reading of the run that made it), `highest` its highest value;
    `above` since when every reading was at the threshold of a level, by level; `below` since when at the level's end.
    """

    level: Level = "normal"
    since: datetime | None = None
    highest: float = 0.0
    heard_at: datetime | None = None
    above: tuple[datetime | None, datetime | None] = (None, None)
    below: datetime | None = None


@dataclass(frozen=True)
class Event:
    """The level changed: `at` when that was known, `since` when the spell began, `highest` so far."""

    change: Change
    level: Level
    at: datetime
    since: datetime
    value: float
    highest: float


def limit_on(quantity: Quantity, day: date, limits: Iterable[Limit]) -> Limit | None:
    """The edition that is in force on a day: the latest begun."""
    begun = [one for one in limits if one.quantity == quantity and one.starts_on <= day]
    return max(begun, key=lambda one: one.starts_on, default=None)


def follow(track: Track, readings: Iterable[Reading], limit: Limit) -> tuple[Track, tuple[Event, ...]]:
    """The track after the readings, and what happened; readings that are not later than the last one change nothing."""
    events: list[Event] = []
    for reading in sorted(readings, key=lambda one: one.at):
        if track.heard_at is None or reading.at > track.heard_at:
            track, event = _step(track, reading, limit)
            events += [event] if event else []
    return track, tuple(events)


def is_silent(heard_at: datetime, now: datetime, hours: float) -> bool:
    """Whether a device that spoke last then has said nothing for so many hours: a fault of the device, not of the
    place."""
    return now - heard_at >= timedelta(hours=hours)


def _step(track: Track, reading: Reading, limit: Limit) -> tuple[Track, Event | None]:
    at = reading.at
    is_gap = track.heard_at is not None and at - track.heard_at > timedelta(seconds=GAP_SECONDS)
    above_pre, above_alarm = (None, None) if is_gap else track.above
    above = (_run(above_pre, reading, limit.pre_alarm), _run(above_alarm, reading, limit.alarm))
    is_low = reading.value < limit.least(track.level) - limit.hysteresis
    below = (track.below if track.below and not is_gap else at) if is_low and track.level != "normal" else None
    highest = max(track.highest, reading.value) if track.level != "normal" else reading.value
    moved = replace(track, heard_at=at, above=above, below=below, highest=highest)
    reached = _reached(above, at, limit)
    if LEVELS.index(reached) > LEVELS.index(track.level):
        return _risen(moved, reached, reading)
    if below is not None and at - below >= timedelta(seconds=limit.clear_seconds):
        return _fallen(moved, reading, limit)
    return moved, None


def _run(since: datetime | None, reading: Reading, least: float) -> datetime | None:
    return (since or reading.at) if reading.value >= least else None


def _reached(above: tuple[datetime | None, datetime | None], at: datetime, limit: Limit) -> Level:
    hold = timedelta(seconds=limit.hold_seconds)
    held: tuple[tuple[datetime | None, Level], ...] = ((above[1], "alarm"), (above[0], "pre_alarm"))
    return next((level for since, level in held if since is not None and at - since >= hold), "normal")


def _risen(track: Track, level: Level, reading: Reading) -> tuple[Track, Event]:
    began = track.level == "normal"
    first = track.above[0] or reading.at
    since = first if began or track.since is None else track.since
    risen = replace(track, level=level, since=since, below=None)
    return risen, Event("began" if began else "rose", level, reading.at, since, reading.value, track.highest)


def _fallen(track: Track, reading: Reading, limit: Limit) -> tuple[Track, Event]:
    """Down to the pre-alarm where its own end is not reached yet, else back to normal."""
    assert track.since is not None
    stays = track.level == "alarm" and reading.value >= limit.pre_alarm - limit.hysteresis
    level: Level = "pre_alarm" if stays else "normal"
    event = Event("fell" if stays else "ended", level, reading.at, track.since, reading.value, track.highest)
    if stays:
        return replace(track, level=level, below=None), event
    return Track(heard_at=track.heard_at), event
