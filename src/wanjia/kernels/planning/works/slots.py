"""A horizon as slots: the working hours of its working days, one behind the other, and back to instants."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from wanjia.model.works import Horizon, Scenario

SHARE_PARTS_MAX = 20
"""Scenarios weigh equally in the kernel: a share becomes so many of twenty parts at most."""


@dataclass(frozen=True)
class Slots:
    """`a_day` slots of `hours` each on every day of `days`; slot = place of the day * a_day + place in the day.

    Time between two working days is no slot: nothing takes place then.
    """

    horizon: Horizon
    days: tuple[date, ...]
    a_day: int
    hours: float

    @staticmethod
    def of(horizon: Horizon) -> "Slots":
        """The slots of a horizon without faults."""
        every = (horizon.first_on + timedelta(days=day) for day in range(horizon.days))
        off = set(horizon.days_off)
        a_day = round((horizon.day_until_hour - horizon.day_from_hour) * 60 / horizon.slot_minutes)
        return Slots(horizon, tuple(day for day in every if day not in off), a_day, horizon.slot_minutes / 60)

    @property
    def count(self) -> int:
        """Slots of the horizon."""
        return len(self.days) * self.a_day

    @property
    def zone(self) -> ZoneInfo:
        """The company's zone."""
        return ZoneInfo(self.horizon.zone)

    def instant(self, slot: int, after: bool = False) -> datetime:
        """When a slot begins; `after`: when the slot before it ends, which may be on the evening before."""
        day, place = divmod(slot - after, self.a_day)
        minutes = round(self.horizon.day_from_hour * 60) + (place + after) * self.horizon.slot_minutes
        midnight = datetime.combine(self.days[day], datetime.min.time(), self.zone)
        return midnight + timedelta(minutes=minutes)

    def slot_of(self, at: datetime) -> int | None:
        """The slot that begins at an instant; None where none does."""
        wall = at.astimezone(self.zone)
        if wall.date() not in self.days:
            return None
        minutes = wall.hour * 60 + wall.minute + wall.second / 60 - self.horizon.day_from_hour * 60
        place, rest = divmod(minutes, self.horizon.slot_minutes)
        inside = rest == 0 and 0 <= place < self.a_day
        return self.days.index(wall.date()) * self.a_day + int(place) if inside else None

    def day_of_slot(self) -> NDArray[np.int32]:
        """[slots] place of each slot's day."""
        return np.repeat(np.arange(len(self.days), dtype=np.int32), self.a_day)

    def hour_of_slot(self) -> NDArray[np.float64]:
        """[slots] hour of day at which each begins."""
        return np.tile(self.horizon.day_from_hour + np.arange(self.a_day) * self.hours, len(self.days))

    def on_days(self, from_on: date | None, until_on: date | None) -> NDArray[np.bool_]:
        """[slots] whether each lies on these days, both included."""
        held = [(from_on is None or from_on <= day) and (until_on is None or day <= until_on) for day in self.days]
        return np.repeat(np.array(held, dtype=np.bool_), self.a_day)

    def touching(self, from_at: datetime, until_at: datetime) -> NDArray[np.bool_]:
        """[slots] whether any part of each lies between two instants."""
        ends = self.begins + self.hours * 3600
        held: NDArray[np.bool_] = (self.begins < until_at.timestamp()) & (ends > from_at.timestamp())
        return held

    @cached_property
    def begins(self) -> NDArray[np.float64]:
        """[slots] seconds of the epoch at which each begins."""
        return np.array([self.instant(slot).timestamp() for slot in range(self.count)])

    def by_day(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """[slots] from figures by working day."""
        return np.repeat(counts, self.a_day)

    def place_in_horizon(self) -> list[int]:
        """For each working day how many days after the first it is."""
        return [(day - self.horizon.first_on).days for day in self.days]


def levels(slots: Slots, scenarios: tuple[Scenario, ...]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where each slot's scenarios begin, [slots + 1], and what an hour of weight 1 costs in each, slot by slot.

    The kernel's cost is a mean over the slots: levels carry hours a slot and the number of slots, so that costs come
    out in hours.
    """
    copies = [_level(slots, one) for one, parts in zip(scenarios, _parts(scenarios), strict=True) for _ in range(parts)]
    table = np.stack(copies or [np.ones(slots.count)], axis=1)
    begin = np.arange(slots.count + 1, dtype=np.int64) * table.shape[1]
    return begin, (table * slots.hours * slots.count).ravel()


def _level(slots: Slots, scenario: Scenario) -> NDArray[np.float64]:
    found = np.ones(slots.count)
    if scenario.level_by_hour:
        found *= np.array(scenario.level_by_hour)[slots.hour_of_slot().astype(int)]
    if scenario.level_by_day:
        found *= slots.by_day(np.array(scenario.level_by_day)[slots.place_in_horizon()])
    return found


def _parts(scenarios: tuple[Scenario, ...]) -> list[int]:
    """How often each scenario stands in the kernel's list: the fewest parts that keep the shares, else twentieths."""
    shares = np.array([one.share for one in scenarios], dtype=np.float64)
    if not len(shares):
        return []
    shares = shares / shares.sum()
    for parts in range(len(shares), SHARE_PARTS_MAX + 1):
        whole = shares * parts
        if np.allclose(whole, whole.round(), atol=1e-6):
            return [int(part) for part in whole.round()]
    return [max(1, int(part)) for part in (shares * SHARE_PARTS_MAX).round()]
