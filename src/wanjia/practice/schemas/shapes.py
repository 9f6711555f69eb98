"""Pieces that the tables share. `examples` is what a fault message shows when a pattern is not met."""

from typing import TypeAlias

from wanjia.model.jsonvalue import Facts, Json

Properties: TypeAlias = dict[str, Json]

IDENTIFIER = "^[a-z][a-z0-9_]{0,63}$"
# Names inside expressions and diagrams: editors make ids such as `Task_1a`, so capitals are allowed there.
NAME = "^[A-Za-z_][A-Za-z0-9_]{0,63}$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"
VERSION = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"

identifier: Facts = {"type": "string", "pattern": IDENTIFIER, "examples": ["accept_repair"]}
name: Facts = {"type": "string", "pattern": NAME, "examples": ["accept_repair"]}
names: Facts = {"type": "array", "items": name}
text: Facts = {"type": "string", "minLength": 1, "maxLength": 2000}
day: Facts = {"type": "string", "pattern": DAY, "examples": ["2024-01-01"]}
instant: Facts = {"type": "string", "pattern": INSTANT, "examples": ["2026-03-02T09:00:00+08:00"]}
version: Facts = {"type": "string", "pattern": VERSION, "examples": ["1.0.0"]}
expression: Facts = {"type": "string", "minLength": 1, "maxLength": 1000}
anything: Facts = {"type": "object"}
limit: Facts = {
    "type": "object",
    "properties": {
        "value": {"type": "integer", "minimum": 0, "maximum": 100_000},
        "unit": {"type": "string", "enum": ["minutes", "hours", "days", "working_days"]},
    },
    "required": ["value", "unit"],
    "additionalProperties": False,
}


def closed(properties: Properties, *required: str, **more: Json) -> Facts:
    """An object with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def by_name(values: Json, pattern: str = NAME) -> Facts:
    """An object whose keys are names."""
    return {
        "type": "object",
        "propertyNames": {"pattern": pattern, "examples": ["accept_repair"]},
        "additionalProperties": values,
    }


def rows(row: Json, **more: Json) -> Facts:
    """A list of such rows."""
    return {"type": "array", "items": row, **more}


def word(*words: str) -> Facts:
    """One of these words."""
    return {"type": "string", "enum": list(words)}
