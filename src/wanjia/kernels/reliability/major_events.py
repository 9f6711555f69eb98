"""Major event days: IEEE 1366, the 2.5 beta method."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from wanjia.kernels.reliability.nouns import MOMENTARY_MINUTES_IEEE, Interruptions, Served
from wanjia.model.network import Flags

HISTORY_YEARS = 5
"""Years of daily SAIDI that set the threshold; fewer are used while there are fewer (IEEE 1366)."""
BETAS = 2.5


@dataclass(frozen=True)
class Threshold:
    """T_MED in minutes of daily SAIDI, from the natural logarithms' mean and standard deviation (sample, n - 1)."""

    alpha: float
    beta: float
    t_med_minutes: float
    days: int
    years: tuple[int, ...]


def daily_saidi(
    found: Interruptions, served: Served, zone: ZoneInfo, momentary_minutes: float = MOMENTARY_MINUTES_IEEE
) -> dict[date, float]:
    """Minutes by the day on which the interruption began, its whole length; days without any are left out."""
    minutes: dict[date, float] = defaultdict(float)
    sustained = found.sustained(momentary_minutes)
    for day, lost, lasting in zip(found.days(zone), found.user_minutes.tolist(), sustained.tolist(), strict=True):
        if lasting and lost > 0:
            minutes[day] += lost / served.users
    return dict(minutes)


def threshold(daily: Iterable[float], years: tuple[int, ...] = ()) -> Threshold | None:
    """T_MED of daily SAIDI values; days with zero are dropped; None for fewer than two days, which have no spread."""
    logarithms = np.log([value for value in daily if value > 0])
    if len(logarithms) < 2:
        return None
    alpha, beta = float(logarithms.mean()), float(logarithms.std(ddof=1))
    return Threshold(alpha, beta, math.exp(alpha + BETAS * beta), len(logarithms), years)


def thresholds(daily: Mapping[date, float], years: Iterable[int]) -> dict[int, Threshold | None]:
    """For each year the threshold of the last five years before it that the table reaches back to."""
    first = min((day.year for day in daily), default=0)
    result = {}
    for year in years:
        before = tuple(range(max(first, year - HISTORY_YEARS), year)) if daily else ()
        result[year] = threshold((value for day, value in daily.items() if day.year in before), before)
    return result


def major_event_days(daily: Mapping[date, float], limits: Mapping[int, Threshold | None]) -> tuple[date, ...]:
    """Days whose SAIDI is above their year's threshold, ascending."""
    found = (
        day
        for day, value in daily.items()
        if (limit := limits.get(day.year)) is not None and value > limit.t_med_minutes
    )
    return tuple(sorted(found))


def outside(found: Interruptions, days: Iterable[date], zone: ZoneInfo) -> Flags:
    """Rows that did not begin on one of the days, [rows]."""
    major = set(days)
    return np.array([day not in major for day in found.days(zone)], dtype=np.bool_)
