"""From the sums of a day to the balance of every district: energy in, energy out, loss, band, and why not.

Loss rate = (energy in - energy out) / energy in over the same period (DL/T 686); what rooftops feed in counts as energy
in, and a master's negative reading, energy that flows back, is energy that did not come in. Figures are the readings
as they came. What cannot be computed says why and is never a pass.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.balance.day.bands import FOUR_AND_SIX, NOT_COMPUTABLE, Edition
from wanjia.kernels.balance.day.expected import Expected
from wanjia.kernels.balance.day.flags import FLAGS
from wanjia.kernels.balance.day.sums import CUSTOMER, GENERATION, MASTER, PARTS_A_KWH, Sums
from wanjia.model.network import Codes, Counts, Flags, Indexes, Measures

REASONS = (
    "no_master", "no_customers", "master_silent", "master_incomplete", "generation_incomplete", "coverage_low",
    "no_energy_in", "master_zero",
)  # fmt: skip
"""Why a district is not computable; bits of `DistrictDay.reasons`, the lowest first: eight fill them. master_zero:
every reading of its masters is exactly zero while customers used energy. Roofs' energy alone would otherwise be what
went in, and the loss a negative multiple of it that distorts every total."""
NOTES = ("same_slots", "back_feeding")
"""Beside a figure. same_slots: both sides were taken over the intervals in which every master is there. back_feeding:
energy flowed back through the transformer in some interval. Bits of `DistrictDay.notes`."""
Bits = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class DistrictDay:
    """The balance of every district, [districts] or [districts, slots]; NaN where nothing can be said.

    band: in BANDS. reasons, notes: bits of REASONS and NOTES. coverage: share of the expected customer readings that
    are there (NaN: no customer meters); master_coverage and generation_coverage likewise. slots_counted: intervals that
    both sides were taken over. missing_meters: meters of the network without any reading. flagged: [districts, FLAGS]
    meters. estimated: readings. supplied, used: the curves, kWh an interval, as the readings came; supplied is NaN in
    intervals without a master's reading, used in those without a customer's. generated: the part of supplied that
    generation meters fed in, NaN without a reading of one.
    """

    energy_in_kwh: Measures
    energy_out_kwh: Measures
    loss_kwh: Measures
    loss_rate: Measures
    band: Codes
    reasons: Bits
    notes: Bits
    coverage: Measures
    master_coverage: Measures
    generation_coverage: Measures
    slots_counted: Counts
    missing_meters: Counts
    flagged: Indexes
    estimated: Counts
    supplied_kwh: Measures
    used_kwh: Measures
    generated_kwh: Measures


def finish(sums: Sums, expected: Expected, bands: Edition = FOUR_AND_SIX) -> DistrictDay:
    """The balance of the day. Districts of `expected` and of the sums are the same, in the same order."""
    whole = _whole_slots(sums, expected)
    coverage = _coverages(sums, expected)
    partial = (whole.sum(axis=1) < sums.slots) & (expected.masters > 0)
    incomplete = coverage[MASTER] < bands.master_least
    same = partial & ~incomplete
    counted = np.where(same[:, None], whole, True)
    # In whole parts of a kWh, so that 4 % is 4 % and in no other band by the last bit of a quotient.
    energy_in = ((sums.energy[MASTER] + sums.energy[GENERATION]) * counted).sum(axis=1)
    energy_out = (sums.energy[CUSTOMER] * counted).sum(axis=1)
    reasons = _reasons(sums, expected, coverage, bands, energy_in)
    loss = np.where(reasons == 0, energy_in - energy_out, np.nan)
    rate = np.divide(loss, energy_in, out=np.full_like(loss, np.nan), where=reasons == 0)
    heard = sums.reporting
    listed = expected.masters + expected.customers + expected.generation
    flagged = sums.flagged.copy()
    missing = np.maximum(listed - heard.sum(axis=0), 0)
    flagged[:, FLAGS.index("silent")] = missing
    return DistrictDay(
        energy_in_kwh=np.where(heard[MASTER] > 0, energy_in, np.nan) / PARTS_A_KWH,
        energy_out_kwh=np.where(heard[CUSTOMER] > 0, energy_out, np.nan) / PARTS_A_KWH,
        loss_kwh=loss / PARTS_A_KWH,
        loss_rate=rate,
        band=np.where(reasons == 0, bands.band_of(rate), NOT_COMPUTABLE).astype(np.int8),
        reasons=reasons,
        notes=_notes(sums, same),
        coverage=coverage[CUSTOMER],
        master_coverage=coverage[MASTER],
        generation_coverage=coverage[GENERATION],
        slots_counted=counted.sum(axis=1).astype(np.int64),
        missing_meters=missing,
        flagged=flagged,
        estimated=sums.estimated,
        supplied_kwh=_curve(sums.energy[MASTER] + sums.energy[GENERATION], sums.present[MASTER]),
        used_kwh=_curve(sums.energy[CUSTOMER], sums.present[CUSTOMER]),
        generated_kwh=_curve(sums.energy[GENERATION], sums.present[GENERATION]),
    )


def _whole_slots(sums: Sums, expected: Expected) -> Flags:
    """Intervals in which every master of the district is there, [districts, slots]."""
    there: Flags = sums.present[MASTER] >= np.maximum(expected.masters, 1)[:, None]
    return there


def _coverages(sums: Sums, expected: Expected) -> Measures:
    """Share of the expected readings that are there, [roles, districts]; NaN where none is expected."""
    due = np.stack([expected.masters, expected.customers, expected.generation]) * float(sums.slots)
    there = sums.present.sum(axis=2, dtype=np.int64)
    share: Measures = np.divide(there, due, out=np.full(due.shape, np.nan), where=due > 0)
    return np.minimum(share, 1.0)


def _reasons(sums: Sums, expected: Expected, coverage: Measures, bands: Edition, energy_in: Measures) -> Bits:
    """Every reason why a district is not computable, [districts]; none that follows from another one."""
    silent = (expected.masters > 0) & (sums.reporting[MASTER] == 0)
    found = {
        "no_master": expected.masters == 0,
        "no_customers": expected.customers == 0,
        "master_silent": silent,
        "master_incomplete": ~silent & (coverage[MASTER] < bands.master_least),
        "generation_incomplete": coverage[GENERATION] < bands.master_least,
        "coverage_low": coverage[CUSTOMER] < bands.coverage_least,
        "master_zero": _stands_still(sums),
    }
    bits = np.zeros(len(energy_in), dtype=np.uint8)
    for code, where in found.items():
        bits |= np.where(where, 1 << REASONS.index(code), 0).astype(np.uint8)
    bits[(bits == 0) & ~(energy_in > 0)] = 1 << REASONS.index("no_energy_in")
    return bits


def _stands_still(sums: Sums) -> Flags:
    """Districts whose masters send nothing but zeros while customers use energy, [districts]."""
    zeros = (sums.reporting[MASTER] > 0) & ~sums.energy[MASTER].any(axis=1)
    still: Flags = zeros & (sums.energy[CUSTOMER].sum(axis=1) > 0)
    return still


def _notes(sums: Sums, same: Flags) -> Bits:
    back = (sums.energy[MASTER] < 0).any(axis=1)
    bits: Bits = same.astype(np.uint8) | (back.astype(np.uint8) << np.uint8(1))
    return bits


def _curve(energy: Measures, present: Indexes) -> Measures:
    return np.where(present > 0, energy / PARTS_A_KWH, np.nan)
