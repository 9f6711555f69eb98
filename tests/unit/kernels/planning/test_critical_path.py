"""The critical path and the fewest days off, held against every path and every way of shortening."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.planning.steps.critical_path import STEPS_MAX, Problem, Step, in_order, problems, schedule
from wanjia.kernels.planning.steps.shortening import shorten, shorter_by

# A lift's connection as it is usually done: survey, design, two approvals side by side, material, works, meter.
LIFT = (
    Step("survey", 3, (), 1),
    Step("design", 8, ("survey",), 5),
    Step("road permit", 10, ("design",), 5),
    Step("residents' consent", 7, ("survey",), 7),
    Step("material", 12, ("design",), 8),
    Step("works", 9, ("road permit", "residents' consent", "material"), 7),
    Step("meter", 2, ("works",), 1),
)


@st.composite
def plans(draw: st.DrawFn, most: int = 6, days_most: int = 6) -> tuple[Step, ...]:
    """Small plans whose steps stand in any order in the list."""
    count = draw(st.integers(1, most))
    steps = []
    for at in range(count):
        after = tuple(f"s{other}" for other in range(at) if draw(st.booleans()))
        days = draw(st.integers(0, days_most))
        least = draw(st.one_of(st.none(), st.integers(0, days)))
        steps.append(Step(f"s{at}", days, after, least))
    return tuple(draw(st.permutations(steps)))


def longest_path(steps: tuple[Step, ...]) -> int:
    """By walking every path there is."""
    by_id = {step.id: step for step in steps}

    def ending_with(step: Step) -> int:
        return step.days + max((ending_with(by_id[name]) for name in step.after), default=0)

    return max(map(ending_with, steps), default=0)


@settings(max_examples=150)
@given(plans(most=8))
def test_the_length_is_that_of_the_longest_of_all_paths(steps: tuple[Step, ...]) -> None:
    found = schedule(steps)
    assert found.days == longest_path(steps)
    by_id = {step.id: step for step in steps}
    assert sum(by_id[name].days for name in found.path) == found.days
    assert all(before in by_id[name].after for before, name in zip(found.path, found.path[1:], strict=False))


@settings(max_examples=100)
@given(plans(most=7))
def test_slack_is_what_a_step_may_slip_and_not_a_day_more(steps: tuple[Step, ...]) -> None:
    found = schedule(steps)
    for step, slot in zip(steps, found.slots, strict=True):
        for later, expected in ((slot.slack_days, found.days), (slot.slack_days + 1, found.days + 1)):
            slipped = tuple(
                replace(each, days=each.days + later) if each.id == step.id else each for each in steps
            )  # fmt: skip
            assert longest_path(slipped) == expected
        gone = tuple(replace(each, days=0, days_least=None) if each.id == step.id else each for each in steps)
        assert slot.drag_days == found.days - longest_path(gone)
        assert slot.critical == (slot.slack_days == 0)
    if found.decides is not None:
        drags = {slot.step: slot.drag_days for slot in found.slots}
        assert drags[found.decides] == max(drags.values()) > 0


@settings(max_examples=120, deadline=None)
@given(plans(most=5, days_most=4), st.integers(0, 14))
def test_no_other_way_of_shortening_takes_off_fewer_days(steps: tuple[Step, ...], target: int) -> None:
    found = shorten(steps, target)
    shortened = tuple(replace(step, days=found.days[step.id]) for step in steps)
    assert all(step.least <= found.days[step.id] <= step.days for step in steps)
    assert found.days_off == sum(step.days - found.days[step.id] for step in steps)
    ways = product(*(range(step.least, step.days + 1) for step in steps))
    enough = [
        sum(step.days - days for step, days in zip(steps, way, strict=True))
        for way in ways
        if longest_path(tuple(replace(step, days=days) for step, days in zip(steps, way, strict=True))) <= target
    ]
    assert found.possible == bool(enough)
    if enough:
        assert found.days_off == min(enough)
        assert longest_path(shortened) <= target


def test_a_lift_s_connection() -> None:
    found = schedule(LIFT)
    assert (found.days, found.path, found.decides) == (34, ("survey", "design", "material", "works", "meter"), "works")
    by_step = {slot.step: slot for slot in found.slots}
    assert (by_step["material"].drag_days, by_step["works"].drag_days, by_step["road permit"].slack_days) == (2, 9, 2)
    shorter = shorter_by(LIFT, 30)
    # Of 34 days 23 may be left. Survey, design, works and meter can give 8, the material the other 3; then the permit
    # decides beside the material and must give one as well.
    assert (shorter.target_days, shorter.possible, shorter.days_off) == (23, True, 12)
    assert (shorter.days["material"], shorter.days["road permit"]) == (9, 9)
    assert not shorter_by(LIFT, 60).possible and shorter_by(LIFT, 60).days["works"] == 7


def test_nothing_to_do_and_nothing_to_take_off() -> None:
    assert schedule(()).days == 0 and schedule(()).decides is None
    assert shorten(LIFT, 34).days_off == shorten((), 0).days_off == 0
    twins = (Step("one", 5, (), 2), Step("other", 5, (), 3))
    assert schedule(twins).decides is None, "neither alone moves the end"
    assert shorten(twins, 4).days_off == 2


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((Step("a", 1), Step("a", 2)), (Problem("a", "repeated"),)),
        ((Step("a", 1, ("b",)),), (Problem("a", "unknown_before"),)),
        ((Step("a", 1, ("b",)), Step("b", 1, ("a",)), Step("c", 1)), (Problem("a", "circle"), Problem("b", "circle"))),
        ((Step("a", 1, ("a",)),), (Problem("a", "circle"),)),
        ((Step("a", -1), Step("b", 2, (), 3), Step("c", 1, (), -1)),
         (Problem("a", "days_wrong"), Problem("b", "least_above_days"), Problem("c", "days_wrong"))),
        (tuple(Step(f"s{at}", 1) for at in range(STEPS_MAX + 1)), (Problem(f"s{STEPS_MAX}", "too_many"),)),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_said_step_by_step(steps: tuple[Step, ...], expected: tuple[Problem, ...]) -> None:
    assert problems(steps) == expected
    with pytest.raises(ValueError, match=expected[0].kind):
        schedule(steps)


@given(plans(most=8))
def test_every_step_stands_behind_what_it_waits_for(steps: tuple[Step, ...]) -> None:
    names = [step.id for step in in_order(steps)]
    assert sorted(names) == sorted(step.id for step in steps)
    assert all(names.index(name) < names.index(step.id) for step in steps for name in step.after)
