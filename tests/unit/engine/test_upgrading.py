"""Running cases on a new version: everything stays but the names of steps, or nothing moves at all."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.processes import CASES, clock, compiled, extra_of, source_of
from tests.unit.engine.test_events import HOUR, NOON, Case, P
from wanjia.engine import compile_source, migrate
from wanjia.engine.nouns import Complete, Definition, Record
from wanjia.model.faults import Refused


def newer(name: str, *changes: tuple[str, str], **extra: Any) -> Definition:
    """The sample's next version, with parts of its diagram's text changed."""
    bpmn = (CASES / "good" / name / "process.bpmn").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in bpmn
        bpmn = bpmn.replace(old, new)
    result = compile_source(source_of(bpmn.encode(), **{**extra_of(name), "version": "2.0.0", **extra}))
    assert result.definition is not None, result.faults
    return result.definition


def refused(case: Case, new: Definition, step_map: dict[str, str]) -> list[str]:
    with pytest.raises(Refused) as raised:
        migrate(case.state, case.definition, new, step_map)
    return sorted(fault.code for fault in raised.value.faults)


def case_of(name: str, *clocks: Any) -> Case:
    return Case(compiled(name, clocks), NOON, **extra_of(name).get("start", {}))


def test_a_renamed_step_keeps_its_task_its_items_and_its_clocks() -> None:
    case = case_of("branches").done("receive")
    case.do(Complete(P, case.key("review", 1), {"opinion": "agree"}))
    forms = {"assess": ["opinion"], "supplement": ["paper"]}
    new = newer("branches", ('"review"', '"assess"'), (">review<", ">assess<"), forms=forms)
    outcome = migrate(case.state, case.definition, new, {"review": "assess"})
    assert [(t.key, t.step, t.item) for t in outcome.state.tasks] == [
        (t.key, "assess", t.item) for t in case.state.tasks
    ]
    assert outcome.state.version == "2.0.0"
    assert [c.data for c in outcome.commands if isinstance(c, Record)] == [{"from": "1.0.0", "to": "2.0.0"}]
    assert outcome.state.done_steps == ("receive", "assess")
    case.definition, case.last = new, outcome
    case.done("assess", opinion="agree").done("assess", opinion="agree").done("decide")
    assert [row["opinion"] for row in case.state.facts["opinions"]] == ["agree"] * 3


def test_a_removed_step_refuses_the_upgrade_while_somebody_stands_on_it() -> None:
    case = case_of("branches").done("receive")
    new = newer("branches", ('"review"', '"assess"'), (">review<", ">assess<"), forms={"assess": ["opinion"]})
    assert refused(case, new, {}) == ["engine.upgrade_removed"] * 3
    early = case_of("branches")
    assert migrate(early.state, early.definition, new, {}).state.version == "2.0.0"


def test_a_step_of_another_kind_refuses_the_upgrade() -> None:
    case = case_of("items_parallel").done("receive")
    assert refused(case, newer("items_parallel"), {"review": "conclude"}) == ["engine.upgrade_changed"] * 4
    sequential = newer("items_sequential")
    assert set(refused(case, sequential, {})) == {"engine.upgrade_changed"}


def test_a_token_at_a_join_needs_the_flow_that_it_came_by() -> None:
    case = case_of("parallel").done("check").done("design")
    new = newer("parallel", ('"design"', '"draft"'), (">design<", ">draft<"))
    assert refused(case, new, {}) == ["engine.upgrade_join"]
    assert migrate(case.state, case.definition, new, {"design": "draft"}).state.version == "2.0.0"


def test_clocks_and_facts_in_use_must_still_be_there() -> None:
    case = case_of("items_parallel", clock("whole", start=("case_started",), limit=HOUR))
    case.done("receive")
    facts = {key: value for key, value in extra_of("items_parallel")["facts"].items() if key != "remark"}
    without = newer("items_parallel", facts=facts, forms={"review": ["opinion"]})
    assert refused(case, without, {}) == ["engine.upgrade_clock"]
    case.do(Complete(P, case.key("review"), {"opinion": "yes", "remark": "kept"}))
    assert refused(case, without, {}) == ["engine.upgrade_clock", "engine.upgrade_fact"]


def test_only_the_definition_that_the_case_runs_on_can_be_left() -> None:
    case = case_of("parallel")
    case.definition = replace(case.definition, digest="other")
    assert refused(case, newer("parallel"), {}) == ["engine.digest_unknown"]
