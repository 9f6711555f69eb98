"""The published drawing of a case's practice, and where its tokens stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from wanjia.engine.nouns import CaseState, StepRule
from wanjia.engine.process.tokens import all_tokens, tokens_from_json
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.practice.drawing import drawing
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_page import seen_case
from wanjia.queries.cases.installed import practice_of


def case_drawing(number: str, actor: Actor, language: str) -> str:
    """BPMN XML of the version on which the case runs, its labels in `language`. Raises NotFound or Denied."""
    return drawing(practice_of(seen_case(number, actor).practice), language)


def case_tokens(number: str, actor: Actor, now: datetime, language: str) -> dict[str, Any]:
    """What the process viewer needs beside the drawing: tokens with counts, how many are late, steps done.

    `steps` is the same as a list, for whoever does not read drawings: every step of a person, and how it stands.
    """
    case = seen_case(number, actor)
    practice, state = practice_of(case.practice), case_from_json(case.state)
    holders = dict(case.tasks.filter(status="open").values_list("key", "holder__name"))
    return tokens_of(practice, state, holders, language)


def tokens_of(
    practice: Practice, state: CaseState, holders: Mapping[str, str | None], language: str
) -> dict[str, Any]:  # fmt: skip
    """The same for the state of any case; `holders` are the names beside open tasks, by key."""
    late = {clock.task_key for clock in state.clocks if clock.status == "expired"}
    found: dict[str, dict[str, Any]] = {}
    for task in state.tasks:
        mark = found.setdefault(task.step, {"element": task.step, "count": 0, "late": 0, "label": ""})
        mark["count"] += 1
        mark["late"] += task.key in late or None in late
        name = holders.get(task.key) or ""
        mark["label"] = "、".join(part for part in (mark["label"], name) if part)
    saved = state.process.get("tokens", []) if isinstance(state.process, dict) else []
    waiting = {
        token.node for token in all_tokens(tokens_from_json(saved)) if token.instances == () and not token.inside
    }
    for node in sorted(waiting - set(found)):
        found[node] = {"element": node, "count": 1, "late": 0, "label": ""}
    done = [step for step in dict.fromkeys(state.done_steps) if step not in found]
    return {
        "title": practice.text("name", language), "tokens": list(found.values()), "done": ["start", *done],
        "steps": [
            _step(practice, rule, found.get(rule.id), rule.id in done, language)
            for rule in practice.definition.steps.values()
            if rule.kind == "user"
        ],
    }  # fmt: skip


def _step(
    practice: Practice, rule: StepRule, mark: Mapping[str, Any] | None, done: bool, language: str
) -> dict[str, Any]:
    state = "here" if mark else "done" if done else "open"
    return {
        "element": rule.id, "name": practice.text(f"tasks.{rule.id}", language),
        "role": practice.text(f"roles.{rule.role}", language), "state": state,
        "who": mark["label"] if mark else "", "late": bool(mark and mark["late"]),
    }  # fmt: skip
