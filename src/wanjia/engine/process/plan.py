"""A checked diagram made ready for the library; remembered by its text, which is all that it depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import ValidationException

from wanjia.engine.expressions import compile_expression
from wanjia.engine.process.diagram import Diagram
from wanjia.engine.process.library import DiagramParser, connect_items
from wanjia.engine.process.reading import BPMN, read_diagram
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Json

PLANS_KEPT = 64
FORMAT = 1
_NOT_RUN = ("extensionElements", "laneSet", "textAnnotation", "association", "group", "documentation")


@dataclass(frozen=True)
class Plan:
    """What the mover works from: our graph, the library's specs by process id, conditions by their text."""

    diagram: Diagram
    specs: Mapping[str, Any]
    conditions: Mapping[str, Json]


def process_to_json(data: bytes, lanes_of: Diagram) -> Json:
    """The part of a definition that the mover needs: the diagram without its drawing, and the main process."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    for element in list(root):
        if etree.QName(element).localname not in ("process", "message", "error"):
            root.remove(element)
    for name in _NOT_RUN[:1] + _NOT_RUN[2:]:
        for element in list(root.iter(f"{{{BPMN}}}{name}")):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
    return {"format": FORMAT, "main": lanes_of.main, "bpmn": etree.tostring(root, encoding="unicode")}


def library_faults(process: Json, file: str) -> list[Fault]:
    """What the library itself has against a checked diagram: normally nothing, and never an exception of its own."""
    try:
        plan_of(process)
    except ValidationException as problem:
        line = int(getattr(problem, "line_number", 0) or 0)
        return [Fault("engine.library", Where(file, line), {"reason": str(problem)[:200]})]
    return []


def plan_of(process: Json) -> Plan:
    """The plan for a definition's `process`. Raises Refused for a format that this version does not know."""
    if not isinstance(process, dict) or process.get("format") != FORMAT:
        raise ValueError("unknown process format")
    return _plan(str(process["bpmn"]))


@lru_cache(maxsize=PLANS_KEPT)
def _plan(bpmn: str) -> Plan:
    diagram, faults = read_diagram(bpmn.encode(), "process.bpmn")
    if diagram is None or faults:
        raise Refused(faults)
    root = etree.fromstring(bpmn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    return Plan(diagram, _specs(root, diagram), _conditions(diagram))


def _specs(root: etree._Element, diagram: Diagram) -> dict[str, Any]:
    for process in root.findall(f"{{{BPMN}}}process"):
        process.set("isExecutable", "true")  # the library refuses to call a process that is not
    parser = DiagramParser()
    parser.add_bpmn_xml(root)
    specs = {diagram.main: parser.get_spec(diagram.main), **parser.get_subprocess_specs(diagram.main)}
    for spec in specs.values():
        connect_items(spec)
    return specs


def _conditions(diagram: Diagram) -> dict[str, Json]:
    texts = {flow.condition for flow in diagram.flows if flow.condition}
    compiled = {text: compile_expression(text, Where("process.bpmn")) for text in sorted(texts)}
    faults = [fault for _, found in compiled.values() for fault in found]
    if faults:
        raise Refused(faults)
    return {text: tree for text, (tree, _) in compiled.items()}
