"""Made storms: meter events of a grid with known outages, through a lossy network. The seed comes in."""

from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import (
    HEARTBEAT,
    LAST_GASP,
    RESTORED,
    SOURCE,
    Batch,
    Bools,
    Bytes,
    Floats,
    Ints,
    Longs,
    Outage,
    Plan,
)

SECOND = 1000
"""Milliseconds."""
TRIES = 200
"""Draws for a place that no other outage touches, before a storm is left with fewer."""


@dataclass(frozen=True)
class Storm:
    """What is made. Shares are of events (lost, duplicated, late), meters (stray, clocks), outages (silent)."""

    outages: int = 1
    planned: int = 0
    silent_districts: int = 0
    """Lit districts whose concentrator falls silent for a while."""
    warm_up_seconds: float = 1800.0
    """Heartbeats before anything happens."""
    spread_seconds: float = 900.0
    """The outages begin within this time."""
    outage_seconds_min: float = 1200.0
    outage_seconds_max: float = 3600.0
    after_seconds: float = 1800.0
    """What follows the last restoration."""
    lost_share: float = 0.05
    duplicated_share: float = 0.02
    late_share: float = 0.10
    late_seconds_max: float = 600.0
    stray_share: float = 0.01
    """Devices that gasp once for their own reasons during the storm."""
    silent_share: float = 0.1
    """Outages with which the concentrators of half their districts, at least one, fall silent."""
    clock_off_share: float = 0.01
    """Devices whose clock is off by up to `clock_off_seconds_max`, either way."""
    clock_off_seconds_max: float = 3600.0
    heartbeat_seconds: float = 900.0
    terminal_heartbeat_seconds: float = 300.0


@dataclass(frozen=True, eq=False)
class Made:
    """A storm: events in order of arrival, its true outages (planned ones too), the plans, and its time (ms)."""

    batch: Batch
    truth: tuple[Outage, ...]
    plans: tuple[Plan, ...]
    begins_at: int
    ends_at: int


@dataclass(frozen=True, eq=False)
class _Sent:
    """Events as sent: slot, kind, true time in seconds from the beginning."""

    slot: Ints
    kind: Bytes
    at: Floats


def make_storm(grid: Grid, storm: Storm, seed: int, begins_at: int) -> Made:
    """A storm that begins at a time (milliseconds since 1970 UTC)."""
    rng = np.random.default_rng(seed)
    truth = _outages(grid, storm, rng)
    last = max((one.ends_at or 0 for one in truth), default=0) / SECOND
    length = max(last, storm.warm_up_seconds + storm.spread_seconds) + storm.after_seconds
    dark_from, dark_to = _dark(grid, truth)
    parts = [
        _heartbeats(grid, storm, rng, length, dark_from, dark_to),
        _of_outages(grid, rng, dark_from, dark_to),
        _strays(grid, storm, rng, length, dark_from, dark_to),
    ]
    sent = _Sent(*(np.concatenate(columns) for columns in zip(*(vars(p).values() for p in parts), strict=True)))
    sent = _without(sent, _silenced(grid, storm, rng, truth, sent, length))
    batch = _delivered(grid, storm, rng, sent, begins_at, length)
    moved = tuple(
        replace(one, starts_at=at, detected_at=at, ends_at=(one.ends_at or 0) + begins_at)
        for one in truth
        for at in (one.starts_at + begins_at,)
    )
    plans = tuple(_plan(grid, one) for one in moved if one.planned)
    return Made(batch, moved, plans, begins_at, begins_at + round(length * SECOND))


def _outages(grid: Grid, storm: Storm, rng: np.random.Generator) -> list[Outage]:
    """Devices drawn so that levels are equally likely, none with a district of another; the planned ones last.

    None but a single district takes more than half of what is left, so that the next find a place.
    """
    taken, found = np.zeros(grid.districts, dtype=np.bool_), []
    able = np.flatnonzero(grid.switching)
    levels = [able[grid.level[able] == level] for level in np.unique(grid.level[able])]
    levels = [some for some in levels if grid.level[some[0]] != SOURCE] or levels
    for number in range(storm.outages + storm.planned):
        for _ in range(TRIES):
            g = int(rng.choice(levels[int(rng.integers(len(levels)))]))
            size = int(grid.end[g] - grid.begin[g])
            free = grid.districts - int(taken.sum())
            if not taken[grid.begin[g] : grid.end[g]].any() and (size == 1 or 2 * size <= free):
                taken[grid.begin[g] : grid.end[g]] = True
                found.append(_outage(grid, storm, rng, number, g))
                break
    return found


def _outage(grid: Grid, storm: Storm, rng: np.random.Generator, number: int, g: int) -> Outage:
    starts = storm.warm_up_seconds + rng.uniform(0.0, storm.spread_seconds)
    ends = starts + rng.uniform(storm.outage_seconds_min, storm.outage_seconds_max)
    ranks = slice(int(grid.begin[g]), int(grid.end[g]))
    begin, end = (round(SECOND * time) for time in (starts, ends))
    rows, customers = tuple(sorted(grid.district[ranks].tolist())), int(grid.customers[ranks].sum())
    is_planned = number >= storm.outages
    return Outage(
        number + 1, grid.device_ids[g], int(grid.level[g]), begin, begin, end, rows, customers, "", is_planned, 1.0
    )  # fmt: skip


def _plan(grid: Grid, one: Outage) -> Plan:
    """The window that was published: a few minutes wider than the work."""
    ranks = np.sort(grid.rank[list(one.districts)])
    margin = 180 * SECOND
    return Plan(one.device_id, int(ranks[0]), int(ranks[-1]) + 1, one.starts_at - margin, (one.ends_at or 0) + margin)


def _dark(grid: Grid, truth: list[Outage]) -> tuple[Floats, Floats]:
    """Seconds from and to which each rank is dark; never (infinite) for others."""
    begin, end = np.full(grid.districts, np.inf), np.full(grid.districts, np.inf)
    for one in truth:
        ranks = grid.rank[list(one.districts)]
        begin[ranks], end[ranks] = one.starts_at / SECOND, (one.ends_at or 0) / SECOND
    return begin, end


def _ranks(grid: Grid) -> Ints:
    """Rank of every slot."""
    meters = np.repeat(np.arange(grid.districts), np.diff(grid.first_meter))
    return np.concatenate((meters, np.arange(grid.districts))).astype(np.int32)


def _heartbeats(
    grid: Grid, storm: Storm, rng: np.random.Generator, length: float, dark_from: Floats, dark_to: Floats
) -> _Sent:
    """Every device in its own rhythm, while it has supply."""
    slots, times = [], []
    for begin, end, every in (
        (0, grid.meters, storm.heartbeat_seconds),
        (grid.meters, grid.meters + grid.districts, storm.terminal_heartbeat_seconds),
    ):
        if every <= 0:
            continue
        rounds = int(length / every) + 1
        phase = rng.uniform(0.0, every, end - begin)
        slots.append(np.repeat(np.arange(begin, end, dtype=np.int32), rounds))
        times.append((phase[:, None] + every * np.arange(rounds)[None, :]).ravel())
    slot = np.concatenate(slots) if slots else np.empty(0, np.int32)
    at = np.concatenate(times) if times else np.empty(0)
    rank = _ranks(grid)[slot]
    lit = (at < dark_from[rank]) | (at > dark_to[rank] + 30.0)
    return _Sent(slot[lit], np.full(int(lit.sum()), HEARTBEAT, np.int8), at[lit])


def _of_outages(grid: Grid, rng: np.random.Generator, dark_from: Floats, dark_to: Floats) -> _Sent:
    """A last gasp 30-45 s after the loss (terminals 5-15 s), a word 2-15 s after the return."""
    rank = _ranks(grid)
    slot = np.flatnonzero(np.isfinite(dark_from[rank])).astype(np.int32)
    terminal = slot >= grid.meters
    wait = np.where(terminal, rng.uniform(5.0, 15.0, len(slot)), rng.uniform(30.0, 45.0, len(slot)))
    gasp = dark_from[rank[slot]] + wait
    back = dark_to[rank[slot]] + rng.uniform(2.0, 15.0, len(slot))
    kind = np.repeat(np.array([LAST_GASP, RESTORED], np.int8), len(slot))
    return _Sent(np.concatenate((slot, slot)), kind, np.concatenate((gasp, back)))


def _strays(
    grid: Grid, storm: Storm, rng: np.random.Generator, length: float, dark_from: Floats, dark_to: Floats
) -> _Sent:
    """Devices that gasp with supply present; half of them say soon that they are back."""
    devices = grid.meters + grid.districts
    slot = rng.choice(devices, rng.binomial(devices, storm.stray_share), replace=False).astype(np.int32)
    at, rank = rng.uniform(0.0, length, len(slot)), _ranks(grid)[slot]
    lit = (at < dark_from[rank]) | (at > dark_to[rank] + 30.0)
    slot, at = slot[lit], at[lit]
    soon = rng.random(len(slot)) < 0.5
    back = at[soon] + rng.uniform(10.0, 120.0, int(soon.sum()))
    kind = np.repeat(np.array([LAST_GASP, RESTORED], np.int8), (len(slot), len(back)))
    return _Sent(np.concatenate((slot, slot[soon])), kind, np.concatenate((at, back)))


def _silenced(
    grid: Grid, storm: Storm, rng: np.random.Generator, truth: list[Outage], sent: _Sent, length: float
) -> Bools:
    """Events of meters whose concentrator was silent; terminals have a way of their own."""
    begin, end = np.full(grid.districts, np.inf), np.full(grid.districts, -np.inf)
    for one in truth:
        if rng.random() < storm.silent_share:
            ranks = rng.permutation(grid.rank[list(one.districts)])[: max(1, len(one.districts) // 2)]
            begin[ranks], end[ranks] = one.starts_at / SECOND, (one.ends_at or 0) / SECOND + rng.uniform(0.0, 300.0)
    lit = np.flatnonzero(np.isinf(begin))
    for r in rng.permutation(lit)[: storm.silent_districts].tolist():
        begin[r] = rng.uniform(0.0, length)
        end[r] = begin[r] + rng.uniform(600.0, 3600.0)
    rank = _ranks(grid)[sent.slot]
    found: Bools = (sent.slot < grid.meters) & (sent.at >= begin[rank]) & (sent.at <= end[rank])
    return found


def _without(sent: _Sent, gone: Bools) -> _Sent:
    return _Sent(sent.slot[~gone], sent.kind[~gone], sent.at[~gone])


def _delivered(grid: Grid, storm: Storm, rng: np.random.Generator, sent: _Sent, begins_at: int, length: float) -> Batch:
    """What arrives: some lost, some twice, some late, stamped by clocks some of which are off."""
    sent = _without(sent, rng.random(len(sent.slot)) < storm.lost_share)
    devices = grid.meters + grid.districts
    off = rng.uniform(-1.0, 1.0, devices) * storm.clock_off_seconds_max
    clock = np.where(rng.random(devices) < storm.clock_off_share, off, rng.uniform(-5.0, 5.0, devices))
    delay = 1.0 + rng.exponential(6.0, len(sent.slot))
    late = rng.random(len(sent.slot)) < storm.late_share
    delay[late] = rng.uniform(60.0, storm.late_seconds_max, int(late.sum()))
    twice = np.flatnonzero(rng.random(len(sent.slot)) < storm.duplicated_share)
    again = delay[twice] + rng.exponential(30.0, len(twice))
    index = np.concatenate((np.arange(len(sent.slot)), twice))
    received = sent.at[index] + np.concatenate((delay, again))
    occurred = (sent.at + clock[sent.slot])[index]
    order = np.argsort(received, kind="stable")
    order = order[received[order] <= length]
    return Batch(
        sent.slot[index][order], sent.kind[index][order], _stamp(occurred[order], begins_at),
        np.maximum(_stamp(received[order], begins_at), begins_at + 1),
    )  # fmt: skip


def _stamp(seconds: Floats, begins_at: int) -> Longs:
    found: Longs = (begins_at + np.round(seconds * SECOND)).astype(np.int64)
    return found
