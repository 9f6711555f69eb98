"""The ids and lines of a BPMN file, read without running it: what forms, texts, clocks and scenarios refer to.

Expat reads events only; a document type, and with it every entity, is refused before anything can be expanded.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from wanjia.model.faults import Fault, Where
from wanjia.practice.limits import DEPTH_MAX, NODES_MAX

USER_TAGS = ("userTask", "manualTask")
WORK_TAGS = ("serviceTask", "businessRuleTask", "sendTask")
STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'")
WORDS = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Element:
    """One BPMN element: local tag, id, line, attributes, id of the process it stands in, and text directly in it."""

    tag: str
    id: str
    line: int
    attributes: Mapping[str, str]
    process: str
    text: str = ""


@dataclass(frozen=True)
class Diagram:
    """What the checker needs of a diagram; `words` are all identifiers in expressions and data references."""

    elements: Mapping[str, Element] = field(default_factory=dict)
    lane_of: Mapping[str, str] = field(default_factory=dict)
    lanes: Mapping[str, int] = field(default_factory=dict)
    main: str = ""
    words: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()

    def ids(self, *tags: str) -> tuple[str, ...]:
        """Ids of the elements of these tags, in the order of the file."""
        return tuple(element.id for element in self.elements.values() if element.tag in tags)

    @property
    def user_steps(self) -> tuple[str, ...]:
        """Steps that a person does."""
        return self.ids(*USER_TAGS)

    @property
    def steps(self) -> tuple[str, ...]:
        """All activities that practice files may name."""
        return self.ids(*USER_TAGS, *WORK_TAGS, "callActivity", "subProcess", "receiveTask")

    @property
    def gateways(self) -> tuple[str, ...]:
        """Where the way parts or comes together."""
        return self.ids("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway")

    @property
    def ends(self) -> tuple[str, ...]:
        """End events that end the case: those of the main process, outside sub-processes."""
        return tuple(e.id for e in self.elements.values() if e.tag == "endEvent" and e.process == self.main)

    @property
    def results(self) -> tuple[str, ...]:
        """Ends that can be the result of a case: an end that only a non-interrupting boundary event leads to is not."""
        after: dict[str, list[str]] = {}
        for e in self.elements.values():
            if e.tag == "sequenceFlow":
                after.setdefault(e.attributes.get("sourceRef", ""), []).append(e.attributes.get("targetRef", ""))
            elif e.tag == "boundaryEvent" and e.attributes.get("cancelActivity") != "false":
                after.setdefault(e.attributes.get("attachedToRef", ""), []).append(e.id)
        reached, waiting = set[str](), [e.id for e in self.elements.values() if e.tag == "startEvent"]
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached.add(here)
                waiting += after.get(here, ())
        return tuple(end for end in self.ends if end in reached)

    def work(self, kind: str) -> Mapping[str, str]:
        """`implementation="<kind>:<name>"`: step id -> name."""
        found = {e.id: e.attributes.get("implementation", "") for e in self.elements.values()}
        return {step: text.partition(":")[2] for step, text in found.items() if text.partition(":")[0] == kind}

    def line(self, identifier: str) -> int:
        """Line of an element, 0 when there is none."""
        element = self.elements.get(identifier)
        return element.line if element else self.lanes.get(identifier, 0)


def read_diagram(file: str, content: bytes) -> Diagram:
    """Ids, lanes, ends and words of a BPMN or DMN file; a file that is no XML gives one fault."""
    reader = _Reader(file)
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.StartElementHandler = reader.open
    parser.EndElementHandler = reader.close
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.doctype
    reader.parser = parser
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        values = {"problem": expat.ErrorString(error.code)}
        return Diagram(faults=(Fault("practice.xml_syntax", Where(file, error.lineno), values),))
    except _Stop as stop:
        return Diagram(faults=(stop.fault,))
    return reader.diagram()


def identifiers(expression: str) -> frozenset[str]:
    """Every word of an expression outside its quoted strings: facts, functions and keywords alike."""
    return frozenset(WORDS.findall(STRINGS.sub(" ", expression)))


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


@dataclass
class _Open:
    tag: str
    id: str
    scope: str
    line: int
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)


@dataclass
class _Reader:
    file: str
    parser: expat.XMLParserType | None = None
    stack: list[_Open] = field(default_factory=list)
    elements: dict[str, Element] = field(default_factory=dict)
    lane_of: dict[str, str] = field(default_factory=dict)
    lanes: dict[str, int] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    processes: list[tuple[str, bool]] = field(default_factory=list)
    count: int = 0

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber if self.parser else 0

    def doctype(self, *_: object) -> None:
        raise _Stop(Fault("practice.xml_doctype", Where(self.file, self.line)))

    def open(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("\n")[2]
        self.count += 1
        if len(self.stack) > 2 * DEPTH_MAX or self.count > NODES_MAX:
            values = {"depth_max": 2 * DEPTH_MAX, "nodes_max": NODES_MAX}
            raise _Stop(Fault("practice.too_deep", Where(self.file, self.line), values))
        scope = self.stack[-1].scope if self.stack else ""
        if tag in ("process", "subProcess"):
            scope = attributes.get("id", "")
        if tag == "process":
            self.processes.append((scope, attributes.get("isExecutable") == "true"))
        if tag in ("output", "outputClause") and "name" in attributes:
            self.words.add(attributes["name"])
        self.stack.append(_Open(tag, attributes.get("id", ""), scope, self.line, attributes))

    def characters(self, text: str) -> None:
        if self.stack:
            self.stack[-1].text.append(text)

    def close(self, _name: str) -> None:
        top = self.stack.pop()
        text = "".join(top.text).strip()
        if top.tag == "flowNodeRef" and self.stack:
            self.lane_of[text] = next((e.id for e in reversed(self.stack) if e.tag == "lane"), "")
        elif top.tag == "lane":
            self.lanes[top.id] = top.line
        elif top.tag in ("conditionExpression", "text", "loopDataInputRef", "loopDataOutputRef", "completionCondition"):
            self.words |= identifiers(text)
        if top.id and not top.tag.startswith("BPMN"):
            scope = self.stack[-1].scope if self.stack and top.tag == "subProcess" else top.scope
            self._element(Element(top.tag, top.id, top.line, top.attributes, scope, text))

    def _element(self, element: Element) -> None:
        first = self.elements.get(element.id)
        if first:
            values = {"id": element.id, "first": first.line}
            self.faults.append(Fault("practice.id_twice", Where(self.file, element.line, element.id), values))
        self.elements.setdefault(element.id, element)

    def diagram(self) -> Diagram:
        main = next((name for name, runs in self.processes if runs), self.processes[0][0] if self.processes else "")
        ordered = dict(sorted(self.elements.items(), key=lambda item: item[1].line))
        return Diagram(ordered, self.lane_of, self.lanes, main, frozenset(self.words), tuple(self.faults))
