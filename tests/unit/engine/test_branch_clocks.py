"""What holds for one branch of a multi-instance step: its clock, what it reads of its item, and four eyes."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.processes import CALENDAR, CASES, clock, compiled, extra_of, source_of
from wanjia.engine import case_from_json, case_to_json, compile_source, step
from wanjia.engine.clocks import Trigger, hold, lift, on_trigger, release
from wanjia.engine.handling.work import four_eyes
from wanjia.engine.nouns import (
    CaseState,
    ClockState,
    ClockStatus,
    Complete,
    Definition,
    Edition,
    Event,
    Notify,
    Start,
    Tick,
)
from wanjia.model.faults import Refused
from wanjia.model.working_time import Limit

MONDAY = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
EACH = clock(
    "each",
    scope="item",
    start=("opened:review",),
    pause=("opened:supplement",),
    resume=("done:supplement",),
    limit=Limit(10, "hours"),
    on_expire=({"notify": "holder"}, {"complete": {"opinion": "agree"}}),
)
WHOLE = clock(
    "whole",
    start=("case_started",),
    pause=("opened:supplement",),
    resume=("done:supplement",),
    limit=Limit(100, "hours"),
)


class Reviews:
    """The sample `branches` at the reviews of its three departments, all opened on Monday at nine."""

    def __init__(self, *clocks: Any, rows: list[dict[str, str]] | None = None, **changes: Any) -> None:
        self.definition: Definition = compiled("branches", clocks or (EACH, WHOLE), **changes)
        self.now = MONDAY
        started = Start("p", {"departments": rows} if rows else extra_of("branches")["start"])
        self.state: CaseState = step(self.definition, None, started, self.now, CALENDAR).state
        self.last: tuple[Any, ...] = ()
        self.done("receive")

    def do(self, event: Event, hours: float = 0) -> None:
        self.now += timedelta(hours=hours)
        # Saved and read again between every two steps, so that the saved form is proved on the way.
        state = case_from_json(case_to_json(self.state))
        outcome = step(self.definition, state, event, self.now, CALENDAR)
        self.state, self.last = outcome.state, outcome.commands

    def done(
        self, name: str, department: str | None = None, hours: float = 0, actor: str = "p", **answers: Any
    ) -> None:
        found = [
            task
            for task in self.state.tasks
            if task.step == name and department in (None, (task.item or {}).get("department"))
        ]
        self.do(Complete(actor, found[0].key, answers), hours)

    def clock(self, key: str) -> ClockState:
        return next(clock for clock in self.state.clocks if clock.key == key)

    def open(self) -> dict[str, str]:
        return {task.item["department"]: task.step for task in self.state.tasks if task.item}


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def test_a_branch_clock_pauses_for_its_own_supplement_only_and_goes_on_with_what_is_left() -> None:
    case = Reviews()
    assert [clock.branch for clock in case.state.clocks if clock.clock == "each"] == [
        "joint[0]",
        "joint[1]",
        "joint[2]",
    ]
    case.done("review", "water", hours=4, opinion="supplement")
    assert [case.clock(key).status for key in ("each", "each#2", "each#3")] == ["paused", "running", "running"]
    case.done("supplement", "water", hours=3, paper="plan")
    assert case.clock("each").status is ClockStatus.RUNNING
    assert case.clock("each").due_at == at(4 + 3 + 6)
    assert case.clock("each#2").due_at == at(10)
    assert case.clock("each").task_key == next(
        t.key for t in case.state.tasks if (t.item or {})["department"] == "water"
    )
    case.done("review", "water", opinion="agree")
    assert case.clock("each").status is ClockStatus.STOPPED
    assert len(case.state.clocks) == 4


def test_silence_after_a_supplement_counts_from_what_was_left() -> None:
    case = Reviews()
    case.done("review", "water", hours=4, opinion="supplement")
    case.done("supplement", "water", hours=3, paper="plan")
    case.do(Tick(), hours=5)  # 12 h: the others ran out at 10 h
    assert case.open() == {"water": "review"}
    case.do(Tick(), hours=1)
    assert [told.audience for told in case.last if isinstance(told, Notify)] == ["holder:t6"]
    assert case.clock("each").status is ClockStatus.LATE
    assert [row["opinion"] for row in case.state.facts["opinions"]] == ["agree"] * 3


def test_two_supplements_at_once_hold_the_case_until_the_last_is_done() -> None:
    case = Reviews()
    case.done("review", "water", hours=2, opinion="supplement")
    case.done("review", "police", hours=1, opinion="supplement")
    assert len(case.clock("whole").paused_by) == 2
    case.done("supplement", "water", hours=5, paper="plan")
    assert case.clock("whole").status is ClockStatus.PAUSED
    assert case.clock("each").status is ClockStatus.RUNNING
    case.done("supplement", "police", hours=4, paper="plan")
    assert case.clock("whole").due_at == at(100 + 10)  # stood from hour 2 to hour 12


def test_the_branch_s_end_ends_its_clock_and_nobody_else_s() -> None:
    case = Reviews()
    case.done("review", "police", hours=1, opinion="agree")
    assert [case.clock(key).status for key in ("each", "each#2", "each#3")] == ["running", "stopped", "running"]
    for department in ("water", "green"):
        case.done("review", department, opinion="agree")
    assert {clock.status for clock in case.state.clocks if clock.clock == "each"} == {ClockStatus.STOPPED}


def test_a_clock_reads_the_item_of_its_task() -> None:
    limits = {"water": Limit(3, "hours"), "police": Limit(5, "hours")}
    reads = replace(
        EACH,
        when='item.department != "green"',
        limit_by="item.department",
        editions=(Edition("2024-01-01", limits, "t", "M"),),
    )
    for scope in ("item", "task"):
        case = Reviews(replace(reads, scope=scope, pause=(), resume=(), on_expire=()))
        assert [(c.task_key, c.due_at) for c in case.state.clocks] == [("t2", at(3)), ("t3", at(5))]


def test_a_date_of_the_item_ends_its_clock_and_without_one_the_limit_does() -> None:
    days = ("2026-03-07", "2026-02-01", "no day")  # a Saturday, the past, and nothing
    rows = [{"department": name, "due_on": day} for name, day in zip(("water", "police", "green"), days, strict=True)]
    edition = Edition("2024-01-01", {"": Limit(2, "days")}, "t", "M", until="item.due_on")
    facts = {**extra_of("branches")["facts"], "due_on": {"type": "string", "format": "date", "scope": "item"}}
    case = Reviews(replace(EACH, editions=(edition,), on_expire=(), warn=(Limit(1, "days"),)), facts=facts, rows=rows)
    assert [(c.due_at, c.limit) for c in case.state.clocks] == [
        (datetime.fromisoformat("2026-03-08T00:00+08:00"), Limit(5, "days")),
        (datetime.fromisoformat("2026-03-03T00:00+08:00"), Limit(0, "days")),
        (datetime.fromisoformat("2026-03-05T00:00+08:00"), Limit(2, "days")),
    ]
    assert case.state.clocks[0].warn_at == (datetime.fromisoformat("2026-03-07T00:00+08:00"),)


def test_an_instant_of_the_item_ends_its_clock_at_that_instant() -> None:
    told = ("2026-03-02T21:10", "2026-03-02T13:20:30+00:00", "2026-02-01T08:00+08:00")
    rows = [{"department": name, "due_at": at} for name, at in zip(("water", "police", "green"), told, strict=True)]
    edition = Edition("2024-01-01", {"": Limit(2, "days")}, "t", "M", until="item.due_at")
    facts = {**extra_of("branches")["facts"], "due_at": {"type": "string", "format": "date-time", "scope": "item"}}
    case = Reviews(replace(EACH, editions=(edition,), on_expire=(), warn=(Limit(1, "hours"),)), facts=facts, rows=rows)
    begun = case.state.clocks[0].started_at
    assert [clock.due_at for clock in case.state.clocks] == [
        datetime.fromisoformat("2026-03-02T21:10+08:00"), datetime.fromisoformat("2026-03-02T13:20:30Z"), begun,
    ]  # fmt: skip
    whole = [(clock.due_at - begun).total_seconds() / 60 for clock in case.state.clocks]
    assert [clock.limit for clock in case.state.clocks] == [Limit(math.ceil(each), "minutes") for each in whole]
    assert case.state.clocks[0].warn_at == (datetime.fromisoformat("2026-03-02T20:10+08:00"),)
    far = Edition("2024-01-01", {"": Limit(2, "hours")}, "t", "M", until="item.due_at")
    slipped = [{"department": "water", "due_at": "3026-03-02T21:10"}, {"department": "police", "due_at": "Thursday"}]
    case = Reviews(replace(EACH, editions=(far,), on_expire=()), facts=facts, rows=slipped)
    assert {clock.limit for clock in case.state.clocks} == {Limit(2, "hours")}


def test_four_eyes_are_asked_for_within_the_branch() -> None:
    case = Reviews(EACH, four_eyes={"supplement": "review"})
    case.done("review", "water", actor="person:1", opinion="supplement")
    case.done("review", "police", actor="person:2", opinion="supplement")
    assert case.state.done_by == {"joint[0]/review": "person:1", "joint[1]/review": "person:2"}
    told = {task.item["department"]: four_eyes(case.definition, case.state, task.key) for task in case.state.tasks}
    assert told == {"water": ("review", "person:1"), "police": ("review", "person:2"), "green": None}
    with pytest.raises(Refused) as refused:
        case.done("supplement", "water", actor="person:1", paper="plan")
    assert [fault.code for fault in refused.value.faults] == ["engine.same_person"]
    case.done("supplement", "water", actor="person:2", paper="plan")
    case.done("review", "water", actor="person:3", opinion="agree")
    assert case.state.done_by == {"joint[1]/review": "person:2"}


def faults_of(*clocks: Any, **changes: Any) -> set[str]:
    folder = CASES / "good" / "branches"
    source = source_of((folder / "process.bpmn").read_bytes(), None, clocks, **{**extra_of("branches"), **changes})
    return {fault.code for fault in compile_source(source).faults}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"start": ("opened:receive",)}, "engine.clock_item_trigger"),
        ({"stop": ("message:cancelled",)}, "engine.clock_item_trigger"),
        ({"when": "item.colour = 1"}, "expression.unknown_item_field"),
        ({"scope": "case", "when": "item.department = 1", "on_expire": ()}, "expression.no_item"),
        ({"when": "nobody"}, "expression.unknown_fact"),
        ({"limit_by": "item.colour"}, "engine.clock_item_field"),
        ({"scope": "case", "limit_by": "item.department", "on_expire": ()}, "engine.clock_item_field"),
    ],
)
def test_a_clock_that_reads_or_hears_what_is_not_there_is_refused(changes: dict[str, Any], code: str) -> None:
    assert faults_of(EACH) == set()
    assert code in faults_of(replace(EACH, **changes))


@pytest.mark.parametrize(
    ("eyes", "code"),
    [
        ({"review": "nobody"}, "engine.four_eyes_unknown"),
        ({"review": "review"}, "engine.four_eyes_apart"),
        ({"decide": "review"}, "engine.four_eyes_apart"),
    ],
)
def test_four_eyes_need_two_tasks_of_people_that_see_each_other(eyes: dict[str, str], code: str) -> None:
    assert faults_of(four_eyes={"review": "receive"}) == set()
    assert faults_of(four_eyes=eyes) == {code}


steps = st.lists(
    st.tuples(st.sampled_from(["open", "done", "gone", "hold", "release"]), st.integers(0, 3)), max_size=25
)


@given(steps, st.sampled_from(["", "rule"]))
@settings(max_examples=150)
def test_a_clock_runs_exactly_while_no_cause_is_open(deeds: list[tuple[str, int]], old: str) -> None:
    """Any interleaving of openings, ends, cancellations and holds; `old` begins as format 1 saved a pause."""
    rules = [replace(WHOLE, limit_by=None)]
    clocks, _ = on_trigger(rules, (), Trigger("case_started"), {}, MONDAY, CALENDAR)
    causes: set[str] = set()
    stood, now, since = timedelta(0), MONDAY, MONDAY
    if old:
        clocks = tuple(
            replace(c, status=ClockStatus.PAUSED, due_at=None, remaining=c.limit, paused_by=("rule",)) for c in clocks
        )
        causes = {"rule"}
    for deed, number in deeds:
        was, now, key = bool(causes), now + timedelta(minutes=20), f"t{number}"
        if deed == "open":
            clocks, _ = on_trigger(rules, clocks, Trigger("opened:supplement", key), {}, now, CALENDAR)
            causes.add(key)
        elif deed == "done":
            clocks, _ = on_trigger(rules, clocks, Trigger("done:supplement", key), {}, now, CALENDAR)
            causes -= {key, "rule"}
        elif deed == "gone":
            clocks, _ = lift(rules, clocks, key, now, CALENDAR)
            causes.discard(key)
        elif deed == "hold":
            clocks, _ = hold(clocks, now, CALENDAR)
            causes.add("hold")
        else:
            clocks, _ = release(rules, clocks, now, CALENDAR)
            causes.discard("hold")
        stood += timedelta(minutes=20) if was else timedelta(0)
        assert set(clocks[0].paused_by) == causes
        assert (clocks[0].status is ClockStatus.PAUSED) == bool(causes)
        assert causes or clocks[0].due_at == since + timedelta(hours=100) + stood
