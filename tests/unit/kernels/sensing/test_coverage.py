"""How many meters of each district were heard in a window, and when any of its devices was."""

from tests.support.feeders import made
from tests.support.meter_events import BEGIN, batch, say, slots, terminal
from wanjia.kernels.sensing.coverage import coverage_of
from wanjia.kernels.sensing.grid import build_grid
from wanjia.kernels.sensing.nouns import HEARTBEAT, LAST_GASP, RESTORED
from wanjia.kernels.sensing.step import State, begin_state, sensor_of, step

GRID = build_grid(made(2, 2, 2, 5))
ROWS = {name: row for row, name in enumerate(GRID.network.districts.ids.tolist())}


def told(until: float, *said: tuple[int, int, float, float]) -> State:
    return step(sensor_of(GRID), begin_state(GRID, BEGIN), batch(said), BEGIN + round(1000 * until))[0]


def test_meters_and_times_are_counted_by_row_of_the_district() -> None:
    state = told(
        1100.0,
        *say(slots(GRID, "t0.1.1", 3), HEARTBEAT, 100.0, spread=0.0),
        *say(slots(GRID, "t0.1.1", 1), RESTORED, 900.0, spread=0.0),
        *say(slots(GRID, "t1.0.0", 2), LAST_GASP, 950.0, spread=0.0),
        *say([terminal(GRID, "t1.1.0")], HEARTBEAT, 1000.0, spread=0.0),
    )
    heard = coverage_of(GRID, state, 200.0)
    counts = {name: int(heard.meters_heard[row]) for name, row in ROWS.items()}
    assert {name: some for name, some in counts.items() if some} == {"t0.1.1": 1, "t1.0.0": 2}
    assert heard.meters.tolist() == [5] * GRID.districts
    newest = {name: int(heard.heard_at[row]) for name, row in ROWS.items() if heard.heard_at[row]}
    assert newest == {"t0.1.1": BEGIN + 900_000, "t1.0.0": BEGIN + 950_000, "t1.1.0": BEGIN + 1_000_000}


def test_a_wrong_clock_counts_by_when_its_words_arrive() -> None:
    ahead, behind = slots(GRID, "t0.0.0", 2)
    state = told(500.0, (ahead, HEARTBEAT, 4000.0, 405.0), (behind, HEARTBEAT, -3000.0, 410.0))
    assert coverage_of(GRID, state, 100.0).meters_heard.sum() == 2
    assert coverage_of(GRID, state, 92.0).meters_heard.sum() == 1, "the one that arrived five seconds later"


def test_nothing_heard_is_nothing_counted() -> None:
    heard = coverage_of(GRID, begin_state(GRID, BEGIN), 1e6)
    assert heard.meters_heard.sum() == heard.heard_at.sum() == heard.dark_since.sum() == 0
