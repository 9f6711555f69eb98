"""The words of a practice's notice, for every surface and for what is sent out of the house."""

from collections.abc import Mapping
from typing import Protocol

from wanjia.model.jsonvalue import Json
from wanjia.practice.nouns import Practice
from wanjia.practice.placeholders import filled
from wanjia.practice.titles import fact_text
from wanjia.practice.wording import Manner, written_time


class About(Protocol):
    """The case that a notice is about, as far as its words need it."""

    number: str
    title: str
    title_en: str
    address: str
    requester_name: str


def notice_words(practice: Practice, about: About, key: str, values: Mapping[str, Json], manner: Manner) -> str:
    """The text `key` (`notices.<id>`) with the case's own words and the notice's values in it."""
    own = {
        "case_number": about.number, "case_title": about.title_en if manner.language == "en" else about.title,
        "address": about.address, "requester": about.requester_name,
        "clock": practice.text(f"clocks.{values.get('clock')}", manner.language),
    }  # fmt: skip
    shown = {name: _value(practice, name, value, manner) for name, value in values.items()}
    return filled(practice.text(key, manner.language), {**own, **{name: text for name, text in shown.items() if text}})


def _value(practice: Practice, name: str, value: Json, manner: Manner) -> str:
    rule = practice.facts.get(name, {})
    if rule.get("format") in ("date", "date-time") or (name.endswith("_at") and isinstance(value, str)):
        return written_time(str(value or ""), manner)
    return fact_text(practice, name, value, manner.language)
