"""Laws of the sensing step on made storms: batches, repetition, order, names, and how good it is."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.sensing_quality import BEGINS_AT, first_gasps, play
from tests.support.feeders import FEEDERS, feeders
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Batch, Change
from wanjia.kernels.sensing.renewing import EPOCH_MS_MAX, renewed, with_epoch
from wanjia.kernels.sensing.scoring import Score, score
from wanjia.kernels.sensing.step import State, begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Made, Storm, make_storm
from wanjia.model.network import words

GRID = build_grid(feeders("village, 20 meters"))
STORM = Storm(outages=2, planned=1, silent_districts=1)
SEEDS = st.integers(0, 10_000)
QUICK = settings(max_examples=3, deadline=None, derandomize=True)


def sense(
    grid: Grid, made: Made, batch: Batch, cuts: list[int], between: Callable[[State], State] = lambda state: state
) -> tuple[State, list[Change]]:
    """Senses in batches that end at these times and at the storm's end; `between` is done to the state before each."""
    sensor, state, changes = sensor_of(grid, made.plans), begin_state(grid, BEGINS_AT), []
    begin = 0
    for now in [*sorted(cuts), made.ends_at]:
        end = int(np.searchsorted(batch.received, now, side="right"))
        state, found = step(sensor, between(state), Batch(*(column[begin:end] for column in vars(batch).values())), now)
        changes += found
        begin = end
    return state, changes


def ordered(batch: Batch, received: np.ndarray) -> Batch:
    order = np.argsort(received, kind="stable")
    return Batch(batch.slot[order], batch.kind[order], batch.occurred[order], received[order])


@QUICK
@given(SEEDS, st.lists(st.floats(0.0, 1.0), max_size=20))
def test_other_batches_give_the_same_outages(seed: int, shares: list[float]) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    cuts = [BEGINS_AT + round(share * (made.ends_at - BEGINS_AT)) for share in shares]
    assert sense(GRID, made, made.batch, cuts)[1] == sense(GRID, made, made.batch, [])[1]


@QUICK
@given(SEEDS, st.lists(st.floats(0.0, 1.0), min_size=3, max_size=20), st.integers(0, 10_000_000))
def test_another_zero_of_time_changes_nothing(seed: int, shares: list[float], tenths: int) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    cuts = [BEGINS_AT + round(share * (made.ends_at - BEGINS_AT)) for share in shares]

    def moved(state: State) -> State:
        return with_epoch(state, state.epoch + 100 * tenths)

    assert sense(GRID, made, made.batch, cuts, moved)[1] == sense(GRID, made, made.batch, cuts)[1]


def test_the_zero_of_time_is_moved_before_the_memory_overflows() -> None:
    young = begin_state(GRID, BEGINS_AT)
    assert renewed(replace(young, now=BEGINS_AT + EPOCH_MS_MAX)).epoch == BEGINS_AT
    old = renewed(replace(young, now=BEGINS_AT + EPOCH_MS_MAX + 160))
    assert old.epoch == BEGINS_AT + EPOCH_MS_MAX + 100
    assert (old.memory.cells == begin_state(GRID, BEGINS_AT).memory.cells).all()


@QUICK
@given(SEEDS, st.floats(0.0, 1.0))
def test_repeated_events_change_nothing(seed: int, share: float) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    rng = np.random.default_rng(seed)
    again = np.flatnonzero(rng.random(len(made.batch.slot)) < share)
    index = np.concatenate((np.arange(len(made.batch.slot)), again))
    delay = np.concatenate((np.zeros(len(made.batch.slot)), rng.uniform(0, 600_000, len(again)))).astype(np.int64)
    more = Batch(*(column[index] for column in vars(made.batch).values()))
    received = np.minimum(more.received + delay, made.ends_at)
    state, changes = sense(GRID, made, ordered(more, received), [])
    plain, expected = sense(GRID, made, made.batch, [])
    assert changes == expected
    assert (state.memory.cells == plain.memory.cells).all()


@QUICK
@given(SEEDS)
def test_order_of_arrival_changes_nothing_that_is_remembered(seed: int) -> None:
    calm = replace(STORM, clock_off_share=0.0, late_seconds_max=500.0)
    made = make_storm(GRID, calm, seed, BEGINS_AT)
    rng = np.random.default_rng(seed)
    moved = made.batch.received + rng.integers(0, 60_000, len(made.batch.slot))
    keep = moved <= made.ends_at
    batch = Batch(*(column[keep] for column in vars(made.batch).values()))
    one, changes = sense(GRID, made, ordered(batch, moved[keep]), [])
    other, expected = sense(GRID, made, batch, [])
    assert (one.memory.cells[:, :2] == other.memory.cells[:, :2]).all()

    def devices(told: list[Change]) -> list[str]:
        """Where each outage was held to be in the end; the first word may differ while gasps are under way."""
        last = {c.outage.number: c.outage for c in told}
        return sorted(one.device_id for one in last.values() if one.level and one.merged_into is None)

    assert devices(changes) == devices(expected)


@QUICK
@given(SEEDS)
def test_other_names_and_other_order_of_rows_change_nothing(seed: int) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    network = GRID.network
    rows = np.random.default_rng(seed).permutation(len(network.branches.ids))
    columns = {name: values[rows] for name, values in vars(network.branches).items()}
    columns["ids"] = words([f"x{name}" for name in columns["ids"]])
    grid = build_grid(replace(network, branches=type(network.branches)(**columns)))
    # Ranks follow the rows of the branches, so the slots of the batch are told anew by meter and district.
    ids = np.concatenate((GRID.meter_at_slot, GRID.district + GRID.meters))
    to_slot = np.concatenate((grid.slot_of_meter, grid.slot_of_terminal))
    batch = replace(made.batch, slot=to_slot[ids[made.batch.slot]])
    plain = sense(GRID, replace(made, plans=()), made.batch, [])[1]
    renamed = sense(grid, replace(made, plans=()), batch, [])[1]

    def what(changes: list[Change]) -> list[tuple[str, int, tuple[int, ...]]]:
        return sorted((c.what, c.at, c.outage.districts) for c in changes)

    assert what(plain) == what(renamed)


@QUICK
@given(SEEDS)
def test_a_kept_state_goes_on_as_the_first_did(seed: int) -> None:
    made = make_storm(GRID, STORM, seed, BEGINS_AT)
    sensor, half = sensor_of(GRID, made.plans), (BEGINS_AT + made.ends_at) // 2
    at = int(np.searchsorted(made.batch.received, half, side="right"))
    first, rest = (Batch(*(c[part] for c in vars(made.batch).values())) for part in (slice(at), slice(at, None)))
    state, _ = step(sensor, begin_state(GRID, BEGINS_AT), first, half)
    kept = state.copied()
    assert step(sensor, state, rest, made.ends_at)[1] == step(sensor, kept, rest, made.ends_at)[1]


@pytest.mark.parametrize("name", FEEDERS)
def test_storms_are_sensed_as_well_as_promised(name: str) -> None:
    grid, total = build_grid(feeders(name)), Score()
    for seed in range(5):
        made, changes = play(grid, Storm(outages=1 + seed % 3, planned=seed % 2, silent_districts=seed % 4), seed)
        total += score(made.truth, changes, first_gasps(grid, made))
    assert total.true >= 9
    assert (total.precision, total.recall) == (1.0, 1.0)
    assert total.planned_alarms == 0
    assert total.median_delay is not None
    assert 0 < total.median_delay <= 60
