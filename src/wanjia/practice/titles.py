"""How a case is called in lists: the practice's title pattern filled with its facts."""

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Practice
from wanjia.practice.placeholders import filled

SHOWN_CHARACTERS_MAX = 60
"""A long free text is cut in a title; the whole stands on the case page."""


def title_of(practice: Practice, facts: Facts, language: str) -> str:
    """The title in one language, e.g. `插座故障 海棠村 12 号`."""
    shown = {name: fact_text(practice, name, facts.get(name), language) for name in practice.facts}
    address = next((_address(value) for value in facts.values() if _address(value)), "")
    return " ".join(filled(practice.title, {"address": address, **shown}).split())


def fact_text(practice: Practice, name: str, value: Json, language: str) -> str:
    """A fact as a person reads it: enum values by their text, places by their address, lists by their number."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return practice.text(f"facts.{name}.{str(value).lower()}", language)
    if isinstance(value, str) and "enum" in practice.facts.get(name, {}):
        return practice.text(f"facts.{name}.{value}", language)
    if isinstance(value, dict):
        return _address(value)
    if isinstance(value, list):
        return str(len(value))
    return str(value)[:SHOWN_CHARACTERS_MAX]


def value_text(practice: Practice, table: str, column: str, value: Json, language: str) -> str:
    """A value inside a table: enum and organisation codes by their text where the practice has one."""
    if isinstance(value, list):
        return "、".join(value_text(practice, table, column, part, language) for part in value)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    for key in (f"facts.{table}.{column}.{shown}", f"facts.{column}.{shown}"):
        found = practice.text(key, language)
        if found != key:
            return found
    return fact_text(practice, column, value, language)


def _address(value: Json) -> str:
    return str(value.get("address") or "") if isinstance(value, dict) else ""
