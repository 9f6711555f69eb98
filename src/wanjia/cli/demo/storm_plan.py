"""A storm over some feeders of a network, short enough to be watched: which devices open, and what the meters say.

Nothing here reads a clock or a store. Times are milliseconds since 1970 UTC unless a name says otherwise.
"""

from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, Batch, Ints, Longs, Outage
from wanjia.kernels.sensing.parameters import DEFAULTS
from wanjia.kernels.sensing.storms import Made, Storm, make_storm
from wanjia.kernels.topology.parting import part_of
from wanjia.model.network import Network

WARM_UP_SECONDS = DEFAULTS.heartbeat_seconds
"""One round of heartbeats, told before the storm, so that silence afterwards means something."""
SPREAD_SHARE, SHORTEST_SHARE, LONGEST_SHARE = 0.20, 0.45, 0.60
"""Of the storm's time: within the first all outages begin; they last between the others; what is left shows the end."""
MINUTES_MIN = 4
"""Below this nothing would be dark for longer than the sensor takes to settle."""
BEFORE_MS = 1000
USUAL_LAG_SECONDS = 6


@dataclass(frozen=True, eq=False)
class Play:
    """A storm to be played: `ids` by slot, the word of every device before it, what arrives during it, the truth.

    `before` arrives just before `begins_at`, all at once; `live` after it.
    """

    grid: Grid
    ids: tuple[str, ...]
    before: Batch
    live: Batch
    truth: tuple[Outage, ...]
    begins_at: int
    ends_at: int


def plan_storm(
    network: Network, feeders: frozenset[str], minutes: float, outages: int, seed: int, begins_at: int,
    silent_share: float = 0.0,
) -> Play:  # fmt: skip
    """A storm over the feeders that begins at a time. Raises ValueError when it is shorter than MINUTES_MIN.

    `silent_share`: outages with which concentrators fall silent too. The sensor then needs two rounds of heartbeats to
    be sure, which a short storm does not give it.
    """
    if minutes < MINUTES_MIN:
        raise ValueError(f"a storm takes at least {MINUTES_MIN} minutes")
    grid = build_grid(part_of(network, feeders))
    made = make_storm(grid, storm_of(minutes, outages, silent_share), seed, begins_at - round(1000 * WARM_UP_SECONDS))
    before, live = _parted(made, begins_at)
    return Play(grid, device_ids(grid), before, live, made.truth, begins_at, made.ends_at)


def storm_of(minutes: float, outages: int, silent_share: float) -> Storm:
    """Its sizes."""
    seconds = 60.0 * minutes
    rest = 1.0 - SPREAD_SHARE - LONGEST_SHARE
    return Storm(
        outages=outages,
        warm_up_seconds=WARM_UP_SECONDS,
        spread_seconds=SPREAD_SHARE * seconds,
        outage_seconds_min=SHORTEST_SHARE * seconds,
        outage_seconds_max=LONGEST_SHARE * seconds,
        after_seconds=rest * seconds,
        silent_share=silent_share,
        stray_share=0.002,
    )


def device_ids(grid: Grid) -> tuple[str, ...]:
    """Id of the device in every slot."""
    meters = grid.network.meters.ids[grid.meter_at_slot].tolist()
    return (*meters, *grid.network.districts.ids[grid.district].tolist())


def _parted(made: Made, begins_at: int) -> tuple[Batch, Batch]:
    """One heartbeat of every device that spoke before, as if it arrived just then; and what arrives from then on.

    The clock of a device is judged by what arrived soonest, so the word is as late as that was, and none waited longer
    than a word does that is not late.
    """
    early = made.batch.received < begins_at
    beats = taken(made.batch, np.flatnonzero(early & (made.batch.kind == HEARTBEAT)))
    lag = beats.received - beats.occurred
    lag[(lag > 1000 * USUAL_LAG_SECONDS) & (lag <= 1000 * DEFAULTS.lateness_max_seconds)] = 1000 * USUAL_LAG_SECONDS
    order = np.lexsort((lag, beats.slot))
    first = order[np.concatenate(([True], np.diff(beats.slot[order]) > 0))] if len(order) else order
    at = np.full(len(first), begins_at - BEFORE_MS, np.int64)
    before = Batch(beats.slot[first], beats.kind[first], at - lag[first], at)
    return before, taken(made.batch, np.flatnonzero(~early))


def taken(batch: Batch, rows: np.ndarray) -> Batch:
    """Some of the events."""
    return Batch(batch.slot[rows], batch.kind[rows], batch.occurred[rows], batch.received[rows])


def moved(play: Play, later: int) -> Play:
    """The same so many milliseconds later."""

    def shifted(batch: Batch) -> Batch:
        return Batch(batch.slot, batch.kind, batch.occurred + later, batch.received + later)

    truth = tuple(
        replace(one, starts_at=one.starts_at + later, detected_at=one.detected_at + later, ends_at=one.ends_at + later)
        for one in play.truth
        if one.ends_at is not None
    )
    return replace(
        play, before=shifted(play.before), live=shifted(play.live), truth=truth, begins_at=play.begins_at + later,
        ends_at=play.ends_at + later,
    )  # fmt: skip


def compressed(batch: Batch, begins_at: int, speed: float) -> Batch:
    """The same events `speed` times as fast from `begins_at` on, by every clock."""
    return Batch(
        batch.slot, batch.kind, _nearer(batch.occurred, begins_at, speed), _nearer(batch.received, begins_at, speed)
    )


def hastened(play: Play, speed: float) -> Play:
    """The same storm `speed` times as fast, what is true and what arrives alike."""
    begin = play.begins_at

    def nearer(at: int | None) -> int:
        return round(begin + ((at or 0) - begin) / speed)

    truth = tuple(
        replace(one, starts_at=nearer(one.starts_at), detected_at=nearer(one.detected_at), ends_at=nearer(one.ends_at))
        for one in play.truth
    )
    return replace(play, live=compressed(play.live, begin, speed), truth=truth, ends_at=nearer(play.ends_at))


def _nearer(times: Longs, begins_at: int, speed: float) -> Longs:
    found: Longs = (begins_at + np.round((times - begins_at) / speed)).astype(np.int64)
    return found


def first_gasps(play: Play) -> tuple[int | None, ...]:
    """Arrival of the first gasp of each true outage's devices after it began; None where none arrived."""
    gasps = np.flatnonzero(play.live.kind == LAST_GASP)
    rows, received = play.grid.district[_ranks(play.grid)[play.live.slot[gasps]]], play.live.received[gasps]
    return tuple(_first(received[np.isin(rows, one.districts) & (received >= one.starts_at)]) for one in play.truth)


def _first(times: Longs) -> int | None:
    return int(times[0]) if len(times) else None


def _ranks(grid: Grid) -> Ints:
    """Rank of the district of every slot."""
    meters = np.repeat(np.arange(grid.districts, dtype=np.int32), np.diff(grid.first_meter))
    return np.concatenate((meters, np.arange(grid.districts, dtype=np.int32)))
