"""The load shape of a customer, and what it says: when energy is used, how evenly, at what price, how large a
transformer has to be.

A load is 24 mean powers of a workday and 24 of a day of rest, and the greatest power measured. Everything is reckoned
from these 48 figures, so that no reading has to be kept for advice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from wanjia.kernels.balance.readings.curves import Curves, Grid
from wanjia.model.readings import SLOT_MINUTES

HOURS = 24
WORKDAYS_SHARE = 5 / 7
"""Of all days, where nothing else is known; holidays are days of rest that fall on workdays and are left out."""
DAYS_A_YEAR, MONTHS = 365, 12
SLOTS_AN_HOUR = 60 // SLOT_MINUTES
FeeBasis: TypeAlias = Literal["none", "capacity", "demand"]

TRANSFORMER_SIZES = (30, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500)
"""kVA; the usual ratings of 10 kV distribution transformers (GB/T 6451)."""
FEE_FLOOR = 0.4
"""A demand below this share of the rating is charged as that share (two-part tariff, notice 发改价格〔2016〕1583 号 and
provincial rules after it; unverified for any one province)."""


@dataclass(frozen=True, eq=False)
class Load:
    """`kw` [2, 24] mean power of workdays and of days of rest by hour; the greatest mean power of an interval."""

    kw: Grid
    maximum_kw: float

    @property
    def day_kwh(self) -> Grid:
        """[24] kWh of a mean day by hour."""
        return np.asarray(WORKDAYS_SHARE * self.kw[0] + (1 - WORKDAYS_SHARE) * self.kw[1])

    @property
    def mean_kw(self) -> float:
        """Over all hours of all days."""
        return float(self.day_kwh.mean())

    @property
    def year_kwh(self) -> float:
        """Energy of a year of such days."""
        return float(self.day_kwh.sum()) * DAYS_A_YEAR

    @property
    def load_factor(self) -> float:
        """Mean over greatest power, 0 to 1; 1 for one that is always the same, 0 for none at all."""
        return min(1.0, self.mean_kw / self.maximum_kw) if self.maximum_kw > 0 else 0.0


@dataclass(frozen=True)
class Period:
    """Hours from `begin` up to `end` (past midnight when not greater) at one price; `name` is peak, valley, flat …"""

    name: str
    begin: int
    end: int
    yuan: float

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours of the day that it covers."""
        length = (self.end - self.begin - 1) % HOURS + 1
        return tuple((self.begin + at) % HOURS for at in range(length))


@dataclass(frozen=True)
class Shifting:
    """kWh a month by period, yuan a month at one price and by the hour, and with a share of the dearest kWh moved."""

    kwh: Mapping[str, float]
    flat_yuan: float
    tariff_yuan: float
    moved_kwh: float
    moved_yuan: float


@dataclass(frozen=True)
class Sizing:
    """Greatest apparent power, the least usual rating that carries it, how much of the present one it takes (0: none),
    and on which basis the capacity charge is less, by how many yuan a month against the other."""

    need_kva: float
    size_kva: int
    used: float
    basis: FeeBasis
    saving_yuan: float


def load_of(curves: Curves, row: int = 0) -> Load | None:
    """The load of one meter; None when some hour of both kinds of day has no reading.

    A kind of day without readings takes the other's hours: a week of holidays shows no workday.
    """
    by_day = np.nan_to_num(Curves(np.maximum(curves.values[row : row + 1], 0), curves.line).by_day()[0], nan=np.nan)
    hours = by_day.reshape(len(by_day), HOURS, SLOTS_AN_HOUR)
    sums, counts = np.nansum(hours, axis=2), (~np.isnan(hours)).sum(axis=2)
    kinds = []
    for rest in (False, True):
        chosen = curves.line.rest == rest
        held = counts[chosen].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            kinds.append(np.where(held > 0, sums[chosen].sum(axis=0) / held * SLOTS_AN_HOUR, np.nan))
    kw = np.where(np.isnan(kinds), np.array(kinds)[::-1], np.array(kinds))
    if np.isnan(kw).any():
        return None
    return Load(kw, float(np.nanmax(curves.values[row]) * SLOTS_AN_HOUR))


def hour_prices(periods: Sequence[Period]) -> Grid | None:
    """[24] yuan a kWh by hour; None unless the periods cover every hour exactly once."""
    found = np.full(HOURS, np.nan)
    for period in periods:
        hours = list(period.hours)
        if not np.isnan(found[hours]).all():
            return None
        found[hours] = period.yuan
    return None if np.isnan(found).any() else found


def shifting(load: Load, periods: Sequence[Period], flat_yuan: float, share: float) -> Shifting:
    """A month under a tariff by the hour, and with `share` (0 to 1) of the energy of its dearest hours moved.

    It moves to the cheapest hours. Raises ValueError for periods that do not cover the day exactly once.
    """
    prices = hour_prices(periods)
    if prices is None:
        raise ValueError("periods that do not cover the day exactly once")
    month = load.day_kwh * DAYS_A_YEAR / MONTHS
    kwh: dict[str, float] = {}
    for period in periods:
        kwh[period.name] = kwh.get(period.name, 0.0) + float(month[list(period.hours)].sum())
    dear = prices == prices.max()
    moved = float(month[dear].sum()) * share if prices.max() > prices.min() else 0.0
    gain = moved * float(prices.max() - prices.min())
    return Shifting(kwh, float(month.sum()) * flat_yuan, float((month * prices).sum()), moved, gain)


def sizing(
    maximum_kw: float, power_factor: float, utilisation: float, present_kva: float, capacity_yuan: float,
    demand_yuan: float,
) -> Sizing:  # fmt: skip
    """The transformer for a greatest power.

    power_factor, utilisation: 0 to 1, the second being how full a transformer is meant to run at its peak. present_kva:
    0 where there is none. capacity_yuan a kVA and month, demand_yuan a kW and month: 0 where no such charge is made.
    Sizes beyond the largest rating are whole numbers of it.
    """
    need = maximum_kw / power_factor
    asked = need / utilisation
    largest = TRANSFORMER_SIZES[-1]
    size = next((each for each in TRANSFORMER_SIZES if each >= asked), -int(-asked // largest) * largest)
    used = need / present_kva if present_kva > 0 else 0.0
    rating = present_kva if present_kva > 0 else float(size)
    if not (capacity_yuan > 0 and demand_yuan > 0):
        return Sizing(need, size, used, "none", 0.0)
    by_capacity = rating * capacity_yuan
    by_demand = max(maximum_kw, FEE_FLOOR * rating) * demand_yuan
    basis: FeeBasis = "demand" if by_demand < by_capacity else "capacity"
    return Sizing(need, size, used, basis, abs(by_capacity - by_demand))
