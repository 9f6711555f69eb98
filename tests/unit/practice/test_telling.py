"""Scenarios and simulation on the virtual clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from tests.support.practices import CALENDAR, small_practice
from wanjia.engine.nouns import CaseState, Complete, Tick
from wanjia.practice.chances import Plan, Spread, choose, draw, read_plan, ready_at
from wanjia.practice.nouns import Practice
from wanjia.practice.placeholders import filled, placeholders
from wanjia.practice.reader import read
from wanjia.practice.scenarios import run
from wanjia.practice.simulation import simulate, summary
from wanjia.practice.variants import Variant, multi_instances, varied
from wanjia.practice.virtual_case import later

PLAN = b"""
source: figures for a test
starts: {from: 2026-01-05, to: 2026-02-27, hours: [8, 18]}
start:
  choices:
    - share: 1
      with: {kind: question, need: something, place: {address: a}, contact_name: Lin, contact_phone: '13800000000'}
steps:
  handle:
    duration: {kind: fixed, value: 3, unit: hours}
    choices: [{share: 0.75, with: {outcome: done, answer: fine}}, {share: 0.25, with: {outcome: declined, answer: no}}]
  confirm: {duration: {kind: uniform, low: 1, high: 10, unit: days}, choices: [{share: 1, with: {stars: 5}}]}
horizon_days: 60
"""


def small() -> Practice:
    practice = read(small_practice()).practice
    assert practice is not None
    return practice


SMALL = small()


def plan_of(text: bytes = PLAN) -> Plan:
    plan, faults = read_plan("durations.yaml", text, SMALL)
    assert plan is not None, faults
    return plan


def test_every_clock_fires_at_its_own_instant_between_the_steps() -> None:
    scenario = next(s for s in SMALL.scenarios if s.name == "late_and_silent")
    told = run(SMALL, scenario, CALENDAR)
    ticks = [CALENDAR.local(e.at).strftime("%m-%d %H:%M") for e in told.case.journal if isinstance(e.event, Tick)]
    assert told.problems == []
    # two working days end on 4 March at 24:00, warned four hours before; five days after the answer likewise
    assert ticks == ["03-04 20:00", "03-05 00:00", "03-10 00:00", "03-11 00:00"]


@pytest.mark.parametrize("scenario", SMALL.scenarios, ids=lambda scenario: scenario.name)
def test_told_twice_it_comes_out_the_same(scenario: object) -> None:
    plain = run(SMALL, scenario, CALENDAR)  # type: ignore[arg-type]
    again = run(SMALL, scenario, CALENDAR)  # type: ignore[arg-type]
    assert isinstance(plain.case.state, CaseState)
    assert plain.case.state == again.case.state
    assert plain.case.journal == again.case.journal


def test_what_was_told_wrong_is_said_with_expected_and_found() -> None:
    scenario = next(s for s in SMALL.scenarios if s.name == "solved")
    told = run(
        SMALL, replace(scenario, expect={"end": "refused", "open": ["confirm"], "facts": {"stars": 1}}), CALENDAR
    )
    assert [(p.values["what"], p.values["expected"], p.values["found"]) for p in told.problems] == [
        ("end", "refused", "solved"), ("open", "[confirm]", "[]"), ("facts.stars", "1", "5"),
    ]  # fmt: skip


@given(st.integers(0, 400), st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_working_days_of_a_wait_are_counted_day_by_day(offset: int, count: int) -> None:
    at = datetime(2024, 3, 1, 2, 30, tzinfo=UTC) + timedelta(days=offset)
    day = CALENDAR.day_of(at)
    left = count
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_working(day)
    found = later(CALENDAR, at, f"{count}wd")
    assert CALENDAR.day_of(found) == day
    assert found.time() == at.time()


def test_waits_add_up() -> None:
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert later(CALENDAR, at, "1d 2h 30m") == at + timedelta(days=1, hours=2, minutes=30)


def test_same_seed_same_cases_and_shares_as_stated() -> None:
    plan, cases = plan_of(), 200
    first = simulate(SMALL, plan, (default_rng([7, n]) for n in range(cases)), CALENDAR)
    assert first[:20] == simulate(SMALL, plan, (default_rng([7, n]) for n in range(20)), CALENDAR)
    figures = summary(SMALL, first)
    assert figures.ended == cases
    # a quarter is declined: three standard deviations of a share over 200 cases are 0.092
    assert abs(figures.ends["refused"] - 0.25) < 0.092
    assert figures.clocks["answer"] == 1.0
    # the silence clock ends at 24:00 of the fifth day; answers spread evenly over days 1 to 10 after the answer
    assert 0.35 < (figures.clocks["silence"] or 0) < 0.65
    declined = [result.days for result in first if result.end == "refused"]
    assert declined == pytest.approx([3 / 24] * len(declined))


@pytest.mark.parametrize(
    ("spread", "median", "p90"),
    [
        (Spread("fixed", (2.0,), "days"), 2.0, 2.0),
        (Spread("uniform", (0.0, 10.0), "days"), 5.0, 9.0),
        (Spread("triangular", (0.0, 0.0, 1.0), "days"), 1 - 0.5**0.5, 1 - 0.1**0.5),
        (Spread("lognormal", (3.0, 9.0), "days"), 3.0, 9.0),
    ],
)
def test_spreads_have_their_quantiles(spread: Spread, median: float, p90: float) -> None:
    chance = default_rng(1)
    drawn = np.array([draw(spread, chance) for _ in range(20_000)])
    assert np.median(drawn) == pytest.approx(median, rel=0.05)
    assert np.percentile(drawn, 90) == pytest.approx(p90, rel=0.05)


@given(st.floats(0, 30), st.integers(0, 300))
@settings(max_examples=40, deadline=None)
def test_work_in_working_days_ends_on_one_and_never_before_it_began(amount: float, offset: int) -> None:
    opened = datetime(2025, 1, 2, 3, tzinfo=UTC) + timedelta(days=offset)
    ready = ready_at(CALENDAR, opened, amount, "working_days")
    assert CALENDAR.is_working(CALENDAR.day_of(ready))
    assert ready >= opened


def test_choices_follow_their_shares() -> None:
    choices, chance = plan_of().steps["handle"].choices, default_rng(3)
    done = sum(choose(choices, chance) is choices[0] for _ in range(4000))
    assert abs(done / 4000 - 0.75) < 0.03


def test_all_faults_of_a_plan_at_once() -> None:
    wrong = (
        PLAN.replace(b"share: 0.25", b"share: 0.5")
        .replace(b"confirm:", b"confrim:")
        .replace(b"low: 1, high: 10", b"low: 10, high: 1")
    )
    plan, faults = read_plan("durations.yaml", wrong.replace(b"2026-02-27", b"2025-02-27"), SMALL)
    assert plan is None
    assert {fault.code for fault in faults} == {
        "practice.shares_sum", "practice.step_unknown_near", "practice.plan_lacks_step", "practice.spread_order",
        "practice.starts_order",
    }  # fmt: skip


LOOP = b"""<process><userTask id="one" /><subProcess id="each" name="x">
<multiInstanceLoopCharacteristics isSequential="false"><loopDataInputRef>a</loopDataInputRef>
</multiInstanceLoopCharacteristics></subProcess></process>"""


def test_a_variant_puts_instances_in_a_row() -> None:
    assert multi_instances(LOOP) == ("each",)
    files, faults = varied({"process.bpmn": LOOP}, Variant("serial", {}, ("each",)))
    assert not faults
    assert b'<multiInstanceLoopCharacteristics isSequential="true"><loopDataInputRef>' in files["process.bpmn"]
    _, faults = varied({"process.bpmn": LOOP}, Variant("serial", {}, ("one",)))
    assert [fault.code for fault in faults] == ["practice.not_multi_instance"]


def test_values_are_never_templates() -> None:
    assert placeholders("{a} and {b} and {a}") == ("a", "b")
    assert filled("{a} {b} {c}", {"a": "{b}", "b": 2}) == "{b} 2 {c}"


def test_the_journal_holds_who_did_what() -> None:
    told = run(SMALL, next(s for s in SMALL.scenarios if s.name == "solved"), CALENDAR)
    actors = [entry.event.actor for entry in told.case.journal if isinstance(entry.event, Complete)]
    assert actors == ["role:manager", "role:customer"]
