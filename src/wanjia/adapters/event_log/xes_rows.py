"""XES (IEEE 1849) to rows. No document type, no entity, no outside reference is ever read."""

import io
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from wanjia.adapters.event_log.findings import Findings
from wanjia.adapters.event_log.rows import EVENTS_MAX, ROLES, Row

DEPTH_MAX = 32
"""Nesting of elements: log, trace, event, attribute, and attributes of attributes; no tool writes half of this."""


def xes_rows(data: bytes, names: Mapping[str, str], findings: Findings) -> Iterator[Row]:
    """The events of an XES file as rows; what is wrong with the file's form goes to `findings`."""
    try:
        yield from _events(data, names, findings)
    except DefusedXmlException:
        findings.add("history.xml_entities")
    except ParseError as error:
        findings.add("history.broken_xml", error.position[0], reason=str(error))
    except (LookupError, ValueError) as error:  # an encoding that the declaration names and nobody knows
        findings.add("history.broken_xml", 1, reason=str(error))


def _events(data: bytes, names: Mapping[str, str], findings: Findings) -> Iterator[Row]:
    """Goes through the file once; a trace is dropped from memory as soon as its events are out."""
    path: list[str] = []
    count = 0
    for kind, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        tag = element.tag.rpartition("}")[2]
        if kind == "start":
            path.append(tag)
            if len(path) > DEPTH_MAX or path[0] != "log":
                findings.add("history.not_xes", root=path[0][:64], depth=len(path))
                return
            continue
        path.pop()
        if tag == "trace" and len(path) == 1:
            for row in _trace(element, names, count, findings):
                count += 1
                yield row
            element.clear()
        if count > EVENTS_MAX:
            findings.add("history.too_many_events", count, limit=EVENTS_MAX)
            return


def _trace(trace: Element, names: Mapping[str, str], before: int, findings: Findings) -> Iterator[Row]:
    """The events of one trace, with the trace's own attributes under `case:`."""
    of_case = {f"case:{key}": value for key, value in _attributes(trace).items()}
    events = [child for child in trace if child.tag.rpartition("}")[2] == "event"]
    for number, event in enumerate(events, start=before + 1):
        cells = of_case | _attributes(event)
        yield Row(number, *(cells.get(names.get(role, ""), "").strip() for role in ROLES))


def _attributes(element: Element) -> dict[str, str]:
    """The direct attributes of a trace or event; nested ones say nothing that is used here."""
    return {child.get("key", ""): child.get("value", "") for child in element if child.get("key") is not None}
