"""Days off and make-up days as people paste them: one a line, `2026-02-17 休 春节`, `2026-02-14 班 调休`."""

import re
from collections.abc import Mapping
from datetime import date

from wanjia.model.faults import Fault, Where

LINE = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})[\s,，]+(休|放假|off|班|上班|work)[\s,，]*(.{0,60})", re.IGNORECASE)
WORKED = frozenset({"班", "上班", "work"})
LINES_MAX = 400
"""Lines of a year; it has 366 days."""


def read_lines(text: str) -> tuple[dict[date, tuple[bool, str]], list[Fault]]:
    """Day -> (is it worked, name), and every line that cannot be read or says a day twice."""
    days: dict[date, tuple[bool, str]] = {}
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines()[:LINES_MAX], start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line.strip())
        day = _day(found[1]) if found else None
        if found is None or day is None:
            faults.append(Fault("calendar.line", Where("days", number), {"text": line.strip()[:60]}))
        elif day in days:
            faults.append(Fault("calendar.day_twice", Where("days", number), {"day": day}))
        else:
            days[day] = (found[2].lower() in WORKED, found[3].strip())
    return days, faults


def as_lines(days: Mapping[date, tuple[bool, str]]) -> str:
    """The same back again."""
    return "\n".join(
        f"{day} {'班' if working else '休'} {name}".rstrip() for day, (working, name) in sorted(days.items())
    )


def _day(text: str) -> date | None:
    try:
        return date(*(int(part) for part in text.split("-")))
    except ValueError:
        return None
