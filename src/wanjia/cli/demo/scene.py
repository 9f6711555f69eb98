"""Two outages of the demo's last hours, and what the meters around them say. Nothing here reads a clock or a store.

One district lost supply and came back but for three meters: behind it hides a fault of its own. One section of a line
is dark still.
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from wanjia.adapters.telemetry.nouns import Keys
from wanjia.adapters.telemetry.replay import Recorded
from wanjia.cli.demo.meters import METER_SECONDS, TERMINAL_SECONDS, Meters
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, RESTORED, Floats, Ints

BEGINS, DARK, BACK, SECOND = 210 * 60.0, 165 * 60.0, 115 * 60.0, 24 * 60.0
"""Seconds before now: the stream begins, early enough for a round of reports; the district is dark, and back, so that
its late meters are told of 40 minutes later; the section is dark, long enough for a crew to be on its way."""
ARRIVED_SECONDS = 60
"""A report this old has arrived."""
LATE_METERS = 3
LOST_SHARE = 0.03
"""Of all words around the outages. Of everybody else only the newest is told, and that arrived."""


@dataclass(frozen=True)
class Scene:
    """Rank of the district, the meters' slots that stay dark, the section's ranks."""

    first: int
    late: tuple[int, ...]
    second: tuple[int, int]

    def silent(self, grid: Grid) -> Ints:
        """Slots of the devices that are dark at the end."""
        found: Ints = np.concatenate((_slots(grid, *self.second), np.array(self.late))).astype(np.int32)
        return found

    def around(self, grid: Grid) -> Ints:
        """Slots of all devices of both feeders."""
        feeder = grid.network.districts.feeder[grid.district]
        ranks = np.flatnonzero((feeder == feeder[self.first]) | (feeder == feeder[self.second[0]]))
        return np.concatenate([_slots(grid, rank, rank + 1) for rank in ranks.tolist()])


@dataclass(frozen=True, eq=False)
class Words:
    """Who said what when: slot or key, kind, seconds since 1970, [n] each."""

    who: np.ndarray
    kind: np.ndarray
    at: Floats


def scene_of(grid: Grid, district: str, branch: str, chance: Generator) -> Scene:
    """A district, and the branch that opened above others."""
    rank = int(grid.rank[int(np.flatnonzero(grid.network.districts.ids == district)[0])])
    row = int(np.flatnonzero(grid.network.branches.ids == branch)[0])
    begin, end = (int(at) for at in grid.branch_ranks[row])
    customers = np.arange(int(grid.first_meter[rank]) + 1, int(grid.first_meter[rank + 1]))  # the master comes first
    return Scene(rank, tuple(sorted(chance.choice(customers, LATE_METERS, replace=False).tolist())), (begin, end))


def heard(grid: Grid, keys: Keys, scene: Scene, meters: Meters, now: float, chance: Generator) -> Recorded:
    """What arrives until now: from both feeders all that is said, from everybody else the newest report.

    `keys` by slot; `now` in seconds since 1970.
    """
    near = _near(grid, scene, now, chance)
    newest = meters.last_before(int(now) - ARRIVED_SECONDS).astype(np.float64)
    beats = np.full(len(newest), HEARTBEAT, np.uint8)
    near = _some_lost(near, chance)
    return _delivered(
        _joined(Words(keys[near.who], near.kind, near.at), Words(meters.keys, beats, newest)), now, chance
    )


def _near(grid: Grid, scene: Scene, now: float, chance: Generator) -> Words:
    """The feeders around both outages, by slot."""
    dark_from = np.full(grid.meters + grid.districts, np.inf)
    dark_to = dark_from.copy()
    first, second = _slots(grid, scene.first, scene.first + 1), _slots(grid, *scene.second)
    late = np.array(scene.late)
    dark_from[first], dark_to[first], dark_to[late] = now - DARK, now - BACK, np.inf
    dark_from[second] = now - SECOND
    gone, back = np.concatenate((first, second)), np.setdiff1d(first, late)
    wait = np.where(gone >= grid.meters, chance.uniform(5, 15, len(gone)), chance.uniform(30, 45, len(gone)))
    return _joined(
        _beats(grid, scene.around(grid), dark_from, dark_to, now, chance),
        Words(gone, np.full(len(gone), LAST_GASP, np.uint8), dark_from[gone] + wait),
        Words(back, np.full(len(back), RESTORED, np.uint8), dark_to[back] + chance.uniform(2, 15, len(back))),
    )


def _slots(grid: Grid, begin: int, end: int) -> Ints:
    """Meters and terminals of some ranks."""
    meters = np.arange(grid.first_meter[begin], grid.first_meter[end])
    return np.concatenate((meters, grid.meters + np.arange(begin, end))).astype(np.int32)


def _beats(
    grid: Grid, slots: Ints, dark_from: Floats, dark_to: Floats, now: float, chance: Generator
) -> Words:  # fmt: skip
    """Reports while there is supply, each device in a rhythm of its own."""
    every = np.where(slots >= grid.meters, TERMINAL_SECONDS, METER_SECONDS)
    rounds = np.arange(int(BEGINS // TERMINAL_SECONDS) + 1)
    at = (now - BEGINS + chance.uniform(0, every)[:, None] + every[:, None] * rounds[None, :]).ravel()
    who = np.repeat(slots, len(rounds))
    is_said = (at < now) & ((at < dark_from[who]) | (at > dark_to[who] + 30))
    return Words(who[is_said], np.full(int(is_said.sum()), HEARTBEAT, np.uint8), at[is_said])


def _joined(*some: Words) -> Words:
    return Words(*(np.concatenate([getattr(one, name) for one in some]) for name in ("who", "kind", "at")))


def _some_lost(words: Words, chance: Generator) -> Words:
    kept = chance.random(len(words.at)) >= LOST_SHARE
    return Words(words.who[kept], words.kind[kept], words.at[kept])


def _delivered(words: Words, now: float, chance: Generator) -> Recorded:
    """In order of arrival, up to now."""
    arrived = words.at + 1 + chance.exponential(5.0, len(words.at))
    kept = np.flatnonzero(arrived < now)
    kept = kept[np.argsort(arrived[kept], kind="stable")]
    stamped = words.at[kept] + chance.uniform(-4, 4, len(kept))
    occurred, received = ((times * 1000).astype(np.int64) for times in (stamped, arrived[kept]))
    return Recorded(words.who[kept], words.kind[kept], occurred, received)
