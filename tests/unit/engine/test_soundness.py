"""Gateways that wait for each other are found before a case ever stands before them, and only those."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.drawn import choices, drawn
from tests.support.processes import CALENDAR, GOOD, source_of
from tests.support.processes import CASES as SAMPLES
from wanjia.engine import compile_source, step
from wanjia.engine.compiling import waiting_faults
from wanjia.engine.nouns import CaseStatus, Complete, Start
from wanjia.engine.process import soundness
from wanjia.model.faults import Refused

NOW = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def told(*lines: str) -> dict[str, str]:
    """Code by element, as the check tells it."""
    return {str(fault.values["id"]): fault.code.removeprefix("engine.") for fault in waiting_faults(drawn(*lines))}


@pytest.mark.parametrize("name", GOOD)
def test_the_samples_that_run_are_sound(name: str) -> None:
    assert waiting_faults((SAMPLES / "good" / name / "process.bpmn").read_bytes()) == ()


SOUND = {
    "branches side by side, joined": ["start > fork > a > and_j > end", "fork > b > and_j"],
    "one of two, merged": ["start > xor_s > a > xor_j > end", "xor_s > b > xor_j"],
    "some of three, joined": ["start > or_s > a > or_j > c > end", "or_s > b > or_j", "or_s > d > or_j"],
    "each branch to an end of its own": ["start > fork > a > end_a", "fork > b > end_b"],
    "both branches to one end": ["start > fork > a > end", "fork > b > end"],
    "both branches merged right before the end": ["start > fork > a > xor_j > end", "fork > b > xor_j"],
    "a loop": ["start > xor_j > a > xor_s > end", "xor_s > b > xor_j"],
    "a loop within a branch": ["start > fork > xor_l > a > xor_s > and_j > end", "xor_s > xor_l", "fork > b > and_j"],
    "an event beside the work": ["start > a > end", "beside_a_n > note > end_side"],
    "two events beside the work that lead to one note": [
        "start > a > end", "beside_a_n > note > end_side", "beside_a_m > note",
    ],
    "one branch ends everything": ["start > fork > a > kill", "fork > b > end"],
    "one or the default, which are never both": ["start > or_s > a > xor_j > c > end", "or_s > b > xor_j"],
    "an inclusive join after a choice": ["start > xor_s > a > or_j > end", "xor_s > b > or_j"],
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_no_false_alarm(name: str) -> None:
    assert told(*SOUND[name]) == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["start > xor_s > a > and_j > end", "xor_s > b > and_j"], {"and_j": "waits_for_ever"}),
        (["start > or_s > a > and_j > end", "or_s > b > and_j"], {"and_j": "waits_for_ever"}),
        (["start > fork > a > xor_j > c > end", "fork > b > xor_j"], {"xor_j": "twice_at_once"}),
        (["start > or_s > a > xor_j > c > end", "or_s > b > xor_j", "or_s > d > xor_j"], {"xor_j": "twice_at_once"}),
        (["start > fork > a > c > end", "fork > b > c"], {"c": "twice_at_once"}),
        (["start > fork > a > and_j > end", "fork > b > and_j", "stop_b_x > end_x"], {"and_j": "waits_for_ever"}),
        (["start > a > and_j > end", "beside_a_n > note > and_j"], {"and_j": "waits_for_ever"}),
        (
            ["start > fork > and_one > and_x > a > and_two", "fork > and_two > and_y > b > and_one", "and_x > end_x",
             "and_y > end_y"],
            {"and_one": "waits_for_ever", "and_two": "waits_for_ever"},
        ),
        (
            ["start > fork > or_one > xor_x > a > or_two", "fork > or_two > xor_y > b > or_one", "xor_x > end_x",
             "xor_y > end_y"],
            {"or_one": "waits_for_ever", "or_two": "waits_for_ever"},
        ),
    ],
)  # fmt: skip
def test_broken_gateways_are_named(lines: list[str], expected: dict[str, str]) -> None:
    assert told(*lines) == expected


def test_the_fault_says_what_is_missing_and_on_which_way() -> None:
    lines = ["start > xor_s > a > and_j > end", "xor_s > b > and_j"]
    (fault,) = waiting_faults(drawn(*lines))
    assert fault.values == {"id": "and_j", "missing": "b", "way": "start → xor_s_to_a"}
    (boundary,) = waiting_faults(drawn("start > fork > a > and_j > end", "fork > b > and_j", "stop_b_x > end_x"))
    assert boundary.values["missing"] == "b" and "stop_b_x" in str(boundary.values["way"])


def test_what_is_too_tangled_is_let_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    branches = [f"fork > a{at} > b{at} > and_j" for at in range(9)]
    process = drawn("start > fork", *branches, "and_j > end")
    monkeypatch.setattr(soundness, "MARKINGS_MAX", 500)
    assert waiting_faults(process) == ()


@dataclass
class Block:
    """A split, branches of work and blocks, a join, and a task after it."""

    name: str
    split: str
    join: str
    branches: list["Block | None"]

    def lines(self) -> list[str]:
        found = [f"{self.join}_{self.name}j > after_{self.name}"]
        for at, inner in enumerate(self.branches):
            first, last = inner.ends() if inner else (f"t{self.name}{at}",) * 2
            found += [f"{self.split}_{self.name}s > {first}", f"{last} > {self.join}_{self.name}j"]
            found += inner.lines() if inner else []
        return found

    def ends(self) -> tuple[str, str]:
        return f"{self.split}_{self.name}s", f"after_{self.name}"

    def wrong(self) -> dict[str, str]:
        """What must be told, by the rules of the trade."""
        found = {key: code for inner in self.branches if inner for key, code in inner.wrong().items()}
        if self.join == "and" and self.split != "and":
            found[f"and_{self.name}j"] = "waits_for_ever"
        several = self.split == "and" or (self.split == "or" and len(self.branches) > 2)  # the default goes alone
        if self.join == "xor" and several:
            found[f"xor_{self.name}j"] = "twice_at_once"
        return found


@st.composite
def blocks(draw: st.DrawFn, name: str = "x", depth: int = 2) -> Block:
    split = draw(st.sampled_from(["and", "or", "xor"]))
    join = draw(st.sampled_from(["and", "or", "xor"]))
    size = draw(st.integers(2, 3))
    inner = [
        draw(blocks(f"{name}{at}", depth - 1)) if depth > 1 and draw(st.booleans()) else None for at in range(size)
    ]
    return Block(name, split, join, inner)


def process_of(block: Block) -> bytes:
    return drawn(f"start > {block.ends()[0]}", *block.lines(), f"{block.ends()[1]} > end")


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(block=blocks())
def test_nested_blocks_are_judged_by_the_rules_of_the_trade(block: Block) -> None:
    """What runs twice makes joins around it wait too: that is told beside the origin, never instead of it."""
    faults = waiting_faults(process_of(block))
    found = {(str(fault.values["id"]), fault.code.removeprefix("engine.")) for fault in faults}
    expected = block.wrong()
    assert bool(found) == bool(expected), "no false alarm, and no silence"
    assert not expected or found & set(expected.items()), "one origin at least is named"


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(block=blocks(), data=st.data())
def test_whatever_gets_stuck_when_it_runs_was_told_before(block: Block, data: st.DataObject) -> None:
    bpmn = process_of(block)
    found = {fault.code for fault in waiting_faults(bpmn)}
    stuck = runs_into_a_wall(bpmn, data)
    assert not stuck or "engine.waits_for_ever" in found
    assert found or not stuck


def runs_into_a_wall(bpmn: bytes, data: st.DataObject) -> bool:
    """Run the real engine on random answers, tasks done in any order, to the end or until it refuses to go on."""
    facts = {name: {"type": "boolean"} for name in choices(bpmn)}
    compiled = compile_source(source_of(bpmn, facts=facts, messages={"called": {"from": "clerk"}}))
    if {fault.code for fault in compiled.faults} == {"engine.message_unused"}:
        compiled = compile_source(source_of(bpmn, facts=facts))
    assert compiled.definition is not None, compiled.faults
    given_facts = {name: data.draw(st.booleans()) for name in facts}
    try:
        state = step(compiled.definition, None, Start("p", given_facts), NOW, CALENDAR).state
        for _ in range(60):
            if state.status is not CaseStatus.RUNNING:
                return False
            task = data.draw(st.sampled_from(state.tasks))
            state = step(compiled.definition, state, Complete("p", task.key, {}), NOW, CALENDAR).state
    except Refused as refused:
        assert {fault.code for fault in refused.faults} == {"engine.stuck"}
        return True
    return False


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_of_several_ends_the_last_one_is_the_result(order: tuple[str, str]) -> None:
    result = compile_source(source_of(drawn("start > fork > a > end_a", "fork > b > end_b")))
    assert result.definition is not None, result.faults
    state = step(result.definition, None, Start("p", {}), NOW, CALENDAR).state
    for task in order:
        assert state.status is CaseStatus.RUNNING
        key = next(one.key for one in state.tasks if one.step == task)
        state = step(result.definition, state, Complete("p", key, {}), NOW, CALENDAR).state
    assert (state.status, state.end) == (CaseStatus.ENDED, f"end_{order[1]}")
