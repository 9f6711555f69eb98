"""What was saved by an earlier version is read and goes on: one folder for every form that was ever written."""

import json
from datetime import datetime
from typing import Any

import pytest

from tests.support.processes import CALENDAR, CASES, definition, extra_of
from wanjia.engine import case_from_json, case_to_json, definition_from_json, definition_to_json, step
from wanjia.engine.nouns import ClockStatus, Complete, GiveOpinion, Release, Start
from wanjia.model.faults import Refused

FORMATS = sorted(path.name for path in (CASES / "saved").iterdir())
LATER = datetime.fromisoformat("2026-03-09T09:00:00+08:00")


def saved(form: str, name: str) -> Any:
    return json.loads((CASES / "saved" / form / name).read_text(encoding="utf-8"))


def test_the_newest_form_has_its_sample() -> None:
    assert FORMATS[-1] == f"format_{case_to_json(_case('parallel'))['format']}"


def _case(name: str) -> Any:
    return step(definition(name), None, Start("p", extra_of(name).get("start", {})), LATER, CALENDAR).state


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["branches", "parallel"])
def test_saved_forms_come_back_whole_and_are_written_in_the_newest(form: str, name: str) -> None:
    definition_row, case_row = saved(form, f"{name}.definition.json"), saved(form, f"{name}.case.json")
    for row, written in (
        (definition_row, definition_to_json(definition_from_json(definition_row))),
        (case_row, case_to_json(case_from_json(case_row))),
    ):
        assert f"format_{written['format']}" == FORMATS[-1]
        assert (written == row) == (form == FORMATS[-1])
        assert {key: kept(row[key], written[key]) for key in row if key != "format"} == {
            key: row[key] for key in row if key != "format"
        }


def kept(old: Any, new: Any) -> Any:
    """`new` without what the old form did not have."""
    if isinstance(old, dict):
        return {key: kept(old[key], new[key]) for key in old}
    if isinstance(old, list):
        assert len(old) == len(new)
        return [kept(before, after) for before, after in zip(old, new, strict=True)]
    return new


def test_a_pause_saved_before_pauses_were_counted_ends_with_the_next_supplement() -> None:
    row = saved("format_1", "branches.case.json")
    definition_row = saved("format_1", "branches.definition.json")
    whole = {**definition_row["clocks"][0], "pause": ["opened:supplement"], "resume": ["done:supplement"]}
    source = definition_from_json({**definition_row, "clocks": [whole, *definition_row["clocks"][1:]]})
    row["clocks"][0]["paused_by"] = ["rule", "hold"]
    state = step(source, case_from_json(row), Release("p"), LATER, CALENDAR).state
    assert state.clocks[0].paused_by == ("rule",)
    supplement = next(task for task in state.tasks if task.step == "supplement")
    state = step(source, state, Complete("p", supplement.key, {"paper": "plan"}), LATER, CALENDAR).state
    assert state.clocks[0].status is ClockStatus.RUNNING


@pytest.mark.parametrize("form", FORMATS)
def test_a_case_saved_in_the_middle_of_its_branches_goes_on(form: str) -> None:
    source = definition_from_json(saved(form, "branches.definition.json"))
    state = case_from_json(saved(form, "branches.case.json"))
    state = step(source, state, Release("p"), LATER, CALENDAR).state
    held_by_supplement = {clock.key for clock in state.clocks if clock.paused_by}
    assert held_by_supplement == (set() if form == "format_1" else {"whole", "each"})
    running = {c.status for c in state.clocks if c.stopped_at is None and c.key not in held_by_supplement}
    assert running == {ClockStatus.RUNNING}
    opinion = next(task for task in state.tasks if task.for_task)
    state = step(source, state, GiveOpinion("person:9", opinion.key, "yes"), LATER, CALENDAR).state
    while state.tasks:
        task = state.tasks[0]
        state = step(source, state, Complete("p", task.key, _answers(task.step)), LATER, CALENDAR).state
    assert state.end == "done"
    departments = [row["department"] for row in state.facts["opinions"]]
    assert departments == ["water", "police", "green"]


def _answers(step_id: str) -> dict[str, Any]:
    return {"review": {"opinion": "agree"}, "supplement": {"paper": "plan"}}.get(step_id, {})


@pytest.mark.parametrize("form", FORMATS)
def test_a_case_saved_at_a_join_still_joins(form: str) -> None:
    source = definition_from_json(saved(form, "parallel.definition.json"))
    state = case_from_json(saved(form, "parallel.case.json"))
    assert [task.step for task in state.tasks] == ["design"]
    state = step(source, state, Complete("p", state.tasks[0].key, {}), LATER, CALENDAR).state
    assert [task.step for task in state.tasks] == ["approve"]


def test_an_unknown_form_is_refused() -> None:
    row = saved(FORMATS[-1], "parallel.case.json")
    for changed in ({**row, "format": 99}, {key: row[key] for key in row if key != "format"}):
        with pytest.raises(Refused) as refused:
            case_from_json(changed)
        assert [fault.code for fault in refused.value.faults] == ["engine.saved_format"]
    source = definition_from_json(saved(FORMATS[-1], "parallel.definition.json"))
    state = case_from_json({**row, "process": {"format": 99}})
    with pytest.raises(Refused) as refused:
        step(source, state, Complete("p", "t1", {}), LATER, CALENDAR)
    assert [fault.code for fault in refused.value.faults] == ["engine.state_format"]


def test_a_saved_case_is_small() -> None:
    state = case_from_json(saved(FORMATS[-1], "branches.case.json"))
    assert len(json.dumps(state.process)) < 1_000
    assert len(json.dumps(case_to_json(state))) < 10_000
