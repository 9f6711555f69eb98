"""Which messages a case waits for: at a node, at the edge of an activity, in each branch with its own item."""

from datetime import UTC, datetime
from typing import Any

from tests.support.drawn import drawn
from tests.support.processes import CALENDAR, compiled, extra_of, source_of
from wanjia.engine import compile_source, step
from wanjia.engine.awaiting import awaited
from wanjia.engine.nouns import CaseState, Complete, Definition, Message, Start, Withdraw
from wanjia.model.faults import Refused

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LISTENING = drawn("start > plan > work > end", "stop_work_x > end_stopped", "beside_plan_y > note > end_note")


def begun(definition: Definition, **facts: Any) -> CaseState:
    return step(definition, None, Start("p", facts), NOON, CALENDAR).state


def done(definition: Definition, state: CaseState, task: str, **answers: Any) -> CaseState:
    key = next(one.key for one in state.tasks if one.step == task)
    return step(definition, state, Complete("p", key, answers), NOON, CALENDAR).state


def names(definition: Definition, state: CaseState) -> list[tuple[str, str]]:
    return [(one.name, one.branch) for one in awaited(definition, state)]


def test_an_activity_waits_at_its_edge_as_long_as_it_is_open() -> None:
    result = compile_source(source_of(LISTENING, messages={"called": {"from": "system"}}, withdraw_until=[]))
    assert result.definition is not None, result.faults
    definition, state = result.definition, begun(result.definition)
    assert names(definition, state) == [("called", "")]
    after = step(definition, state, Message("system", "called"), NOON, CALENDAR).state
    assert {task.step for task in after.tasks} == {"plan", "note"}
    ended = step(definition, done(definition, state, "plan"), Message("system", "called"), NOON, CALENDAR).state
    assert ended.end == "end_stopped" and names(definition, ended) == []
    withdrawn = step(definition, state, Withdraw("p", "no"), NOON, CALENDAR).state
    assert names(definition, withdrawn) == []


def test_what_is_awaited_is_taken_and_nothing_else_is() -> None:
    """The list and the engine say the same, for every message in every state of a case with branches."""
    definition = compiled("branches")
    state = begun(definition, **extra_of("branches").get("start", {}))
    seen = set()
    for task, answers in (
        ("receive", {"departments": [{"department": "water"}, {"department": "parks"}]}),
        ("review", {"opinion": "supplement"}), ("supplement", {"paper": "a"}), ("review", {"opinion": "agree"}),
        ("review", {"opinion": "agree"}), ("decide", {}),
    ):  # fmt: skip
        waiting = {one.name for one in awaited(definition, state)}
        assert waiting == {name for name in definition.messages if taken(definition, state, name)}, task
        seen |= {(one.name, one.branch, (one.item or {}).get("department")) for one in awaited(definition, state)}
        state = done(definition, state, task, **answers)
    assert ("unanswered", "joint[0]", "water") in seen and ("cancelled", "", None) in seen


def taken(definition: Definition, state: CaseState, name: str) -> bool:
    try:
        step(definition, state, Message("system", name), NOON, CALENDAR)
    except Refused:
        return False
    return True
