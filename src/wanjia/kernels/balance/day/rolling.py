"""District balances rolled up to feeders and stations, and a feeder's head held against the masters behind it.

A total is of the computable districts only and says which share of all districts, and of their energy, they are; the
others are counted by reason beside it and hidden nowhere.
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.day.bands import BANDS, FOUR_AND_SIX, NOT_COMPUTABLE, Edition
from wanjia.kernels.balance.day.losses import REASONS, DistrictDay
from wanjia.kernels.balance.day.sums import MASTER, PARTS_A_KWH, Sums
from wanjia.model.network import Codes, Counts, Flags, Indexes, Measures


@dataclass(frozen=True, eq=False)
class GroupDay:
    """Of every group: districts and those computable, their balance, and the share; [groups].

    bands: [groups, BANDS] districts. reasons: [groups, REASONS] districts that are not computable for it (one may
    count under several). share: computable districts of all (NaN: no district).
    """

    districts: Counts
    computable: Counts
    share: Measures
    energy_in_kwh: Measures
    energy_out_kwh: Measures
    loss_kwh: Measures
    loss_rate: Measures
    bands: Counts
    reasons: Counts


def roll_up(day: DistrictDay, group: Indexes, groups: int) -> GroupDay:
    """Sums by group; `group` is each district's position, negative where it belongs to none, [districts]."""
    mine = group >= 0
    good = mine & (day.band != NOT_COMPUTABLE)
    districts, computable = _count(group[mine], groups), _count(group[good], groups)
    energy_in, energy_out = (_sum(group, good, each, groups) for each in (day.energy_in_kwh, day.energy_out_kwh))
    some = computable > 0
    loss = np.where(some, np.rint((energy_in - energy_out) * PARTS_A_KWH) / PARTS_A_KWH, np.nan)
    rate = np.divide(loss, energy_in, out=np.full(groups, np.nan), where=some & (energy_in > 0))
    bands = np.stack([_count(group[mine & (day.band == code)], groups) for code in range(len(BANDS))], axis=1)
    why = [_count(group[mine & (day.reasons >> bit & 1 > 0)], groups) for bit in range(len(REASONS))]
    share = np.divide(computable, districts, out=np.full(groups, np.nan), where=districts > 0)
    return GroupDay(districts, computable, share, np.where(some, energy_in, np.nan),
                    np.where(some, energy_out, np.nan), loss, rate, bands, np.stack(why, axis=1))  # fmt: skip


@dataclass(frozen=True, eq=False)
class HeadDay:
    """Of every feeder with a head meter: what went in at its head, and what its districts' masters counted, [feeders].

    The loss between is that of the medium-voltage lines and, where masters hang on the low side, of the transformers.
    band: in BANDS; not computable where the head or any master on the feeder is incomplete, or no energy went in.
    masters_whole: share of the feeder's districts whose masters are complete enough.
    """

    energy_in_kwh: Measures
    energy_out_kwh: Measures
    loss_kwh: Measures
    loss_rate: Measures
    band: Codes
    masters_whole: Measures


def head_balance(
    heads: Sums, expected_heads: Counts, sums: Sums, masters: Counts, feeder: Indexes, bands: Edition = FOUR_AND_SIX
) -> HeadDay:
    """Both sides over the intervals in which the heads and all masters of the feeder are there.

    heads: sums whose districts are the feeders and whose masters are the head meters; expected_heads: [feeders] how
    many; sums and masters: those of the districts; feeder: each district's position, negative: none.
    """
    feeders, slots = heads.districts, heads.slots
    mine = feeder >= 0
    whole_here = sums.present[MASTER] >= np.maximum(masters, 1)[:, None]
    holes = np.zeros((feeders, slots))
    np.add.at(holes, feeder[mine], ~whole_here[mine])
    counted: Flags = (holes == 0) & (heads.present[MASTER] >= np.maximum(expected_heads, 1)[:, None])
    out = np.zeros((feeders, slots))
    np.add.at(out, feeder[mine], sums.energy[MASTER][mine])
    energy_in, energy_out = ((each * counted).sum(axis=1) for each in (heads.energy[MASTER], out))
    hanging = _count(feeder[mine], feeders)
    enough = counted.sum(axis=1) >= bands.master_least * slots
    good = enough & (expected_heads > 0) & (hanging > 0) & (energy_in > 0)
    loss = np.where(good, energy_in - energy_out, np.nan)
    rate = np.divide(loss, energy_in, out=np.full(feeders, np.nan), where=good)
    complete = mine & (whole_here.sum(axis=1) >= bands.master_least * slots)
    whole = np.divide(_count(feeder[complete], feeders), hanging, out=np.full(feeders, np.nan), where=hanging > 0)
    in_kwh, out_kwh, loss_kwh = (each / PARTS_A_KWH for each in (energy_in, energy_out, loss))
    return HeadDay(in_kwh, out_kwh, loss_kwh, rate, bands.band_of(rate), whole)


def _count(group: Indexes, groups: int) -> Counts:
    return np.bincount(group, minlength=groups).astype(np.int64)


def _sum(group: Indexes, good: Flags, values: Measures, groups: int) -> Measures:
    """Sums in whole parts of a kWh, which no order of adding changes, as kWh."""
    parts = np.rint(values[good] * PARTS_A_KWH)
    return np.bincount(group[good], weights=parts, minlength=groups).astype(np.float64) / PARTS_A_KWH
