"""The diagram for the viewer, with its labels in the reader's language; the published source stays as it is."""

from collections.abc import Iterator, Mapping

from lxml import etree

from wanjia.practice.nouns import Practice

PREFIXES = {
    "lane": ("roles",), "sequenceFlow": ("flows",), "startEvent": ("events", "tasks"),
    "endEvent": ("ends",), "boundaryEvent": ("events",), "intermediateCatchEvent": ("events",),
    "exclusiveGateway": ("gateways",), "inclusiveGateway": ("gateways",), "parallelGateway": ("gateways",),
    "eventBasedGateway": ("gateways",), "userTask": ("tasks",), "manualTask": ("tasks",), "serviceTask": ("tasks",),
    "businessRuleTask": ("tasks",), "sendTask": ("tasks",), "receiveTask": ("tasks",), "callActivity": ("tasks",),
    "subProcess": ("tasks",),
}  # fmt: skip
"""By BPMN element: under which text its name stands. A participant carries the name of the practice."""

LETTER_UNITS = 6.5
"""Width of a letter in a label, in the drawing's units, so that a word is not broken where it was drawn for Chinese."""


def drawing(practice: Practice, language: str) -> str:
    """BPMN XML in which every name that has a text says it in `language`; what has none keeps the drawn name."""
    root = etree.fromstring(practice.bpmn.encode(), etree.XMLParser(resolve_entities=False, no_network=True))
    texts = practice.texts.get(language, {})
    labels = {}
    for element in root.iter(etree.Element):
        if element.get("name"):
            element.set("name", next((texts[key] for key in _keys(element) if key in texts), element.get("name")))
            labels[element.get("id")] = element
    for label in root.iter("{*}BPMNLabel"):
        _widen(label, labels)
    return str(etree.tostring(root, encoding="unicode"))


def _keys(element: etree._Element) -> Iterator[str]:
    tag = etree.QName(element).localname
    if tag == "participant":
        yield "name"
    yield from (f"{prefix}.{element.get('id')}" for prefix in PREFIXES.get(tag, ()))


def _widen(label: etree._Element, labels: Mapping[str, etree._Element]) -> None:
    """Make room for the longest word: to the right beside a flow, to both sides below an event or a gateway."""
    shape, bounds = label.getparent(), label.find("{*}Bounds")
    named = labels.get(shape.get("bpmnElement", "")) if shape is not None else None
    if named is None or bounds is None:
        return
    words = [word for word in str(named.get("name")).split() if word.isascii()]
    more = max((len(word) for word in words), default=0) * LETTER_UNITS - float(bounds.get("width", "0"))
    if more <= 0:
        return
    beside = etree.QName(named).localname == "sequenceFlow"
    bounds.set("x", str(float(bounds.get("x", "0")) - (0 if beside else more / 2)))
    bounds.set("width", str(float(bounds.get("width", "0")) + more))
