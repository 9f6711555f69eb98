"""How a photovoltaic roof would fit a load: what is used on the spot, what is fed in, which size pays, and when.

The sun's height at every hour of a mean day of each month (Klein's days; declination by Cooper) gives the energy on
level ground under a clear sky (Haurwitz 1945). The year is scaled to the yield that the place is known for, so clouds
and the tilt of the roof count in the sum but not in the shape. Clock time is taken as the sun's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.advice.shapes import DAYS_A_YEAR, HOURS, WORKDAYS_SHARE, Load
from wanjia.kernels.balance.readings.curves import Grid

KLEIN_DAYS = (17, 47, 75, 105, 135, 162, 198, 228, 258, 288, 318, 344)
"""Day of the year whose declination is the month's mean (Klein 1977)."""
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SMALL_STEP_KW, LARGE_STEP_KW, SMALL_MAX_KW = 1.0, 5.0, 20.0
"""Sizes tried: every kW up to 20, then every five."""
STEPS_MAX = 1_000
PARTS = 12
"""Parts of an hour over which the sun's height is averaged."""


@dataclass(frozen=True)
class Prices:
    """`buy` [24] yuan a kWh saved, by hour; yuan a kWh fed in; yuan a kW built; share of that a year for upkeep; years
    over which a size must earn."""

    buy: Sequence[float]
    feed_in: float
    build: float
    upkeep: float = 0.01
    years: int = 20


@dataclass(frozen=True)
class Fit:
    """A size in kW: kWh a year made and used on the spot, yuan spent once and saved a year, years to pay back.

    `payback_years` is None where it saves nothing. Size 0: no size earns what it costs.
    """

    kw: float
    made_kwh: float
    used_kwh: float
    spent_yuan: float
    saved_yuan: float
    payback_years: float | None


def sun(latitude: float, year_kwh: float) -> Grid:
    """[12, 24] kWh of one installed kW by hour on a mean day of each month; a year of them adds up to `year_kwh`."""
    hour = (np.arange(HOURS * PARTS) + 0.5) / PARTS
    turn = np.radians(15 * (hour - 12))
    tilt = np.radians(23.45 * np.sin(2 * np.pi * (284 + np.array(KLEIN_DAYS)) / DAYS_A_YEAR))[:, None]
    place = np.radians(latitude)
    height = np.maximum(np.sin(place) * np.sin(tilt) + np.cos(place) * np.cos(tilt) * np.cos(turn), 1e-6)
    clear = 1.098 * height * np.exp(-0.059 / height)
    by_hour = clear.reshape(len(KLEIN_DAYS), HOURS, PARTS).mean(axis=2)
    return np.asarray(by_hour * year_kwh / float((by_hour.sum(axis=1) * MONTH_DAYS).sum()))


def fit(load: Load, day: Grid, size_kw: float, prices: Prices) -> Fit:
    """One size; `day` as `sun` gives it."""
    made = used = fed = bought = 0.0
    buy = np.asarray(prices.buy, np.float64)
    for month, days in enumerate(MONTH_DAYS):
        for kind, share in enumerate((WORKDAYS_SHARE, 1 - WORKDAYS_SHARE)):
            output = day[month] * size_kw
            here = np.minimum(output, load.kw[kind])
            weight = days * share
            made += weight * float(output.sum())
            used += weight * float(here.sum())
            bought += weight * float((here * buy).sum())
            fed += weight * float((output - here).sum())
    spent = size_kw * prices.build
    saved = bought + fed * prices.feed_in - spent * prices.upkeep
    return Fit(size_kw, made, used, spent, saved, spent / saved if saved > 0 else None)


def best_fit(load: Load, day: Grid, roof_kw: float, prices: Prices) -> Fit:
    """The size up to `roof_kw` that has earned most after the years, the smaller of equals; size 0 when none does."""
    found = fit(load, day, 0.0, prices)
    best = 0.0
    for size in sizes(roof_kw):
        one = fit(load, day, size, prices)
        earned = one.saved_yuan * prices.years - one.spent_yuan
        if earned > best + 1e-9:
            best, found = earned, one
    return found


def sizes(roof_kw: float) -> tuple[float, ...]:
    """Sizes worth trying up to what the roof carries."""
    small = np.arange(SMALL_STEP_KW, min(roof_kw, SMALL_MAX_KW) + 1e-9, SMALL_STEP_KW)
    large = np.arange(SMALL_MAX_KW + LARGE_STEP_KW, roof_kw + 1e-9, LARGE_STEP_KW)[:STEPS_MAX]
    return tuple(float(size) for size in (*small, *large))
