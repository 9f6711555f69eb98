"""Cases and definitions <-> plain JSON. Every form has a number; a form that is not known is refused, never guessed."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from wanjia.engine.nouns import (
    CaseState,
    CaseStatus,
    ClockRule,
    ClockState,
    ClockStatus,
    Definition,
    Edition,
    EnteredRow,
    RegisterRule,
    StepRule,
    TaskKind,
    TaskState,
)
from wanjia.model.faults import Fault, Refused
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import Limit

# 2: pauses are counted by their causes, clocks of branches, who did the steps that others check; dates that end clocks.
# 3: registers, and which of their rows a case has standing; clocks that wait.
CASE_FORMAT = 3
DEFINITION_FORMAT = 3
# Earlier forms are read as they are: what they lack has a value that means what they meant.
_READABLE = frozenset({1, 2, 3})


def case_to_json(state: CaseState) -> Facts:
    """The envelope: `format`, then practice, version and digest, then the case. Instants are ISO 8601 in UTC."""
    return {"format": CASE_FORMAT, **cast(Facts, plain(state))}


def case_from_json(saved: Json) -> CaseState:
    """Inverse of `case_to_json`. Raises Refused for a form that this version does not know."""
    row = _row(saved, "case", CASE_FORMAT)
    return CaseState(
        practice=row["practice"],
        version=row["version"],
        digest=row["digest"],
        status=CaseStatus(row["status"]),
        facts=row["facts"],
        settings=row["settings"],
        process=row["process"],
        tasks=tuple(map(_task, row["tasks"])),
        clocks=tuple(map(_clock, row["clocks"])),
        done_steps=tuple(row["done_steps"]),
        sequence=row["sequence"],
        end=row["end"],
        merged_into=row["merged_into"],
        done_by=row.get("done_by", {}),
        entered=tuple(map(_entered, row.get("entered", ()))),
    )


def is_held(state: CaseState) -> bool:
    """Whether all clocks of the case stand still because somebody put it on hold."""
    return isinstance(state.process, dict) and state.process.get("held") is True


def definition_to_json(definition: Definition) -> Facts:
    """What is stored once for a version of a practice."""
    return {"format": DEFINITION_FORMAT, **cast(Facts, plain(definition))}


def definition_from_json(saved: Json) -> Definition:
    """Inverse of `definition_to_json`. Raises Refused for a form that this version does not know."""
    row = _row(saved, "definition", DEFINITION_FORMAT)
    until = row["withdraw_until"]
    return Definition(
        practice=row["practice"],
        version=row["version"],
        digest=row["digest"],
        process=row["process"],
        steps={key: _step(step) for key, step in row["steps"].items()},
        decisions=row["decisions"],
        facts=row["facts"],
        clocks=tuple(map(_rule, row["clocks"])),
        messages=row["messages"],
        returns={step: tuple(targets) for step, targets in row["returns"].items()},
        withdraw_until=None if until is None else tuple(until),
        reopen_to=row["reopen_to"],
        notice_audiences=row["notice_audiences"],
        four_eyes=row.get("four_eyes", {}),
        registers=tuple(map(_register, row.get("registers", ()))),
    )


def plain(value: Any) -> Json:
    """Nouns as JSON: fields by name, instants as text, tuples as lists."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _row(saved: Json, what: str, known: int) -> dict[str, Any]:
    found = saved.get("format") if isinstance(saved, dict) else None
    if found not in _READABLE:
        raise Refused([Fault("engine.saved_format", values={"what": what, "format": found, "known": known})])
    return cast(dict[str, Any], saved)


def _task(row: dict[str, Any]) -> TaskState:
    return TaskState(**{**row, "kind": TaskKind(row["kind"]), "opened_at": _instant(row["opened_at"])})


def _clock(row: dict[str, Any]) -> ClockState:
    known: dict[str, Any] = {
        **row,
        "status": ClockStatus(row["status"]),
        "warn_at": tuple(datetime.fromisoformat(at) for at in row["warn_at"]),
        "limit": Limit(**row["limit"]),
        "remaining": None if row["remaining"] is None else Limit(**row["remaining"]),
        "paused_by": tuple(row.get("paused_by", ())),
    }
    for name in ("started_at", "due_at", "stopped_at", "paused_at", "resumed_at"):
        known[name] = _instant(row.get(name))
    return ClockState(**known)


def _entered(row: dict[str, Any]) -> EnteredRow:
    return EnteredRow(**{**row, "later": tuple(row["later"])})


def _register(row: dict[str, Any]) -> RegisterRule:
    return RegisterRule(**{**row, **{name: tuple(row[name]) for name in ("enter", "strike", "columns")}})


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _step(row: dict[str, Any]) -> StepRule:
    return StepRule(**{**row, "fields": tuple(row["fields"])})


def _rule(row: dict[str, Any]) -> ClockRule:
    known: dict[str, Any] = dict(row)
    for name in ("start", "stop", "pause", "resume", "on_warn", "on_expire"):
        known[name] = tuple(row[name])
    known["warn"] = tuple(Limit(**limit) for limit in row["warn"])
    known["editions"] = tuple(map(_edition, row["editions"]))
    return ClockRule(**known)


def _edition(row: dict[str, Any]) -> Edition:
    return Edition(**{**row, "limits": {name: Limit(**limit) for name, limit in row["limits"].items()}})
