"""Validation of readings over many days: what looks wrong, where, by how much, and what says so. Nothing is changed.

Each check holds a meter against itself, because homes and works differ by a thousand times: its own distribution, its
own pattern of repeating values, its own shape of the day. What is physically impossible is held against the connection.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from wanjia.kernels.balance.readings.curves import SLOTS, Curves, Grid, Mask, Places, joined, quantiles, runs

Kind: TypeAlias = Literal[
    "gap", "negative", "spike", "over_capacity", "zero_run", "zero_week", "stuck", "clock_shift", "multiplier"
]
KINDS: tuple[Kind, ...] = (
    "negative", "over_capacity", "spike", "multiplier", "clock_shift", "zero_week", "zero_run", "stuck", "gap",
)  # fmt: skip
"""From the plainest fault to what may have a harmless reason."""
REPLACED: tuple[Kind, ...] = ("gap", "negative", "spike")
"""What estimation fills or replaces; all else is for people to look into, the reading stands."""
WEEK = 7 * SLOTS


@dataclass(frozen=True)
class Limits:
    """When something is worth a look. Defaults by judgement, tried on real homes; none comes from a standard."""

    spike_times: float = 3.0
    """A spike is this many times what the meter passes only in `spike_share` of its intervals."""
    spike_share: float = 0.005
    spike_slots: int = 4
    """Intervals; what lasts longer than an hour is no spike but a load."""
    spike_kwh: float = 1.0
    """kWh in an interval below which nothing is called a spike: a kettle and an oven make 1.3."""
    zero_slots: int = SLOTS
    """Intervals; a day without any use is worth a word, a night is not."""
    stuck_slots: int = 12
    """Intervals; three hours of one and the same figure at least."""
    stuck_chance: float = 1e-6
    """How improbable a run of equal figures must be, given how often the meter repeats itself."""
    values_least: int = 96
    """Readings above nothing that a meter must have before it is held against itself."""


@dataclass(frozen=True)
class Finding:
    """What looks wrong: the meter's row, columns from `begin` up to `end` (not included), a figure and its evidence.

    The figure is by kind: intervals (gap, stuck), kWh of the worst interval (negative, spike, over_capacity), days
    (zero_run, zero_week), intervals later by the meter's clock (clock_shift), how many times too much (multiplier).
    """

    meter: int
    begin: int
    end: int
    kind: Kind
    figure: float
    evidence: Mapping[str, float] = field(default_factory=dict)


def check_values(curves: Curves, capacity_kwh: Grid, signed: Mask, limits: Limits) -> list[Finding]:
    """What single readings show, by meter and time.

    capacity_kwh [n]: what the connection can carry in an interval, infinite where unknown. signed [n]: meters whose
    reading may be negative (a master in a district that feeds back).
    """
    values = curves.values
    found = [
        *_gaps(values),
        *_negatives(values, signed),
        *_over_capacity(values, capacity_kwh, signed),
        *_spikes(values, capacity_kwh, limits),
        *_zeros(values, limits),
        *_stuck(values, limits),
    ]
    return sorted(found, key=lambda one: (one.meter, one.begin, KINDS.index(one.kind)))


def replaceable(curves: Curves, findings: list[Finding]) -> Mask:
    """[n, t] which values estimation may fill or replace: those of gaps, negatives and spikes."""
    found = np.zeros(curves.values.shape, bool)
    for one in findings:
        if one.kind in REPLACED:
            found[one.meter, one.begin : one.end] = True
    return found


def _gaps(values: Grid) -> Iterator[Finding]:
    for row, begin, end in _each(runs(np.isnan(values))):
        yield Finding(row, begin, end, "gap", end - begin)


def _negatives(values: Grid, signed: Mask) -> Iterator[Finding]:
    with np.errstate(invalid="ignore"):
        below = (values < 0) & ~signed[:, None]
    for row, begin, end in _each(runs(below)):
        part = values[row, begin:end]
        yield Finding(row, begin, end, "negative", float(part.min()), {"sum_kwh": float(part.sum())})


def _over_capacity(values: Grid, capacity_kwh: Grid, signed: Mask) -> Iterator[Finding]:
    """More than the connection can carry, either way; what comes again within a day is one finding."""
    with np.errstate(invalid="ignore"):
        above = (values > capacity_kwh[:, None]) | (signed[:, None] & (values < -capacity_kwh[:, None]))
    for row, begin, end in _each(joined(runs(above), SLOTS)):
        slots = int(above[row, begin:end].sum())
        evidence = {"limit_kwh": float(capacity_kwh[row]), "slots": slots}
        most = float(np.abs(values[row, begin:end][above[row, begin:end]]).max())
        yield Finding(row, begin, end, "over_capacity", most, evidence)


def _spikes(values: Grid, capacity_kwh: Grid, limits: Limits) -> Iterator[Finding]:
    """Short and far above all else that the meter does; what the connection cannot carry is named as that instead."""
    with np.errstate(invalid="ignore"):
        usual = quantiles(values, 1 - limits.spike_share, values > 0, limits.values_least)
        limit = np.maximum(limits.spike_times * usual, limits.spike_kwh)
        above = (values > limit[:, None]) & (values <= capacity_kwh[:, None])
        possible = values <= capacity_kwh[:, None]
    for row, begin, end in _each(runs(above)):
        beside = possible[row, max(0, begin - 1) : end + 1] | np.isnan(values[row, max(0, begin - 1) : end + 1])
        if end - begin <= limits.spike_slots and beside.all():
            evidence = {"limit_kwh": float(limit[row]), "usual_kwh": float(usual[row])}
            yield Finding(row, begin, end, "spike", float(values[row, begin:end].max()), evidence)


def _zeros(values: Grid, limits: Limits) -> Iterator[Finding]:
    """Runs of nothing at all; `other_kwh_per_day` is what the meter counts otherwise, 0 for one that never did."""
    zero = values == 0
    shown, sums = (~np.isnan(values) & ~zero).sum(axis=1), np.nansum(values, axis=1)
    for row, begin, end in _each(runs(zero)):
        if end - begin >= limits.zero_slots:
            other = float(sums[row] / shown[row] * SLOTS) if shown[row] else 0.0
            kind: Kind = "zero_week" if end - begin >= WEEK else "zero_run"
            yield Finding(row, begin, end, kind, (end - begin) / SLOTS, {"other_kwh_per_day": other})


def _stuck(values: Grid, limits: Limits) -> Iterator[Finding]:
    """The same figure above nothing again and again, longer than the meter's own habit of repeating explains.

    A run of L equal figures in t intervals comes about by chance at most t p^(L - 1) times, p the share of intervals
    that repeat the one before. Meters that count coarsely repeat often, and need a longer run. Figures up to the
    meter's own median are left alone: a house asleep repeats its stand-by for hours.
    """
    if values.shape[1] < 2:
        return
    same = (values[:, 1:] == values[:, :-1]) & (values[:, 1:] > 0)
    usual = quantiles(values, 0.5, values > 0, 1)
    share = np.clip(same.mean(axis=1), 0.02, 0.995)
    needed = 1 + np.ceil(np.log(limits.stuck_chance / values.shape[1]) / np.log(share))
    for row, begin, end in _each(runs(same)):
        slots = end - begin + 1
        if slots >= max(limits.stuck_slots, needed[row]) and values[row, begin] > usual[row]:
            evidence = {"value_kwh": float(values[row, begin]), "repeats_share": float(share[row])}
            yield Finding(row, begin, end + 1, "stuck", slots, evidence)


def _each(found: tuple[Places, Places, Places]) -> Iterator[tuple[int, int, int]]:
    return zip(*(part.tolist() for part in found), strict=True)
