"""How many meters of each district were heard in a window."""

import numpy as np
import pytest

from tests.support.feeders import made
from tests.support.meter_events import BEGIN, batch, say, slots, terminal
from wanjia.kernels.sensing.grid import build_grid
from wanjia.kernels.sensing.hearing import UNHEARD, heard_since
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, RESTORED
from wanjia.kernels.sensing.step import State, begin_state, sensor_of, step

GRID = build_grid(made(2, 2, 2, 5))
ROWS = {name: row for row, name in enumerate(GRID.network.districts.ids.tolist())}


def told(*said: tuple[int, int, float, float]) -> State:
    return step(sensor_of(GRID), begin_state(GRID, BEGIN), batch(said), BEGIN + 10_000_000)[0]


def test_meters_terminals_and_times_are_counted_by_row_of_the_district() -> None:
    state = told(
        *say(slots(GRID, "t0.1.1", 3), HEARTBEAT, 100.0, spread=0.0),
        *say(slots(GRID, "t0.1.1", 1), RESTORED, 900.0, spread=0.0),
        *say(slots(GRID, "t1.0.0", 2), LAST_GASP, 950.0, spread=0.0),
        *say([terminal(GRID, "t1.1.0")], HEARTBEAT, 1000.0, spread=0.0),
    )
    heard = heard_since(state.memory, GRID, BEGIN + 900_000, state.epoch)
    counts = {name: (int(heard.meters_heard[row]), int(heard.terminals_heard[row])) for name, row in ROWS.items()}
    assert {name: some for name, some in counts.items() if some != (0, 0)} == {
        "t0.1.1": (1, 0),
        "t1.0.0": (2, 0),
        "t1.1.0": (0, 1),
    }
    assert heard.meters.tolist() == [5] * GRID.districts
    newest = {name: int(heard.newest[row]) for name, row in ROWS.items() if heard.newest[row] != UNHEARD}
    assert newest == {"t0.1.1": BEGIN + 900_000, "t1.0.0": BEGIN + 950_000, "t1.1.0": BEGIN + 1_000_000}


def test_a_clock_ahead_counts_by_what_it_is_ahead() -> None:
    one = slots(GRID, "t0.0.0", 1)[0]
    state = told((one, HEARTBEAT, 4000.0, 405.0))
    heard = heard_since(state.memory, GRID, BEGIN + 406_000, state.epoch)
    assert heard.meters_heard.sum() == 0
    assert heard_since(state.memory, GRID, BEGIN + 405_000, state.epoch).meters_heard.sum() == 1


@pytest.mark.parametrize("since", [0, BEGIN, BEGIN + 10**12])
def test_nothing_heard_is_nothing_counted(since: int) -> None:
    state = begin_state(GRID, BEGIN)
    heard = heard_since(state.memory, GRID, since, state.epoch)
    assert heard.meters_heard.sum() == heard.terminals_heard.sum() == 0
    assert np.all(heard.newest == UNHEARD)
