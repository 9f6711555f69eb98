"""What may come next for the same hands: forms that somebody takes along before the step before them is done."""

from functools import lru_cache

from wanjia.engine.process.diagram import PEOPLE, Diagram, Node
from wanjia.engine.process.reading import read_diagram
from wanjia.practice.nouns import Practice

STEPS_AHEAD_MAX = 4
"""Arriving, repairing, noting the payment, and one more; who goes further comes back to signal first."""

DIAGRAMS_KEPT = 64
"""Drawings in memory: all installed practices in their running versions."""


def steps_ahead(practice: Practice, step: str) -> tuple[str, ...]:
    """Steps of the same role with a form that may follow `step` without anybody else's work between, nearest first.

    Which of them does follow is decided by the answers, when they arrive. What a deadline or a message would bring, and
    a step done once for each of several things are not foreseen.
    """
    diagram, role = _diagram(practice.bpmn), practice.definition.steps[step].role
    if diagram is None or step not in diagram.nodes:
        return ()
    found: list[str] = []
    seen, waiting, entered = {step}, [step], set[str]()
    while waiting and len(found) < STEPS_AHEAD_MAX:
        for node in _following(diagram, waiting.pop(0), entered):
            if node.id in seen:
                continue
            seen.add(node.id)
            if node.tag not in PEOPLE:
                waiting.append(node.id)
            elif _is_own(practice, node.id, role):
                found.append(node.id)
                waiting.append(node.id)
    return tuple(found[:STEPS_AHEAD_MAX])


def _following(diagram: Diagram, node: str, entered: set[str]) -> list[Node]:
    """By sequence flow alone; into a sub-process by its start, out of it by its ends."""
    here = diagram.nodes[node]
    if here.tag == "subProcess" and not here.multi and here.id not in entered:
        entered.add(here.id)
        return [inner for inner in diagram.within(here.id) if inner.tag == "startEvent"]
    if here.tag == "endEvent" and here.scope in diagram.nodes and not diagram.nodes[here.scope].multi:
        entered.add(here.scope)
        return _following(diagram, here.scope, entered)
    return [diagram.nodes[flow.target] for flow in diagram.outgoing.get(node, ())]


def _is_own(practice: Practice, step: str, role: str) -> bool:
    rule = practice.definition.steps.get(step)
    return rule is not None and rule.role == role and not rule.multi_instance and step in practice.forms


@lru_cache(maxsize=DIAGRAMS_KEPT)
def _diagram(bpmn: str) -> Diagram | None:
    return read_diagram(bpmn.encode(), "process.bpmn")[0]
