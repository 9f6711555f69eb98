"""Holds a parsed file against its table: every departure a fault with its line, and the rest made safe to read on."""

from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.limits import FAULTS_PER_FILE_MAX
from wanjia.practice.nearest import unknown
from wanjia.practice.parsed import Parsed, Path

LIMITS = {
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
    "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems",
}  # fmt: skip
SHOWN_MAX = 60  # characters of a wrong value that a message repeats


def shape_faults(parsed: Parsed, schema: Facts) -> tuple[Fault, ...]:
    """All departures of the file from its table, in the order of their lines."""
    faults = {
        fault.code + str(fault.where): fault
        for error in _errors(parsed.value, schema)
        for fault in _faults(parsed, error)
    }
    return tuple(sorted(faults.values(), key=lambda fault: (fault.where, fault.code)))[:FAULTS_PER_FILE_MAX]


def made_safe(value: Json, schema: Facts) -> Json:
    """The value with everything of a wrong type emptied or dropped, so that later checks can rely on types."""
    for _ in range(2):  # emptying an object may leave it short of keys, never of type: one pass is enough, two are sure
        wrong = [tuple(error.absolute_path) for error in _errors(value, schema) if error.validator == "type"]
        if not wrong:
            return value
        for path in sorted(wrong, key=len, reverse=True):
            value = _replaced(value, path, _empty(_schema_type(schema, path)))
    return value


def shown(value: Json) -> str:
    """A value as a message repeats it: short, on one line."""
    text = "null" if value is None else str(value).replace("\n", " ")
    return text if len(text) <= SHOWN_MAX else text[: SHOWN_MAX - 1] + "…"


def type_name(value: Json) -> str:
    """The JSON name of a value's type."""
    if isinstance(value, bool):
        return "boolean"
    names = {type(None): "null", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def _errors(value: Json, schema: Facts) -> Iterator[Any]:
    yield from Draft202012Validator(schema).iter_errors(value)


def _faults(parsed: Parsed, error: Any) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)
    where = parsed.where(*path)
    if "propertyNames" in error.absolute_schema_path:
        name = str(error.instance)
        yield Fault("practice.name_wrong", parsed.where(*path, name), {"name": shown(name), "example": _example(error)})
    elif error.validator == "additionalProperties":
        yield from _unknown_keys(parsed, path, error)
    elif error.validator == "required":
        for key in sorted(set(error.validator_value) - set(error.instance)):
            yield Fault("practice.key_missing", Where(parsed.file, where.line, _dotted(*path, key)), {"key": key})
    elif error.validator == "type":
        values = {"expected": _types(error.validator_value), "found": type_name(error.instance)}
        yield Fault("practice.type_wrong", where, {**values, "value": shown(error.instance)})
    elif error.validator == "enum":
        yield unknown("practice.word_unknown", where, shown(error.instance), map(str, error.validator_value))
    elif error.validator in ("pattern", "const"):
        yield Fault("practice.pattern_wrong", where, {"value": shown(error.instance), "example": _example(error)})
    elif error.validator in LIMITS:
        values = {"value": shown(error.instance), "rule": error.validator, "limit": str(error.validator_value)}
        yield Fault("practice.limit_broken", where, values)
    else:
        yield Fault("practice.shape_wrong", where, {"value": shown(error.instance), "rule": str(error.validator)})


def _unknown_keys(parsed: Parsed, path: Path, error: Any) -> Iterator[Fault]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            yield unknown("practice.key_unknown", parsed.where(*path, key), key, known)


def _types(expected: object) -> str:
    return ", ".join(map(str, expected)) if isinstance(expected, list) else str(expected)


def _example(error: Any) -> str:
    return ", ".join(map(str, error.schema.get("examples", [error.validator_value])))


def _dotted(*path: str | int) -> str:
    return ".".join(str(part) for part in path)


def _schema_type(schema: Facts, path: Path) -> Json:
    at: Json = schema
    for part in path:
        if not isinstance(at, dict):
            return None
        properties = at.get("properties")
        if isinstance(part, int):
            at = at.get("items")
        elif isinstance(properties, dict) and part in properties:
            at = properties[part]
        else:
            at = at.get("additionalProperties")
    return at.get("type") if isinstance(at, dict) else None


def _empty(kind: Json) -> Json:
    return {} if kind == "object" else [] if kind == "array" else None


def _replaced(value: Json, path: Path, new: Json) -> Json:
    """A copy with the value at `path` replaced; a None drops a mapping's key and a list's element."""
    if not path:
        return new
    head, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(head, str):
        changed = {**value, head: _replaced(value.get(head), rest, new)}
        return {key: item for key, item in changed.items() if item is not None or key != head}
    if isinstance(value, list) and isinstance(head, int) and head < len(value):
        items = [*value]
        items[head] = _replaced(value[head], rest, new)
        return items
    return value
