"""Meter events written by hand: who says what when, in seconds from a beginning, on a small network."""

from collections.abc import Iterable, Sequence

import numpy as np

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, RESTORED, Batch, Change, Plan
from wanjia.kernels.sensing.parameters import DEFAULTS, Parameters
from wanjia.kernels.sensing.step import begin_state, sensor_of, step

BEGIN = 1_780_000_000_000
"""Milliseconds since 1970; a multiple of the tick."""
GOLDEN = 0.618034
"""Share of a turn that spreads any number of points evenly."""
Said = tuple[int, int, float, float]
"""Slot, kind, seconds of occurrence, seconds of arrival."""


def slots(grid: Grid, district_id: str, count: int | None = None) -> list[int]:
    """Slots of a district's meters, the first `count` of them."""
    rank = _rank(grid, district_id)
    found = list(range(int(grid.first_meter[rank]), int(grid.first_meter[rank + 1])))
    return found[:count]


def terminal(grid: Grid, district_id: str) -> int:
    """Slot of a district's terminal."""
    return grid.meters + _rank(grid, district_id)


def _rank(grid: Grid, district_id: str) -> int:
    return int(grid.rank[grid.network.districts.ids.tolist().index(district_id)])


def say(devices: Iterable[int], kind: int, at: float, spread: float = 10.0) -> list[Said]:
    """Each device in turn says it, evenly over `spread` seconds; it arrives 5 seconds later."""
    devices = list(devices)
    return [
        (slot, kind, at + spread * i / max(len(devices), 1), at + spread * i / max(len(devices), 1) + 5.0)
        for i, slot in enumerate(devices)
    ]


def gasps(devices: Iterable[int], lost_at: float) -> list[Said]:
    """Last gasps of an outage."""
    return say(devices, LAST_GASP, lost_at + 32.0)


def returns(devices: Iterable[int], back_at: float) -> list[Said]:
    """Words of the return."""
    return say(devices, RESTORED, back_at + 3.0)


def beats(devices: Iterable[int], until: float, every: float = 900.0, begin: float = 0.0) -> list[Said]:
    """Heartbeats, every device in a rhythm of its own; neighbours' rhythms are far apart."""
    return [
        (slot, HEARTBEAT, at, at + 5.0)
        for i, slot in enumerate(devices)
        for at in np.arange(begin + every * (i * GOLDEN % 1.0), until, every).tolist()
    ]


def batch(said: Sequence[Said]) -> Batch:
    """In order of arrival."""
    ordered = sorted(said, key=lambda one: one[3])
    columns = list(zip(*ordered, strict=True)) or [(), (), (), ()]
    times = [(BEGIN + np.round(1000 * np.array(values, dtype=np.float64))).astype(np.int64) for values in columns[2:]]
    return Batch(np.array(columns[0], np.int32), np.array(columns[1], np.int8), times[0], times[1])


def sensed(
    grid: Grid, said: Sequence[Said], until: float, plans: tuple[Plan, ...] = (), parameters: Parameters = DEFAULTS
) -> list[Change]:
    """Everything that happens until then, in one step; what arrives later is left out."""
    said = [one for one in said if one[3] <= until]
    state = begin_state(grid, BEGIN - 1)
    return step(sensor_of(grid, plans, parameters), state, batch(said), BEGIN + round(1000 * until))[1]


def told(changes: Sequence[Change]) -> list[tuple[str, str]]:
    """What happened to which device."""
    return [(change.what, change.outage.device_id) for change in changes]


def seconds(milliseconds: int | None) -> float:
    """From the beginning."""
    assert milliseconds is not None
    return (milliseconds - BEGIN) / 1000
