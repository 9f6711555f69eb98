"""A lost day in a list of works: who moves, from when to when, and why."""

from dataclasses import replace

import numpy as np

from tests.support.work_lists import OUTAGE, at, choice, compiled, on, work, work_list
from wanjia.kernels.planning.plans.placing import placed
from wanjia.kernels.planning.plans.replanned import Moved, moved
from wanjia.kernels.planning.search.replanning import Given, Replanned, replan
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.works import Mode, Placed
from wanjia.texts import fault_sentence

DAY_LONG = Mode("outage", 8.0, dark=("D1",))
ONE_CREW = work_list().crews[:1]


def again(made: Compiled, before: tuple[Placed, ...]) -> Replanned:
    """The plan made again: works stay where mode and start are as they were."""
    problem, stood = made.problem, {one.work: one for one in before}
    same, weight = np.zeros(problem.options, bool), np.zeros(problem.works, np.int64)
    for number, one in enumerate(made.listed.works):
        if one.id in stood:
            begin, end = problem.option_begin[number : number + 2]
            slot = made.slots.slot_of(stood[one.id].starts_at)
            same[begin:end] = (problem.start[begin:end] == slot) & (problem.mode[begin:end] == stood[one.id].mode_at)
            weight[number] = 1
    found = replan(problem, Given(same, weight), 20.0, lambda: 0.0)
    assert found is not None
    return found


def told(moves: tuple[Moved, ...]) -> list[tuple[str, str]]:
    for move in moves:
        assert all("{" not in fault_sentence(move.told, language) for language in ("zh-Hans", "en"))
    return [(move.work, move.why) for move in moves]


def test_a_lost_day_moves_its_work_to_a_free_day_and_nobody_else() -> None:
    listed = work_list(work("A", DAY_LONG), work("B", DAY_LONG), crews=ONE_CREW)
    made = compiled(listed)
    before = placed(made, choice(made, at(0, 8), at(1, 8)))
    less = compiled(replace(listed, horizon=replace(listed.horizon, days_off=(on(1),))))
    found = again(less, before)
    moves = moved(less, before, found)
    assert told(moves) == [("B", "lost")]
    assert found.is_fewest
    assert moves[0].before == before[1]
    assert moves[0].after is not None
    assert moves[0].after.starts_at.date() not in (on(0), on(1))


def test_who_makes_room_is_told_apart_from_who_lost_the_day() -> None:
    listed = work_list(work("A", DAY_LONG), work("B", DAY_LONG, latest_on=on(1)), crews=ONE_CREW)
    made = compiled(listed)
    before = placed(made, choice(made, at(0, 8), at(1, 8)))
    less = compiled(replace(listed, horizon=replace(listed.horizon, days_off=(on(1),))))
    assert told(moved(less, before, again(less, before))) == [("A", "room"), ("B", "lost")]


def test_new_and_removed_works_are_told_and_change_nobody() -> None:
    made = compiled(work_list(work("A", OUTAGE), work("B", OUTAGE)))
    before = placed(made, choice(made, at(0, 8), at(1, 8)))
    other = compiled(work_list(work("A", OUTAGE), work("C", OUTAGE)))
    moves = moved(other, before, again(other, before))
    assert told(moves) == [("C", "new"), ("B", "removed")]
