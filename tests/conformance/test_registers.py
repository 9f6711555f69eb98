"""Registers as rows: written and struck with the step that caused it, whose they are, how somebody stands."""

from datetime import date, timedelta

import pytest

from tests.support.registers import NAME, install_registers
from tests.support.rows import refused
from tests.support.world import HOME, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.merge_case import merge_case
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, HistoryEntry, RegisterRow

ASKED: Facts = {
    "kind": "repair", "need": "电表箱门坏了", "place": HOME, "contact_name": "王秀英", "contact_phone": "13800000012",
}  # fmt: skip


@pytest.fixture
def practice(world: World) -> World:
    install_registers(world.now - timedelta(days=1))
    return world


def asked(world: World, key: str, by: Actor | None = None, **answers: object) -> Case:
    case = world.open(NAME, {**ASKED, **answers}, key, by=by).case  # type: ignore[dict-item]
    return Case.objects.get(pk=case.pk)


def handled(world: World, case: Case, **answers: object) -> Case:
    facts = {"outcome": "done", "answer": "已修好", **answers}
    return complete_task(case.number, world.task(case, "handle").key, facts, world.actor("manager"), world.now)


def helped(world: World, case: Case, login: str, hours: float, **answers: object) -> Case:
    helper = f"person:{world.person(login).pk}"
    return handled(world, case, helper=helper, worked_hours=hours, worked_on="2026-03-02", **answers)


def test_a_row_holds_what_was_known_and_whose_it_is(practice: World) -> None:
    helped(practice, asked(practice, "a"), "electrician", 1.5, counts_until="2026-12-31")
    row = RegisterRow.objects.get()
    electrician = practice.person("electrician")
    assert (row.practice, row.register, row.trigger, row.branch) == (NAME, "hours", "done:handle", "")
    assert row.values == {"worked_on": "2026-03-02", "kind": "repair", "worked_hours": 1.5}
    assert (row.subject_kind, row.subject_id, row.subject_name) == (
        "person", f"person:{electrician.pk}", electrician.name,
    )  # fmt: skip
    assert (row.person, row.until_on, row.entered_on) == (electrician, date(2026, 12, 31), practice.today)
    verbs = HistoryEntry.objects.filter(subject=f"case:{row.case_id}", verb="row_entered")
    assert [entry.data for entry in verbs] == [{"register": "hours", "row": row.key}]


def test_a_refused_step_leaves_no_row(practice: World) -> None:
    case = asked(practice, "a")
    with refused("form.too_large"):
        helped(practice, case, "electrician", 25)
    assert not RegisterRow.objects.exists()


def test_without_the_condition_there_is_no_row_and_a_decline_strikes_the_earlier_one(practice: World) -> None:
    case = helped(practice, asked(practice, "a"), "electrician", 2, outcome="declined")
    assert case.end == "refused"
    row = RegisterRow.objects.get()
    assert (row.struck_at, row.struck_reason) == (practice.now, "done:tell_declined")
    assert handled(practice, asked(practice, "b"), worked_hours=0).status == "running"
    assert RegisterRow.objects.count() == 1


def test_what_is_merged_away_does_not_count(practice: World) -> None:
    kept, double = asked(practice, "a"), helped(practice, asked(practice, "b"), "electrician", 2)
    merge_case(double.number, kept.number, practice.actor("manager"), practice.now + timedelta(hours=1))
    row = RegisterRow.objects.get()
    assert (row.struck_at, row.struck_reason) == (practice.now + timedelta(hours=1), "merged")


def test_the_requester_s_row_is_the_person_s_only_when_signed_in(practice: World) -> None:
    resident = practice.actor("resident")
    for key, by in (("a", resident), ("b", None)):
        case = handled(practice, asked(practice, key, by))
        complete_task(case.number, practice.task(case).key, {"stars": 4}, practice.requester(case), practice.now)
    known, unknown = RegisterRow.objects.order_by("pk")
    assert (known.person_id, known.subject_id) == (resident.person_id, f"person:{resident.person_id}")
    assert (unknown.person_id, unknown.subject_id, unknown.subject_name) == (None, "", "王秀英")


def test_a_process_knows_how_somebody_stands(practice: World) -> None:
    resident = practice.actor("resident")

    def facts(key: str, by: Actor) -> Facts:
        return case_from_json(asked(practice, key, by).state).facts

    assert (facts("a", resident)["earlier"], facts("a", resident)["stars_before"]) == (0, 0)
    for key, stars in (("b", 3), ("c", 5)):
        case = handled(practice, asked(practice, key, resident))
        complete_task(case.number, practice.task(case).key, {"stars": stars}, practice.requester(case), practice.now)
    assert (facts("d", resident)["earlier"], facts("d", resident)["stars_before"]) == (2, 8)
    other = Actor("citizen", "")
    assert (facts("e", other)["earlier"], facts("e", other)["stars_before"]) == (0, 0)
    RegisterRow.objects.filter(values__stars=5).update(struck_at=practice.now)
    assert facts("f", resident)["stars_before"] == 3
