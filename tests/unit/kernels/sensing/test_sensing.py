"""What the sensing step says of single happenings: who is dark, at which device, since when, or nothing at all."""

from dataclasses import replace

import numpy as np
import pytest

from tests.support.feeders import made
from tests.support.meter_events import (
    BEGIN,
    batch,
    beats,
    gasps,
    returns,
    say,
    seconds,
    sensed,
    slots,
    terminal,
    told,
)
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import DISTRICT, FEEDER, LAST_GASP, METER, SECTION, SOURCE
from wanjia.kernels.sensing.plans import plan_of_branch, plan_of_district, plans_of_districts
from wanjia.kernels.sensing.step import OutOfOrder, begin_state, sensor_of, step

LOST, BACK, END = 2000.0, 4000.0, 5400.0
GRID = build_grid(made(2, 3, 3, 30))
"""breaker0.0 - switch0.1 - switch0.2, three districts behind each, 30 meters in each district; two such feeders."""
ALL = [f"t{f}.{s}.{d}" for f in range(2) for s in range(3) for d in range(3)]


def meters(names: list[str]) -> list[int]:
    return [slot for name in names for slot in slots(GRID, name)]


def calm(dark: list[str], back: float = BACK) -> list[tuple[int, int, float, float]]:
    """Heartbeats of everybody but, from LOST to `back`, those of the dark districts."""
    lit = meters([name for name in ALL if name not in dark])
    terminals = [terminal(GRID, name) for name in ALL if name not in dark]
    said = [*beats(lit, END), *beats(terminals, END, 300.0)]
    if dark:
        own = [terminal(GRID, name) for name in dark]
        for begin, until in ((0.0, LOST), (back + 60.0, END)):
            said += [*beats(meters(dark), until, begin=begin), *beats(own, until, 300.0, begin=begin)]
    return said


def section(feeder: int, *sections: int) -> list[str]:
    return [f"t{feeder}.{s}.{d}" for s in sections for d in range(3)]


def devices(names: list[str]) -> list[int]:
    return [*meters(names), *(terminal(GRID, name) for name in names)]


@pytest.mark.parametrize(
    ("dark", "device", "level"),
    [
        (["t0.1.1"], "t0.1.1", DISTRICT),
        (section(0, 2), "switch0.2", SECTION),
        (section(0, 1, 2), "switch0.1", SECTION),
        (section(1, 0, 1, 2), "breaker1.0", FEEDER),
        (ALL, "source", SOURCE),
    ],
)
def test_most_upstream_device_that_explains_is_announced_once_and_ended(
    dark: list[str], device: str, level: int
) -> None:
    changes = sensed(GRID, [*calm(dark), *gasps(devices(dark), LOST), *returns(devices(dark), BACK)], END)
    assert told(changes) == [("announced", device), ("ended", device)]
    outage = changes[-1].outage
    assert outage.level == level
    assert sorted(GRID.network.districts.ids[list(outage.districts)]) == sorted(dark)
    assert outage.customers == 30 * len(dark)
    assert seconds(outage.starts_at) == pytest.approx(LOST, abs=20)
    assert seconds(outage.ends_at) == pytest.approx(BACK + 8, abs=20)
    assert seconds(outage.detected_at) - (LOST + 37) <= 60
    assert outage.confidence > 0.8
    assert outage.evidence.gasped > outage.evidence.silent


def test_stray_gasps_of_single_meters_are_no_outage() -> None:
    strays = [gasps([slots(GRID, name)[i]], 2000.0 + 40 * i)[0] for i, name in enumerate(ALL)]
    assert sensed(GRID, [*calm([]), *strays], END) == []


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize("has_heartbeats", [True, False])
def test_one_meters_gasp_never_makes_an_outage_of_its_district(count: int, has_heartbeats: bool) -> None:
    grid = build_grid(made(1, 2, 2, count))
    one = slots(grid, "t0.1.0")[0]
    others = [slot for slot in range(grid.meters) if slot != one]
    before = beats(range(grid.meters), LOST) + beats(others, END, begin=LOST) if has_heartbeats else []
    assert sensed(grid, [*before, (one, LAST_GASP, LOST, LOST + 5)], END) == []


def test_one_gasp_and_then_the_whole_network_silent_is_lost_communication() -> None:
    said = [*beats(meters(ALL), LOST), *beats([terminal(GRID, name) for name in ALL], LOST, 300.0)]
    assert sensed(GRID, [*said, (slots(GRID, "t0.1.1")[0], LAST_GASP, LOST, LOST + 5)], END) == []


def test_a_concentrator_fallen_silent_is_not_darkness() -> None:
    talking = [name for name in ALL if name != "t0.1.1"]
    said = [*beats(meters(talking), END), *beats([terminal(GRID, name) for name in ALL], END, 300.0)]
    assert sensed(GRID, [*said, *beats(slots(GRID, "t0.1.1"), LOST)], END) == []


def test_transformer_lost_together_with_its_concentrator_is_told_by_the_terminal() -> None:
    dark = ["t0.1.1"]
    own = terminal(GRID, "t0.1.1")
    changes = sensed(GRID, [*calm(dark), *gasps([own], LOST), *returns([own], BACK)], END)
    assert told(changes) == [("announced", "t0.1.1"), ("ended", "t0.1.1")]
    assert changes[0].outage.hint == "communication_lost_too"


def test_the_terminals_gasp_alone_is_outvoted_by_its_meters() -> None:
    assert sensed(GRID, [*calm([]), *gasps([terminal(GRID, "t0.1.1")], LOST)], END) == []


def test_silent_districts_below_are_explained_by_their_neighbours() -> None:
    dark = section(0, 1, 2)
    speaking = [name for name in dark if name not in ("t0.1.0", "t0.2.2")]
    said = [*calm(dark), *gasps(devices(speaking), LOST), *returns(devices(dark), BACK)]
    changes = sensed(GRID, said, END)
    assert told(changes) == [("announced", "switch0.1"), ("ended", "switch0.1")]
    assert changes[0].outage.evidence.districts_silent == 2


def test_part_of_the_outage_comes_back_first() -> None:
    dark, first, last = section(0, 1, 2), section(0, 1), section(0, 2)
    late = [one for one in calm(last, BACK + 900) if one[0] not in set(devices(first))]
    lit_again = [*beats(meters(first), LOST), *beats(meters(first), END, begin=BACK + 60.0)]
    said = [*late, *lit_again, *gasps(devices(dark), LOST)]
    said += [*returns(devices(first), BACK), *returns(devices(last), BACK + 900)]
    changes = sensed(GRID, said, END)
    assert told(changes) == [("announced", "switch0.1"), ("shrunk", "switch0.2"), ("ended", "switch0.2")]
    assert {change.outage.number for change in changes} == {1}
    assert seconds(changes[-1].outage.ends_at) == pytest.approx(BACK + 908, abs=20)


def test_an_outage_grows_when_the_device_above_opens_too() -> None:
    dark, first = section(0, 1, 2), section(0, 2)
    rest = [name for name in dark if name not in first]
    said = [*calm(dark), *gasps(devices(first), LOST), *gasps(devices(rest), LOST + 40)]
    changes = sensed(GRID, [*said, *returns(devices(dark), BACK)], END)
    assert told(changes)[-1] == ("ended", "switch0.1")
    assert [what for what, _ in told(changes)] in (["announced", "grown", "ended"], ["announced", "ended"])
    assert len({change.outage.number for change in changes}) == 1


def test_three_meters_still_dark_long_after_stay_an_outage_of_their_own() -> None:
    dark = ["t0.1.1"]
    nested = slots(GRID, "t0.1.1", 3)
    end = 9000.0
    said = [one for one in calm(dark) if one[0] not in nested or one[3] < LOST]
    said += beats([slot for slot in meters(ALL) if slot not in nested], end, begin=END)
    said += [*gasps(devices(dark), LOST), *returns([s for s in devices(dark) if s not in nested], BACK)]
    changes = sensed(GRID, [*said, *returns(nested, 8000.0)], end)
    assert [change.what for change in changes if change.what != "shrunk"] == ["announced", "ended", "split", "ended"]
    late = changes[2].outage
    assert (late.level, late.customers, late.hint) == (METER, 3, "still_dark")
    assert seconds(late.starts_at) == pytest.approx(LOST, abs=20)


def test_a_part_of_a_district_is_no_outage_of_the_district() -> None:
    some = slots(GRID, "t0.1.1", 12)
    said = [one for one in calm([]) if one[0] not in some or not LOST < one[2] < BACK]
    changes = sensed(GRID, [*said, *gasps(some, LOST), *returns(some, BACK)], END)
    first = changes[0]
    assert (first.what, first.outage.level, first.outage.hint) == ("announced", METER, "part_of_district")
    assert changes[0].outage.customers == 12
    assert changes[-1].what == "ended"


def test_planned_work_is_noted_without_alarm() -> None:
    dark = section(0, 2)
    plan = plan_of_branch(GRID, "switch0.2", BEGIN + 1_900_000, BEGIN + 4_100_000)
    assert plan is not None
    said = [*calm(dark), *gasps(devices(dark), LOST), *returns(devices(dark), BACK)]
    changes = sensed(GRID, said, END, (plan,))
    assert told(changes) == [("planned", "switch0.2"), ("planned_ended", "switch0.2")]
    assert all(change.outage.planned for change in changes)


def test_work_on_a_section_covers_what_was_said_to_be_dark_and_no_more() -> None:
    """The section between switch0.1 and switch0.2 is worked on; what is behind it stays lit through a tie."""
    dark = section(0, 1)
    plans = plans_of_districts(GRID, "switch0.1", dark, BEGIN + 1_900_000, BEGIN + 4_100_000)
    covered = {
        GRID.network.districts.ids[GRID.district[rank]] for plan in plans for rank in range(plan.begin, plan.end)
    }
    assert covered == set(dark)
    said = [*calm(dark), *gasps(devices(dark), LOST), *returns(devices(dark), BACK)]
    changes = sensed(GRID, said, END, plans)
    assert {change.what for change in changes} == {"planned", "planned_ended"}


def test_planned_districts_of_two_feeders_are_two_plans_and_strangers_none() -> None:
    names = [*section(0, 2), *section(1, 2), "elsewhere"]
    plans = plans_of_districts(GRID, "switch0.2", names, BEGIN, BEGIN + 1)
    assert sorted(plan.device_id for plan in plans) == ["switch0.2", "switch1.2"]
    assert plans_of_districts(GRID, "switch0.2", ["elsewhere"], BEGIN, BEGIN + 1) == ()


def test_planned_work_that_outlasts_its_window_is_an_alarm() -> None:
    dark = section(0, 2)
    plan = plan_of_branch(GRID, "switch0.2", BEGIN + 1_900_000, BEGIN + 3_000_000)
    assert plan is not None
    said = [*calm(dark), *gasps(devices(dark), LOST), *returns(devices(dark), BACK)]
    changes = sensed(GRID, said, END, (plan,))
    names = [("planned", "switch0.2"), ("planned_ended", "switch0.2"), ("overrun", "switch0.2"), ("ended", "switch0.2")]
    assert told(changes) == names
    overrun = changes[2].outage
    assert (overrun.planned, overrun.hint, seconds(overrun.starts_at)) == (False, "planned_overrun", 3000.0)


def test_a_fault_upstream_of_planned_work_is_announced_without_it() -> None:
    plan = plan_of_district(GRID, "t0.2.0", BEGIN + 1_000_000, BEGIN + 5_000_000)
    assert plan is not None
    dark = section(0, 1, 2)
    others = [name for name in dark if name != "t0.2.0"]
    said = [one for one in calm(dark) if one[0] not in set(devices(["t0.2.0"])) or one[3] < 1100.0]
    said += [*gasps(devices(["t0.2.0"]), 1100.0), *gasps(devices(others), LOST), *returns(devices(others), BACK)]
    changes = sensed(GRID, said, END - 600, (plan,))
    assert told(changes)[:2] == [("planned", "t0.2.0"), ("announced", "switch0.1")]
    assert "t0.2.0" not in GRID.network.districts.ids[list(changes[1].outage.districts)]


def test_a_short_interruption_is_called_momentary() -> None:
    dark = section(0, 2)
    said = [*calm(dark, LOST + 150), *gasps(devices(dark), LOST), *returns(devices(dark), LOST + 150)]
    changes = sensed(GRID, said, END)
    assert [change.what for change in changes] == ["announced", "ended"]
    assert changes[-1].outage.hint == "momentary"


def test_two_outages_at_different_times_are_not_made_one() -> None:
    dark, other = section(0, 0, 1, 2), section(1, 0, 1, 2)
    lit_from = {**dict.fromkeys(devices(dark), LOST), **dict.fromkeys(devices(other), LOST + 300)}
    said = [one for one in calm([]) if not lit_from[one[0]] < one[2] < BACK + 60]
    said += [*gasps(devices(dark), LOST), *gasps(devices(other), LOST + 300)]
    changes = sensed(GRID, [*said, *returns(devices(ALL), BACK)], END)
    announced = [device for what, device in told(changes) if what == "announced"]
    assert announced == ["breaker0.0", "breaker1.0"]
    assert all(what in ("announced", "ended") for what, _ in told(changes))


@pytest.mark.parametrize("off", [-3600.0, -300.0, 300.0, 3600.0])
def test_devices_whose_clocks_are_off_do_not_hide_an_outage_nor_make_one(off: float) -> None:
    dark = section(0, 2)
    wrong = set(meters(ALL)[::5])
    said = [*calm(dark), *gasps(devices(dark), LOST), *returns(devices(dark), BACK)]
    said = [(s, k, at + off if s in wrong else at, arrived) for s, k, at, arrived in said]
    assert told(sensed(GRID, said, END)) == [("announced", "switch0.2"), ("ended", "switch0.2")]


def test_events_out_of_order_are_the_callers_mistake() -> None:
    sensor, state = sensor_of(GRID), begin_state(GRID, BEGIN)
    good = batch(say(slots(GRID, "t0.0.0", 2), LAST_GASP, 10.0))
    with pytest.raises(OutOfOrder, match="in order"):
        step(sensor, state, replace(good, received=good.received[::-1].copy()), BEGIN + 60_000)
    with pytest.raises(OutOfOrder, match="not after"):
        step(sensor, state, good, BEGIN + 1000)
    with pytest.raises(OutOfOrder, match="back"):
        step(sensor, state, batch([]), BEGIN - 1)


def test_a_district_without_terminal_or_heartbeats_is_sensed_from_gasps_alone() -> None:
    dark = section(0, 2)
    changes = sensed(GRID, gasps(meters(dark), LOST), LOST + 300)
    assert told(changes) == [("announced", "switch0.2")]


def test_grid_gives_every_district_a_leaf_and_nests_its_candidates() -> None:
    grid: Grid = GRID
    assert (grid.begin[grid.leaf] == np.arange(grid.districts)).all()
    inner = grid.parent >= 0
    above = grid.parent[inner]
    assert (grid.begin[above] <= grid.begin[inner]).all()
    assert (grid.end[above] >= grid.end[inner]).all()
