"""The JSON Schema of a work list, made from the nouns themselves."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from wanjia.adapters.work_files.decoding import hints_of, is_needed
from wanjia.model.works import MODES, Work, WorkList

PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def work_list_schema() -> dict[str, Any]:
    """Draft 2020-12; a work has either `modes`, or `hours` (and perhaps `kinds`) and a network that proposes them."""
    nouns: dict[str, Any] = {}
    _noun(WorkList, nouns)
    work = nouns[Work.__name__]
    work["properties"] |= {"hours": PLAIN[float], "kinds": {"type": "array", "items": {"enum": list(MODES)}}}
    work["required"] = ["id", "title", "device"]
    complete = ["modes", "feeder", "longitude", "latitude"]
    work["oneOf"] = [{"required": complete}, {"required": ["hours"], "not": {"required": ["modes"]}}]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A work list of `wanjia plan`",
        "$ref": f"#/$defs/{WorkList.__name__}",
        "$defs": {name: nouns[name] for name in sorted(nouns)},
    }


def _noun(kind: Any, nouns: dict[str, Any]) -> dict[str, Any]:
    """A reference to a noun, which is described once."""
    if kind.__name__ not in nouns:
        nouns[kind.__name__] = {}
        hints = hints_of(kind)
        nouns[kind.__name__] = {
            "type": "object",
            "properties": {one.name: _type(hints[one.name], nouns) for one in fields(kind)},
            "required": [one.name for one in fields(kind) if is_needed(one)],
            "patternProperties": {"^_": {}},
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _type(hint: Any, nouns: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        held = _type(next(one for one in inner if one is not NoneType), nouns)
        return {"anyOf": [held, {"type": "null"}]}
    if origin is tuple and inner[1:] == (Ellipsis,):
        return {"type": "array", "items": _type(inner[0], nouns)}
    if origin is tuple:
        items = [_type(one, nouns) for one in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if origin is Literal:
        return {"enum": list(inner)}
    return _noun(hint, nouns) if is_dataclass(hint) else PLAIN[hint]
