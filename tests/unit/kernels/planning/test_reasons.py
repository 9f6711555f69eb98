"""Why works stand where they stand: figures are differences of two prices, and the obstacle named is the one there."""

from dataclasses import replace
from string import Formatter

import numpy as np
import pytest

from tests.support.work_lists import GENERATOR, OUTAGE, at, choice, compiled, on, option, work, work_list
from wanjia.kernels.planning.plans.reasons import reasons_of
from wanjia.kernels.planning.problem import price
from wanjia.model.works import (
    BackUp,
    Blackout,
    DoubleSource,
    Exclusion,
    Mode,
    Precedence,
    Reason,
    Scenario,
    WorkList,
)
from wanjia.texts import say, table

MORNING = Scenario("usual", 1.0, tuple(1.0 if hour < 10 else 4.0 for hour in range(24)))
"""Darkness weighs a quarter before ten."""


def told(listed: WorkList, *starts: object) -> dict[str, dict[str, Reason]]:
    """Reasons by work and code; each can be said in both languages."""
    made = compiled(listed)
    found: dict[str, dict[str, Reason]] = {}
    for reason in reasons_of(made, choice(made, *starts)):  # type: ignore[arg-type]
        found.setdefault(reason.work, {})[reason.code] = reason
        for language in ("zh-Hans", "en"):
            sentence = table(language)[f"plan.reason.{reason.code}"]
            assert {name for _, name, _, _ in Formatter().parse(sentence) if name} == set(reason.values)
            assert "{" not in say(f"plan.reason.{reason.code}", language, **reason.values)
    return found


def test_a_mode_says_what_it_spares_against_its_own_outage() -> None:
    found = told(work_list(work("W", OUTAGE, GENERATOR)), (at(0, 8), 1))["W"]
    # The outage: four districts for two hours. The truck: one district for three.
    assert found["saves_generator"].values == {"district_hours": 5.0, "household_hours": 2 * 1000 - 3 * 100}


def test_partners_of_a_shared_outage_are_named_with_what_it_spares() -> None:
    one, other = work("A", OUTAGE), work("B", replace(OUTAGE, dark=("D3", "D4", "D5")))
    found = told(work_list(one, other, work("C", replace(OUTAGE, dark=("D6",)))), at(0, 8), at(0, 9), at(2, 8))
    assert found["A"]["shares_outage"].values == {"works": ["B"], "others": 1, "district_hours": 2.0}
    assert "shares_outage" not in found["C"]


def test_alternatives_cost_what_the_reference_says() -> None:
    listed = work_list(work("W", OUTAGE, GENERATOR), scenarios=(MORNING,))
    made = compiled(listed)
    now = price(made.problem, choice(made, (at(0, 8), 1))).cost
    found = told(listed, (at(0, 8), 1))["W"]
    plain = price(made.problem, np.array([option(made, 0, at(0, 8))])).cost
    assert found["other_time_equal"].values == {"starts_at": "2026-03-03 08:00"}
    assert found["other_mode_outage"].values == {"starts_at": "2026-03-02 08:00", "more": round(plain - now, 2)}
    assert "nothing_cheaper" in found


EXAM = Blackout("exam", "exam", ("D1",), at(0, 0), at(3, 12), "entrance examination")
OTHER = replace(OUTAGE, dark=("D6",))


@pytest.mark.parametrize(
    ("code", "listed", "starts"),
    [
        ("crews", work_list(work("W", OUTAGE), work("B", OTHER), crews=work_list().crews[:1]), (at(0, 10), at(0, 8))),
        (
            "exclusion",
            work_list(work("W", OUTAGE), work("B", OTHER), exclusions=(Exclusion("W", "B"),)),
            (at(0, 10), at(0, 8)),
        ),
        (
            "precedence",
            work_list(work("W", OUTAGE), work("B", OTHER), precedences=(Precedence("B", "W"),)),
            (at(0, 10), at(0, 8)),
        ),
        (
            "double_source",
            work_list(work("W", OUTAGE), work("B", OTHER), double_sources=(DoubleSource("mill", (("D1",), ("D6",))),)),
            (at(0, 10), at(0, 8)),
        ),
        (
            "back_up",
            work_list(
                work("W", replace(OUTAGE, out=True)),
                work("B", replace(OTHER, out=True), feeder="F2"),
                back_ups=(BackUp(("F1", "F2")),),
            ),
            (at(0, 10), at(0, 8)),
        ),
        ("blackout", work_list(work("W", OUTAGE), blackouts=(EXAM,)), (at(3, 13),)),
        ("notice", work_list(work("W", OUTAGE), drafted_on=on(-3)), (at(4, 10),)),
    ],
)
def test_what_forbids_the_cheaper_place_is_named(code: str, listed: WorkList, starts: tuple[object, ...]) -> None:
    """Only one day, and the cheap hours of its morning taken or forbidden."""
    narrowed = tuple(replace(one, earliest_on=on(0), latest_on=on(0)) for one in listed.works)
    works = narrowed if code not in ("blackout", "notice") else listed.works
    found = told(replace(listed, works=works, scenarios=(MORNING,)), *starts)["W"]
    assert f"cheaper_{code}" in found, sorted(found)
    assert found[f"cheaper_{code}"].values["less"] > 0  # type: ignore[operator]


def test_dates_of_the_work_itself_are_named_when_they_bar_the_cheaper_place() -> None:
    days = Scenario("storm", 1.0, level_by_day=(1.0, 5.0, 5.0, 5.0, 1.0))
    late = work_list(work("W", OUTAGE, latest_on=on(3), earliest_on=on(1)), scenarios=(days,))
    found = told(late, at(1, 8))["W"]["cheaper_latest"].values
    assert (found["day"], found["starts_at"]) == ("2026-03-05", "2026-03-06 08:00")


def test_a_work_that_has_but_one_option_says_so() -> None:
    found = told(work_list(work("W", OUTAGE, fixed_start=at(0, 8), fixed_mode=0)), at(0, 8))["W"]
    assert set(found) == {"only_option", "nothing_cheaper"}


def test_what_stands_still_free_of_reasons_is_no_work() -> None:
    listed = work_list(work("A", OUTAGE), work("B", Mode("live_line", 2.0)), work("C", GENERATOR))
    assert set(told(listed, at(0, 8), at(1, 8), at(2, 8))) == {"A", "B", "C"}
