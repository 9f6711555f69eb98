"""Counts and kWh: a row's unit, and energies that come out as they were written down."""

import numpy as np

from wanjia.model.network import Measures
from wanjia.model.readings import MISSING, SlotCounts

DECIMALS_MAX = 12
EXACT_MAX = 2.0**53


def unit_of(multiplier: Measures, scale: Measures) -> Measures:
    """kWh of a count, [n], where a kWh as the meter shows it has `scale` counts: the number nearest to the ratio."""
    ratio: Measures = multiplier / scale  # of two exact numbers, where a product with 0.001 would not be
    return np.where(scale < 1, multiplier * np.round(1 / scale), ratio)


def kwh_of(values: SlotCounts, unit_kwh: Measures) -> Measures:
    """Energies of rows [n, s], NaN where there is no reading: the numbers nearest to count times unit, as decimals."""
    counts = np.where(values == MISSING, np.nan, values) if values.dtype == np.int16 else values
    numerator, denominator = _ratio(unit_kwh)
    product = counts * numerator[:, None]
    is_exact = np.abs(product) < EXACT_MAX
    found: Measures = np.where(is_exact, product / denominator[:, None], counts * unit_kwh[:, None])
    return found


def _ratio(unit: Measures) -> tuple[Measures, Measures]:
    """Whole numbers and powers of ten whose ratio is the unit; the unit itself and 1 where there are none."""
    numerator, denominator = unit.copy(), np.ones(len(unit))
    open_rows = unit != np.rint(unit)
    for decimals in range(1, DECIMALS_MAX + 1):
        scale = float(10**decimals)
        tried = np.rint(unit * scale)
        fits = open_rows & (tried / scale == unit) & (tried < EXACT_MAX)
        numerator[fits], denominator[fits] = tried[fits], scale
        open_rows &= ~fits
    return numerator, denominator
