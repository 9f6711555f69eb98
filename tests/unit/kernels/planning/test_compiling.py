"""What a work list becomes: which options are left, what they use and darken, what may not happen together."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from wanjia.kernels.planning.plans.earliest import earliest
from wanjia.kernels.planning.plans.placing import choice_of, figures, placed, savings, told
from wanjia.kernels.planning.problem import price
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.model.works import (
    BackUp,
    Blackout,
    Crew,
    DoubleSource,
    Exclusion,
    Horizon,
    Means,
    Mode,
    Need,
    Pace,
    Placed,
    Precedence,
    Scenario,
    Season,
    ServedDistrict,
    Tie,
    Work,
    WorkList,
)

FIRST = date(2026, 6, 1)
PLACE = (121.5, 31.2)
OUTAGE = Mode("outage", 4.0, dark=("D1", "D2"), section="A", out=True)


def a_work(name: str = "W1", *modes: Mode, **values: object) -> Work:
    return replace(Work(name, name, name, "F1", *PLACE, modes or (OUTAGE,)), **values)  # type: ignore[arg-type]


def a_list(*works: Work, **values: object) -> WorkList:
    """Five days of ten hours in half hours, two crews, three districts."""
    crews = tuple(Crew(f"C{number}", "line", "B", *PLACE) for number in (1, 2))
    districts = tuple(ServedDistrict(f"D{number}", 100 * number) for number in (1, 2, 3))
    made = WorkList(Horizon(FIRST, 5), works or (a_work(),), crews=crews, districts=districts)
    return replace(made, **values)  # type: ignore[arg-type]


def compiled(listed: WorkList) -> Compiled:
    made = compile_works(listed)
    assert made.compiled is not None, made.faults
    return made.compiled


def starts(listed: WorkList) -> set[tuple[date, float]]:
    """Day and hour of every option of the first work."""
    made = compiled(listed)
    begin, end = made.problem.option_begin[:2]
    found = (made.slots.instant(int(slot)) for slot in made.problem.start[begin:end])
    return {(at.date(), at.hour + at.minute / 60) for at in found}


def days(listed: WorkList) -> set[int]:
    return {(day - FIRST).days for day, _ in starts(listed)}


def codes(listed: WorkList, *options: int) -> set[str]:
    """What breaks when the works take their options of these places."""
    made = compiled(listed)
    choice = made.problem.option_begin[:-1] + np.array(options)
    return {told(made, violation).code for violation in price(made.problem, choice).violations}


def test_a_work_starts_wherever_it_ends_on_its_day() -> None:
    hours = {hour for _, hour in starts(a_list())}
    assert hours == {8 + half / 2 for half in range(13)}
    assert days(a_list()) == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        (a_list(a_work(earliest_on=date(2026, 6, 2), latest_on=date(2026, 6, 4))), {1, 2, 3}),
        (a_list(drafted_on=date(2026, 5, 28)), {3, 4}),
        (a_list(a_work("W1", Mode("live_line", 4.0)), drafted_on=date(2026, 5, 28)), {0, 1, 2, 3, 4}),
        (a_list(horizon=Horizon(FIRST, 5, days_off=(FIRST, date(2026, 6, 3)))), {1, 3, 4}),
        (a_list(paces=(Pace(("outage",), FIRST, date(2026, 6, 2), 0, 24, 0.0),)), {2, 3, 4}),
        (a_list(crews=(Crew("C1", "line", "B", *PLACE, (FIRST,)),)), {1, 2, 3, 4}),
    ],
    ids=["own dates", "notice", "nobody dark needs no notice", "days off", "weather", "crew's day off"],
)
def test_days_that_are_left(listed: WorkList, wanted: set[int]) -> None:
    assert days(listed) == wanted


def test_nobody_goes_dark_in_a_black_out_not_even_for_a_gap() -> None:
    noon = datetime(2026, 6, 1, 4, tzinfo=UTC)
    window = Blackout("E1", "exam", ("D1",), noon, noon + timedelta(hours=1))
    assert {hour for day, hour in starts(a_list(blackouts=(window,))) if day == FIRST} == {8.0, 13.0, 13.5, 14.0}
    switched = Mode("transfer", 4.0, gap=("D1",), gap_hours=((0.0, 0.5), (3.5, 4.0)))
    hours = {hour for day, hour in starts(a_list(a_work("W1", switched), blackouts=(window,))) if day == FIRST}
    assert hours == {8 + half / 2 for half in range(13)} - {8.5, 9.0, 12.0, 12.5}


def test_a_pace_stretches_work_and_gaps() -> None:
    mode = Mode("transfer", 4.0, gap=("D1",), gap_hours=((3.5, 4.0),))
    made = compiled(a_list(a_work("W1", mode), paces=(Pace(("transfer",), FIRST, FIRST, 0, 24, 1.5),)))
    on_first = made.problem.start < made.slots.a_day
    assert set(made.problem.duration[on_first].tolist()) == {12}
    assert set(made.problem.duration[~on_first].tolist()) == {8}
    assert set(made.problem.dark_from[on_first].tolist()) == {10}
    assert set(made.problem.dark_until[on_first].tolist()) == {12}


def test_means_are_away_on_the_road_too() -> None:
    far = Means("T", "truck", "B", PLACE[0], PLACE[1] + 0.25, from_hour=8.0, until_hour=18.0)
    made = compiled(a_list(a_work("W1", Mode("generator", 4.0, needs=(Need("truck"),))), means=(far,)))
    one = placed(made, np.array([0]))[0].means[0]
    assert (one.leaves_at.hour, one.back_at.hour) == (8, 14)
    assert {hour for _, hour in starts(made.listed)} == {9 + half / 2 for half in range(9)}


def test_the_nearer_of_two_bases_is_offered_first_and_both_are_offered() -> None:
    far = Means("far", "truck", "X", PLACE[0], PLACE[1] + 0.2)
    near = Means("near", "truck", "Y", PLACE[0], PLACE[1] + 0.1)
    made = compiled(a_list(a_work("W1", Mode("generator", 4.0, needs=(Need("truck"),))), means=(far, near)))
    names = [made.suppliers[variant.uses[1].supplier].names[0] for variant in made.variants]
    assert names == ["near", "far"]


def test_districts_always_dark_together_are_one_atom() -> None:
    other = a_work("W2", Mode("outage", 2.0, dark=("D2", "D3")))
    made = compiled(a_list(a_work(), other))
    assert sorted(made.atoms.districts) == [(0,), (1,), (2,)]
    assert sorted(compiled(a_list()).atoms.districts) == [(0, 1)]


def test_two_works_in_one_outage_count_once() -> None:
    made = compiled(a_list(a_work(), a_work("W2", replace(OUTAGE, hours=3.0))))
    begin = made.problem.option_begin
    together, apart = begin[:-1], np.array([begin[0], begin[1] + 8])
    assert figures(made, together).district_hours == 8
    assert figures(made, apart).district_hours == 14
    assert savings(made, together)[0].district_hours == 6


def test_cost_is_hours_by_weight_whatever_the_slots() -> None:
    wanted = 2 * 4 + 0.005 * (100 + 200) * 4
    for minutes in (15, 30, 60):
        made = compiled(a_list(horizon=Horizon(FIRST, 5, slot_minutes=minutes)))
        assert price(made.problem, np.array([0])).cost == pytest.approx(wanted)


def test_waiting_and_effort_cost_what_they_say() -> None:
    mode = Mode("live_line", 4.0, effort=1.5)
    made = compiled(a_list(a_work("W1", mode, urgency=0.25, earliest_on=date(2026, 6, 2))))
    costs = {price(made.problem, np.array([option])).cost for option in range(made.problem.options)}
    assert sorted(costs) == pytest.approx([1.5, 1.75, 2.0, 2.25])


def test_scenarios_weigh_by_their_share() -> None:
    level = (2.0,) * 24
    made = compiled(a_list(scenarios=(Scenario("usual", 0.75), Scenario("hot", 0.25, level))))
    plain = price(compiled(a_list()).problem, np.array([0])).cost
    assert price(made.problem, np.array([0])).cost == pytest.approx(plain * (0.5 * 1.25 + 0.5 * (2.0 - 1.25)))


PAIR = (a_work(), a_work("W2", replace(OUTAGE, dark=("D3",), section="B"), device="X"))
"""Two works that are both outages on feeder F1; option 8 begins when the other, begun first, has ended."""
TAKES = Mode("transfer", 4.0, section="A", takes_over=(("T", 400.0),), out=True)
OTHER = replace(TAKES, section="B")


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (a_list(*PAIR, crews=(Crew("C1", "line", "B", *PLACE),)), "planning.broken_resource_over"),
        (a_list(*PAIR, exclusions=(Exclusion("W1", "W2"),)), "planning.broken_exclusion"),
        (a_list(*PAIR, precedences=(Precedence("W1", "W2"),)), "planning.broken_precedence"),
        (a_list(*PAIR, double_sources=(DoubleSource("U", (("D1",), ("D3",))),)), "planning.broken_double_source"),
        (
            a_list(PAIR[0], replace(PAIR[1], feeder="F2"), back_ups=(BackUp(("F1", "F2")),)),
            "planning.broken_back_up",
        ),
        (
            a_list(a_work("W1", TAKES), a_work("W2", OTHER), ties=(Tie("T", 700.0),)),
            "planning.broken_tie_full",
        ),
        (
            a_list(
                a_work("W1", TAKES), a_work("W2", replace(OUTAGE, cuts=("T",), section="B")), ties=(Tie("T", 500.0),)
            ),
            "planning.broken_tie_dead",
        ),
        (
            a_list(a_work("W1", TAKES), a_work("W2", OTHER, feeder="F2"), ties=(Tie("T", 900.0),)),
            "planning.broken_tie_turned",
        ),
    ],
    ids=["crew", "exclusion", "precedence", "double source", "back-up", "tie full", "tie dead", "tie turned"],
)
def test_each_demand_is_broken_by_works_at_once_and_kept_by_works_apart(listed: WorkList, code: str) -> None:
    assert codes(listed, 0, 0) == {code}
    assert codes(listed, 0, 8) == set()


def test_an_exclusion_counts_in_its_season_only() -> None:
    season = (Season("harvest", date(2026, 6, 2), date(2026, 6, 3)),)
    listed = a_list(*PAIR, seasons=season, exclusions=(Exclusion("W1", "W2", "harvest"),))
    assert codes(listed, 0, 0) == set()
    assert codes(listed, 13, 13) == {"planning.broken_exclusion"}


def test_a_district_has_so_many_dark_days() -> None:
    listed = a_list(a_work(), a_work("W2"), repeat_limit=1)
    assert codes(listed, 0, 0) == set()
    assert codes(listed, 0, 13) == {"planning.broken_dark_days"}
    tired = tuple(replace(row, dark_days_before=1) for row in listed.districts)
    assert [fault.code for fault in compile_works(replace(listed, districts=tired)).faults] == ["planning.no_start"] * 2


def test_works_of_one_section_move_one_load() -> None:
    listed = a_list(a_work("W1", TAKES), a_work("W2", TAKES), ties=(Tie("T", 500.0),))
    assert codes(listed, 0, 0) == set()


def test_a_plan_comes_back_as_the_choice_it_was() -> None:
    made = compiled(a_list(*PAIR))
    choice = np.array([3, made.problem.option_begin[1] + 20])
    again, faults = choice_of(made, placed(made, choice))
    assert again.tolist() == choice.tolist()
    assert not faults
    moved = replace(placed(made, choice)[0], starts_at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    _, faults = choice_of(made, (moved, Placed("W9", "outage", 0, moved.starts_at, moved.ends_at)))
    assert sorted(fault.code for fault in faults) == ["planning.no_option", "planning.not_placed", "planning.unknown"]


def test_a_fixed_work_has_one_start_and_one_mode() -> None:
    at = datetime(2026, 6, 2, 1, tzinfo=UTC)
    made = compiled(a_list(a_work("W1", OUTAGE, Mode("live_line", 4.0), fixed_start=at, fixed_mode=1)))
    assert (made.problem.options, int(made.problem.mode[0])) == (1, 1)
    assert placed(made, np.array([0]))[0].starts_at == at


def test_the_earliest_plan_takes_outages_in_turn_and_breaks_nothing() -> None:
    listed = a_list(
        a_work("W1", OUTAGE, Mode("live_line", 4.0)),
        a_work("W2", earliest_on=FIRST),
        a_work("W3"),
        crews=(Crew("C1", "line", "B", *PLACE),),
        precedences=(Precedence("W3", "W2"),),
    )
    made = compiled(listed)
    found = earliest(made)
    assert found.is_complete
    assert price(made.problem, found.choice).is_feasible
    at = {one.work: one for one in placed(made, found.choice)}
    assert at["W1"].mode == "outage"
    assert at["W1"].starts_at < at["W3"].starts_at < at["W2"].starts_at
    assert at["W2"].starts_at.day == 2


def test_the_earliest_plan_says_who_found_no_place() -> None:
    found = earliest(compiled(a_list(a_work(), a_work("W2", earliest_on=date(2026, 6, 3)), repeat_limit=1)))
    assert found.left == (1,)


def test_everything_wrong_with_a_list_is_told_at_once() -> None:
    bad = Mode("outage", 40.0, dark=("D9",), dark_hours=((3.0, 2.0),), takes_over=(("T9", 1.0),))
    listed = a_list(
        a_work("W1", bad),
        a_work("W1", Mode("transfer", 1.0, gap=("D1",))),
        exclusions=(Exclusion("W1", "W7", "winter"),),
        precedences=(Precedence("W1", "W1"),),
        scenarios=(Scenario("hot", 1.0, (1.0,)),),
    )
    found = {(fault.code.removeprefix("planning."), fault.where.column) for fault in compile_works(listed).faults}
    assert found == {
        ("mode_hours", "works[0].modes[0].hours"),
        ("unknown", "works[0].modes[0].dark[0]"),
        ("unknown", "works[0].modes[0].takes_over[0]"),
        ("window", "works[0].modes[0].dark_hours[0]"),
        ("gap_hours", "works[1].modes[0].gap_hours"),
        ("repeated", "works[1]"),
        ("unknown", "exclusions[0][1]"),
        ("unknown", "exclusions[0].season"),
        ("circle", "precedences"),
        ("by_day", "scenarios[0].level_by_hour"),
    }


def test_a_horizon_that_is_none_is_told() -> None:
    for horizon in (
        Horizon(FIRST, 0),
        Horizon(FIRST, 5, slot_minutes=7),
        Horizon(FIRST, 5, day_from_hour=18, day_until_hour=8),
        Horizon(FIRST, 1, days_off=(FIRST,)),
        Horizon(FIRST, 5, zone="Nowhere/Land"),
    ):
        assert compile_works(a_list(horizon=horizon)).faults


def test_a_work_that_nobody_can_do_says_why() -> None:
    [fault] = compile_works(a_list(a_work("W1", Mode("bypass", 4.0, needs=(Need("bypass_set"),))))).faults
    assert (fault.code, fault.values["work"], fault.values["without_means"]) == ("planning.no_start", "W1", 1)
