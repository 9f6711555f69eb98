"""The sensing step: (state, batch of events, now) -> (state, outage changes). No clock: `now` comes in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.sensing.arrival import MILLISECONDS, take_in
from wanjia.kernels.sensing.counting import COLUMNS
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.ledger import Ledger, Moment, empty_ledger, settle
from wanjia.kernels.sensing.looking import TENTHS, Model, Sight, look, model_of
from wanjia.kernels.sensing.memory import NEVER, Memory, empty_memory
from wanjia.kernels.sensing.nouns import Batch, Change, Plan
from wanjia.kernels.sensing.parameters import DEFAULTS, Parameters
from wanjia.kernels.sensing.plans import covered
from wanjia.kernels.sensing.works import follow_works, watch_late


@dataclass(frozen=True, eq=False)
class Sensor:
    """What does not change from step to step: the grid, the model, the planned work."""

    grid: Grid
    model: Model
    plans: tuple[Plan, ...] = ()


@dataclass(frozen=True, eq=False)
class State:
    """What is known up to the arrival time `now` (ms). `epoch` (ms) is the zero of the memory's times.

    The step takes the state over: it changes the arrays of the one it is given and returns them in the new one. Keep an
    older state with `copied()`.
    """

    memory: Memory
    ledger: Ledger
    epoch: int
    now: int

    def copied(self) -> "State":
        """The same, apart."""
        return replace(self, memory=self.memory.copied(), ledger=self.ledger.copied())


class OutOfOrder(ValueError):
    """Events that arrived before the state's time or after `now`, or not in order of arrival. The caller's mistake."""


def sensor_of(grid: Grid, plans: tuple[Plan, ...] = (), parameters: Parameters = DEFAULTS) -> Sensor:
    """A sensor of a grid."""
    return Sensor(grid, model_of(grid, parameters), plans)


def begin_state(grid: Grid, now: int) -> State:
    """Nothing is known; the stream begins after `now` (milliseconds since 1970 UTC)."""
    return State(empty_memory(grid), empty_ledger(grid.districts), now, now)


def step(sensor: Sensor, state: State, batch: Batch, now: int) -> tuple[State, list[Change]]:
    """Takes in the events that arrived after the state's time up to `now`, judging the evidence at every tick between.

    Ticks are whole multiples of the parameter from 1970 on, so the same events in other batches give the same outages.
    Raises OutOfOrder when the batch is not what arrived between.
    """
    _check(state, batch, now)
    done, changes = 0, []
    for tick in _ticks(state.now, now, round(1000 * sensor.model.parameters.tick_seconds)):
        upto = int(np.searchsorted(batch.received, tick, side="right"))
        _take(state, sensor, batch, done, upto)
        done = upto
        changes += _judge(sensor, state, tick)
    _take(state, sensor, batch, done, len(batch.slot))
    return replace(state, now=now), changes


def _check(state: State, batch: Batch, now: int) -> None:
    received = batch.received
    if len(received) and (received[0] <= state.now or received[-1] > now or (received[1:] < received[:-1]).any()):
        raise OutOfOrder(f"events must arrive in order, after {state.now} and not after {now}")
    if now < state.now:
        raise OutOfOrder(f"time goes back from {state.now} to {now}")


def _ticks(after: int, upto: int, every: int) -> Iterator[int]:
    return iter(range(after - after % every + every, upto + 1, every))


def _take(state: State, sensor: Sensor, batch: Batch, begin: int, end: int) -> None:
    if end > begin:
        parameters = sensor.model.parameters
        jump, late = (round(TENTHS * s) for s in (parameters.clock_jump_seconds, parameters.lateness_max_seconds))
        part = slice(begin, end)
        take_in(
            state.memory.cells, state.memory.attention, batch.slot[part], batch.kind[part], batch.occurred[part],
            batch.received[part], state.epoch, jump, late,
        )  # fmt: skip


def _judge(sensor: Sensor, state: State, at: int) -> list[Change]:
    """One tick."""
    grid, memory, ledger, model = sensor.grid, state.memory, state.ledger, sensor.model
    now = (at - state.epoch) // MILLISECONDS
    planned = covered(grid, sensor.plans, at, ledger.owner, model.parameters)
    sight = look(grid, memory, now, model, planned)
    is_watching = bool((memory.back != NEVER).any())
    if sight is None and not is_watching:
        ledger.waiting.clear()
        memory.noticed[:], memory.freed[:] = NEVER, NEVER
        return []
    moment = Moment(grid, memory, model, sight or _nothing(grid), planned, now, at, state.epoch)
    changes = list(follow_works(ledger, moment, sensor.plans))
    changes += settle(ledger, moment)
    changes += watch_late(ledger, moment)
    return changes


def _nothing(grid: Grid) -> Sight:
    counts = np.zeros((grid.districts, COLUMNS), dtype=np.int32)
    return Sight(counts, np.full(grid.districts, NEVER, dtype=np.int32), np.zeros(grid.districts), ())
