"""Deadlines after a stop: each once, in order; what cannot act is set aside; two workers share."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError

from tests.support.rows import fingerprint, refused
from tests.support.world import World
from wanjia.actions.cases import fire_due_clocks as module
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.enter_calendar_year import enter_calendar_year
from wanjia.actions.cases.fire_due_clocks import RETRY_MINUTES, fire_due_clocks
from wanjia.actions.cases.saving import Changes
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, HistoryEntry, Message


def fired(case: Case) -> list[tuple[str, str]]:
    rows = HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb__in=["clock_warned", "clock_expired"])
    return [(row.verb, row.data["clock"]) for row in rows]


def test_nothing_due_changes_nothing(world: World) -> None:
    world.call()
    before = fingerprint()
    assert fire_due_clocks(world.now + timedelta(minutes=1)) == 0
    assert fingerprint() == before


def test_after_a_stop_of_days_everything_happens_once_and_in_order(world: World) -> None:
    case = world.call()
    late = world.now + timedelta(days=2)
    assert fire_due_clocks(late) == 1
    expected = [
        ("clock_warned", "answer"), ("clock_expired", "answer"),
        ("clock_warned", "answer_second"), ("clock_expired", "answer_second"),
        ("clock_warned", "hotline_contact"), ("clock_expired", "hotline_contact"),
    ]  # fmt: skip
    assert fired(case) == expected
    before = fingerprint()
    assert fire_due_clocks(late) == 0 and fingerprint() == before
    case = Case.objects.get(pk=case.pk)
    assert case.late and world.task(case).escalated == 3
    assert not case.clocks.filter(next_at__isnull=False).exists() and broken_links(f"case:{case.pk}") == []


def test_a_step_after_the_deadline_lets_the_deadline_act_first(world: World) -> None:
    case = world.call()
    hour = world.now + timedelta(hours=3)
    assert fire_due_clocks(hour) == 1
    assert fired(case) == [("clock_warned", "answer"), ("clock_expired", "answer")]
    assert world.task(case).holder == world.person("senior"), "business line: two hours, then one level up"
    assert Message.objects.filter(case=case, notice="platform.task_escalated", person=world.person("senior")).exists()


def test_the_longest_due_cases_come_first_and_a_round_is_bounded(world: World) -> None:
    cases = [world.call(f"k{at}", world.now + timedelta(minutes=3 - at)) for at in range(3)]
    later = world.now + timedelta(hours=3)
    assert fire_due_clocks(later, limit=1) == 1
    assert [len(fired(case)) for case in cases] == [0, 0, 2]
    assert fire_due_clocks(later, limit=10) == 2
    assert [len(fired(case)) for case in cases] == [2, 2, 2]


def test_silence_is_an_answer(world: World) -> None:
    case = world.repair()
    assert fire_due_clocks(world.now + timedelta(hours=25)) == 1
    assert world.task(case).step == "arrange"


def test_a_case_that_cannot_act_is_marked_and_holds_nobody_up(world: World) -> None:
    stuck, well = world.repair("a"), world.call("b")
    at = world.now + timedelta(hours=25)
    Case.objects.filter(pk=stuck.pk).update(state={**stuck.state, "digest": "another"})
    assert fire_due_clocks(at) == 2
    assert Case.objects.get(pk=stuck.pk).stuck == "engine.digest_unknown" and fired(stuck) == []
    assert Case.objects.get(pk=stuck.pk).stuck_values["practice"] == "behind_meter_repair"
    assert fired(well) and Case.objects.get(pk=well.pk).stuck == ""
    assert stuck.clocks.get(clock="choice").next_at == at + timedelta(minutes=RETRY_MINUTES)
    Case.objects.filter(pk=stuck.pk).update(state=stuck.state)
    assert fire_due_clocks(at + timedelta(minutes=RETRY_MINUTES)) >= 1
    assert Case.objects.get(pk=stuck.pk).stuck == "" and ("clock_expired", "choice") in fired(stuck)


def test_a_slip_in_the_program_on_one_case_holds_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, well = world.call("a"), world.call("b")
    step = module.work_out

    def slips(case: Case, *rest: object) -> object:
        if case.pk == broken.pk:
            raise KeyError("slip")
        return step(case, *rest)

    monkeypatch.setattr(module, "work_out", slips)
    assert fire_due_clocks(world.now + timedelta(hours=3)) == 2
    assert Case.objects.get(pk=broken.pk).stuck == "case.clock_failed" and fired(broken) == []
    assert fired(well) and "KeyError" in caplog.text


def test_a_failing_store_undoes_the_whole_round(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.call("a"), world.call("b")
    before, step, calls = fingerprint(), module.work_out, []

    def fails_second(case: Case, *rest: object) -> object:
        calls.append(case.pk)
        if len(calls) == 2:
            raise DatabaseError("the disk is gone")
        return step(case, *rest)

    monkeypatch.setattr(module, "work_out", fails_second)
    with pytest.raises(DatabaseError):
        fire_due_clocks(world.now + timedelta(hours=3))
    assert fingerprint() == before


def test_a_row_that_the_store_refuses_holds_nobody_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, well = world.call("a"), world.call("b")
    save_all = module.save_all

    def refuses(changes: list[Changes]) -> None:
        save_all(changes)
        if any(each.case.pk == broken.pk for each in changes):
            raise IntegrityError("a row is refused")

    monkeypatch.setattr(module, "save_all", refuses)
    assert fire_due_clocks(world.now + timedelta(hours=3)) == 2
    assert Case.objects.get(pk=broken.pk).stuck == "case.clock_failed" and fired(broken) == []
    assert fired(well) == [("clock_warned", "answer"), ("clock_expired", "answer")]


def test_an_unknown_year_is_refused_until_it_is_entered(world: World) -> None:
    """A visit within one working day, promised on the last day of the last year that the company has entered."""
    eve = datetime(world.today.year + 1, 12, 31, 2, tzinfo=UTC)
    case = world.call("care", eve, line="care", care_for="elderly")
    visit = {"outcome": "visit", "answer_text": "明天上门", "visit_at": eve.isoformat()}
    with refused("clock.unknown_year"):
        complete_task(case.number, world.task(case).key, visit, world.actor("manager"), eve)
    enter_calendar_year(eve.year + 1, {}, "通知", SYSTEM, eve)
    complete_task(case.number, world.task(case).key, visit, world.actor("manager"), eve)
    assert world.task(case).step == "visit"
    assert case.clocks.get(clock="visit").due_at.year == eve.year + 1
