"""Registers in scenarios: what stands is compared row by row, a process knows its own rows, the world may know more."""

from typing import Any

from tests.support.practices import CALENDAR
from tests.support.register_files import files_with_registers
from wanjia.model.capabilities import SIGNATURES
from wanjia.practice.checker import check
from wanjia.practice.nouns import Practice, Scenario
from wanjia.practice.reader import read
from wanjia.practice.scenarios import run

ASKED = {
    "do": "start", "as": "customer", "with": {
        "kind": "repair", "need": "something", "place": {"longitude": 118.6, "latitude": 24.9, "address": "a"},
        "contact_name": "Lin", "contact_phone": "13800000000",
    },
}  # fmt: skip
HANDLED = {"outcome": "done", "answer": "fine", "helper": "person:7", "worked_on": "2026-03-02", "worked_hours": 1.5}


def practice() -> Practice:
    found = read(files_with_registers()).practice
    assert found is not None
    return found


def story(*steps: dict[str, Any], world: dict[str, Any] | None = None, **expect: Any) -> Scenario:
    titles = {"zh-Hans": "试", "en": "try"}
    return Scenario("told", titles, "2026-03-02T09:00:00+08:00", {}, world or {}, (ASKED, *steps), expect)


def problems(scenario: Scenario) -> list[dict[str, object]]:
    return [dict(problem.values) for problem in run(practice(), scenario, CALENDAR).problems]


def handle(**answers: Any) -> dict[str, Any]:
    return {"after": "1h", "do": "complete", "task": "handle", "with": {**HANDLED, **answers}}


def test_the_practice_with_registers_passes() -> None:
    assert check(files_with_registers(), SIGNATURES, CALENDAR, "meter_test") == ()


def test_what_stands_is_what_was_expected() -> None:
    assert (
        problems(story(handle(), registers={"hours": [{"worked_hours": 1.5, "kind": "repair"}], "ratings": []})) == []
    )
    assert problems(story(handle(worked_hours=0), registers={"hours": []})) == []
    assert problems(story(handle(outcome="declined"), registers={"hours": []})) == [], "struck rows do not stand"


def test_every_difference_is_told() -> None:
    (wrong,) = problems(story(handle(), registers={"hours": [{"worked_hours": 2}]}))
    assert (wrong["key"], wrong["expected"], wrong["found"]) == (
        "registers.hours", "[{worked_hours: 2}]", "[{worked_hours: 1.5}]",
    )  # fmt: skip
    (missing,) = problems(story(handle(), registers={"hours": []}))
    assert "worked_hours: 1.5" in str(missing["found"]), "a row that nobody expected is shown with all its columns"
    (absent,) = problems(story(handle(worked_hours=0), registers={"hours": [{"worked_hours": 1.5}]}))
    assert absent["found"] == "[]"


def test_going_back_and_reopening_in_a_story() -> None:
    rate = {"after": "1h", "do": "complete", "task": "confirm", "with": {"stars": 4}}
    again = {"after": "1h", "do": "reopen", "as": "customer", "reason": "no"}
    both = [{"stars": 4}, {"stars": 5}]
    rated_again = {**rate, "with": {"stars": 5}}
    told = story(handle(), rate, again, handle(worked_hours=2), rated_again, registers={"ratings": both})
    assert problems(told) == []


def test_a_case_alone_in_the_world_knows_its_own_rows_unless_the_world_says_more() -> None:
    assert problems(story(facts={"earlier": 0, "stars_before": 0})) == []
    world = {"register_standing": {"entries": 3, "total": 11, "rows": []}}
    assert problems(story(world=world, facts={"earlier": 3, "stars_before": 11})) == []


def test_a_message_is_held_against_its_form() -> None:
    def stopped(**brought: Any) -> dict[str, Any]:
        return {"after": "1h", "do": "message", "as": "chief", "name": "stopped", "with": brought}

    assert problems(story(stopped(stop_reason="twice"), end="refused")) == []
    (lacks,) = problems(story(stopped()))
    assert (lacks["field"], lacks["problem"]) == ("stop_reason", "form.missing")
    (short,) = problems(story(stopped(stop_reason="x")))
    assert short["problem"] == "form.too_short"


def test_a_form_of_its_own_may_ask_for_less_and_nothing_else() -> None:
    files = files_with_registers()
    own = b'{"type": "object", "properties": {"stop_reason": {"$ref": "facts#/stop_reason"}}}'
    found = read({**files, "forms/message_stopped.schema.json": own}).practice
    assert found is not None and found.forms["message_stopped"].required == ()
    assert practice().forms["message_stopped"].required == ("stop_reason",)
    strange = own.replace(b"stop_reason", b"answer")
    faults = check({**files, "forms/message_stopped.schema.json": strange}, SIGNATURES, CALENDAR, "meter_test")
    assert "practice.message_field" in {fault.code for fault in faults}


def test_a_register_of_another_practice_is_asked_for_somebody_and_told_by_the_world() -> None:
    files = files_with_registers()
    own, other = b"look: {register: ratings,", b"look: {register: safety_points.points,"
    (fault,) = check(
        {**files, "practice.yaml": files["practice.yaml"].replace(own, other)}, SIGNATURES, CALENDAR, "meter_test"
    )
    assert (fault.code, fault.values["register"]) == ("practice.register_of_whom", "safety_points.points")
    named = files["practice.yaml"].replace(own, other + b" inputs: {of: contact_name},")
    found = check({**files, "practice.yaml": named}, SIGNATURES, CALENDAR, "meter_test")
    assert {fault.code for fault in found} == {"practice.scenario_world"}, "a scenario has to say what stands there"
