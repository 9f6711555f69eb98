"""Whether answers fit a step's form: one judgement for pages, API, actions and scenarios alike. All faults at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from jsonschema import Draft202012Validator

from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.conditions import value_of
from wanjia.practice.formats import FORMATS
from wanjia.practice.limits import ANSWER_ROWS_MAX, ANSWER_TEXT_MAX
from wanjia.practice.nouns import Form, Practice

START = "start"

# JSON Schema's keyword -> code of the sentence.
CODES: Mapping[str, str] = {
    "type": "form.wrong_type",
    "enum": "form.not_a_choice",
    "const": "form.must_be",
    "minimum": "form.too_small",
    "maximum": "form.too_large",
    "multipleOf": "form.not_a_multiple",
    "minLength": "form.too_short",
    "maxLength": "form.too_long",
    "minItems": "form.too_few",
    "maxItems": "form.too_many",
    "uniqueItems": "form.repeated",
    "required": "form.missing",
    "additionalProperties": "form.unknown_field",
}
FORMAT_CODES: Mapping[str, str] = {
    "place": "form.not_a_place",
    "person": "form.not_a_person",
    "organisation": "form.not_an_organisation",
    "phone": "form.not_a_phone",
    "papers": "form.not_papers",
    "person_name": "form.not_a_name",
    "date": "form.not_a_date",
    "date-time": "form.not_an_instant",
    "stars": "form.not_stars",
    "email": "form.not_an_email",
}


def validate_answers(practice: Practice, step: str, answers: Facts, facts: Facts) -> tuple[Fault, ...]:
    """Faults of `answers` to the form of `step` in a case with `facts` (settings may be among them). () when they fit.

    A field hidden by its `show_if` is neither needed nor allowed. Faults stand at `Where(column=<field>)`, rows of a
    list at `line` (1-based); `values` carry the field's own label, in zh-Hans until `in_language` changes it.
    """
    form = practice.forms.get(step)
    if form is None:
        values = {"step": step, "label": step, "field": ""}
        return (Fault("form.no_form", Where(), values),) if answers else ()
    known = {**practice.defaults, **facts, **answers}
    hidden = {name for name, condition in form.show_if.items() if value_of(condition, known) is not True}
    found = [*_shape_faults(form, answers, hidden), *_format_faults(practice, form, answers, facts)]
    once = {(fault.where, fault.code): fault for fault in found}
    return in_language(practice, tuple(once.values()), "zh-Hans")


def in_language(practice: Practice, faults: tuple[Fault, ...], language: str) -> tuple[Fault, ...]:
    """The same faults with labels in another language."""
    return tuple(_labelled(practice, fault, language) for fault in faults)


def shown_fields(practice: Practice, step: str, facts: Facts, answers: Facts) -> tuple[str, ...]:
    """Fields of the form that are asked with these answers, in the order of the page."""
    form = practice.forms[step]
    known = {**practice.defaults, **facts, **answers}
    return tuple(
        name for name in form.fields if name not in form.show_if or value_of(form.show_if[name], known) is True
    )


def initial_facts(practice: Practice, answers: Facts) -> Facts:
    """What a new case starts with: the defaults of its facts, and the answers of the start form over them."""
    rows = practice.facts.items()
    defaults = {name: row["default"] for name, row in rows if "default" in row and row.get("scope") != "item"}
    return {**defaults, **answers}


def _shape_faults(form: Form, answers: Facts, hidden: set[str]) -> Iterator[Fault]:
    for name in answers:
        if name in hidden:
            yield Fault("form.hidden_field", Where(column=name), {"field": name})
    required = [name for name in form.required if name not in hidden]
    for name in required:
        if name in answers and _is_blank(answers[name]):
            yield Fault("form.missing", Where(column=name), {"field": name})
    schema: dict[str, Any] = {**form.schema, "required": required}
    given = {name: value for name, value in answers.items() if not _is_blank(value) or name not in form.fields}
    for error in Draft202012Validator(schema).iter_errors(given):
        yield from _from_error(error, set(answers))
    for name, value in given.items():
        yield from _size_faults(form, name, value)


def _is_blank(value: Json) -> bool:
    """An empty answer is no answer: browsers send an empty text for a field left alone."""
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def _from_error(error: Any, given: set[str]) -> Iterator[Fault]:
    path = list(error.absolute_path)
    code = CODES.get(error.validator, "form.not_well_written")
    if error.validator == "required":
        for name in sorted(set(error.validator_value) - set(error.instance)):
            if path or name not in given:  # a blank answer is already said
                yield _at([*path, name], code)
    elif error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(error.schema.get("properties", {}))):
            yield _at([*path, name], code)
    else:
        yield _at(path, code, expected=str(error.validator_value), limit=str(error.validator_value))


def _at(path: list[str | int], code: str, **values: object) -> Fault:
    row = next((part + 1 for part in path if isinstance(part, int)), 0)
    column = ".".join(part for part in path if isinstance(part, str))
    return Fault(code, Where(line=row, column=column), {"field": column, **values})


def _size_faults(form: Form, name: str, value: Json) -> Iterator[Fault]:
    """Nothing is without a limit, also where the fact states none."""
    properties: Any = form.schema["properties"]
    stated = properties.get(name, {})
    if isinstance(value, str) and "maxLength" not in stated and len(value) > ANSWER_TEXT_MAX:
        yield Fault("form.too_long", Where(column=name), {"field": name, "limit": ANSWER_TEXT_MAX})
    if isinstance(value, list) and "maxItems" not in stated and len(value) > ANSWER_ROWS_MAX:
        yield Fault("form.too_many", Where(column=name), {"field": name, "limit": ANSWER_ROWS_MAX})


def _format_faults(practice: Practice, form: Form, answers: Facts, facts: Facts) -> Iterator[Fault]:
    properties: Any = form.schema["properties"]
    for name, value in answers.items():
        kind = properties.get(name, {}).get("format")
        yield from _cell_faults(name, properties.get(name, {}), value)
        if kind is None or _is_blank(value):
            continue
        if not FORMATS[kind].holds(value):
            yield Fault(FORMAT_CODES.get(kind, "form.not_well_written"), Where(column=name), {"field": name})
        elif kind in ("person", "offer") and not _is_offered(practice, value, {**facts, **answers}):
            yield Fault("form.not_offered", Where(column=name), {"field": name})


def _cell_faults(name: str, rule: Any, value: Json) -> Iterator[Fault]:
    """Formats of the columns of a table, row by row."""
    columns = rule.get("items", {}).get("properties", {})
    rows = value if isinstance(value, list) else []
    for at, row in enumerate(rows, start=1):
        for column, cell in row.items() if isinstance(row, dict) else ():
            kind = columns.get(column, {}).get("format")
            if kind in FORMATS and not _is_blank(cell) and not FORMATS[kind].holds(cell):
                code = FORMAT_CODES.get(kind, "form.not_well_written")
                yield Fault(code, Where(line=at, column=f"{name}.{column}"), {"field": f"{name}.{column}"})


def _is_offered(practice: Practice, value: Json, facts: Facts) -> bool:
    """What is chosen is one of those on offer, when the case holds any offers at all."""
    offered: set[Json] = set()
    for name, row in practice.facts.items():
        offers = facts.get(name)
        if row.get("format") == "offers" and isinstance(offers, list):
            offered |= {str(offer["id"]) for offer in offers if isinstance(offer, dict) and "id" in offer}
    return not offered or value in offered


def _labelled(practice: Practice, fault: Fault, language: str) -> Fault:
    field = str(fault.values.get("field", ""))
    key = f"facts.{field}"
    label = practice.text(key, language)
    return replace(fault, values={**fault.values, "label": field if label == key else label})
