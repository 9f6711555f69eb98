"""Fields that name a colleague or a body: the lists that a page offers, and references in place of what was written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.reference_choices import (
    Choices,
    bodies_to_name,
    body_named,
    people_to_name,
    person_named,
)

PERSON, BODY = "person", "organisation"


@dataclass(frozen=True)
class Nameable:
    """Who and what may be named on this page, by format. Empty for a format that the form does not ask for."""

    choices: Mapping[str, Choices]

    def label(self, kind: str, value: Json) -> Json:
        """The label of a reference that the page offers; anything else as it is."""
        return dict(self.choices.get(kind, ())).get(str(value), value)


NOBODY = Nameable({})


def nameable(request: HttpRequest, practice: Practice, step: str, facts: Facts | None = None) -> Nameable:
    """The lists that the form of this step needs, for whoever looks at it."""
    form = practice.forms.get(step)
    kinds = _kinds(form.schema["properties"]) if form else set()
    choices: dict[str, Choices] = {}
    if PERSON in kinds and not has_offers(practice, facts or {}):
        choices[PERSON] = people_to_name(request.actor, request.today, request.language)
    if BODY in kinds:
        choices[BODY] = bodies_to_name(request.actor, request.language)
    return Nameable(choices)


def has_offers(practice: Practice, facts: Facts) -> bool:
    """Whether the case holds offers, from which a person is chosen then."""
    rows = practice.facts.items()
    return any(rule.get("format") == "offers" and isinstance(facts.get(name), list) for name, rule in rows)


def named(rule: Mapping[str, Any], value: Json, request: HttpRequest) -> Json:
    """The answer with references in place of names, in cells of tables too; what nobody bears stays to be refused."""
    if isinstance(value, list):
        columns = rule.get("items", {}).get("properties", {})
        return [_row(columns, row, request) if isinstance(row, dict) else row for row in value]
    return _reference(rule, value, request)


def _row(columns: Mapping[str, Any], row: Facts, request: HttpRequest) -> Facts:
    return {name: _reference(columns.get(name, {}), value, request) for name, value in row.items()}


def _reference(rule: Mapping[str, Any], value: Json, request: HttpRequest) -> Json:
    if not isinstance(value, str) or not getattr(request, "actor", None) or not request.actor.organisations:
        return value
    if rule.get("format") == PERSON and not value.startswith(("person:", "post:")):
        return person_named(value, request.today)
    if rule.get("format") == BODY and "enum" not in rule:
        return body_named(value)
    return value


def _kinds(properties: Any) -> set[str]:
    """Formats asked for in the form, in cells of tables too; a list of choices of its own needs none."""
    rules = [rule for rule in properties.values() if isinstance(rule, Mapping)]
    cells = [cell for rule in rules for cell in rule.get("items", {}).get("properties", {}).values()]
    return {str(rule.get("format")) for rule in (*rules, *cells) if "enum" not in rule}
