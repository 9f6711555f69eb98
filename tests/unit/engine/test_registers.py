"""Registers: events write and strike rows, going back takes back what will be done again, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.drawn import drawn
from tests.support.processes import CALENDAR, CASES, compiled, extra_of, source_of
from wanjia.engine import case_from_json, case_to_json, compile_source, definition_from_json, definition_to_json, step
from wanjia.engine.nouns import (
    CaseState,
    Complete,
    Definition,
    EnterRow,
    Event,
    MergeInto,
    Message,
    RegisterRule,
    Reopen,
    ReturnTo,
    Start,
    StrikeRow,
    Withdraw,
)
from wanjia.engine.upgrading import migrate
from wanjia.model.faults import Refused

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "points": {"type": "integer"}, "who": {"type": "string", "format": "person"}, "ok": {"type": "boolean"},
    "until": {"type": "string", "format": "date"}, "again": {"type": "boolean"},
}  # fmt: skip


def rule(**parts: Any) -> RegisterRule:
    known: dict[str, Any] = {
        "id": "points",
        "of": None,
        "when": None,
        "strike": (),
        "columns": ("points",),
        "until": None,
    }
    return RegisterRule(**{**known, **parts})


def made(bpmn: bytes, *rules: RegisterRule, **extra: Any) -> Definition:
    facts = {**FACTS, **extra.pop("facts", {})}
    source = replace(source_of(bpmn, facts=facts, **extra), registers=rules)
    result = compile_source(source)
    assert result.definition is not None, result.faults
    return definition_from_json(definition_to_json(result.definition))


class Told:
    """A case whose rows are kept as the commands say, and whose state is saved and read between every two events."""

    def __init__(self, definition: Definition, **facts: Any) -> None:
        self.definition, self.state = definition, None
        self.rows: dict[str, EnterRow] = {}
        self.struck: dict[str, str] = {}
        self.send(Start("p", facts))

    def send(self, event: Event) -> None:
        outcome = step(self.definition, self.state, event, NOON, CALENDAR)
        self.state: CaseState | None = case_from_json(case_to_json(outcome.state))
        for command in outcome.commands:
            if isinstance(command, EnterRow):
                assert command.key not in self.rows
                self.rows[command.key] = command
            if isinstance(command, StrikeRow):
                assert command.key in self.rows
                assert command.key not in self.struck
                self.struck[command.key] = command.reason
        assert {row.key for row in outcome.state.entered} == self.rows.keys() - self.struck.keys()

    def key(self, task: str, **item: Any) -> str:
        assert self.state is not None
        found = [t for t in self.state.tasks if t.step == task and all((t.item or {})[k] == v for k, v in item.items())]
        assert len(found) == 1, self.state.tasks
        return found[0].key

    def do(self, task: str, **answers: Any) -> None:
        self.send(Complete("p", self.key(task), answers))

    def back(self, task: str, to: str) -> None:
        self.send(ReturnTo("p", self.key(task), to, "wrong"))

    @property
    def standing(self) -> list[Any]:
        return [row.values["points"] for key, row in self.rows.items() if key not in self.struck]


LINE = drawn("start > plan > decide > sign > end")


def test_an_event_writes_a_row_of_the_facts_as_they_are_then() -> None:
    definition = made(LINE, rule(of="who", until="until", enter=("done:decide",), columns=("points", "ok")))
    case = Told(definition)
    case.do("plan", who="person:7", until="2026-12-31")
    assert not case.rows
    case.do("decide", points=3)
    case.do("sign", points=5)
    (row,) = case.rows.values()
    assert (row.subject, row.values, row.until_on) == ("person:7", {"points": 3, "ok": None}, "2026-12-31")
    assert (row.register, row.trigger, row.branch, case.struck) == ("points", "done:decide", "", {})


def test_a_condition_keeps_the_row_from_being_written() -> None:
    definition = made(LINE, rule(when="points > 2", enter=("done:decide", "done:sign")))
    case = Told(definition)
    case.do("plan", points=1)
    case.do("decide")
    assert not case.rows
    case.do("sign", points=3)
    assert case.standing == [3]


def test_a_condition_that_cannot_be_computed_changes_nothing() -> None:
    case = Told(made(LINE, rule(when="points > 2", enter=("done:plan",))))
    with pytest.raises(Refused) as refused:
        case.do("plan", points="many")
    assert refused.value.faults[0].where.file == "registers.yaml"
    case.do("plan", points=3)
    assert case.standing == [3]


def test_start_and_end_of_the_case_are_events_too() -> None:
    definition = made(LINE, rule(enter=("case_started", "case_ended")), withdraw_until=["sign"])
    case = Told(definition, points=1)
    assert case.standing == [1]
    for task in ("plan", "decide", "sign"):
        case.do(task, points=2)
    assert case.standing == [1, 2]
    taken_back = Told(definition, points=1)
    taken_back.send(Withdraw("p", "no need"))
    assert list(taken_back.struck.values()) == ["withdrawn"]
    merged = Told(definition, points=1)
    merged.send(MergeInto("p", "X1"))
    assert (merged.standing, list(merged.struck.values())) == ([], ["merged"])


def test_a_strike_takes_all_rows_of_its_register_and_leaves_others() -> None:
    other = rule(id="hours", enter=("done:plan",))
    case = Told(made(LINE, rule(enter=("done:plan", "done:decide"), strike=("done:sign",)), other))
    case.do("plan", points=1)
    case.do("decide", points=2)
    case.do("sign")
    assert [case.rows[key].register for key in case.struck] == ["points", "points"]
    assert set(case.struck.values()) == {"done:sign"}
    assert case.standing == [1]


def test_going_back_takes_the_row_that_will_be_written_again() -> None:
    case = Told(made(LINE, rule(enter=("done:decide",)), rule(id="plans", enter=("done:plan",))))
    case.do("plan", points=1)
    case.do("decide", points=2)
    case.back("sign", to="decide")
    assert (case.standing, list(case.struck.values())) == ([1], ["returned:sign"])
    case.do("decide", points=3)
    assert case.standing == [1, 3]
    case.back("sign", to="plan")
    assert case.standing == []
    for points, task in enumerate(("plan", "decide", "sign")):
        case.do(task, points=points)
    assert case.standing == [0, 1]


def test_going_back_leaves_rows_of_earlier_rounds() -> None:
    loop = drawn("start > plan > attend > close > xor_again > plan", "xor_again > end")
    definition = made(loop, rule(enter=("done:attend",)), facts={"xor_again_to_plan": {"type": "boolean"}})
    case = Told(definition)
    for month in (1, 2):
        case.do("plan")
        case.do("attend", points=month)
        case.do("close", xor_again_to_plan=True)
    case.do("plan")
    case.do("attend", points=3)
    case.back("close", to="attend")
    assert case.standing == [1, 2]
    case.do("attend", points=4)
    case.back("close", to="plan")
    assert case.standing == [1, 2]


def test_going_back_leaves_what_runs_beside_and_what_a_message_wrote() -> None:
    beside = drawn(
        "start > fork > left > right > and_join", "fork > other > and_join > end", "beside_other_x > tell > end_b"
    )
    heard = rule(id="heard", enter=("message:called",))
    definition = made(beside, rule(enter=("done:left", "done:tell")), heard, messages={"called": {"from": "system"}})
    case = Told(definition)
    case.send(Message("system", "called"))
    case.do("tell", points=9)
    case.do("left", points=1)
    case.back("right", to="left")
    assert [(row.register, row.values["points"]) for key, row in case.rows.items() if key not in case.struck] == [
        ("heard", None), ("points", 9),
    ]  # fmt: skip


def test_a_reopened_case_keeps_its_rows() -> None:
    case = Told(made(LINE, rule(enter=("done:decide",)), reopen_to="plan"))
    for task in ("plan", "decide", "sign"):
        case.do(task, points=1)
    case.send(Reopen("p", "not done"))
    assert case.standing == [1]
    case.do("plan")
    case.do("decide", points=2)
    assert case.standing == [1, 2]


def _branches(*rules: RegisterRule) -> Definition:
    return replace(compiled("branches"), registers=rules)


def test_in_a_branch_the_item_is_read_and_only_the_branch_is_struck() -> None:
    reviewed = rule(
        id="opinions", when='item.opinion != "refuse"', enter=("done:review",), strike=("done:supplement",),
        columns=("opinion",),
    )  # fmt: skip
    case = Told(_branches(reviewed), **extra_of("branches").get("start", {}))
    items = [{"department": "traffic"}, {"department": "water"}, {"department": "parks"}]
    case.do("receive", departments=items)
    for department, opinion in (("traffic", "supplement"), ("water", "supplement"), ("parks", "refuse")):
        case.send(Complete("p", case.key("review", department=department), {"opinion": opinion}))
    assert sorted(row.branch for row in case.rows.values()) == ["joint[0]", "joint[1]"]
    case.send(Complete("p", case.key("supplement", department="water"), {"paper": "a"}))
    assert [case.rows[key].branch for key in case.struck] == ["joint[1]"]
    case.send(Complete("p", case.key("review", department="water"), {"opinion": "agree"}))
    standing = {row.branch: row.values["opinion"] for key, row in case.rows.items() if key not in case.struck}
    assert standing == {"joint[0]": "supplement", "joint[1]": "agree"}


def test_item_facts_outside_of_a_branch_are_refused() -> None:
    folder = CASES / "good" / "branches"
    wrong = rule(enter=("done:review", "done:receive"), columns=("opinion",), when="item.opinion = 5")
    source = source_of((folder / "process.bpmn").read_bytes(), **extra_of("branches"))
    codes = [fault.code for fault in compile_source(replace(source, registers=(wrong,))).faults]
    assert "engine.register_item" in codes
    assert len(codes) == 2


def test_an_upgrade_renames_the_steps_of_standing_rows() -> None:
    old = made(LINE, rule(enter=("done:decide",)))
    new = made(drawn("start > plan > judge > sign > end"), rule(enter=("done:judge",)))
    case = Told(old)
    case.do("plan")
    case.do("decide", points=1)
    assert case.state is not None
    case.state = migrate(case.state, old, new, {"decide": "judge"}).state
    case.definition = new
    case.back("sign", to="judge")
    assert case.standing == []
