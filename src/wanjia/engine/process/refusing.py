"""What a diagram may not say: every rule of the practice format, all faults at once. One rule, one function."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wanjia.engine.process.diagram import ACTIVITIES, GATEWAYS, PEOPLE, Diagram, Flow, Node, Scope, spread
from wanjia.model.faults import Fault, Where

ID_FORM = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
START_ID = "start"
_IMPLEMENTATIONS = {
    "serviceTask": ("capability:",),
    "businessRuleTask": ("decision:",),
    "sendTask": ("letter:", "notice:"),
}


@dataclass(frozen=True)
class Look:
    """One diagram under examination, and how to say what is wrong with it."""

    diagram: Diagram
    file: str

    def at(self, code: str, thing: Node | Flow | Scope, **values: object) -> Fault:
        return Fault(f"engine.{code}", Where(self.file, thing.line), {"id": thing.id, **values})


def shape_faults(diagram: Diagram, file: str) -> list[Fault]:
    """Every fault that lies in the drawing alone."""
    look = Look(diagram, file)
    return [fault for rule in RULES for fault in rule(look)]


def _ids(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        if not ID_FORM.fullmatch(node.id):
            yield look.at("id_form", node)


def _main(look: Look) -> Iterator[Fault]:
    for scope in look.diagram.scopes.values():
        if not scope.parent and scope.id != look.diagram.main and scope.id not in _called(look.diagram):
            yield look.at("process_unused", scope)


def _called(diagram: Diagram) -> set[str]:
    return {node.called for node in diagram.nodes.values() if node.tag == "callActivity"}


def _starts(look: Look) -> Iterator[Fault]:
    for scope in look.diagram.scopes.values():
        starts = [node for node in look.diagram.within(scope.id) if node.tag == "startEvent"]
        if not starts:
            yield look.at("start_missing", scope)
        for other in starts[1:]:
            yield look.at("start_several", other)
        for node in starts:
            if scope.id == look.diagram.main and node.id != START_ID:
                yield look.at("start_id", node)
            if node.event:
                yield look.at("start_event", node)


def _ends(look: Look) -> Iterator[Fault]:
    for scope in look.diagram.scopes.values():
        if not any(node.tag == "endEvent" for node in look.diagram.within(scope.id)):
            yield look.at("end_missing", scope)
    for node in look.diagram.nodes.values():
        if node.tag == "endEvent" and node.event == "message":
            yield look.at("end_message", node)


def _flows(look: Look) -> Iterator[Fault]:
    nodes = look.diagram.nodes
    for flow in look.diagram.flows:
        for end in (flow.source, flow.target):
            if end in look.diagram.refused:
                continue
            if end not in nodes:
                yield look.at("flow_to_nowhere", flow, missing=end)
            elif nodes[end].scope != flow.scope:
                yield look.at("flow_across", flow, node=end)
        if flow.source in nodes and nodes[flow.source].tag == "endEvent":
            yield look.at("flow_from_end", flow)
        if flow.target in nodes and nodes[flow.target].tag in ("startEvent", "boundaryEvent"):
            yield look.at("flow_into_start", flow, node=flow.target)
    pairs = {(flow.source, flow.target): flow for flow in look.diagram.flows}
    for flow in look.diagram.flows:
        first = pairs[(flow.source, flow.target)]
        if first is not flow:
            yield look.at("flow_twice", flow, other=first.id)


def _outgoing(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        count = len(look.diagram.outgoing[node.id])
        if node.tag != "endEvent" and count == 0 and node.id not in look.diagram.refused:
            yield look.at("no_outgoing", node)
        if node.tag not in GATEWAYS and count > 1:
            yield look.at("many_outgoing", node, count=count)


def _reached(look: Look) -> Iterator[Fault]:
    diagram = look.diagram
    # What lies behind an element that was left out would only repeat its fault.
    for scope in diagram.scopes if not diagram.refused else ():
        inside = diagram.within(scope)
        starts = [node.id for node in inside if node.tag == "startEvent"]
        reached = spread(starts, diagram.next_of) if starts else {node.id for node in inside}
        for node in inside:
            if node.id not in reached:
                yield look.at("unreachable", node)


def _can_end(look: Look) -> Iterator[Fault]:
    diagram = look.diagram
    ends = {node.id for node in diagram.nodes.values() if node.tag == "endEvent"}
    for node in diagram.nodes.values() if not diagram.refused else ():
        if node.id not in ends and diagram.outgoing[node.id] and not diagram.after(node.id) & ends:
            yield look.at("cannot_end", node)


def _gateways(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        flows = look.diagram.outgoing[node.id]
        if node.tag in ("exclusiveGateway", "inclusiveGateway") and len(flows) > 1:
            yield from _choice(look, node, flows)
        else:
            yield from (
                look.at("condition_misplaced", flow, node=node.id) for flow in flows if flow.condition is not None
            )


def _choice(look: Look, node: Node, flows: tuple[Flow, ...]) -> Iterator[Fault]:
    if node.default not in [flow.id for flow in flows]:
        yield look.at("gateway_default", node)
    for flow in flows:
        if flow.id == node.default and flow.condition is not None:
            yield look.at("default_condition", flow)
        if flow.id != node.default and not flow.condition:
            yield look.at("gateway_condition", flow, gateway=node.id)


def _lanes(look: Look) -> Iterator[Fault]:
    people = [node for node in look.diagram.nodes.values() if node.tag in PEOPLE]
    if people and not look.diagram.lanes:
        yield look.at("lanes_missing", look.diagram.scopes[look.diagram.main])
        return
    for node in people:
        if not node.lane:
            yield look.at("no_lane", node)


def _boundaries(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        if node.tag != "boundaryEvent":
            continue
        host = look.diagram.nodes.get(node.attached_to)
        if host is None or host.tag not in ACTIVITIES or host.scope != node.scope:
            yield look.at("boundary_host", node, host=node.attached_to)
        elif node.event == "error" and host.tag not in ("serviceTask", "subProcess", "callActivity"):
            yield look.at("boundary_error_host", node, host=node.attached_to)
        if node.event not in ("message", "error", "refused"):
            yield look.at("boundary_event", node)
        if node.event == "error" and not node.interrupting:
            yield look.at("error_not_interrupting", node)


def _catches(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        if node.tag == "intermediateCatchEvent" and node.event not in ("message", "refused"):
            yield look.at("catch_event", node)


def _implementations(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        wanted = _IMPLEMENTATIONS.get(node.tag)
        if wanted and not any(node.implementation.startswith(p) and len(node.implementation) > len(p) for p in wanted):
            yield look.at("implementation", node, wanted=" / ".join(f"{p}…" for p in wanted), found=node.implementation)


def _multi(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        if not node.multi:
            continue
        if node.tag not in PEOPLE | {"subProcess", "callActivity"}:
            yield look.at("multi_host", node)
        if not node.mi_input:
            yield look.at("multi_input", node)
        if node.mi_item != "item":
            yield look.at("multi_item", node, found=node.mi_item)


def _calls(look: Look) -> Iterator[Fault]:
    diagram = look.diagram
    processes = {scope.id for scope in diagram.scopes.values() if not scope.parent}
    calls = [node for node in diagram.nodes.values() if node.tag == "callActivity"]
    by_process = {p: [c.called for c in calls if diagram.scope_line(c.scope)[-1] == p] for p in processes}
    for node in calls:
        if node.called not in processes:
            yield look.at("call_unknown", node, called=node.called, known=", ".join(sorted(processes)))
        elif diagram.scope_line(node.scope)[-1] in spread([node.called], lambda p: by_process.get(p, [])):
            yield look.at("call_circle", node, called=node.called)


def _errors(look: Look) -> Iterator[Fault]:
    for node in look.diagram.nodes.values():
        if node.tag == "endEvent" and node.event == "error" and not _caught(look.diagram, node.scope, node.ref, set()):
            yield look.at("error_uncaught", node, error=node.ref or "")


def _caught(diagram: Diagram, scope: str, code: str | None, seen: set[str]) -> bool:
    """Whether every way out of the scope meets a boundary event for the code."""
    hosts = _hosts(diagram, scope)
    if not hosts or scope in seen:
        return False
    return all(
        any(event.event == "error" and event.ref in (None, code) for event in diagram.boundaries.get(host.id, ()))
        or _caught(diagram, host.scope, code, seen | {scope})
        for host in hosts
    )


def _hosts(diagram: Diagram, scope: str) -> list[Node]:
    if diagram.scopes[scope].parent:
        return [diagram.nodes[scope]]
    return [node for node in diagram.nodes.values() if node.tag == "callActivity" and node.called == scope]


RULES: tuple[Callable[[Look], Iterator[Fault]], ...] = (
    _ids,
    _main,
    _starts,
    _ends,
    _flows,
    _outgoing,
    _reached,
    _can_end,
    _gateways,
    _lanes,
    _boundaries,
    _catches,
    _implementations,
    _multi,
    _calls,
    _errors,
)
