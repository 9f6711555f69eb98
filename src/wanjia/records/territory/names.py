"""Names of people and organisations behind the references that facts, letters and history hold."""

from collections.abc import Iterable, Mapping
from typing import Any

from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.territory.models import Organisation, Person

NAMED = ("person", "organisation")
"""Formats of facts that hold a reference."""


class Names:
    """Names of people and organisations that facts and history refer to, fetched in two queries at most."""

    def __init__(self, references: Iterable[object], language: str) -> None:
        texts = {str(reference) for reference in references if isinstance(reference, str | int)}
        people = {int(text.removeprefix("person:")) for text in texts if text.removeprefix("person:").isdigit()}
        rows = Person.objects.filter(pk__in=people).values_list("pk", "name") if people else ()
        self._found = {f"person:{pk}": name for pk, name in rows}
        codes = {text for text in texts if ":" not in text and not text.isdigit() and len(text) <= 64}
        column = "name_en" if language == "en" else "name_zh"
        if codes:
            self._found.update(Organisation.objects.filter(code__in=codes).values_list("code", column))

    def __call__(self, reference: object) -> str:
        """The name; the reference itself when nobody has it."""
        text = str(reference or "")
        return self._found.get(text) or self._found.get(f"person:{text}") or text


def with_names(rules: Mapping[str, Mapping[str, Any]], facts: Facts, language: str) -> Facts:
    """The facts with names in place of references, in lists of objects too; `rules` are the practice's facts."""
    held = [fact for name, fact in facts.items() for fact in _references(rules, name, fact)]
    if not held:
        return facts
    names = Names(held, language)
    return {name: _named(rules, name, value, names) for name, value in facts.items()}


def _references(rules: Mapping[str, Mapping[str, Any]], name: str, value: Json) -> list[Json]:
    if _is_reference(rules.get(name, {})):
        return [value] if value else []
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    return [cell for row in rows for key, cell in row.items() if cell and _refers(rules, name, key, cell)]


def _is_reference(rule: Mapping[str, Any]) -> bool:
    """Choices that the practice lists have words of its own."""
    return rule.get("format") in NAMED and "enum" not in rule


def _refers(rules: Mapping[str, Mapping[str, Any]], table: str, column: str, cell: Json) -> bool:
    items = rules.get(table, {}).get("items") or {}
    rule = items.get("properties", {}).get(column) or rules.get(column, {})
    return _is_reference(rule) or ("enum" not in rule and str(cell).startswith("person:"))


def _named(rules: Mapping[str, Mapping[str, Any]], name: str, value: Json, names: Names) -> Json:
    if _is_reference(rules.get(name, {})):
        return names(value) if value else value
    if not isinstance(value, list):
        return value
    return [_row(rules, name, row, names) if isinstance(row, dict) else row for row in value]


def _row(rules: Mapping[str, Mapping[str, Any]], table: str, row: Facts, names: Names) -> Facts:
    return {key: names(cell) if cell and _refers(rules, table, key, cell) else cell for key, cell in row.items()}
