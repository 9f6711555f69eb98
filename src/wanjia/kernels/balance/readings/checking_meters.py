"""All checks together over some meters: who they are, what their connections carry, who hangs beside whom."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.day.flags import HOURS_A_SLOT, THRESHOLDS
from wanjia.kernels.balance.readings.checking import KINDS, Finding, Limits, check_values
from wanjia.kernels.balance.readings.checking_levels import check_against_master, check_levels, complete_sum
from wanjia.kernels.balance.readings.checking_shifts import check_clocks
from wanjia.kernels.balance.readings.curves import Curves, Places
from wanjia.model.network import METER_ROLES, Codes, Indexes, Measures

MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))
CONNECTION_KW = THRESHOLDS.spike_kwh / HOURS_A_SLOT
"""What a connection may carry where nobody knows it: above three phases of 63 A."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the meters, [n] each: role in METER_ROLES, district (-1: none), kW of the connection (inf)."""

    role: Codes
    district: Indexes
    limit_kw: Measures


def unknown_meters(count: int, connection_kw: float = CONNECTION_KW) -> Known:
    """Customers of whom nothing is known."""
    return Known(np.full(count, CUSTOMER, np.int8), np.full(count, -1, np.int32), np.full(count, connection_kw))


def limits_kw(role: Codes, district: Indexes, capacity_kva: Measures, connection_kw: float) -> Measures:
    """kW by meter: a master's is what its transformer carries for some minutes, inf where that is unknown."""
    kva = np.append(capacity_kva, np.nan)[district] * THRESHOLDS.capacity_over
    return np.where(role == CUSTOMER, connection_kw, np.where(np.isnan(kva), np.inf, kva))


def check_meters(curves: Curves, known: Known, limits: Limits | None = None) -> list[Finding]:
    """Every finding of every check, by meter, time and kind. Whole districts must be handed over together."""
    feeds = np.unique(known.district[(known.role == GENERATION) & (known.district >= 0)])
    signed = (known.role == MASTER) & np.isin(known.district, feeds)
    customers = np.flatnonzero(known.role == CUSTOMER)
    beside = Curves(curves.values[customers], curves.line)
    found = [
        *check_values(curves, known.limit_kw * HOURS_A_SLOT, signed, limits or Limits()),
        *(_at(one, customers) for one in (*check_clocks(beside), *check_levels(beside))),
        *_by_district(curves, known),
    ]
    return sorted(found, key=lambda one: (one.meter, one.begin, KINDS.index(one.kind)))


def _at(one: Finding, rows: Places) -> Finding:
    return Finding(int(rows[one.meter]), one.begin, one.end, one.kind, one.figure, one.evidence)


def _by_district(curves: Curves, known: Known) -> list[Finding]:
    """Multipliers that would close the balance of a district with masters."""
    found = []
    masters = np.unique(known.district[(known.role == MASTER) & (known.district >= 0)])
    for district in masters.tolist():
        inside = known.district == district
        taken, made, used = (np.flatnonzero(inside & (known.role == role)) for role in (MASTER, GENERATION, CUSTOMER))
        energy_in = complete_sum(curves.values, taken)
        if len(made):
            energy_in = energy_in + complete_sum(curves.values, made)
        found.extend(check_against_master(curves, used, energy_in))
    return found
