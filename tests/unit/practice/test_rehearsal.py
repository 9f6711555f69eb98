"""Trying a practice out: moves played anew give the same case, a story told to its end comes out as it says."""

from datetime import timedelta

import pytest

from tests.support.practices import CALENDAR, small_practice
from wanjia.engine.nouns import CaseStatus
from wanjia.practice.nouns import Practice
from wanjia.practice.reader import read
from wanjia.practice.rehearsal import (
    CALLS_MAX,
    DAYS_MAX,
    MOVES_MAX,
    Rehearsal,
    completes,
    example,
    is_too_far,
    next_told,
    rehearse,
    until_next_event,
    world_of,
)

BEGINS = "2026-03-02T09:00:00+08:00"


@pytest.fixture(scope="module")
def practice() -> Practice:
    found = read(small_practice()).practice
    assert found is not None
    return found


def _told(practice: Practice, name: str) -> Rehearsal:
    rehearsal = Rehearsal(BEGINS, name, 0)
    while (row := next_told(practice, rehearsal)) is not None:
        rehearsal = rehearsal.and_then(row, (rehearsal.told or 0) + 1)
    return rehearsal


def test_every_story_comes_out_as_it_says(practice: Practice) -> None:
    for scenario in practice.scenarios:
        told = rehearse(practice, _told(practice, scenario.name), CALENDAR)
        assert told.case.state is not None and not told.problems
        assert told.case.state.end == scenario.expect.get("end"), scenario.name


def test_a_move_taken_back_was_never_made(practice: Practice) -> None:
    rehearsal = _told(practice, practice.scenarios[0].name)
    before = rehearse(practice, rehearsal, CALENDAR)
    longer = rehearsal.and_then({"after": "3wd", "do": "wait"}, rehearsal.told)
    after = rehearse(practice, longer.back(), CALENDAR)
    assert longer.back() == rehearsal and after.case.state == before.case.state and after.case.now == before.case.now


def test_an_open_task_is_done_by_its_own_example(practice: Practice) -> None:
    start = practice.scenarios[0].steps[0]
    rehearsal = Rehearsal(BEGINS).and_then(start)
    state = rehearse(practice, rehearsal, CALENDAR).case.state
    assert state is not None
    for task in state.tasks:
        move = completes(task, example(practice, rehearsal, task.step))
        done = rehearse(practice, rehearsal.and_then(move), CALENDAR)
        assert not done.problems and done.case.state is not None
        assert task.key not in {open_task.key for open_task in done.case.state.tasks}


def test_what_cannot_be_done_is_a_problem_and_not_an_error(practice: Practice) -> None:
    begun = Rehearsal(BEGINS).and_then(practice.scenarios[0].steps[0])
    for move in ({"do": "complete", "task": "no_such_step", "with": {}}, {"do": "reopen", "reason": "x"}):
        assert rehearse(practice, begun.and_then(move), CALENDAR).problems
    assert rehearse(practice, Rehearsal("not an instant"), CALENDAR).problems


def test_until_the_next_event_leads_to_it(practice: Practice) -> None:
    begun = Rehearsal(BEGINS).and_then(practice.scenarios[0].steps[0])
    case = rehearse(practice, begun, CALENDAR).case
    due = case.next_due()
    after = until_next_event(case)
    assert due is not None and after
    moved = rehearse(practice, begun.and_then({"after": after, "do": "wait"}), CALENDAR).case
    assert due <= moved.now < due + timedelta(minutes=1) and len(moved.journal) > len(case.journal)
    assert until_next_event(rehearse(practice, Rehearsal(BEGINS), CALENDAR).case) == ""


def test_a_try_ends_somewhere(practice: Practice) -> None:
    begun = Rehearsal(BEGINS).and_then(practice.scenarios[0].steps[0])
    case = rehearse(practice, begun, CALENDAR).case
    assert not is_too_far(begun, case)
    many = Rehearsal(BEGINS, moves=begun.moves * (MOVES_MAX + 1))
    assert is_too_far(many, case)
    case.now += timedelta(days=DAYS_MAX + 1)
    assert is_too_far(begun, case)
    assert rehearse(practice, begun, CALENDAR).case.state.status is CaseStatus.RUNNING  # type: ignore[union-attr]


def test_the_followed_story_answers_first_and_its_last_answer_lasts(practice: Practice) -> None:
    first, second = practice.scenarios[:2]
    told = Practice(**{
        **practice.__dict__,
        "scenarios": (
            type(first)(**{**first.__dict__, "world": {"a": {"x": 1}, "b": [{"y": 1}, {"y": 2}]}}),
            type(second)(**{**second.__dict__, "world": {"a": {"x": 2}}}),
        ),
    })  # fmt: skip
    assert world_of(told, second.name)["a"] == {"x": 2} and world_of(told, "")["a"] == {"x": 1}
    answers = world_of(told, second.name)["b"]
    assert isinstance(answers, list) and answers[:2] == [{"y": 1}, {"y": 2}]
    assert answers[2:] == [{"y": 2}] * CALLS_MAX
