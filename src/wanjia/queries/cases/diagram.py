"""The published drawing of a case's practice, and where its tokens stand."""

from datetime import datetime
from typing import Any

from wanjia.engine.process.tokens import all_tokens, tokens_from_json
from wanjia.engine.states import case_from_json
from wanjia.model.actors import Actor
from wanjia.queries.cases.case_page import seen_case
from wanjia.queries.cases.installed import practice_of


def case_drawing(number: str, actor: Actor) -> str:
    """BPMN XML of the version on which the case runs. Raises NotFound or Denied."""
    return practice_of(seen_case(number, actor).practice).bpmn


def case_tokens(number: str, actor: Actor, now: datetime, language: str) -> dict[str, Any]:
    """What the process viewer needs beside the drawing: tokens with counts, how many are late, steps done."""
    case = seen_case(number, actor)
    practice, state = practice_of(case.practice), case_from_json(case.state)
    late = {clock.task_key for clock in state.clocks if clock.status == "expired"}
    holders = dict(case.tasks.filter(status="open").values_list("key", "holder__name"))
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
    steps = [step for step in dict.fromkeys(state.done_steps) if step not in found]
    return {"title": practice.text("name", language), "tokens": list(found.values()), "done": ["start", *steps]}
