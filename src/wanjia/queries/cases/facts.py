"""The facts of a case as a labelled list, personal ones masked until somebody asked to see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.composing import column_name
from wanjia.practice.nouns import Practice
from wanjia.practice.titles import fact_text, value_text
from wanjia.queries.cases.masking import mask_fact
from wanjia.records.territory.names import Names
from wanjia.texts import say

COLUMNS_SHOWN_MAX = 12


@dataclass(frozen=True)
class FactRow:
    """One fact: its text, or a table of a list fact. `masked` tells that something is hidden."""

    name: str
    label: str
    text: str
    masked: bool = False
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def fact_rows(practice: Practice, facts: Facts, language: str, revealed: bool) -> tuple[FactRow, ...]:
    """Every fact with a value, in the order in which the practice declares them; papers stand elsewhere."""
    wanted = [
        name
        for name in practice.facts
        if _has_value(facts.get(name)) and practice.facts[name].get("format") != "papers"
    ]
    people = [facts[name] for name in wanted if practice.facts[name].get("format") in ("person", "organisation")]
    names = Names(people, language)
    return tuple(_row(practice, name, facts[name], names, language, revealed) for name in wanted)


def answer_rows(practice: Practice, fields: Iterable[str], facts: Facts, language: str) -> tuple[FactRow, ...]:
    """Facts that stand above a form to be read; personal ones masked."""
    shown = {name: facts.get(name) for name in fields if name in practice.facts}
    return fact_rows(practice, shown, language, revealed=False)


def _row(practice: Practice, name: str, value: Json, names: Names, language: str, revealed: bool) -> FactRow:
    rule, label = practice.facts[name], practice.text(f"facts.{name}", language)
    if isinstance(value, list) and any(isinstance(row, dict) for row in value):
        return _table(practice, name, label, [row for row in value if isinstance(row, dict)], language)
    text = shown_text(practice, name, value, names, language) + _unit(rule, label, language)
    masked = text if revealed else mask_fact(rule, text)
    return FactRow(name, label, masked, masked != text)


def _unit(rule: Mapping[str, Any], label: str, language: str) -> str:
    """The unit behind a figure, unless the label names it already."""
    unit = str(rule.get("unit", ""))
    return f" {say(f'unit.{unit}', language)}" if unit and not label.endswith(("）", ")")) else ""


def shown_text(practice: Practice, name: str, value: Json, names: Names, language: str) -> str:
    """A value as a person reads it."""
    kind = practice.facts[name].get("format")
    if kind in ("person", "organisation"):
        return names(value)
    if kind in ("date", "date-time") and isinstance(value, str):
        return moment_text(value)
    if kind == "place" and isinstance(value, dict) and not value.get("address"):
        return f"{value['longitude']:.5f}, {value['latitude']:.5f}"
    if isinstance(value, bool):
        key = f"facts.{name}.{str(value).lower()}"
        text = practice.text(key, language)
        return say(f"desk.{'yes' if value else 'no'}", language) if text == key else text
    if isinstance(value, list):
        return "、".join(value_text(practice, name, name, part, language) for part in value)
    return (
        str(value)
        if isinstance(value, str) and "enum" not in practice.facts[name]
        else fact_text(practice, name, value, language)
    )


def moment_text(text: str) -> str:
    """`2026-03-02` as it is; an instant in the company's zone, to the minute."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len(date.min.isoformat()) or at.tzinfo is None:
        return text.replace("T", " ")
    return f"{at.astimezone(timezone.get_default_timezone()):%Y-%m-%d %H:%M}"


def item_text(practice: Practice, item: Mapping[str, Any] | None, language: str) -> str:
    """Which branch of a multi-instance step a task is: its choices and first words, e.g. `城市管理局 · 占道开挖`."""
    parts: list[str] = []
    for name, value in (item or {}).items():
        if not isinstance(value, str) or ":" in value:
            continue
        text = practice.text(f"facts.{name}.{value}", language)
        parts.append(value if text == f"facts.{name}.{value}" else text)
    return " · ".join(part for part in parts[:2] if part)


def _table(practice: Practice, name: str, label: str, rows: list[dict[str, Json]], language: str) -> FactRow:
    papers = {key for key, rule in practice.facts.items() if rule.get("format") == "papers"}  # they stand elsewhere
    columns = list(dict.fromkeys(key for row in rows for key in row if key != "id" and key not in papers))
    columns = columns[:COLUMNS_SHOWN_MAX]
    bodies = {column for column in columns if _cell_rule(practice, name, column).get("format") == "organisation"}
    cells = [row.get(column) for row in rows for column in columns if column in bodies or _is_person(row.get(column))]
    names = Names(cells, language)

    def text(column: str, value: Json) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return say(f"desk.{'yes' if value else 'no'}", language)
        return names(value_text(practice, name, column, value, language))

    return FactRow(
        name, label, "", False, tuple(_heading(practice, name, column, language) for column in columns),
        tuple(tuple(text(column, row.get(column)) for column in columns) for row in rows),
    )  # fmt: skip


def _cell_rule(practice: Practice, table: str, column: str) -> Mapping[str, Any]:
    items: Any = practice.facts.get(table, {}).get("items")
    return (items or {}).get("properties", {}).get(column) or practice.facts.get(column, {})


def _is_person(value: Json) -> bool:
    return isinstance(value, str) and value.startswith("person:")


def _heading(practice: Practice, table: str, column: str, language: str) -> str:
    found = column_name(practice, table, column, language)
    return column if found.startswith("facts.") else found


def _has_value(value: Json) -> bool:
    return value is not None and value != "" and value != []
