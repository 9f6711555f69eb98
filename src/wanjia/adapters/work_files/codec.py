"""Bytes to a work list, a plan to JSON and back. A work may leave its modes to a network: device and hours will do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wanjia.adapters.work_files.decoding import BROKEN, Reading, plain_of
from wanjia.kernels.planning.works.modes import Job
from wanjia.model.faults import Fault
from wanjia.model.works import MODES, ModeKind, Placed, WorkList

FILE_BYTES_MAX = 256 * 1024**2
"""Bytes of a work list; a year of works with all their modes."""
DRAFT = ("hours", "kinds")
"""Fields of a work whose modes the network proposes."""
_FROM_NETWORK = {"modes": [], "feeder": "", "longitude": 0.0, "latitude": 0.0}


@dataclass(frozen=True, slots=True)
class Draft:
    """A work whose modes are to be proposed: its place in the list, and which of its fields the file leaves open."""

    at: int
    job: Job
    open_fields: frozenset[str]


@dataclass(frozen=True)
class ReadList:
    """A work list, works that still need modes, and all faults; `listed` is None where the file is no list at all.

    With faults the list has stand-ins in their places: it may be checked further, never planned.

    `open_fields` are lists that the file does not have and a network can fill: districts, ties.
    """

    listed: WorkList | None
    drafts: tuple[Draft, ...] = ()
    open_fields: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()


def read_work_list(data: bytes, file: str) -> ReadList:
    """The list of a file, as far as its fields can be understood; what they mean is checked when it is compiled."""
    reading = Reading(file)
    document = _document(reading, data)
    if not isinstance(document, dict):
        return ReadList(None, faults=tuple(reading.faults))
    works = document.get("works")
    rows = works if isinstance(works, list) else []
    drafts = [_draft(reading, row, at) for at, row in enumerate(rows) if isinstance(row, dict) and "modes" not in row]
    document["works"] = [_filled(row) for row in rows] if isinstance(works, list) else works
    open_fields = frozenset({"districts", "ties"} - document.keys())
    listed = reading.noun(WorkList, document, "")
    day = listed.horizon.day_until_hour - listed.horizon.day_from_hour
    for draft in drafts:
        if draft.job.device and not 0 < draft.job.hours <= max(day, 0):
            reading.fault("mode_hours", f"works[{draft.at}].hours", value=draft.job.hours, most=day)
    found = [replace(draft, job=replace(draft.job, hours_most=day)) for draft in drafts]
    return ReadList(listed, tuple(found), open_fields, tuple(reading.faults))


def read_plan(data: bytes, file: str) -> tuple[tuple[Placed, ...], tuple[Fault, ...]]:
    """The works of a plan as they are placed; everything else in it follows from them."""
    reading = Reading(file)
    document = _document(reading, data)
    if reading.faults:
        return (), tuple(reading.faults)
    rows = document.get("placed") if isinstance(document, dict) else None
    found = reading.value(tuple[Placed, ...], rows, "placed")
    return (() if found is BROKEN else found), tuple(reading.faults)


def write_plan(answer: Mapping[str, Any]) -> bytes:
    """A plan, or any answer made of nouns, as JSON."""
    return (json.dumps(plain_of(answer), ensure_ascii=False, indent=1) + "\n").encode()


def write_work_list(listed: WorkList) -> bytes:
    """A work list as JSON, with all its fields."""
    return (json.dumps(plain_of(listed), ensure_ascii=False, indent=1) + "\n").encode()


def _document(reading: Reading, data: bytes) -> Any:
    if len(data) > FILE_BYTES_MAX:
        return reading.fault("too_large", "", limit_mb=FILE_BYTES_MAX // 1024**2)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        return reading.fault("not_json", "", reason=str(error)[:200])
    return document if isinstance(document, dict) else reading.fault("shape", "", wanted="{…}")


def _draft(reading: Reading, row: Mapping[str, Any], at: int) -> Draft:
    """Hours and kinds of a work without modes."""
    path = f"works[{at}]"
    hours = reading.value(float, row["hours"], f"{path}.hours") if "hours" in row else None
    if hours is None:
        reading.fault("missing", f"{path}.modes")
    kinds = reading.value(tuple[ModeKind, ...], row.get("kinds", list(MODES)), f"{path}.kinds")
    held = isinstance(hours, float) and isinstance(kinds, tuple)
    job = Job(str(row.get("device", "")), float(hours or 0), kinds) if held else Job("", 0.0)
    return Draft(at, job, frozenset(_FROM_NETWORK.keys() - row.keys()))


def _filled(row: Any) -> Any:
    """A work with room for what the network will say."""
    if not isinstance(row, dict) or "modes" in row:
        return row
    return {**_FROM_NETWORK, **{name: value for name, value in row.items() if name not in DRAFT}}
