"""Estimation: values for gaps, negatives and spikes, each marked with how it was made. What was measured stays.

Short gaps are bridged in a straight line. Longer ones take the mean of the meter's own similar days (nearest in time,
workdays for workdays, days of rest for days of rest), scaled by what the day itself shows. Where two register readings
enclose them the estimates are scaled so that intervals and register agree to the last count. Where there is nothing to
go by nothing is made up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.balance.readings.curves import Curves, Grid, Mask, Places, runs

METHODS: Final = (
    "as_read", "linear", "similar_days", "linear_to_register", "similar_days_to_register", "even_to_register",
    "not_estimated",
)  # fmt: skip
"""Codes of `Estimate.method` are positions here."""
AS_READ, LINEAR, SIMILAR, EVEN_TO_REGISTER, LEFT = (METHODS.index(name) for name in (
    "as_read", "linear", "similar_days", "even_to_register", "not_estimated"))  # fmt: skip
TO_REGISTER = 2
"""What a closed register adds to the codes of linear and similar days."""
LINEAR_SLOTS_MAX = 4
"""Intervals; on real homes similar days are nearer to the truth from an hour on."""
DONORS_MAX = 5
"""Similar days whose mean is taken."""
SCALING_SLOTS_MIN = 16
"""Known intervals that a day must have before its level is compared with that of its similar days."""
SCALE_MAX = 4.0
"""No day is scaled by more than this, or by less than one over it."""


@dataclass(frozen=True)
class Register:
    """What the register of a meter counted from the begin of column `begin` to the begin of column `end`, in kWh."""

    meter: int
    begin: int
    end: int
    kwh: float


@dataclass(frozen=True)
class Mismatch:
    """A register that no estimate can be brought into line with, and what the intervals say instead."""

    register: Register
    readings_kwh: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """`values` [n, t] with estimates; `method` [n, t] positions in METHODS; `before` [n, t] as read, NaN for gaps."""

    values: Grid
    method: NDArray[np.uint8]
    before: Grid
    mismatches: tuple[Mismatch, ...] = ()


def estimate(curves: Curves, replace: Mask, unit_kwh: Grid, registers: Sequence[Register] = ()) -> Estimate:
    """Estimates where `replace` [n, t] says so; every other value comes back bit by bit.

    unit_kwh [n]: kWh of one count, to which estimates are rounded. Values that `replace` marks never serve others, so
    estimating once more gives the same. Raises ValueError for a register outside the columns or a unit of nothing.
    """
    if any(not 0 <= one.begin < one.end <= curves.values.shape[1] for one in registers) or not (unit_kwh > 0).all():
        raise ValueError("a register outside the columns, or a unit of nothing")
    known = np.where(replace, np.nan, curves.values)
    method = np.zeros(curves.values.shape, np.uint8)
    filled = known.copy()
    _similar(curves, known, replace, filled, method)
    _straight(known, replace, filled, method)
    marked = method > 0
    counts = np.rint(filled / unit_kwh[:, None])
    values = np.where(marked, counts * unit_kwh[:, None], curves.values)
    mismatches = tuple(_closed(values, method, replace, unit_kwh, registers))
    method[replace & (method == AS_READ)] = LEFT
    values[method == LEFT] = np.nan
    return Estimate(values, method, curves.values, mismatches)


def _straight(known: Grid, replace: Mask, filled: Grid, method: NDArray[np.uint8]) -> None:
    """Short gaps between two readings, in a straight line."""
    for row, begin, end in zip(*(part.tolist() for part in runs(replace)), strict=True):
        if end - begin > LINEAR_SLOTS_MAX or begin == 0 or end == known.shape[1]:
            continue
        left, right = known[row, begin - 1], known[row, end]
        if not (np.isnan(left) or np.isnan(right)):
            filled[row, begin:end] = left + (right - left) * np.arange(1, end - begin + 1) / (end - begin + 1)
            method[row, begin:end] = LINEAR


def _similar(curves: Curves, known: Grid, replace: Mask, filled: Grid, method: NDArray[np.uint8]) -> None:
    """Every gap, day by day, from the meter's own similar days; what has none is left."""
    line = curves.line
    for row in np.flatnonzero(replace.any(axis=1)).tolist():
        by_day = Curves(known[row : row + 1], line).by_day()[0]
        for day in np.unique(line.day[replace[row]]).tolist():
            columns = np.flatnonzero(replace[row] & (line.day == day))
            found = _from_similar(by_day, day, line.slot[columns], line.rest)
            if found is not None:
                filled[row, columns] = found
                method[row, columns] = SIMILAR


def _from_similar(by_day: Grid, day: int, slots: Places, rest: Mask) -> Grid | None:
    """kWh for some times of a day; None when no other day has them."""
    able: Mask = np.asarray(~np.isnan(by_day[:, slots]).any(axis=1))
    able[day] = False
    alike = able & (rest == rest[day])
    pool = np.flatnonzero(alike if alike.any() else able)
    if not len(pool):
        return None
    donors = by_day[pool[np.argsort(np.abs(pool - day), kind="stable")[:DONORS_MAX]]]
    shown = ~np.isnan(by_day[day]) & ~np.isnan(donors).any(axis=0)
    theirs, own = float(donors[:, shown].mean(axis=0).sum()), float(by_day[day, shown].sum())
    scale = own / theirs if shown.sum() >= SCALING_SLOTS_MIN and theirs > 0 and own > 0 else 1.0
    return np.asarray(donors[:, slots].mean(axis=0) * min(max(scale, 1 / SCALE_MAX), SCALE_MAX))


def _closed(
    values: Grid, method: NDArray[np.uint8], replace: Mask, unit_kwh: Grid, registers: Sequence[Register]
) -> Iterator[Mismatch]:
    """Scales the estimates of each register's time so that all counts add up to it; yields those that cannot be."""
    for one in registers:
        part, unit = slice(one.begin, one.end), float(unit_kwh[one.meter])
        open_ = replace[one.meter, part]
        row, how = values[one.meter, part], method[one.meter, part]
        counted = float(np.rint(row[~open_] / unit).sum())
        missing = round(one.kwh / unit) - counted
        if not open_.any() or np.isnan(row[~open_]).any() or missing < 0:
            if abs(missing) > 0 or np.isnan(row).any():
                yield Mismatch(one, float(np.nansum(row)))
            continue
        weights = np.nan_to_num(np.where(how[open_] > 0, np.maximum(row[open_], 0), 0))
        even = weights.sum() <= 0 or bool((how[open_] == AS_READ).any())
        row[open_] = _counts(np.ones(len(weights)) if even else weights, int(missing)) * unit
        how[open_] = EVEN_TO_REGISTER if even else how[open_] + TO_REGISTER


def _counts(weights: Grid, total: int) -> Grid:
    """Whole counts in proportion to the weights that add up to the total; largest remainders get what is missing."""
    exact = weights / weights.sum() * total
    whole: Grid = np.floor(exact)
    missing = round(total - whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return whole
