"""The column map: how a company's log is to be read, as YAML. Everything in it may be left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from wanjia.adapters.event_log.findings import Findings
from wanjia.adapters.event_log.rows import ROLES, STANDARD_NAMES
from wanjia.kernels.history.whatif import Branch, Plan
from wanjia.model.working_time import WRITTEN_UNITS, Limit

KEYS = ("columns", "zone", "encoding", "not_named", "end_activities", "calendar", "parallel", "clocks")
CLOCK_KEYS = ("start", "stop", "pause", "resume", "limit", "limit_of")
ENCODINGS = ("utf-8", "gb18030")
CALENDARS = ("china", "weekdays")
MAP_BYTES_MAX = 64 * 1024
"""A map is written by hand; the largest possible one names some hundred activities."""


@dataclass(frozen=True)
class ClockMap:
    """Where one clock starts, stops and stands still in this log (globs; empty: the case's start or end).

    `limit` is set for a clock that the map itself defines; `limit_of` chooses among a practice clock's limits.
    """

    clock_id: str
    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    resume: tuple[str, ...] = ()
    limit: Limit | None = None
    limit_of: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """What a map says; the default reads the standard names."""

    names: Mapping[str, str] = field(default_factory=lambda: dict(STANDARD_NAMES))
    zone: str = ""
    encoding: str = "utf-8"
    not_named: frozenset[str] = frozenset()
    end_activities: tuple[str, ...] = ()
    calendar: str = "china"
    plans: tuple[Plan, ...] = ()
    clocks: tuple[ClockMap, ...] = ()


def read_map(data: bytes, findings: Findings) -> ColumnMap:
    """A map from its bytes; every fault goes to `findings`, and then the result is not to be used."""
    given = _yaml(data, findings)
    for key in given:
        if key not in KEYS:
            findings.add("history.map_unknown_key", 0, str(key), known=", ".join(KEYS))
    return ColumnMap(
        names=dict(STANDARD_NAMES) | _names(given.get("columns", {}), findings),
        zone=_zone(given.get("zone", ""), findings),
        encoding=_choice("encoding", given.get("encoding", "utf-8"), ENCODINGS, findings),
        not_named=frozenset(_texts("not_named", given.get("not_named", []), findings)),
        end_activities=_texts("end_activities", given.get("end_activities", []), findings),
        calendar=_choice("calendar", given.get("calendar", "china"), CALENDARS, findings),
        plans=_plans(given.get("parallel", []), findings),
        clocks=_clocks(given.get("clocks", {}), findings),
    )


def _yaml(data: bytes, findings: Findings) -> dict[str, Any]:
    """The map as a mapping; empty with a finding when it is none."""
    if len(data) > MAP_BYTES_MAX:
        findings.add("history.map_too_large", limit_kb=MAP_BYTES_MAX // 1024)
        return {}
    try:
        given = yaml.safe_load(data.decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or type(error).__name__
        findings.add("history.map_broken", mark.line + 1 if mark else 0, reason=problem)
        return {}
    if not isinstance(given, dict):
        findings.add("history.map_broken", reason=type(given).__name__)
        return {}
    return given


def _names(given: Any, findings: Findings) -> dict[str, str]:
    if not isinstance(given, dict):
        findings.add("history.map_wrong_type", 0, "columns", wanted="{role: column}")
        return {}
    names: dict[str, str] = {}
    for role, name in given.items():
        if role not in ROLES:
            findings.add("history.map_unknown_key", 0, f"columns.{role}", known=", ".join(ROLES))
        elif not isinstance(name, str):
            findings.add("history.map_wrong_type", 0, f"columns.{role}", wanted="text")
        else:
            names[role] = name
    return names


def _zone(given: Any, findings: Findings) -> str:
    if given == "":
        return ""
    try:
        return ZoneInfo(str(given)).key
    except (KeyError, ValueError, OSError):
        findings.add("history.map_unknown_zone", 0, "zone", zone=str(given)[:64])
        return ""


def _choice(key: str, given: Any, allowed: tuple[str, ...], findings: Findings) -> str:
    if given in allowed:
        return str(given)
    findings.add("history.map_wrong_type", 0, key, wanted=" | ".join(allowed))
    return allowed[0]


def _texts(key: str, given: Any, findings: Findings) -> tuple[str, ...]:
    """A text or a list of texts, none of them empty."""
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(item, str) and item for item in listed):
        findings.add("history.map_wrong_type", 0, key, wanted='"text" | ["text", ...]')
        return ()
    return tuple(listed)


def _plans(given: Any, findings: Findings) -> tuple[Plan, ...]:
    if not isinstance(given, list):
        findings.add("history.map_wrong_type", 0, "parallel", wanted="[{name, branches}]")
        return ()
    plans = []
    for at, plan in enumerate(given):
        key = f"parallel[{at}]"
        if not isinstance(plan, dict) or set(plan) != {"name", "branches"} or not isinstance(plan["branches"], list):
            findings.add("history.map_wrong_type", 0, key, wanted="{name, branches: [...]}")
            continue
        branches = [_branch(f"{key}.branches[{n}]", item, findings) for n, item in enumerate(plan["branches"])]
        plans.append(Plan(str(plan["name"]), tuple(branches)))
    return tuple(plans)


def _branch(key: str, given: Any, findings: Findings) -> Branch:
    """`{name, activities: [...]}` is one branch; `{each: [...]}` makes every matching activity one."""
    if isinstance(given, dict) and set(given) == {"each"}:
        return Branch("", _texts(f"{key}.each", given["each"], findings), each=True)
    if isinstance(given, dict) and set(given) == {"name", "activities"} and given["name"]:
        return Branch(str(given["name"]), _texts(f"{key}.activities", given["activities"], findings))
    findings.add("history.map_wrong_type", 0, key, wanted="{name, activities: [...]} | {each: [...]}")
    return Branch("", ())


def _clocks(given: Any, findings: Findings) -> tuple[ClockMap, ...]:
    if not isinstance(given, dict):
        findings.add("history.map_wrong_type", 0, "clocks", wanted="{clock: {start, stop, ...}}")
        return ()
    return tuple(_clock(str(clock_id), entry, findings) for clock_id, entry in given.items())


def _clock(clock_id: str, given: Any, findings: Findings) -> ClockMap:
    key = f"clocks.{clock_id}"
    if not isinstance(given, dict):
        findings.add("history.map_wrong_type", 0, key, wanted="{start, stop, pause, resume, limit, limit_of}")
        return ClockMap(clock_id)
    for unknown in set(given) - set(CLOCK_KEYS):
        findings.add("history.map_unknown_key", 0, f"{key}.{unknown}", known=", ".join(CLOCK_KEYS))
    ends = {"start": "case_start", "stop": "case_end", "pause": "", "resume": ""}
    globs = {
        name: () if given.get(name, own) == own else _texts(f"{key}.{name}", given[name], findings)
        for name, own in ends.items()
    }
    if bool(globs["pause"]) != bool(globs["resume"]):
        findings.add("history.map_wrong_type", 0, f"{key}.pause", wanted="pause + resume")
    limit = _limit(f"{key}.limit", given.get("limit"), findings)
    return ClockMap(clock_id, limit=limit, limit_of=str(given.get("limit_of", "")), **globs)


def _limit(key: str, given: Any, findings: Findings) -> Limit | None:
    if given is None:
        return None
    try:
        if isinstance(given, dict) and set(given) == {"value", "unit"} and given["unit"] in WRITTEN_UNITS:
            return Limit(given["value"], given["unit"])
    except (ValueError, TypeError):
        pass
    findings.add("history.map_wrong_type", 0, key, wanted=f"{{value: 1..., unit: {' | '.join(WRITTEN_UNITS)}}}")
    return None
