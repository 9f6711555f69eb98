"""Why a district is off its band: the likely causes, ranked, each with what to do next.

A cause has a code, an action, the kWh a day that it would explain, and how sure it is (0 to 1); the texts are
`balance_leads.json`. Causes that keep a balance from being computed come first: before they are mended, all others are
guesses. Then those that explain most energy, weighed by how sure they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from wanjia.kernels.balance.diagnosis.hourly import HOURS, Hourly, Losses
from wanjia.kernels.balance.diagnosis.leads import Lead
from wanjia.kernels.balance.diagnosis.masters import Dead
from wanjia.kernels.balance.diagnosis.pairing import Move
from wanjia.model.network import Measures

Values: TypeAlias = Mapping[str, float | int]

ACTIONS: Mapping[str, str] = {
    "master_silent": "mend_master",
    "master_zero": "mend_master",
    "no_hours": "mend_collection",
    "collection": "mend_collection",
    "meter_swapped": "check_on_site",
    "meter_elsewhere": "check_on_site",
    "meter_from_elsewhere": "check_on_site",
    "abnormal_use": "inspect_meter",
    "unmetered_at_night": "find_unmetered",
    "standing_loss": "find_unmetered",
    "unbalance": "balance_phases",
    "long_wires": "reinforce",
    "negative_steady": "check_multipliers",
    "unexplained": "walk_through",
}
"""Cause -> next action."""
FIRST = ("master_silent", "master_zero", "no_hours", "collection")
NIGHT_HOURS = (0, 1, 2, 3, 4, 20, 21, 22, 23)
NIGHT_KW_MIN = 0.25
"""A few street lamps; less may be anything."""
STANDING_KW_A_METER = 0.004
"""Twice what meters and their terminal use themselves."""
WIRES_SHARE = 0.045
"""Resistive loss over energy in, from which wires are too thin or too long: above the usual economic band's end."""
UNBALANCE_SHARE = 0.25
"""Of the resistive loss, what would go away with balanced phases."""
NEGATIVE_SHARE = -0.01
FILLED_SHARE = 0.02
SURE_GAIN = 10.0
"""Nats at which a lead or move counts as sure as one can be from afar."""


@dataclass(frozen=True)
class Cause:
    """One likely cause in a district. meter: the one concerned, if any; other: the other district of a move."""

    district: int
    code: str
    action: str
    kwh_a_day: float
    sure: float
    meter: int | None = None
    other: int | None = None
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Parts:
    """What a district's loss consists of by its own curve, [d]; NaN where too few hours count.

    standing_kw: around the clock. night_kw: more at night. resistive_kwh, balanced_kwh: a day, as it is and with the
    same load spread evenly over the phases. loss_kwh, in_kwh: a day.
    """

    standing_kw: Measures
    night_kw: Measures
    resistive_kwh: Measures
    balanced_kwh: Measures
    loss_kwh: Measures
    in_kwh: Measures


def parts_of(losses: Losses) -> Parts:
    """Least squares of each district's loss on one, night, and the phases' squares."""
    rows = np.array([_parts(losses, district) for district in range(len(losses.loss))]).reshape(-1, 6)
    return Parts(*rows.T)


def _parts(losses: Losses, district: int) -> Measures:
    valid = losses.valid[district]
    if valid.sum() < 7 * HOURS:
        return np.full(6, np.nan)
    hour = np.arange(len(valid)) % HOURS
    squares, loss, load = (
        losses.squares(district)[valid],
        losses.loss[district][valid],
        losses.energy_in[district][valid],
    )
    design = np.stack((np.ones(len(loss)), np.isin(hour, NIGHT_HOURS)[valid].astype(float), squares), axis=1)
    scale = np.maximum(np.abs(design).max(axis=0), 1e-9)
    standing, night, ohmic = np.linalg.lstsq(design / scale, loss, rcond=None)[0] / scale
    a_day = HOURS / len(loss)
    resistive = max(ohmic, 0.0) * squares.sum() * a_day
    # Balanced phases lose a third of the square of the sum; what the feeding masters carry is the sum.
    balanced = max(ohmic, 0.0) * (load**2).sum() * a_day
    return np.array([standing, night, resistive, min(balanced, resistive), loss.sum() * a_day, load.sum() * a_day])


def find_causes(
    hours: Hourly, losses: Losses, moves: Sequence[Move], leads: Sequence[Lead], dead: Sequence[Dead]
) -> tuple[tuple[Cause, ...], ...]:
    """Of each district its causes, most important first; `losses` as the books have them, before any move.

    A district whose loss is within what wires and meters explain has none.
    """
    parts = parts_of(losses)
    found: list[list[Cause]] = [[] for _ in range(hours.districts)]
    for each in (*_of_masters(dead), *_of_moves(moves), *_of_leads(leads)):
        found[each.district].append(each)
    for district in range(hours.districts):
        found[district] += _of_collection(hours, losses, district, bool(found[district]))
        found[district] += _of_parts(hours, parts, district)
        found[district] += _unexplained(parts, district, found[district])
    return tuple(tuple(sorted(some, key=_rank)) for some in found)


def _rank(cause: Cause) -> tuple[int, float]:
    first = FIRST.index(cause.code) if cause.code in FIRST else len(FIRST)
    return first, -abs(cause.kwh_a_day) * cause.sure


def _cause(
    district: int,
    code: str,
    kwh_a_day: float,
    sure: float,
    meter: int | None = None,
    other: int | None = None,
    **values: float,
) -> Cause:
    return Cause(district, code, ACTIONS[code], kwh_a_day, min(max(sure, 0.0), 1.0), meter, other, values)


def _of_masters(dead: Sequence[Dead]) -> list[Cause]:
    return [_cause(one.district, f"master_{one.kind}", 0.0, 1.0, one.meter, day=one.from_day) for one in dead]


def _of_moves(moves: Sequence[Move]) -> list[Cause]:
    """In the district on the books use is counted that it never carried; in the other the reverse."""
    found = []
    for move in moves:
        sure = move.gain / (move.gain + SURE_GAIN)
        code = "meter_swapped" if move.partner is not None else "meter_elsewhere"
        values = {"gain": move.gain} | ({} if move.partner is None else {"partner": move.partner})
        found.append(_cause(move.booked, code, -move.kwh_a_day, sure, move.meter, move.fed_by, **values))
        if move.fed_by is not None:
            code = "meter_swapped" if move.partner is not None else "meter_from_elsewhere"
            found.append(_cause(move.fed_by, code, move.kwh_a_day, sure, move.meter, move.booked, **values))
    return found


def _of_leads(leads: Sequence[Lead]) -> list[Cause]:
    return [
        _cause(
            lead.district, "abnormal_use", lead.loss_kwh_a_day, lead.gain / (lead.gain + SURE_GAIN), lead.meter,
            gain=lead.gain, day=lead.from_day,
        )
        for lead in leads
    ]  # fmt: skip


def _of_collection(hours: Hourly, losses: Losses, district: int, is_known: bool) -> list[Cause]:
    """Too few hours that count, or so much filled in that the rate says little."""
    filled = float(hours.filled[district].sum(dtype=np.float64)) / hours.days
    out = float(losses.energy_in[district].sum() - losses.loss[district].sum()) / max(hours.days, 1)
    if losses.valid[district].sum() < 7 * HOURS:
        return [] if is_known else [_cause(district, "no_hours", filled, 1.0, hours=int(losses.valid[district].sum()))]
    share = filled / max(out, 1e-9)
    return [_cause(district, "collection", filled, 1.0, share=share)] if share > FILLED_SHARE else []


def _of_parts(hours: Hourly, parts: Parts, district: int) -> list[Cause]:
    """What the loss curve itself says: lamps, standing loss, wires, unbalance, a master that counts too little."""
    load = parts.in_kwh[district]
    if not np.isfinite(load) or load <= 0:
        return []
    meters = int(hours.first[district + 1] - hours.first[district])
    night, standing = parts.night_kw[district], parts.standing_kw[district]
    resistive, balanced = parts.resistive_kwh[district], parts.balanced_kwh[district]
    found = []
    if night > NIGHT_KW_MIN:
        found.append(_cause(district, "unmetered_at_night", night * len(NIGHT_HOURS), 0.6, kw=night))
    if standing > STANDING_KW_A_METER * meters:
        more = standing - STANDING_KW_A_METER * meters / 2
        found.append(_cause(district, "standing_loss", more * HOURS, 0.4, kw=standing))
    if resistive - balanced > UNBALANCE_SHARE * resistive and resistive > NEGATIVE_SHARE * -1 * load:
        found.append(_cause(district, "unbalance", resistive - balanced, 0.6, share=1 - balanced / resistive))
    if balanced > WIRES_SHARE * load:
        found.append(_cause(district, "long_wires", balanced - WIRES_SHARE / 2 * load, 0.7, share=balanced / load))
    if parts.loss_kwh[district] < NEGATIVE_SHARE * load:
        found.append(_cause(district, "negative_steady", parts.loss_kwh[district], 0.3))
    return found


def _unexplained(parts: Parts, district: int, causes: Sequence[Cause]) -> list[Cause]:
    """What is left of a loss that is high, once the causes and the wires are taken off."""
    loss, load = parts.loss_kwh[district], parts.in_kwh[district]
    if not np.isfinite(load) or load <= 0:
        return []
    left = loss - sum(each.kwh_a_day for each in causes) - parts.balanced_kwh[district]
    return [_cause(district, "unexplained", left, 0.2, share=left / load)] if left > 0.02 * load else []
