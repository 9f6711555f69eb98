"""BPMN bytes -> `Diagram`, without running anything: no entities, no document types, no network, a size limit."""

from lxml import etree

from wanjia.engine.process.diagram import ACTIVITIES, GATEWAYS, Diagram, Flow, Node, Scope
from wanjia.model.faults import Fault, Where

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SIZE_MAX_BYTES = 2_000_000
# The library walks a diagram by recursion; 200 elements leave the stack room on every way in.
NODES_MAX = 200
EVENTS = frozenset({"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent"})
KNOWN_NODES = ACTIVITIES | GATEWAYS | EVENTS
# Elements that carry no behaviour of their own here and are read elsewhere or only drawn.
SILENT = frozenset(
    {
        "documentation",
        "extensionElements",
        "laneSet",
        "incoming",
        "outgoing",
        "sequenceFlow",
        "textAnnotation",
        "association",
        "group",
        "multiInstanceLoopCharacteristics",
    }
)
REFUSED = {
    "scriptTask": "engine.script_task",
    "task": "engine.untyped_task",
    "transaction": "engine.transaction",
    "adHocSubProcess": "engine.adhoc",
    "eventBasedGateway": "engine.event_gateway",
    "complexGateway": "engine.complex_gateway",
    "intermediateThrowEvent": "engine.throw_event",
    "dataStoreReference": "engine.data_store",
    "dataObject": "engine.data_object",
    "dataObjectReference": "engine.data_object",
    "ioSpecification": "engine.data_object",
    "dataInputAssociation": "engine.data_object",
    "dataOutputAssociation": "engine.data_object",
    "standardLoopCharacteristics": "engine.loop",
    "timerEventDefinition": "engine.timer_event",
    "conditionalEventDefinition": "engine.conditional_event",
    "signalEventDefinition": "engine.signal_event",
    "linkEventDefinition": "engine.link_event",
    "compensateEventDefinition": "engine.compensation_event",
    "escalationEventDefinition": "engine.escalation_event",
    "cancelEventDefinition": "engine.cancel_event",
}
ALLOWED_EVENTS = {
    "messageEventDefinition": "message",
    "errorEventDefinition": "error",
    "terminateEventDefinition": "terminate",
}


def parse_xml(data: bytes, file: str) -> tuple[etree._Element | None, list[Fault]]:
    """The root element, or why the bytes cannot be read safely. Bombs and outside references never get expanded."""
    if len(data) > SIZE_MAX_BYTES:
        return None, [Fault("engine.xml_too_large", Where(file), {"bytes": len(data), "maximum": SIZE_MAX_BYTES})]
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as problem:
        line = int(getattr(problem, "lineno", 0) or 0)
        return None, [
            Fault("engine.xml_unreadable", Where(file, line), {"reason": str(getattr(problem, "msg", problem))[:200]})
        ]
    if root.getroottree().docinfo.doctype:
        return None, [Fault("engine.xml_doctype", Where(file, 1))]
    return root, []


def read_diagram(data: bytes, file: str) -> tuple[Diagram | None, list[Fault]]:
    """The diagram and what could not be taken into it; None when there is nothing to go on with."""
    root, faults = parse_xml(data, file)
    if root is None:
        return None, faults
    if root.tag != f"{{{BPMN}}}definitions":
        return None, [Fault("engine.not_bpmn", Where(file, 1), {"found": etree.QName(root).localname})]
    reader = _Reader(root, file)
    reader.read_all()
    if not reader.scopes:
        return None, [*reader.faults, Fault("engine.no_process", Where(file, 1))]
    return reader.diagram(), reader.faults


class _Reader:
    """Collects one file's scopes, nodes and flows, and every fault on the way."""

    def __init__(self, root: etree._Element, file: str) -> None:
        self.root, self.file = root, file
        self.faults: list[Fault] = []
        self.scopes: dict[str, Scope] = {}
        self.nodes: dict[str, Node] = {}
        self.flows: list[Flow] = []
        self.lines: dict[str, int] = {}
        self.messages = {e.get("id"): e.get("name") for e in root.iter(f"{{{BPMN}}}message")}
        self.errors = {e.get("id"): e.get("errorCode") for e in root.iter(f"{{{BPMN}}}error")}
        self.lanes: dict[str, str] = {}
        self.lane_ids: set[str] = set()
        self.refused: set[str] = set()

    def read_all(self) -> None:
        for lane in self.root.iter(f"{{{BPMN}}}lane"):
            self._read_lane(lane)
        for store in self.root.findall(f"{{{BPMN}}}dataStore"):
            self._fault("engine.data_store", store)
        for process in self.root.findall(f"{{{BPMN}}}process"):
            self._read_scope(process, "", "")
        if len(self.nodes) > NODES_MAX:
            where = Where(self.file)
            self.faults.append(Fault("engine.too_many_nodes", where, {"count": len(self.nodes), "maximum": NODES_MAX}))

    def diagram(self) -> Diagram:
        processes = [s for s in self.scopes.values() if not s.parent]
        main = next((s for s in processes if s.executable), None)
        if main is None:
            self.faults.append(Fault("engine.no_main", Where(self.file, processes[0].line)))
            main = processes[0]
        lanes = frozenset(self.lane_ids)
        return Diagram(main.id, self.scopes, self.nodes, tuple(self.flows), lanes, frozenset(self.refused))

    def _fault(self, code: str, element: etree._Element, **values: object) -> None:
        line = int(element.sourceline or 0)
        self.faults.append(Fault(code, Where(self.file, line), {"id": element.get("id") or _name(element), **values}))

    def _read_lane(self, lane: etree._Element) -> None:
        if lane.find(f"{{{BPMN}}}childLaneSet") is not None:
            return
        key = lane.get("id") or ""
        self.lane_ids.add(key)
        for ref in lane.findall(f"{{{BPMN}}}flowNodeRef"):
            self.lanes[(ref.text or "").strip()] = key

    def _claim(self, element: etree._Element) -> str | None:
        """The element's id when it has one of its own that nobody else has."""
        key = element.get("id")
        if not key:
            self._fault("engine.id_missing", element)
            return None
        if key in self.lines:
            self._fault("engine.duplicate_id", element, first=self.lines[key])
            return None
        self.lines[key] = int(element.sourceline or 0)
        return str(key)

    def _read_scope(self, element: etree._Element, parent: str, lane: str) -> None:
        key = element.get("id") or ""
        if not parent and self._claim(element) is None:
            return
        executable = element.get("isExecutable", "true" if parent else "false") == "true"
        self.scopes[key] = Scope(key, int(element.sourceline or 0), parent, executable)
        for child in element:
            if isinstance(child.tag, str):
                self._read_child(child, key, lane)

    def _read_child(self, child: etree._Element, scope: str, lane: str) -> None:
        name = _name(child)
        if name in REFUSED:
            self.refused.add(child.get("id") or "")
            self._fault(REFUSED[name], child)
        elif name == "sequenceFlow":
            self._read_flow(child, scope)
        elif name in KNOWN_NODES:
            self._read_node(child, name, scope, lane)
        elif name not in SILENT:
            self._fault("engine.unknown_element", child, tag=name)

    def _read_flow(self, element: etree._Element, scope: str) -> None:
        key = self._claim(element)
        if key is None:
            return
        condition = element.find(f"{{{BPMN}}}conditionExpression")
        text = None if condition is None else "".join(condition.itertext()).strip()
        source, target = element.get("sourceRef") or "", element.get("targetRef") or ""
        self.flows.append(Flow(key, source, target, scope, int(element.sourceline or 0), text))

    def _read_node(self, element: etree._Element, tag: str, scope: str, lane: str) -> None:
        key = self._claim(element)
        if key is None:
            return
        event, ref = self._read_event(element, tag)
        multi = self._read_multi(element)
        own_lane = self.lanes.get(key, lane)
        self.nodes[key] = Node(
            id=key,
            tag=tag,
            line=int(element.sourceline or 0),
            scope=scope,
            lane=own_lane,
            attached_to=element.get("attachedToRef") or "",
            interrupting=element.get("cancelActivity", "true") == "true",
            event=event,
            ref=ref,
            implementation=element.get("implementation") or "",
            called=element.get("calledElement") or "",
            default=element.get("default") or "",
            **multi,
        )
        if tag == "subProcess":
            if element.get("triggeredByEvent") == "true":
                self.refused.add(key)
                self._fault("engine.event_subprocess", element)
            self._read_scope(element, scope, own_lane)

    def _read_event(self, element: etree._Element, tag: str) -> tuple[str, str | None]:
        """Kind and reference of the element's own event definition; refuses kinds that the engine does not run."""
        if tag == "receiveTask":
            return "message", self._message(element)
        found: list[tuple[str, str | None]] = []
        for child in element:
            name = _name(child)
            if name in ALLOWED_EVENTS and tag != "subProcess":
                found.append((ALLOWED_EVENTS[name], self._reference(child, name)))
            elif name in REFUSED and tag != "subProcess":
                found.append(("refused", None))
                self._fault(REFUSED[name], child if child.get("id") else element)
        if len(found) > 1:
            self._fault("engine.several_events", element)
        return found[0] if found else ("", None)

    def _reference(self, child: etree._Element, name: str) -> str | None:
        if name == "messageEventDefinition":
            return self._message(child)
        if name == "errorEventDefinition" and child.get("errorRef"):
            if child.get("errorRef") not in self.errors:
                self._fault("engine.error_unknown", child, ref=child.get("errorRef"))
            return str(self.errors.get(child.get("errorRef")) or "") or None
        return None

    def _message(self, element: etree._Element) -> str | None:
        ref = element.get("messageRef")
        if not ref or ref not in self.messages:
            self._fault("engine.message_reference", element, ref=ref or "")
            return None
        return str(self.messages[ref] or "") or None

    def _read_multi(self, element: etree._Element) -> dict[str, str]:
        found = element.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
        if found is None:
            return {}
        for child in found:
            code = {"loopCardinality": "engine.multi_cardinality", "completionCondition": "engine.multi_completion"}
            if _name(child) in code:
                self._fault(code[_name(child)], element)
        item = found.find(f"{{{BPMN}}}inputDataItem")
        return {
            "multi": "sequential" if found.get("isSequential") == "true" else "parallel",
            "mi_input": (found.findtext(f"{{{BPMN}}}loopDataInputRef") or "").strip(),
            "mi_output": (found.findtext(f"{{{BPMN}}}loopDataOutputRef") or "").strip(),
            "mi_item": "" if item is None else (item.get("name") or item.get("id") or ""),
        }


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
