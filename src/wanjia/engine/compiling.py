"""A practice's parsed parts -> a `Definition` that cases can run on, or the whole list of what is wrong with them."""

from dataclasses import dataclass

from wanjia.engine.decisions import read_dmn
from wanjia.engine.naming import name_faults
from wanjia.engine.nouns import Definition, Source, StepRule
from wanjia.engine.process.diagram import PEOPLE, Diagram, Node
from wanjia.engine.process.plan import library_faults, process_to_json
from wanjia.engine.process.reading import read_diagram
from wanjia.engine.process.refusing import shape_faults
from wanjia.engine.process.soundness import soundness_faults
from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json

PROCESS_FILE, DECISIONS_FILE = "process.bpmn", "decisions.dmn"
_KINDS = {"serviceTask": "capability", "businessRuleTask": "decision"}


@dataclass(frozen=True)
class Compiled:
    """Either a definition and no faults, or faults and no definition."""

    definition: Definition | None
    faults: tuple[Fault, ...]


def compile_source(source: Source) -> Compiled:
    """Reads, checks and joins process, decisions and clocks. Lists all faults of the author, raises for none."""
    diagram, faults = read_diagram(source.bpmn, PROCESS_FILE)
    decisions: dict[str, Json] = {}
    if source.dmn is not None:
        decisions, found = read_dmn(source.dmn, DECISIONS_FILE, source.facts)
        faults.extend(found)
    if diagram is not None:
        faults.extend(shape_faults(diagram, PROCESS_FILE))
        faults.extend(name_faults(diagram, source, decisions))
    if diagram is None or faults:
        return Compiled(None, in_order(faults))
    definition = _definition(source, diagram, decisions)
    faults.extend(library_faults(definition.process, PROCESS_FILE))
    return Compiled(None if faults else definition, tuple(faults))


def waiting_faults(bpmn: bytes) -> tuple[Fault, ...]:
    """Gateways of a process that may wait for each other, and work that two branches reach at once.

    Asked before a practice is published, not before it runs: cases that began on an older check go on.
    """
    diagram, faults = read_diagram(bpmn, PROCESS_FILE)
    return () if diagram is None or faults else in_order(soundness_faults(diagram, PROCESS_FILE))


def in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    """By file, line and code, each once."""
    unique = {(f.code, f.where, tuple(sorted((k, str(v)) for k, v in f.values.items()))): f for f in faults}
    return tuple(sorted(unique.values(), key=lambda f: (f.where.file, f.where.line, f.where.column, f.code)))


def _definition(source: Source, diagram: Diagram, decisions: dict[str, Json]) -> Definition:
    return Definition(
        practice=source.practice,
        version=source.version,
        digest=source.digest,
        process=process_to_json(source.bpmn, diagram),
        steps={node.id: rule for node in diagram.nodes.values() if (rule := _step(source, node)) is not None},
        decisions=decisions,
        facts=dict(source.facts),
        clocks=source.clocks,
        messages=dict(source.messages),
        returns=dict(source.returns),
        withdraw_until=source.withdraw_until,
        reopen_to=source.reopen_to,
        notice_audiences=dict(source.notice_audiences),
        four_eyes=dict(source.four_eyes),
        registers=source.registers,
    )


def _step(source: Source, node: Node) -> StepRule | None:
    """The rule of an activity that does work itself; None for gateways, events, waits and sub-processes."""
    prefix, _, work = node.implementation.partition(":")
    call = source.calls.get(node.id, {})
    common = {"id": node.id, "role": node.lane, "inputs": _names(call.get("inputs"))}
    common |= {"outputs": _names(call.get("outputs")), "multi_instance": node.multi}
    if node.tag in PEOPLE:
        return StepRule(kind="user", work=None, fields=source.forms.get(node.id, ()), **common)  # type: ignore[arg-type]
    if node.tag == "sendTask" or node.tag in _KINDS:
        kind = _KINDS.get(node.tag, prefix)
        return StepRule(kind=kind, work=work, fields=(), **common)  # type: ignore[arg-type]
    return None


def _names(mapping: Json) -> Facts:
    return {str(key): str(value) for key, value in mapping.items()} if isinstance(mapping, dict) else {}
