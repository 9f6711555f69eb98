"""Days, instants and figures as people write them, in both languages. Pure: the company's zone comes in by its name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from wanjia.model.jsonvalue import Json

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
# No and yes, in the order of their truth; a practice may have words of its own for a fact.
YES_NO = {"zh-Hans": ("否", "是"), "en": ("no", "yes")}
# Four figures are read at a glance, more are not.
GROUPED_FROM = 10_000
MONEY = ("yuan",)
# A label that ends with a bracket names its unit itself.
BRACKETS = ("）", ")")


@dataclass(frozen=True)
class Manner:
    """How something is written: the language, the company's zone (`Asia/Shanghai`), the word for each unit."""

    language: str
    zone: str
    units: Mapping[str, str] = field(default_factory=dict)


def day_text(day: date, language: str) -> str:
    """`2026年3月2日`, `2 March 2026`."""
    if language == "en":
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def moment_text(at: datetime, manner: Manner) -> str:
    """`2026年3月2日 14:00`, `2 March 2026, 14:00`; an instant without a zone is taken as the company's."""
    local = at.astimezone(ZoneInfo(manner.zone)) if at.tzinfo else at
    between = ", " if manner.language == "en" else " "
    return f"{day_text(local.date(), manner.language)}{between}{local:%H:%M}"


def written_time(text: str, manner: Manner) -> str:
    """A stored day or instant for people; anything else as it is."""
    try:
        if len(text) == len(date.min.isoformat()):
            return day_text(date.fromisoformat(text), manner.language)
        return moment_text(datetime.fromisoformat(text), manner)
    except ValueError:
        return text


def figure_text(value: float, unit: Json = None) -> str:
    """`65`, `5.5`: whole figures without a point; large sums of money in groups, `540,000`."""
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return f"{whole:,}" if unit in MONEY and abs(whole) >= GROUPED_FROM else str(whole)


def with_unit(text: str, rule: Mapping[str, Json], manner: Manner, label: str = "") -> str:
    """The figure with its unit, unless the label beside it names one already."""
    unit = manner.units.get(str(rule.get("unit"))) if "unit" in rule else None
    return f"{text} {unit}" if text and unit and not label.endswith(BRACKETS) else text
