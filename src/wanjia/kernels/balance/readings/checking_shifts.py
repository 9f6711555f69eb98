"""Clock shifts: from some day on the shape of a meter's day comes earlier or later than before.

The mean shape of the days before and after every candidate day (square roots of the energy, so that single large loads
weigh less; smoothed over an hour) is correlated at every lag round the day. A shift is believed when the best lag
explains clearly more than none, when most single days say the same, and when the neighbours did not move as well: then
people live differently, or the clocks of all were changed.
"""

from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.balance.readings.checking import Finding
from wanjia.kernels.balance.readings.curves import SLOTS, Curves, Grid, Mask, Places

MATCH_MIN = 0.75
"""Correlation of the moved shape with the one before."""
GAIN_MIN = 0.2
"""By how much it must exceed that of the shape as it stands ..."""
GAIN_LEAST, BETTER_TIMES = 0.08, 6.0
"""... or by less, when what stays unexplained becomes so many times smaller: shapes with two like peaks fit twice."""
AGREE_MIN = 0.75
"""Share of the single days on each side that must fit better as the finding says than the other way."""
DAYS_MIN = 5
"""Days needed before and after; fewer say nothing of a habit."""
DAYS_MAX = 28
"""Days compared on each side; seasons change the shape as well."""
SMOOTH_SLOTS = 4
ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class _Shifts:
    """By meter: day of the change, lag in intervals, correlation at that lag and at none."""

    day: Places
    lag: Places
    match: Grid
    still: Grid


def check_clocks(curves: Curves) -> list[Finding]:
    """Meters whose clock seems to have moved; figure: intervals later (above 0) or earlier than before.

    Rows are taken as each other's neighbours: hand over a district, or homes of one town.
    """
    shapes = _shapes(curves.by_day())
    if shapes.shape[1] < 2 * DAYS_MIN or not len(shapes):
        return []
    mine = _best(shapes)
    others = _best(_typical(shapes)[None])
    found = []
    for row in np.flatnonzero(_believed(mine)).tolist():
        lag = int(mine.lag[row])
        day, agree = _settled(shapes[row], int(mine.day[row]), lag)
        if agree >= AGREE_MIN and not _also(others, lag):
            begin = int(np.searchsorted(curves.line.day, day))
            evidence = {"match": float(mine.match[row]), "match_unmoved": float(mine.still[row]), "days_agree": agree}
            found.append(Finding(row, begin, curves.values.shape[1], "clock_shift", lag, evidence))
    return [_with_alike(one, found) for one in found]


def _with_alike(one: Finding, found: list[Finding]) -> Finding:
    """Tells how many others moved alike on the same day: some are then rather switched from outside, as boilers are."""
    alike = sum(abs(one.begin - each.begin) <= SLOTS and abs(one.figure - each.figure) <= 1 for each in found) - 1
    return replace(one, evidence={**one.evidence, "others_alike": alike})


def _believed(found: _Shifts) -> Mask:
    gain = found.match - found.still
    clear = (gain >= GAIN_LEAST) & (1 - found.still >= BETTER_TIMES * (1 - found.match))
    return np.asarray((found.match >= MATCH_MIN) & ((gain >= GAIN_MIN) | clear))


def _shapes(by_day: Grid) -> Grid:
    """[n, d, 96] smoothed roots; NaN for days with less than three quarters of their readings or no energy."""
    held = np.isnan(by_day).sum(axis=2)
    roots = np.sqrt(np.maximum(np.nan_to_num(by_day), 0))
    smooth = sum(np.roll(roots, move, axis=2) for move in range(SMOOTH_SLOTS)) / SMOOTH_SLOTS
    smooth = np.roll(smooth, -(SMOOTH_SLOTS // 2), axis=2)
    smooth[(held > SLOTS // 4) | (roots.max(axis=2) == 0)] = np.nan
    return np.asarray(smooth)


def _typical(shapes: Grid) -> Grid:
    """[d, 96] the mean shape of all meters by day, each as large as the other."""
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.nanmean(np.nan_to_num(shapes), axis=(1, 2))
        level = shapes / np.where(size > 0, size, np.nan)[:, None, None]
    kept = ~np.isnan(level)
    count = kept.sum(axis=0)
    return np.where(count > 0, np.nan_to_num(level).sum(axis=0) / np.maximum(count, 1), np.nan)


def _best(shapes: Grid) -> _Shifts:
    """The candidate day and lag that gain most for each meter."""
    parts = [_best_of(shapes[at : at + ROWS_AT_ONCE]) for at in range(0, len(shapes), ROWS_AT_ONCE)]
    day, lag, match, still = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _Shifts(day, lag, match, still)


def _best_of(shapes: Grid) -> tuple[Places, Places, Grid, Grid]:
    days = shapes.shape[1]
    whole = ~np.isnan(shapes[:, :, 0])
    sums = np.zeros((len(shapes), days + 1, SLOTS))
    np.cumsum(np.nan_to_num(shapes), axis=1, out=sums[:, 1:])
    counts = np.zeros((len(shapes), days + 1))
    np.cumsum(whole, axis=1, out=counts[:, 1:])
    at = np.arange(DAYS_MIN, days - DAYS_MIN + 1)
    first, last = np.maximum(at - DAYS_MAX, 0), np.minimum(at + DAYS_MAX, days)
    before, after = sums[:, at] - sums[:, first], sums[:, last] - sums[:, at]
    known = np.minimum(counts[:, at] - counts[:, first], counts[:, last] - counts[:, at]) >= DAYS_MIN
    scores = _correlations(before, after)
    lag = scores.argmax(axis=2)
    match, still = scores.max(axis=2), scores[:, :, 0]
    gain = np.where(known, match - still, -np.inf)
    best = gain.argmax(axis=1)
    rows = np.arange(len(shapes))
    signed = (lag[rows, best] + SLOTS // 2) % SLOTS - SLOTS // 2
    sure = np.where(known[rows, best], match[rows, best], -np.inf)
    return at[best], signed, sure, still[rows, best]


def _correlations(before: Grid, after: Grid) -> Grid:
    """[.., 96] Pearson's correlation of `after`, moved back by each lag, with `before`."""
    left, right = (each - each.mean(axis=-1, keepdims=True) for each in (before, after))
    crossed = np.fft.irfft(np.conj(np.fft.rfft(left)) * np.fft.rfft(right), n=SLOTS)
    size = np.sqrt((left**2).sum(axis=-1) * (right**2).sum(axis=-1))[..., None]
    return np.where(size > 0, crossed / np.where(size > 0, size, 1), 0)


def _settled(shapes: Grid, day: int, lag: int) -> tuple[int, float]:
    """The day of the change by the votes of the single days, and the lesser share of them that agree with it.

    A day votes with the difference of two correlations with the typical shape: as it stands, and moved by the lag.
    """
    whole = ~np.isnan(shapes[:, 0])
    first, last = max(0, day - DAYS_MAX), min(len(shapes), day + DAYS_MAX)
    early, late = shapes[first:day][whole[first:day]], shapes[day:last][whole[day:last]]
    reference = early.mean(axis=0) + np.roll(late, -lag, axis=1).mean(axis=0)
    scores = _correlations(reference[None], np.nan_to_num(shapes[first:last]))[:, [0, lag % SLOTS]]
    vote = np.where(whole[first:last], scores[:, 0] - scores[:, 1], 0)
    sums = np.concatenate(([0.0], np.cumsum(vote)))
    inner = slice(DAYS_MIN, len(vote) - DAYS_MIN + 1)
    best = DAYS_MIN + int((2 * sums - sums[-1])[inner].argmax())
    counted = vote != 0
    stay, moved = (vote > 0)[:best][counted[:best]], (vote < 0)[best:][counted[best:]]
    return first + best, float(min(stay.mean(), moved.mean())) if len(stay) and len(moved) else 0.0


def _also(others: _Shifts, lag: int) -> bool:
    """Whether the neighbours together moved the same way."""
    gained = others.match[0] - others.still[0] >= GAIN_MIN / 4
    return bool(gained and abs(int(others.lag[0]) - lag) <= 1)
