"""When a mode may start: working hours, days, notice, black-outs, pace, means that must be back in time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.works.atoms import sets_of
from wanjia.kernels.planning.works.bases import Supplier, Variant
from wanjia.kernels.planning.works.slots import Slots
from wanjia.model.faults import Fault, Where
from wanjia.model.works import HoursOf, Mode, Work, WorkList

_EPSILON = 1e-9
Flags = NDArray[np.bool_]
Starting = NDArray[np.int32]


@dataclass
class Dropped:
    """Why starts of a work were left out, counted: the fault of a work that has none left says so."""

    days: int = 0
    hours: int = 0
    notice: int = 0
    blackout: int = 0
    pace: int = 0
    repeated: int = 0
    without_means: int = 0
    out_of_reach: int = 0

    def fault(self, work: Work, at: int) -> Fault:
        """The fault of a work without any start."""
        return Fault("planning.no_start", Where(column=f"works[{at}]"), {"work": work.id, **vars(self)})


@dataclass(frozen=True, eq=False)
class Starts:
    """What is asked again and again: the list's slots, black-outs as slots, who has had enough dark days."""

    listed: WorkList
    slots: Slots
    place: dict[str, int]
    blackouts: tuple[tuple[frozenset[int], Flags], ...]
    exhausted: frozenset[int]
    noticed: Flags

    @staticmethod
    def of(listed: WorkList, slots: Slots, place: dict[str, int]) -> "Starts":
        """Of a list without faults; `place` is where each district stands in it."""
        blackouts = tuple(
            (frozenset(place[name] for name in one.districts), slots.touching(one.from_at, one.until_at))
            for one in listed.blackouts
        )
        limit = listed.repeat_limit
        rows = enumerate(listed.districts)
        exhausted = frozenset(at for at, row in rows if 0 <= limit <= row.dark_days_before)
        return Starts(listed, slots, place, blackouts, exhausted, _noticed(listed, slots))

    def blocked(self, districts: tuple[int, ...]) -> Flags:
        """[slots] whether somebody of these districts must not go dark then."""
        found = np.zeros(self.slots.count, dtype=np.bool_)
        asked = set(districts)
        for held, when in self.blackouts:
            if not asked.isdisjoint(held):
                found |= when
        return found

    def reachable(self, starts: Starting, duration: int, variant: Variant, known: Sequence[Supplier]) -> Starting:
        """Those at which all means leave and are back inside their own hours, and enough of them work that day."""
        day, place = np.divmod(starts, self.slots.a_day)
        kept = np.ones(len(starts), dtype=np.bool_)
        begins = self.slots.horizon.day_from_hour + place * self.slots.hours
        for use in variant.uses:
            one, away = known[use.supplier], use.travel * self.slots.hours
            kept &= (begins - away >= one.from_hour - _EPSILON) & (one.counts[day] >= use.count)
            kept &= begins + duration * self.slots.hours + away <= one.until_hour + _EPSILON
        return starts[kept]


def allowed(starts: Starts, at: int, mode_at: int, dropped: Dropped) -> Iterator[tuple[float, int, Starting]]:
    """Factor, duration in slots and first slots of a mode, one set for each pace."""
    slots, work = starts.slots, starts.listed.works[at]
    mode = work.modes[mode_at]
    factors = _factors(starts, mode)
    days = _days(starts, work)
    dropped.days += int((~days).sum())
    dropped.pace += int((days & (factors == 0)).sum())
    dark, gap = sets_of(mode, starts.place)
    if not starts.exhausted.isdisjoint((*dark, *gap)):
        dropped.repeated += int(days.sum())
        return
    if (dark or gap) and work.fixed_start is None:  # who leaves it no choice has given notice already
        dropped.notice += int((days & ~starts.noticed).sum())
        days = days & starts.noticed
    for factor in np.unique(factors[factors > 0]).tolist():
        duration = slots_of(mode.hours * factor, slots)
        possible = np.flatnonzero(days & (factors == factor) & _inside(slots, work, duration)).astype(np.int32)
        dropped.hours += int((days & (factors == factor)).sum()) - len(possible)
        lit = possible
        for districts, windows in ((dark, mode.dark_hours), (gap, mode.gap_hours)):
            lit = _lit(lit, starts.blocked(districts), windows_of(windows, factor, duration, slots))
        dropped.blackout += len(possible) - len(lit)
        if len(lit):
            yield factor, duration, lit


def slots_of(hours: float, slots: Slots) -> int:
    """Whole slots that hold so many hours, one at least."""
    return max(1, ceil(hours / slots.hours - _EPSILON))


def windows_of(windows: tuple[HoursOf, ...], factor: float, duration: int, slots: Slots) -> list[tuple[int, int]]:
    """Windows as slots from the start, rounded outwards, stretched with the work, joined where they touch."""
    if not windows:
        return [(0, duration)]
    found: list[tuple[int, int]] = []
    for begins, ends in sorted(windows):
        first = floor(begins * factor / slots.hours + _EPSILON)
        last = min(duration, ceil(ends * factor / slots.hours - _EPSILON))
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        elif last > first:
            found.append((first, last))
    return found


def _lit(possible: Starting, blocked: Flags, windows: list[tuple[int, int]]) -> Starting:
    """Starts at which none of the windows meets a blocked slot."""
    if not blocked.any():
        return possible
    before = np.concatenate(([0], np.cumsum(blocked)))
    kept = np.ones(len(possible), dtype=np.bool_)
    for begins, ends in windows:
        kept &= before[possible + ends] == before[possible + begins]
    return possible[kept]


def _noticed(listed: WorkList, slots: Slots) -> Flags:
    """[slots] whether an outage then can still be announced in time."""
    if listed.drafted_on is None:
        return np.ones(slots.count, dtype=np.bool_)
    notice = np.array([(day - listed.drafted_on).days >= listed.notice_days for day in slots.days], dtype=np.bool_)
    return np.repeat(notice, slots.a_day)


def _factors(starts: Starts, mode: Mode) -> NDArray[np.float64]:
    """[slots] by how much a start then stretches the mode; 0 where it may not start."""
    slots = starts.slots
    found, hour = np.ones(slots.count), slots.hour_of_slot()
    for pace in starts.listed.paces:
        if mode.kind in pace.modes:
            held = slots.on_days(pace.from_on, pace.until_on)
            found[held & (pace.from_hour <= hour) & (hour < pace.until_hour)] *= pace.factor
    return found


def _days(starts: Starts, work: Work) -> Flags:
    """[slots] that the work's own dates allow."""
    found = starts.slots.on_days(work.earliest_on, work.latest_on)
    if work.fixed_start is not None:
        only = starts.slots.slot_of(work.fixed_start)
        found = found & (np.arange(starts.slots.count) == only)
    return found


def _inside(slots: Slots, work: Work, duration: int) -> Flags:
    """[slots] from which the work ends on its day, and at whose hour it may start."""
    found: Flags = np.arange(slots.count) % slots.a_day + duration <= slots.a_day
    if work.start_hours and work.fixed_start is None:
        found &= np.isin(np.round(slots.hour_of_slot() * 60), np.round(np.array(work.start_hours) * 60))
    return found
