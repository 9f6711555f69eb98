"""A variant of a practice for comparison: the same folder with files exchanged, or parallel steps made sequential."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from wanjia.model.faults import Fault, Where
from wanjia.practice.nearest import unknown

LOOP = re.compile(rb"<(?:[\w.-]+:)?multiInstanceLoopCharacteristics\b[^>]*")
SEQUENTIAL = re.compile(rb'\bisSequential\s*=\s*"[^"]*"')
BPMN = "process.bpmn"


@dataclass(frozen=True)
class Variant:
    """What differs: whole files by path, and multi-instance activities whose instances come one after another."""

    name: str
    files: Mapping[str, bytes]
    sequential: tuple[str, ...]


def varied(files: Mapping[str, bytes], variant: Variant) -> tuple[dict[str, bytes], tuple[Fault, ...]]:
    """The folder's files as the variant has them; a fault for each activity that has no instances to put in a row."""
    changed = {**files, **variant.files}
    diagram = changed.get(BPMN, b"")
    faults = []
    for step in variant.sequential:
        found = in_sequence(diagram, step)
        if found is None:
            faults.append(unknown("practice.not_multi_instance", Where(BPMN), step, multi_instances(diagram)))
        else:
            diagram = found
    return {**changed, BPMN: diagram}, tuple(faults)


def in_sequence(diagram: bytes, step: str) -> bytes | None:
    """The diagram with the instances of `step` one after another; None when the step has no instances."""
    at = diagram.find(b'id="' + step.encode() + b'"')
    loop = LOOP.search(diagram, at) if at >= 0 and step in multi_instances(diagram) else None
    if loop is None:
        return None
    old = loop.group()
    bare = SEQUENTIAL.sub(b"", old).rstrip(b"/ ")
    tail = b" /" if old.rstrip().endswith(b"/") else b""
    return diagram[: loop.start()] + bare + b' isSequential="true"' + tail + diagram[loop.end() :]


def multi_instances(diagram: bytes) -> tuple[str, ...]:
    """Ids of the activities that run once for each item: the last activity that opens before each loop marker."""
    activity = re.compile(rb'<(?:[\w.-]+:)?(?:\w*Task|task|subProcess|callActivity)\b[^>]*?\bid="([^"]+)"')
    found = []
    for loop in LOOP.finditer(diagram):
        opened = [match.group(1).decode() for match in activity.finditer(diagram, 0, loop.start())]
        found += opened[-1:]
    return tuple(dict.fromkeys(found))
