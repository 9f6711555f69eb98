"""Whether a home is unusually still, from the energy of whole hours alone; for residents who asked for it.

An hour counts as lively when it used clearly more than the home's own resting level: what the refrigerator and standby
draw, taken as the lowest fifth of its hours. The stillness that lasts now is held against the same hours of the last
weeks: it is unusual when there was hardly any day on which the home was still for all of them. Nothing is known of
appliances, rooms or what anybody does, and nothing but yes or no leaves here: no figure of consumption, no habit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAY = 24
DAYS_MIN, DAYS_MAX = 14, 28
"""Days from which a rhythm is learnt; fewer know no weekends, more are another season."""
STILL_HOURS_MIN = 6
"""A shorter stillness is nobody's concern."""
STILL_HOURS_MAX = 3 * DAY
USUAL_SHARE_MAX = 0.04
"""At most one day of the last four weeks may have been as still in the same hours."""
LOW_QUANTILE, HIGH_QUANTILE, LIVELY_PART = 0.2, 0.9, 0.25
LIVELY_KWH_MIN = 0.02
"""A home whose hours differ by less than a lamp says nothing."""


@dataclass(frozen=True)
class Stillness:
    """`is_known`: there were enough hours to judge. `is_unusual`: please call. `is_lively`: the last hour was."""

    is_known: bool
    is_unusual: bool = False
    is_lively: bool = False


def stillness(energy_kwh: Floats) -> Stillness:
    """`energy_kwh`[n]: the hours up to now, the last one just over; NaN where not known."""
    hours = energy_kwh[-(DAYS_MAX * DAY + STILL_HOURS_MAX) :]
    known = hours[np.isfinite(hours)]
    if len(known) < DAYS_MIN * DAY or not np.isfinite(hours[-1]):
        return Stillness(False)
    lively = _lively(hours, known)
    if lively is None:
        return Stillness(False)
    if lively[-1]:
        return Stillness(True, is_lively=True)
    still = _still_hours(hours, lively)
    if still < STILL_HOURS_MIN:
        return Stillness(True)
    share = _share_as_still(hours, lively, still)
    return Stillness(False) if share is None else Stillness(True, share <= USUAL_SHARE_MAX)


def _lively(hours: Floats, known: Floats) -> NDArray[np.bool_] | None:
    low, high = np.quantile(known, LOW_QUANTILE), np.quantile(known, HIGH_QUANTILE)
    if high - low < LIVELY_KWH_MIN:
        return None
    found: NDArray[np.bool_] = np.nan_to_num(hours, nan=0.0) > low + LIVELY_PART * (high - low)
    return found


def _still_hours(hours: Floats, lively: NDArray[np.bool_]) -> int:
    """Hours without life up to now; an hour that is not known ends the count, for somebody may have been up in it."""
    ends = np.flatnonzero(lively | ~np.isfinite(hours))
    since = int(ends[-1]) + 1 if len(ends) else 0
    return min(len(hours) - since, STILL_HOURS_MAX)


def _share_as_still(hours: Floats, lively: NDArray[np.bool_], still: int) -> float | None:
    """The share of earlier days on which the same hours were all still; None when too few days are known."""
    days = as_still = 0
    for back in range(1, DAYS_MAX + 1):
        end = len(hours) - back * DAY
        begin = end - still
        if begin >= 0 and bool(np.isfinite(hours[begin:end]).all()):
            days += 1
            as_still += not bool(lively[begin:end].any())
    return as_still / days if days >= DAYS_MIN // 2 else None
