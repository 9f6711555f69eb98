"""Heavy load and overload, voltage out of its limits, unbalanced phases: what interval readings of a transformer say.

Runs are counted over consecutive points; a missing point ends a run, since nobody knows what happened in it. Where
days are given one after the other, a run goes on over midnight.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import Counts, Flags, Measures

Shares: TypeAlias = NDArray[np.float64]

POINTS_A_RUN = 8
"""Two hours of quarter hours: company practice for heavy load and overload."""
HEAVY_SHARE, OVERLOAD_SHARE = 0.8, 1.0
NOMINAL_VOLTS = 220.0
VOLTS_LOW, VOLTS_HIGH = NOMINAL_VOLTS * 0.90, NOMINAL_VOLTS * 1.07
"""GB/T 12325: a 220 V supply may deviate by +7 % and -10 %."""
UNBALANCE_MAX = 0.15
"""(largest - smallest) / largest phase current; company practice for a transformer's outlet."""
UNBALANCE_FROM_SHARE = 0.2
"""Of the transformer's rated current; at less than that unbalance harms nobody."""
POWER_FACTOR = 0.95
"""Taken where only active energy is metered."""


@dataclass(frozen=True, eq=False)
class Loading:
    """Of every transformer, [d]: highest share of its capacity, longest runs in points, where the longest heavy begins.

    Shares are NaN where the capacity is unknown or nothing was read; such a transformer is neither heavy nor not.
    """

    peak: Shares
    heavy_points: Counts
    overload_points: Counts
    heavy_from: Counts
    known: Flags

    @property
    def heavy(self) -> Flags:
        """At 80 % or more for eight points, overloaded ones included."""
        return self.known & (self.heavy_points >= POINTS_A_RUN)

    @property
    def overloaded(self) -> Flags:
        """At 100 % or more for eight points."""
        return self.known & (self.overload_points >= POINTS_A_RUN)


def loading_of(kilowatts: Measures, capacity_kva: Measures, power_factor: float = POWER_FACTOR) -> Loading:
    """kilowatts: [d, points] through the transformer, either way, NaN where not read; capacity_kva: [d]."""
    known_size: Flags = np.isfinite(capacity_kva) & (capacity_kva > 0)
    size = np.where(known_size, capacity_kva, np.nan)[:, None]
    share = np.abs(kilowatts) / power_factor / size
    read = np.asarray(np.isfinite(share).any(axis=1))
    peak = np.where(read, np.max(np.nan_to_num(share, nan=-1.0), axis=1, initial=-1.0), np.nan)
    heavy, begins = longest_runs(share >= HEAVY_SHARE)
    over, _ = longest_runs(share >= OVERLOAD_SHARE)
    return Loading(peak, heavy, over, begins, read)


def longest_runs(true: Flags) -> tuple[Counts, Counts]:
    """Length of the longest run of True in each row and where it begins (0 without one), [n, points] -> [n], [n]."""
    count = np.zeros(len(true), dtype=np.int64)
    best, ends = count.copy(), count.copy()
    for point in range(true.shape[1]):
        count = np.where(true[:, point], count + 1, 0)
        longer = count > best
        best, ends = np.where(longer, count, best), np.where(longer, point + 1, ends)
    return best, ends - best


@dataclass(frozen=True, eq=False)
class Voltage:
    """Of every measured place, [n]: points read, below and above the limits, the extremes, longest run below."""

    read: Counts
    low: Counts
    high: Counts
    least: Measures
    most: Measures
    low_points: Counts

    @property
    def within(self) -> Shares:
        """Share of the points read that were within limits; NaN where none was."""
        bad = (self.low + self.high).astype(np.float64)
        return np.where(self.read > 0, 1 - bad / np.maximum(self.read, 1), np.nan)

    @property
    def is_low(self) -> Flags:
        """Below the limit for two hours on end."""
        return self.low_points >= POINTS_A_RUN


def voltage_of(volts: Measures) -> Voltage:
    """volts: [n, points] between phase and neutral, NaN where not read. A dead phase (below a tenth) is no low voltage.

    Whoever has no voltage at all has an outage, which others sense; counting it here would call it a long wire.
    """
    read = np.isfinite(volts) & (volts > NOMINAL_VOLTS / 10)
    low, high = read & (volts < VOLTS_LOW), read & (volts > VOLTS_HIGH)
    some = read.any(axis=1)
    least = np.where(some, np.min(np.where(read, volts, np.inf), axis=1, initial=np.inf), np.nan)
    most = np.where(some, np.max(np.where(read, volts, -np.inf), axis=1, initial=-np.inf), np.nan)
    points, _ = longest_runs(low)
    return Voltage(read.sum(axis=1), low.sum(axis=1), high.sum(axis=1), least, most, points)


@dataclass(frozen=True, eq=False)
class Unbalance:
    """Of every transformer, [d]: points with load enough to count, those beyond the limit, mean unbalance over them.

    heaviest: phase (0 to 2) with the largest mean current. longest: run of points beyond the limit.
    """

    counted: Counts
    beyond: Counts
    mean: Shares
    heaviest: Counts
    longest: Counts

    @property
    def is_unbalanced(self) -> Flags:
        """Beyond the limit for two hours on end, and on average."""
        return (self.longest >= POINTS_A_RUN) & (np.nan_to_num(self.mean) > UNBALANCE_MAX)


def unbalance_of(amperes: Measures, capacity_kva: Measures) -> Unbalance:
    """amperes: [d, 3, points] of the phases at the transformer, NaN where not read; capacity_kva: [d]."""
    read = np.asarray(np.isfinite(amperes).all(axis=1))
    known = np.where(read[:, None], amperes, 0.0)
    most, least = known.max(axis=1), known.min(axis=1)
    rated = np.where(np.isfinite(capacity_kva), capacity_kva, 0.0) * 1000 / 3 / NOMINAL_VOLTS
    counts = read & (most > 0) & (most >= UNBALANCE_FROM_SHARE * rated[:, None])
    share = np.where(counts, (most - least) / np.where(most > 0, most, 1), 0.0)
    beyond = counts & (share > UNBALANCE_MAX)
    number = counts.sum(axis=1)
    mean = np.where(number > 0, share.sum(axis=1) / np.maximum(number, 1), np.nan)
    longest, _ = longest_runs(beyond)
    return Unbalance(number, beyond.sum(axis=1), mean, known.mean(axis=2).argmax(axis=1), longest)
