"""Hourly energy of many meters over some weeks, and each district's loss by the hour: what the diagnosis works on.

Hours, because they keep the shape of a household's day and are four times smaller than quarter hours, in which a clock
that is a minute late and a register that shows hundredths already weigh: 220,000 meters over 28 days are 0.6 GB.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.model.network import METER_ROLES, Codes, Flags, Indexes, Measures
from wanjia.model.readings import MISSING, Block

Hours: TypeAlias = NDArray[np.float32]

HOURS = 24
SLOTS_AN_HOUR = 4
FILLED_SHARE_MAX = 0.03
"""Of an hour's energy out; where more had to be filled in, the district's loss of that hour says nothing."""
FILL_DAYS = 3
"""Days before and after whose readings stand for a missing one: habits change within a month."""
FILL_ROWS = 8_192
"""Meters filled at a time; some 90 MB of working space over 28 days."""
SHARES_OF_PHASE = ((1 / 3, 1 / 3, 1 / 3), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1 / 3, 1 / 3, 1 / 3))
"""How a meter's energy spreads over A, B and C, by its code in PHASES."""
MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))


@dataclass(frozen=True, eq=False)
class Part:
    """Some meters' readings of one day: `rows` are their positions in the list of meters that is looked at."""

    day: int
    rows: Indexes
    block: Block


@dataclass(frozen=True, eq=False)
class Hourly:
    """Energy by the hour, rows by meter, sorted by district.

    kwh: [n, days x 24]; a customer's missing hours hold its mean of that hour on near days, a master's stay NaN.
    first: [d + 1] rows at which each district begins. filled: [d, days x 24] kWh of customers that were filled in.
    """

    kwh: Hours
    district: Indexes
    role: Codes
    first: Indexes
    filled: Hours

    @property
    def days(self) -> int:
        """Days gathered."""
        return int(self.kwh.shape[1]) // HOURS

    @property
    def districts(self) -> int:
        """Districts, those without meters included."""
        return len(self.first) - 1


@dataclass(frozen=True, eq=False)
class Losses:
    """Of each district and hour, [d, days x 24]: energy in and loss in kWh (0 where not valid), and where they count.

    phases: [d, 3, days x 24] kWh that its customers use less what they give, by phase. shares: [n, 3] how each meter's
    energy spreads over the phases.
    """

    energy_in: Measures
    loss: Measures
    phases: Measures
    shares: Measures
    valid: Flags

    def squares(self, district: int) -> Measures:
        """Three times the sum of the phases' squares, [t] kWh squared; the resistive loss is proportional to it."""
        found: Measures = 3 * (self.phases[district] ** 2).sum(axis=0)
        return found


def hours_of(block: Block) -> Hours:
    """Sums of four intervals, [n, 24] kWh; NaN where one of them is missing.

    On a day of 23 hours the last is NaN, on one of 25 the last is left out: the diagnosis compares hours of the day,
    and one day in half a year does not change what it finds.
    """
    values = np.asarray(block.values)
    missing = values == MISSING if values.dtype == np.int16 else np.isnan(values)
    whole = min(values.shape[1] // SLOTS_AN_HOUR, HOURS)
    shape = (len(values), whole, SLOTS_AN_HOUR)
    cut = values[:, : whole * SLOTS_AN_HOUR].reshape(shape)
    counts = cut.sum(axis=2, dtype=np.int32 if values.dtype == np.int16 else np.float64)
    found = np.full((len(values), HOURS), np.nan, dtype=np.float32)
    found[:, :whole] = counts * block.unit_kwh[:, None]
    found[:, :whole][missing[:, : whole * SLOTS_AN_HOUR].reshape(shape).any(axis=2)] = np.nan
    return found


def gather(district: Indexes, role: Codes, districts: int, days: int, parts: Iterable[Part]) -> Hourly:
    """Gathers the readings of so many days. district: [n], not falling; parts may come in any order.

    Raises ValueError where the meters are not sorted by district.
    """
    if (np.diff(district) < 0).any():
        raise ValueError("meters sorted by district are needed")
    kwh = np.full((len(district), days * HOURS), np.nan, dtype=np.float32)
    for part in parts:
        kwh[part.rows, part.day * HOURS : (part.day + 1) * HOURS] = hours_of(part.block)
    first = np.searchsorted(district, np.arange(districts + 1)).astype(np.int32)
    filled = np.zeros((districts, days * HOURS), dtype=np.float32)
    for start in range(0, len(district), FILL_ROWS):
        rows = slice(start, min(start + FILL_ROWS, len(district)))
        _fill(kwh[rows], district[rows], role[rows], filled)
    return Hourly(kwh, district, role, first, filled)


def _fill(kwh: Hours, district: Indexes, role: Codes, filled: Hours) -> None:
    """Puts a meter's own mean of the hour where customers and generators have no reading; in place."""
    gaps = np.isnan(kwh)
    rows = np.flatnonzero(gaps.any(axis=1) & (role != MASTER))
    here = gaps[rows]
    by_hour = kwh[rows].reshape(len(rows), kwh.shape[1] // HOURS, HOURS)
    known = ~np.isnan(by_hour)
    own = np.where(here, _near_means(np.where(known, by_hour, 0), known).reshape(here.shape), 0).astype(np.float32)
    kwh[rows] = np.where(here, own, kwh[rows])
    customers = role[rows] == CUSTOMER
    np.add.at(filled, district[rows][customers], own[customers])


def _near_means(kwh: Hours, known: Flags) -> Hours:
    """Mean of the same hour on the known days up to FILL_DAYS away, else on all known days, [k, days, 24]."""
    days = kwh.shape[1]
    near = np.abs(np.arange(days)[:, None] - np.arange(days)) <= FILL_DAYS
    window = near.astype(np.float32)
    sums, counts = np.matmul(window, kwh), np.matmul(window, known.astype(np.float32))
    always = kwh.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    found: Hours = np.where(counts > 0, sums / np.maximum(counts, 1), always).astype(np.float32)
    return found


def losses_of(hours: Hourly, phase: Codes) -> Losses:
    """Energy in (masters and generation) less energy out, and in which hours that means anything.

    An hour counts where every master was read, at most FILLED_SHARE_MAX of what customers used had to be filled in, and
    the day is not one on which the master stood still while customers used energy. phase: [n] of PHASES; a meter whose
    phase is unknown counts as spread over all three.
    """
    shape = (hours.districts, hours.kwh.shape[1])
    energy_in, energy_out = np.zeros(shape), np.zeros(shape)
    phases, shares = np.zeros((shape[0], 3, shape[1])), np.array(SHARES_OF_PHASE)[phase]
    masters = np.zeros(shape, dtype=bool)
    for district in range(hours.districts):
        rows = slice(hours.first[district], hours.first[district + 1])
        kwh, role = hours.kwh[rows], hours.role[rows]
        energy_out[district] = kwh[role == CUSTOMER].sum(axis=0, dtype=np.float64)
        phases[district] = _phases(kwh, role, shares[rows])
        read = kwh[role == MASTER].astype(np.float64)
        still = np.repeat(_by_day(np.abs(read).sum(axis=0)) == 0, HOURS) & (energy_out[district] > 0)
        masters[district] = (len(read) > 0) & ~np.isnan(read).any(axis=0) & ~still
        energy_in[district] = np.nan_to_num(read).sum(axis=0) + kwh[role == GENERATION].sum(axis=0, dtype=np.float64)
    valid = masters & (energy_out > 0) & (hours.filled <= FILLED_SHARE_MAX * energy_out)
    return Losses(np.where(valid, energy_in, 0), np.where(valid, energy_in - energy_out, 0), phases, shares, valid)


def _phases(kwh: Hours, role: Codes, shares: Measures) -> Measures:
    """What each phase takes, [3, t]."""
    signed = shares * np.array([0.0, 1.0, -1.0])[role][:, None]
    found: Measures = signed.T @ np.nan_to_num(kwh).astype(np.float64)
    return found


def _by_day(row: Measures) -> Measures:
    found: Measures = row.reshape(-1, HOURS).sum(axis=1)
    return found
