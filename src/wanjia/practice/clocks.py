"""Rows of clocks.yaml as the engine's clock rules."""

from collections.abc import Mapping
from typing import Any, Literal

from wanjia.engine.nouns import ClockRule, Edition
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.working_time import Limit
from wanjia.practice.folder import Folder, as_mapping, as_names

_SCOPES: Mapping[str, Literal["case", "task", "item"]] = {"case": "case", "task": "task", "item": "item"}


def clock_rules(folder: Folder) -> tuple[ClockRule, ...]:
    """All clocks of a folder whose clocks.yaml has no fault of shape."""
    return tuple(_clock(row) for _, row in folder.rows("clocks.yaml", "clocks"))


def limit_of(value: Json) -> Limit:
    """`{value: 5, unit: working_days}` as a Limit."""
    row: dict[str, Any] = as_mapping(value)
    return Limit(row["value"], row["unit"])


def _clock(row: Facts) -> ClockRule:
    return ClockRule(
        id=str(row["id"]),
        regime=str(row["regime"]),
        scope=_SCOPES[str(row["scope"])],
        when=_text(row.get("when")),
        start=as_names(row.get("start")),
        stop=as_names(row.get("stop")),
        pause=as_names(row.get("pause")),
        resume=as_names(row.get("resume")),
        warn=tuple(limit_of(limit) for limit in _list(row.get("warn"))),
        limit_by=_text(row.get("limit_by")),
        editions=tuple(sorted((_edition(as_mapping(e)) for e in _list(row.get("editions"))), key=_from_on)),
        on_warn=tuple(as_mapping(effect) for effect in _list(row.get("on_warn"))),
        on_expire=tuple(as_mapping(effect) for effect in _list(row.get("on_expire"))),
        waits=row.get("waits") is True,
    )


def _from_on(edition: Edition) -> str:
    return edition.from_on


def _edition(row: dict[str, Any]) -> Edition:
    limits = {"": limit_of(row["limit"])} if "limit" in row else {k: limit_of(v) for k, v in row["limits"].items()}
    return Edition(row["from"], limits, row["source"], row["sure"], row.get("until"))


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
