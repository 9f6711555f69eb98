"""What a fact's `format` means: the JSON type it goes with, and the test an answer must pass. One table.

Phone: mainland mobile numbers have 11 digits and begin with 1 (电信网编号计划); landlines are an area code of 3 or
4 digits (leading 0) and 7 or 8 digits; service numbers such as 95598 and 400 numbers are callable too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.jsonvalue import Json

MOBILE = re.compile(r"(\+?86)?1[3-9][0-9]{9}")
LANDLINE = re.compile(r"(0[0-9]{2,3})?[2-9][0-9]{6,7}([x#][0-9]{1,6})?")
SERVICE = re.compile(r"(400|800)[0-9]{7}|1[0-9]{2,4}|9[56][0-9]{3}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
REFERENCE = re.compile(r"[^\s\x00-\x1f]{1,200}")
STARS = range(1, 6)


@dataclass(frozen=True)
class Format:
    """One format: the type a fact of this format must have, and whether a value is one."""

    type: str
    holds: Callable[[Json], bool]


def is_place(value: Json) -> bool:
    """An object with longitude and latitude in degrees, or at least an address in words."""
    if not isinstance(value, dict):
        return False
    longitude, latitude = value.get("longitude"), value.get("latitude")
    if longitude is None and latitude is None:
        address = value.get("address")
        return isinstance(address, str) and bool(address.strip())
    return _within(longitude, 180) and _within(latitude, 90)


def _within(value: Json, bound: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -bound <= value <= bound


def is_phone(value: Json) -> bool:
    """A Chinese mobile, landline or service number; spaces, hyphens and brackets do not count."""
    digits = re.sub(r"[\s()（）-]", "", value) if isinstance(value, str) else ""
    return any(kind.fullmatch(digits) for kind in (MOBILE, LANDLINE, SERVICE))


def is_mobile(value: Json) -> bool:
    """A number that short messages reach."""
    digits = re.sub(r"[\s()（）-]", "", value) if isinstance(value, str) else ""
    return bool(MOBILE.fullmatch(digits))


def is_person_name(value: Json) -> bool:
    """Some letters, no digits, at most 60 characters."""
    if not isinstance(value, str):
        return False
    name = value.strip()
    return 0 < len(name) <= 60 and any(sign.isalpha() for sign in name) and not any(sign.isdigit() for sign in name)


def is_papers(value: Json) -> bool:
    """References to uploaded papers: strings, or objects that carry an `id`. The papers are kept elsewhere."""
    return isinstance(value, list) and all(_is_reference(item) for item in value)


def _is_reference(value: Json) -> bool:
    if isinstance(value, dict):
        value = value.get("id")
    return isinstance(value, str) and bool(REFERENCE.fullmatch(value))


def is_offers(value: Json) -> bool:
    """A list of objects, each with an `id` by which one of them can be chosen."""
    return isinstance(value, list) and all(isinstance(item, dict) and _is_reference(item) for item in value)


def is_day(value: Json) -> bool:
    """A day as 2026-03-02."""
    return isinstance(value, str) and len(value) == 10 and _parses(date.fromisoformat, value)


def is_instant(value: Json) -> bool:
    """An instant with its offset, as 2026-03-02T09:00:00+08:00."""
    if not isinstance(value, str) or not _parses(datetime.fromisoformat, value):
        return False
    return datetime.fromisoformat(value).tzinfo is not None


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def is_stars(value: Json) -> bool:
    """One to five stars."""
    return isinstance(value, int) and not isinstance(value, bool) and value in STARS


def _matches(pattern: re.Pattern[str]) -> Callable[[Json], bool]:
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


FORMATS: Mapping[str, Format] = {
    "place": Format("object", is_place),
    "papers": Format("array", is_papers),
    "offers": Format("array", is_offers),
    "offer": Format("string", _matches(REFERENCE)),
    "person": Format("string", _matches(re.compile(r"(person|post):[0-9]{1,18}"))),
    "person_name": Format("string", is_person_name),
    "organisation": Format("string", _matches(re.compile(r"[A-Za-z0-9_.-]{1,64}"))),
    "customer_number": Format("string", _matches(re.compile(r"[0-9A-Za-z-]{4,20}"))),
    "phone": Format("string", is_phone),
    "email": Format("string", _matches(EMAIL)),
    "date": Format("string", is_day),
    "date-time": Format("string", is_instant),
    "signature": Format("string", _matches(REFERENCE)),
    "stars": Format("integer", is_stars),
}
