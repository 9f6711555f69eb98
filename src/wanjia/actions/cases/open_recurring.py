"""Open the cases that begin by themselves: one for each body and period, however many workers look or are killed."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Min

from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.practices import practice_of
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import UnknownYear
from wanjia.practice.nouns import PERIOD_FACTS, Practice, Recurring
from wanjia.practice.recurring import KINDS, Period, period_of, start_day
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import PracticeVersion, RecurringStart, RecurringSwitch
from wanjia.records.territory.holders import holder_of, nearest_post
from wanjia.records.territory.models import Organisation, Person

logger = logging.getLogger(__name__)

STARTS_PER_LOOK = 20
"""Cases opened between two looks at the clocks: about a second of work, so that no deadline waits for them."""


@dataclass(frozen=True)
class Due:
    """A practice whose cases of a period are due."""

    practice: Practice
    rule: Recurring
    period: Period


def open_recurring(now: datetime, limit: int = STARTS_PER_LOOK) -> int:
    """Open what is due and not there yet; returns how many were opened. Raises nothing for a case that is refused: its
    row says why, and it is tried again at the next look."""
    opened = 0
    for due in _due(work_calendar().day_of(now)):
        for body in _bodies_without(due):
            opened += _open(due, body, now)
            if opened >= limit:
                return opened
    return opened


def since_of(practice: str) -> date | None:
    """The day from which a practice's cases begin by themselves: when it was first installed, or switched on again;
    None while it is switched off."""
    switch = RecurringSwitch.objects.filter(practice=practice).first()
    if switch is not None:
        return switch.since_on if switch.on else None
    first = PracticeVersion.objects.filter(name=practice).aggregate(first=Min("installed_at"))["first"]
    return work_calendar().day_of(first) if first else None


def _due(today: date) -> Iterator[Due]:
    calendar = work_calendar()
    for version in PracticeVersion.objects.filter(active=True).defer("files").order_by("name"):
        practice = practice_of(version)
        since = since_of(practice.name) if practice.recurring else None
        if practice.recurring is None or since is None:
            continue
        period = period_of(practice.recurring.every, today)
        try:
            day = start_day(practice.recurring, period, calendar)
        except UnknownYear as lack:
            logger.warning("%s: nothing begins by itself: the calendar of %s is missing", practice.name, lack.year)
            continue
        if day is not None and since <= day <= today:
            yield Due(practice, practice.recurring, period)


def _bodies_without(due: Due) -> list[Organisation]:
    """Bodies that have no case of this period yet."""
    there = RecurringStart.objects.filter(practice=due.practice.name, period=due.period.name, case__isnull=False)
    bodies = Organisation.objects.filter(kind=KINDS[due.rule.for_each]).exclude(pk__in=there.values("organisation"))
    return list(bodies.order_by("code"))


def _open(due: Due, body: Organisation, now: datetime) -> bool:
    """The row and its case in one transaction; whoever comes second finds the row and opens nothing."""
    row = {"practice": due.practice.name, "organisation": body, "period": due.period.name}
    try:
        with transaction.atomic():
            start, _ = RecurringStart.objects.select_for_update(of=("self",)).get_or_create(**row, defaults={"at": now})
            if start.case_id is not None:
                return False
            case = open_case(_request(due, body, now), SYSTEM, now).case
            RecurringStart.objects.filter(pk=start.pk).update(case=case, at=now, fault="", fault_values={})
    except IntegrityError:
        return False  # another worker has just written the row
    except Refused as refused:
        fault = refused.faults[0]
        logger.error("%s for %s, %s: %s", due.practice.name, body.code, due.period.name, refused)
        why = {"fault": fault.code, "fault_values": {key: str(value) for key, value in fault.values.items()}}
        RecurringStart.objects.update_or_create(**row, defaults={"at": now, **why})
        return False
    return True


def _request(due: Due, body: Organisation, now: datetime) -> Request:
    told: Facts = dict(zip(PERIOD_FACTS, _told(due.period), strict=True))
    form, facts = due.practice.forms["start"], due.practice.facts
    answers: Facts = {name: facts[name]["default"] for name in form.fields if "default" in facts[name]}
    answers |= {name: value for name, value in told.items() if name in form.fields}
    key = f"recurring:{due.practice.name}:{body.code}:{due.period.name}"
    return Request(due.practice.name, answers, key, "system", organisation=body.code, asker=_asker(due, body, now))


def _told(period: Period) -> tuple[str, str, str]:
    return period.name, period.starts_on.isoformat(), period.ends_on.isoformat()


def _asker(due: Due, body: Organisation, now: datetime) -> Person | None:
    rule = due.practice.roles.get(due.rule.role or "")
    post = nearest_post(rule.role or "", body) if rule else None
    return holder_of(post, work_calendar().day_of(now)) if post else None
