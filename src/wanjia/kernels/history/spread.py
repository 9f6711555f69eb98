"""How many, how long in all, in the mean, in the middle, and in the worst tenth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Spread:
    """A sample of durations in elapsed days (24 h each, nights and days off included); all `None` when n is 0."""

    n: int
    total_days: float
    mean_days: float | None
    median_days: float | None
    p90_days: float | None


def spread(seconds: Sequence[float]) -> Spread:
    """Figures of a sample given in seconds; quantiles interpolate linearly between neighbours (type 7)."""
    if not seconds:
        return Spread(0, 0.0, None, None, None)
    # Sorted first, so that the same sample in another order gives the same last digit.
    sample = np.sort(np.asarray(seconds, dtype=np.float64)) / SECONDS_PER_DAY
    median, p90 = np.percentile(sample, (50, 90))
    return Spread(len(sample), float(sample.sum()), float(sample.mean()), float(median), float(p90))


def share(part: float, whole: float) -> float | None:
    """`part / whole`, or nothing where there is no whole."""
    return part / whole if whole else None
