"""A step's form: references to facts resolved into one JSON Schema, the layout file read, both checked.

A form asks for declared facts only. It may narrow a fact (fewer choices, required) and lay fields out; what a fact is
stands once, in practice.yaml.
"""

from collections.abc import Iterator

from wanjia.model.faults import Fault
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.conditions import condition_faults
from wanjia.practice.folder import Folder, as_mapping, as_names
from wanjia.practice.nearest import unknown
from wanjia.practice.nouns import Form, Group, message_form
from wanjia.practice.schemas.forms import NARROWING

# Keys of a declared fact that are ours and not JSON Schema's.
OURS = ("unit", "personal", "scope", "source", "format", "default")


def form_of(folder: Folder, step: str) -> Form:
    """The form of a step whose file exists; unknown references are left out (they are faults)."""
    schema = folder.mapping(_schema_path(step))
    layout = folder.mapping(_ui_path(step))
    facts = folder.section("facts")
    fields = {name: _resolved(field, facts) for name, field in _fields(schema).items() if _fact(field) in facts}
    required = tuple(name for name in as_names(schema.get("required")) if name in fields)
    order = tuple(name for name in as_names(layout.get("order")) if name in fields)
    return Form(
        step=step,
        schema=_whole(fields, required),
        fields=(*order, *(name for name in fields if name not in order)),
        required=required,
        widgets={key: str(widget) for key, widget in as_mapping(layout.get("widgets")).items()},
        groups=tuple(_groups(layout.get("groups"))),
        show_if={key: str(condition) for key, condition in as_mapping(layout.get("show_if")).items()},
        shows=as_names(layout.get("shows")),
    )


def message_forms(folder: Folder) -> dict[str, Form]:
    """Forms of messages that people send and that no file lays out: every fact of the payload, lists left optional."""
    facts = folder.section("facts")
    made = {}
    for name, row in folder.section("messages").items():
        step, payload = message_form(name), [fact for fact in as_names(row.get("payload")) if fact in facts]
        if step not in folder.forms and payload:
            fields = {fact: _resolved({"$ref": f"facts#/{fact}"}, facts) for fact in payload}
            required = tuple(fact for fact in payload if facts[fact].get("type") != "array")
            made[step] = Form(step, _whole(fields, required), tuple(payload), required, {}, (), {}, ())
    return made


def field_names(folder: Folder, step: str) -> tuple[str, ...]:
    """Facts that the form of a step asks for."""
    return tuple(_fields(folder.mapping(_schema_path(step))))


def form_faults(folder: Folder) -> Iterator[Fault]:
    """All faults of all forms: references, required fields, layout."""
    for step in folder.forms:
        yield from _reference_faults(folder, step)
        yield from _layout_faults(folder, step)
    for path in sorted(folder.parsed):
        if path.endswith(".ui.json") and path[6:-8] not in folder.forms:
            yield Fault("practice.layout_alone", folder.where(path), {"schema": f"{path[:-8]}.schema.json"})


def _reference_faults(folder: Folder, step: str) -> Iterator[Fault]:
    path = _schema_path(step)
    schema, facts = folder.mapping(path), folder.section("facts")
    fields = _fields(schema)
    for name, field in fields.items():
        target = _fact(field)
        where = folder.where(path, "properties", name)
        if ":" in target or "/" in target:  # its writing is a fault already
            continue
        if target and target not in facts:
            yield unknown("practice.fact_unknown", where, target, facts)
        elif target and target != name:
            yield Fault("practice.field_renamed", where, {"field": name, "fact": target})
        elif target:
            yield from _narrowing_faults(folder, path, name, facts[target])
    for index, name in enumerate(as_names(schema.get("required"))):
        if name not in fields:
            yield unknown("practice.field_unknown", folder.where(path, "required", index), name, fields)


def _narrowing_faults(folder: Folder, path: str, name: str, fact: Facts) -> Iterator[Fault]:
    field = as_mapping(_fields(folder.mapping(path))[name])
    choices, allowed = field.get("enum"), fact.get("enum")
    if isinstance(choices, list) and isinstance(allowed, list):
        for value in choices:
            if value not in allowed:
                where = folder.where(path, "properties", name, "enum")
                yield unknown("practice.word_unknown", where, value, map(str, allowed))


def _layout_faults(folder: Folder, step: str) -> Iterator[Fault]:
    path, fields = _ui_path(step), field_names(folder, step)
    if folder.unreadable(_schema_path(step)):
        return
    layout = folder.mapping(path)
    named: list[tuple[str, tuple[str | int, ...]]] = []
    named += [(name, ("order", index)) for index, name in enumerate(as_names(layout.get("order")))]
    named += [(name, ("widgets", name)) for name in as_mapping(layout.get("widgets"))]
    named += [(name, ("show_if", name)) for name in as_mapping(layout.get("show_if"))]
    for index, group in enumerate(_groups(layout.get("groups"))):
        named += [(name, ("groups", index, "fields", at)) for at, name in enumerate(group.fields)]
    for name, keys in named:
        if name not in fields:
            yield unknown("practice.field_unknown", folder.where(path, *keys), name, fields)
    for name, condition in as_mapping(layout.get("show_if")).items():
        yield from condition_faults(folder, str(condition), folder.where(path, "show_if", name), in_form=True)
    facts = folder.section("facts")
    for index, name in enumerate(as_names(layout.get("shows"))):
        if name not in facts:
            yield unknown("practice.fact_unknown", folder.where(path, "shows", index), name, facts)


def _schema_path(step: str) -> str:
    return f"forms/{step}.schema.json"


def _ui_path(step: str) -> str:
    return f"forms/{step}.ui.json"


def _fields(schema: Facts) -> Facts:
    return as_mapping(schema.get("properties"))


def _fact(field: Json) -> str:
    return str(as_mapping(field).get("$ref", "")).removeprefix("facts#/")


def _resolved(field: Json, facts: dict[str, Facts]) -> Facts:
    fact = facts[_fact(field)]
    narrowed = {key: value for key, value in as_mapping(field).items() if key in NARROWING and key != "default"}
    plain = {key: value for key, value in fact.items() if key not in OURS}
    if "format" in fact:
        plain["format"] = fact["format"]
    return {**plain, **narrowed}


def _whole(fields: dict[str, Facts], required: tuple[str, ...]) -> Facts:
    properties: Facts = dict(fields)
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _groups(value: Json) -> Iterator[Group]:
    for group in value if isinstance(value, list) else []:
        if isinstance(group, dict):
            yield Group(str(group.get("title", "")), as_names(group.get("fields")))
