"""How a case is called in lists: the practice's title pattern filled with its facts."""

from collections.abc import Mapping

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.practice.placeholders import filled
from wanjia.practice.wording import YES_NO, Manner, figure_text, with_unit, written_time

TIMES = ("date", "date-time")
SHOWN_CHARACTERS_MAX = 60
"""A long free text is cut in a title; the whole stands on the case page."""


def title_of(practice: Practice, facts: Facts, manner: Manner) -> str:
    """The title in one language, e.g. `插座故障 海棠村 12 号`; figures with their units."""
    shown = {
        name: with_unit(fact_text(practice, name, facts.get(name), manner.language, manner.zone), rule, manner)
        for name, rule in practice.facts.items()
    }
    address = next((_address(value) for value in facts.values() if _address(value)), "")
    return " ".join(filled(practice.title, {"address": address, **shown}).split())


def fact_text(practice: Practice, name: str, value: Json, language: str, zone: str | None = None) -> str:
    """A fact as a person reads it: enum values by their text, places by their address, lists by their number.

    Days and instants are written for people when the company's `zone` is given; without it they stay as stored.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        key = f"facts.{name}.{str(value).lower()}"
        own = practice.text(key, language)
        return YES_NO[language][value] if own == key else own
    if isinstance(value, str) and "enum" in practice.facts.get(name, {}):
        return practice.text(f"facts.{name}.{value}", language)
    if isinstance(value, dict):
        return _address(value)
    if isinstance(value, list):
        return str(len(value))
    if isinstance(value, int | float):
        return figure_text(value, practice.facts.get(name, {}).get("unit"))
    if zone is not None and practice.facts.get(name, {}).get("format") in TIMES:
        return written_time(value, Manner(language, zone))
    return str(value)[:SHOWN_CHARACTERS_MAX]


def value_text(practice: Practice, table: str, column: str, value: Json, language: str, zone: str | None = None) -> str:
    """A value inside a table: enum and organisation codes by their text where the practice has one."""
    if isinstance(value, list):
        return "、".join(value_text(practice, table, column, part, language, zone) for part in value)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    for key in (f"facts.{table}.{column}.{shown}", f"facts.{column}.{shown}"):
        found = practice.text(key, language)
        if found != key:
            return found
    rule = _column(practice, table, column)
    if zone is not None and isinstance(value, str) and rule.get("format") in TIMES:
        return written_time(value, Manner(language, zone))
    if isinstance(value, int | float) and not isinstance(value, bool) and "unit" in rule:
        return figure_text(value, rule["unit"])
    return fact_text(practice, column, value, language, zone)


def _column(practice: Practice, table: str, column: str) -> Mapping[str, Json]:
    """What the list's own schema says of one of its columns; {} when it says nothing."""
    items = practice.facts.get(table, {}).get("items")
    columns = items.get("properties") if isinstance(items, dict) else None
    found = columns.get(column) if isinstance(columns, dict) else None
    return found if isinstance(found, dict) else {}


def _address(value: Json) -> str:
    return str(value.get("address") or "") if isinstance(value, dict) else ""
