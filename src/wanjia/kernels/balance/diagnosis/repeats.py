"""Problem districts: where faults or outages come again and again, and whether they became fewer after treatment.

Repetition is counted in any run of days, not by calendar months, so that three outages around the turn of a month count
as three. Whether a fall is more than chance is asked as usual for two counts over two times (Przyborowski and Wilenski
1940): if nothing had changed, each of the events would fall into the later time with the probability of its share of
all days, so the later count would be binomial.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import Counts, Indexes

EVENTS_MAX = 100_000
"""Events of one comparison; a company has some thousands a year."""
MONTH_DAYS = 30
"""What rates are told for."""


@dataclass(frozen=True)
class Fall:
    """Two times beside each other: events in 30 days before and after, the fall, and how likely chance alone made it.

    `fall_share` is 1 where all are gone, negative where they became more, None where there were none before.
    `chance` is the probability of so few events or fewer after, had nothing changed.
    """

    before_a_month: float
    after_a_month: float
    fall_share: float | None
    chance: float


def most_within(district: Indexes, day: NDArray[np.int64], districts: int, window_days: int) -> Counts:
    """[districts]: the most events of each district in any run of `window_days` days.

    `district`, `day`: [n] position of the district and number of the day of each event, in any order. Raises
    ValueError for a window of less than a day.
    """
    if window_days < 1:
        raise ValueError("a window has at least a day")
    order = np.lexsort((day, district))
    where, when = district[order].astype(np.int64), day[order]
    # One axis for all: districts lie further apart than any window reaches.
    span = int(when.max() - when.min()) + window_days + 1 if len(when) else 1
    axis = where * span + (when - when.min() if len(when) else when)
    counts = np.arange(1, len(axis) + 1) - np.searchsorted(axis, axis - window_days, side="right")
    found = np.zeros(districts, dtype=np.int64)
    np.maximum.at(found, where, counts)
    return found


def fall(before: int, days_before: float, after: int, days_after: float) -> Fall:
    """How events fell from one time to a later one. Raises ValueError for negative counts and times of no length."""
    if min(before, after) < 0 or min(days_before, days_after) <= 0 or before + after > EVENTS_MAX:
        raise ValueError("counts of events over times of some length")
    earlier, later = before * MONTH_DAYS / days_before, after * MONTH_DAYS / days_after
    share = 1 - later / earlier if before else None
    return Fall(earlier, later, share, _at_most(after, before + after, days_after / (days_before + days_after)))


def _at_most(most: int, count: int, share: float) -> float:
    """Probability that of `count` events at most `most` fall into a time that makes up `share` of all."""
    return min(1.0, sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(most + 1)))
