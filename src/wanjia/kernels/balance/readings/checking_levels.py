"""Wrong multipliers: readings that are some usual ratio of current transformers, or a power of ten, too large or small.

Two witnesses, each enough. The meter's own past: from a day on every quantile of its intervals, its stand-by as well as
its peaks, is the same number of times what it was, and the shape of the day stays. And the master: what is missing in
the district, interval by interval, is a multiple of what this one meter counts.
"""

from collections.abc import Iterator

import numpy as np

from wanjia.kernels.balance.readings.checking import Finding
from wanjia.kernels.balance.readings.curves import Curves, Grid, Places, quantiles

RATIOS = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 16.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 120.0,
          160.0, 200.0, 300.0, 400.0, 1000.0)  # fmt: skip
"""Usual ratios of current transformers 5 A (GB/T 20840.2), ratios of two of them, and powers of ten."""
NEAR = 0.08
"""A step counts as one of the ratios when it is no further from it, relatively."""
STEP_MIN = 3.0
"""The least ratio that a meter's own past can show: a heat pump or a new machine doubles a home by itself."""
WINDOW_DAYS = 14
"""Days compared on each side of a step."""
DAYS_MIN = 4
SPREAD_MAX = 2.0
"""By how much the ratios of the quantiles may differ from each other, as a ratio; by the root of a larger step."""
QUANTILES = (0.25, 0.5, 0.75, 0.95)
"""From stand-by to peaks; below, meters that count coarsely show nothing but zeros."""
CLEAR = 10
"""Percent of the days on each side that may lie on the wrong side of a step: somebody was away."""
SHAPE_MIN = 0.4
"""Correlation of the mean days before and after."""
FIT_MIN = 0.95
"""Correlation of what is missing in the district with the meter's curve."""
LOSS_MAX = 0.06
"""What remains missing after correction must lie between nothing and this, as a share of the energy in."""
LOSS_MIN = -0.01
LOSS_USUAL = 0.03
"""Loss of a sound district, taken off the master's energy before the rest is looked for."""


def check_levels(curves: Curves) -> list[Finding]:
    """Steps by a usual ratio in a meter's own past; figure: how many times too much from that day on."""
    by_day = curves.by_day()
    held = np.isnan(by_day).mean(axis=2)
    daily = np.where(held < 0.1, np.nansum(by_day, axis=2), np.nan)
    apart, step = _steps(daily)
    rows = np.flatnonzero(apart > 1).tolist()
    return [one for row in rows for one in _told(curves, by_day[row], row, int(step[row]))]


def nearest_ratio(factor: float) -> float:
    """The usual ratio, or one over it, that is nearest to a factor above nothing."""
    return float(min((*RATIOS, *(1 / each for each in RATIOS)), key=lambda each: abs(np.log(each / factor))))


def usual_ratio(factor: float) -> float | None:
    """The usual ratio, or one over it, to which a factor comes near; None where there is none."""
    if not factor > 0:
        return None
    nearest = nearest_ratio(factor)
    return nearest if abs(np.log(nearest / factor)) <= np.log1p(NEAR) else None


def _steps(daily: Grid) -> tuple[Grid, Places]:
    """[n] how far the days before and the days after lie apart at best, as a ratio, and the day at which they do.

    Up to 1 where the two sides lie among each other at every day.
    """
    apart, step = np.zeros(len(daily)), np.zeros(len(daily), np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        for at in range(DAYS_MIN, daily.shape[1] - DAYS_MIN + 1):
            early, late = _ends(daily[:, max(0, at - WINDOW_DAYS) : at]), _ends(daily[:, at : at + WINDOW_DAYS])
            here = np.nan_to_num(np.fmax(late[0] / early[1], early[0] / late[1]), nan=0.0)
            better = here > apart
            apart[better], step[better] = here[better], at
    return apart, step


def _ends(daily: Grid) -> tuple[Grid, Grid]:
    """[n] what all days but the lowest few exceed, and all but the highest few do not; NaN where days are too few."""
    used = daily > 0
    return quantiles(daily, CLEAR / 100, used, DAYS_MIN), quantiles(daily, 1 - CLEAR / 100, used, DAYS_MIN)


def _told(curves: Curves, by_day: Grid, row: int, day: int) -> Iterator[Finding]:
    """The finding, when all quantiles grew alike and the shape stayed; the figure is the nearest usual ratio.

    People use more or less from week to week, so a meter's own past tells the ratio only roughly: `factor` is what was
    seen.
    """
    early, late = by_day[max(0, day - WINDOW_DAYS) : day], by_day[day : day + WINDOW_DAYS]
    low, high = (np.nanquantile(part, QUANTILES) for part in (early, late))
    shown = (low > 0) & (high > 0)
    if shown.sum() < 2:
        return
    times = high[shown] / low[shown]
    factor = float(np.exp(np.log(times).mean()))
    shape = _alike(np.nanmean(early, axis=0), np.nanmean(late, axis=0))
    size = max(factor, 1 / factor)
    if size < STEP_MIN or times.max() / times.min() > max(SPREAD_MAX, size**0.5) or shape < SHAPE_MIN:
        return
    begin = int(np.searchsorted(curves.line.day, day))
    evidence = {"factor": factor, "least_times": float(times.min()), "most_times": float(times.max()), "shape": shape}
    yield Finding(row, begin, curves.values.shape[1], "multiplier", nearest_ratio(factor), evidence)


def check_against_master(curves: Curves, customer: Places, energy_in: Grid) -> list[Finding]:
    """Of one district: the customer whose multiplier would close the balance; one at most, over the whole time.

    customer [m]: rows of the customers' meters. energy_in [t]: kWh of the master meters and generation together. The
    figure says how many times too much the meter counts: below 1, too little.
    """
    values = np.nan_to_num(curves.values[customer])
    known = ~np.isnan(energy_in)
    values, taken = values[:, known], energy_in[known]
    total = taken.sum()
    if total <= 0 or not len(customer):
        return []
    loss = float(1 - values.sum() / total)
    if LOSS_MIN <= loss <= LOSS_MAX:
        return []
    needed = taken * (1 - LOSS_USUAL) - values.sum(axis=0)
    candidates = [_candidate(values, needed, total, row) for row in range(len(customer))]
    best = max((one for one in candidates if one), default=None)
    if best is None:
        return []
    fit, row, ratio, after = best
    evidence = {"fit": fit, "loss_before": loss, "loss_after": after}
    return [Finding(int(customer[row]), 0, curves.values.shape[1], "multiplier", 1 / ratio, evidence)]


def _candidate(values: Grid, missing: Grid, total: float, row: int) -> tuple[float, int, float, float] | None:
    """Fit, row, the ratio by which the meter would have to be multiplied, and the loss left; None if it closes nothing.

    `missing` is what the district lacks with the meter as it reads, so the meter should have counted missing + own.
    """
    own = values[row]
    square = float((own**2).sum())
    if square == 0:
        return None
    ratio = usual_ratio(1 + float((missing * own).sum()) / square)
    if ratio is None:
        return None
    fit = _alike(missing + own, own)
    after = float(1 - (values.sum() + (ratio - 1) * own.sum()) / total)
    return (fit, row, ratio, after) if fit >= FIT_MIN and LOSS_MIN <= after <= LOSS_MAX else None


def _alike(left: Grid, right: Grid) -> float:
    """Pearson's correlation; 0 where one side does not move."""
    apart = [each - each.mean() for each in (left, right)]
    size = float(np.sqrt((apart[0] ** 2).sum() * (apart[1] ** 2).sum()))
    return float((apart[0] * apart[1]).sum() / size) if size > 0 else 0.0


def complete_sum(values: Grid, rows: Places) -> Grid:
    """[t] the sum of some rows, NaN where one of them has no reading."""
    return np.asarray(values[rows].sum(axis=0)) if len(rows) else np.full(values.shape[1], np.nan)
