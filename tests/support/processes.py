"""Sample processes of tests/cases/processes as engine sources and definitions."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from wanjia.engine import compile_source
from wanjia.engine.nouns import ClockRule, Definition, Edition, Source
from wanjia.model.working_time import Limit, WorkCalendar

CASES = Path(__file__).parents[1] / "cases" / "processes"
GOOD = sorted(path.name for path in (CASES / "good").iterdir())
CALENDAR = WorkCalendar(frozenset({2025, 2026, 2027}), frozenset(), frozenset(), "Asia/Shanghai")


def source_of(bpmn: bytes, dmn: bytes | None = None, clocks: tuple[ClockRule, ...] = (), **extra: Any) -> Source:
    """A source with as little around the diagram as it needs. Keys of `extra` are those of source.json."""
    return Source(
        practice="sample",
        version=extra.get("version", "1.0.0"),
        digest=hashlib.sha256(bpmn + json.dumps(extra, sort_keys=True).encode()).hexdigest(),
        bpmn=bpmn,
        dmn=dmn,
        facts=extra.get("facts", {}),
        forms={task: tuple(fields) for task, fields in extra.get("forms", {}).items()},
        calls=extra.get("calls", {}),
        messages=extra.get("messages", {}),
        clocks=clocks,
        returns={task: tuple(targets) for task, targets in extra.get("returns", {}).items()},
        withdraw_until=None if extra.get("withdraw_until") is None else tuple(extra["withdraw_until"]),
        reopen_to=extra.get("reopen_to"),
        notice_audiences=extra.get("notices", {}),
        four_eyes=extra.get("four_eyes", {}),
    )


def extra_of(name: str) -> dict[str, Any]:
    """source.json of a sample; `start` are the facts a case begins with, `payload` what each message brings."""
    extra: dict[str, Any] = json.loads((CASES / "good" / name / "source.json").read_text(encoding="utf-8"))
    return extra


@cache
def definition(name: str) -> Definition:
    """A good sample, compiled."""
    return compiled(name)


def compiled(name: str, clocks: tuple[ClockRule, ...] = (), **changes: Any) -> Definition:
    """A good sample with clocks or other parts of its source changed."""
    folder = CASES / "good" / name
    dmn = folder / "decisions.dmn"
    source = source_of(
        (folder / "process.bpmn").read_bytes(),
        dmn.read_bytes() if dmn.exists() else None,
        clocks,
        **{**extra_of(name), **changes},
    )
    result = compile_source(source)
    assert result.definition is not None, result.faults
    return result.definition


def clock(key: str, **parts: Any) -> ClockRule:
    """A clock rule with everything that a test does not name left empty. `limit` and `warn` are Limits."""
    limit = parts.pop("limit", Limit(1, "hours"))
    known: dict[str, Any] = {"regime": "internal", "scope": "case", "when": None, "limit_by": None}
    known |= dict.fromkeys(("start", "stop", "pause", "resume", "warn", "on_warn", "on_expire"), ())
    edition = Edition("2024-01-01", {"": limit}, "test", "C")
    return ClockRule(id=key, editions=(edition,), **{**known, **parts})


BROKEN = sorted(path.stem for path in (CASES / "broken").glob("*.bpmn"))
_PLAIN_FACTS = {"urgent": {"type": "boolean"}, "parts": {"type": "array"}, "note": {"type": "string"}}


def broken(name: str) -> Source:
    """A broken sample: a diagram, and beside it the rest of its source when the fault needs one."""
    beside = CASES / "broken" / f"{name}.json"
    extra = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {"facts": _PLAIN_FACTS}
    clocks = tuple(
        clock(
            row.pop("id"),
            **{key: value if key == "scope" else tuple(value) for key, value in row.items()},
        )
        for row in extra.pop("clocks", [])
    )
    return source_of((CASES / "broken" / f"{name}.bpmn").read_bytes(), clocks=clocks, **extra)
