"""What a practice opens by itself: when next, for how many bodies, and what it opened last."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.faults import Fault, Where
from wanjia.model.working_time import UnknownYear
from wanjia.practice.nouns import Practice, Recurring
from wanjia.practice.recurring import KINDS, next_start
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import RecurringStart, RecurringSwitch
from wanjia.records.territory.models import Organisation
from wanjia.texts import fault_sentence

STARTS_SHOWN_MAX = 50


@dataclass(frozen=True)
class StartRow:
    """One body's case of one period, or why it could not be opened yet."""

    body: str
    period: str
    case: str
    at: datetime
    fault: str


@dataclass(frozen=True)
class RecurringPage:
    """`next_on` is None while it is switched off, and when the calendar of `lacks_year` is missing."""

    rule: Recurring
    on: bool
    bodies: int
    period: str
    next_on: date | None
    lacks_year: int | None
    starts: tuple[StartRow, ...]


def recurring_page(practice: Practice, now: datetime, language: str) -> RecurringPage | None:
    """None for a practice of which nothing begins by itself."""
    rule = practice.recurring
    if rule is None:
        return None
    switch = RecurringSwitch.objects.filter(practice=practice.name).first()
    on, (period, next_on, lacks) = switch is None or switch.on, _next(rule, now)
    bodies = Organisation.objects.filter(kind=KINDS[rule.for_each]).count()
    return RecurringPage(rule, on, bodies, period, next_on if on else None, lacks, _starts(practice.name, language))


def _next(rule: Recurring, now: datetime) -> tuple[str, date | None, int | None]:
    calendar = work_calendar()
    try:
        period, day = next_start(rule, calendar, calendar.day_of(now))
    except UnknownYear as lack:
        return "", None, lack.year
    return period.name, day, None


def _starts(practice: str, language: str) -> tuple[StartRow, ...]:
    rows = RecurringStart.objects.filter(practice=practice).select_related("organisation", "case")
    return tuple(
        StartRow(
            row.organisation.name_en if language == "en" else row.organisation.name_zh, row.period,
            row.case.number if row.case else "", row.at,
            fault_sentence(Fault(row.fault, Where(), row.fault_values), language) if row.fault else "",
        )
        for row in rows.defer("case__state")[:STARTS_SHOWN_MAX]
    )  # fmt: skip
