"""What the log alone suggests could run side by side."""

from datetime import UTC, datetime, timedelta

from wanjia.kernels.history.globs import matches
from wanjia.kernels.history.nouns import Event, case_of
from wanjia.kernels.history.ordering import main_activities, pairs, proposed_branches
from wanjia.kernels.history.steps import steps_of
from wanjia.kernels.history.timing import Walked

START = datetime(2024, 1, 1, tzinfo=UTC)
GROUPS = {"Receive": "window", "Roads": "roads", "Paint": "roads", "Trees": "trees", "Decide": "window"}


def walked(*orders: str, groups: dict[str, str] = GROUPS) -> Walked:
    cases = []
    for number, order in enumerate(orders):
        names = order.split()
        events = [Event(name, START + timedelta(hours=hour), groups[name]) for hour, name in enumerate(names)]
        cases.append(case_of(f"k{number}", events))
    return tuple((case, steps_of(case)) for case in cases)


FREE = ("Receive Roads Paint Trees Decide",) * 15 + ("Receive Trees Roads Paint Decide",) * 5


def test_activities_in_either_order_are_branches_and_a_fixed_order_stays_together() -> None:
    log = walked(*FREE)
    found = proposed_branches(pairs(log), main_activities(log))
    assert set(found) == {frozenset({"Roads", "Paint"}), frozenset({"Trees"})}


def test_the_hint_gives_its_numbers() -> None:
    pair = next(pair for pair in pairs(walked(*FREE)) if {pair.first, pair.second} == {"Roads", "Trees"})
    assert (pair.cases_both, pair.first_before, pair.second_before, pair.either_order_share) == (20, 15, 5, 0.25)
    assert pair.offered


def test_too_few_cases_too_rare_an_order_or_one_group_offer_nothing() -> None:
    assert not any(pair.offered for pair in pairs(walked(*FREE[1:])))
    assert not any(pair.offered for pair in pairs(walked(*(FREE[:1] * 19 + FREE[-1:]))))
    one_group = walked(*FREE, groups=dict.fromkeys(GROUPS, "desk"))
    assert not any(pair.offered for pair in pairs(one_group))
    assert proposed_branches(pairs(one_group), main_activities(one_group)) == ()


def test_a_star_is_any_run_and_nothing_else_is_special() -> None:
    assert matches(["T07-*"], "T07-1 Draft")
    assert matches(["*advice*"], "Draft advice (1)")
    assert matches(["a.[b]?"], "a.[b]?")
    assert not matches(["a.b"], "axb")
    assert not matches(["T07"], "T07-1")
    assert not matches(["*" * 60 + "x"], "y" * 5000)
