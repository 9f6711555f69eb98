"""What Spark keeps of one part of the network between batches: the kernel's state, and events that wait for their time.

Pickled, as Spark pickles functions: a checkpoint is this installation's own, and one of another form is refused.
"""

import pickle
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from wanjia.kernels.sensing.nouns import NO_EVENTS, Batch, Change, Plan
from wanjia.kernels.sensing.parting import Part, plans_within
from wanjia.kernels.sensing.renewing import renewed
from wanjia.kernels.sensing.step import Sensor, State, begin_state, sensor_of, step

FORM = 1
"""Counts on when what is kept has another meaning."""
SECOND_MS = 1000


@dataclass(frozen=True, eq=False)
class Kept:
    """`state` is None before the first event; `waiting` arrived after the time up to which was sensed."""

    state: State | None = None
    waiting: Batch = NO_EVENTS


@dataclass(frozen=True, eq=False)
class Parted:
    """The parts of a network with the planned work of the whole; sent once to every worker."""

    parts: tuple[Part, ...]
    plans: tuple[Plan, ...]


class OtherForm(ValueError):
    """The checkpoint was written by another edition of the software."""


def kept_bytes(kept: Kept) -> bytes:
    """For Spark's state."""
    return pickle.dumps((FORM, kept), protocol=5)


def kept_of(data: bytes) -> Kept:
    """What `kept_bytes` was given. Raises OtherForm."""
    form, kept = pickle.loads(data)
    if form != FORM or not isinstance(kept, Kept):
        raise OtherForm(f"state of form {form}, this software writes form {FORM}")
    return kept


@lru_cache(maxsize=4096)
def sensor_for(parted: Parted, part: int) -> Sensor:
    """The sensor of one part; made once in a worker."""
    one = parted.parts[part]
    return sensor_of(one.grid, plans_within(one, parted.plans))


def advanced(sensor: Sensor, kept: Kept, arrived: Batch, now: int) -> tuple[Kept, list[Change], int]:
    """Senses up to `now` (ms); later events wait. Also how many came later than was promised: they count as of now.

    `arrived` in any order. A part begins a second or so before its first event, on a whole second, so that tenths of a
    second are counted alike in all parts.
    """
    waiting = _in_order(kept.waiting, arrived)
    if kept.state is None and not len(waiting.slot):
        return kept, [], 0
    state = kept.state or begin_state(sensor.grid, _second_before(int(waiting.received[0])))
    late = int(np.searchsorted(waiting.received, state.now, side="right"))
    if late:
        waiting = replace(waiting, received=np.maximum(waiting.received, state.now + 1))
    if now <= state.now:
        return Kept(state, waiting), [], late
    upto = int(np.searchsorted(waiting.received, now, side="right"))
    state, changes = step(sensor, renewed(state), _cut(waiting, 0, upto), now)
    return Kept(state, _cut(waiting, upto, len(waiting.slot))), changes, late


def _second_before(received: int) -> int:
    return (received - 1) // SECOND_MS * SECOND_MS


def _in_order(one: Batch, other: Batch) -> Batch:
    joined = [np.concatenate(pair) for pair in zip(vars(one).values(), vars(other).values(), strict=True)]
    order = np.argsort(joined[3], kind="stable")
    return Batch(*(column[order] for column in joined))


def _cut(batch: Batch, begin: int, end: int) -> Batch:
    return Batch(*(column[begin:end].copy() for column in vars(batch).values()))
