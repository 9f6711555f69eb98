"""The company's day, and working days that have passed."""

from datetime import date, datetime

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.model.working_time import working_days_between
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case


def today(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`today`: ISO 8601 day in the company's zone."""
    return {"today": work_calendar().day_of(now).isoformat()}


def working_days_since(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`working_days` from the day after `day` up to today. Raises Refused for a day that is none."""
    calendar = work_calendar()
    try:
        start = date.fromisoformat(str(inputs["day"])[:10])
    except ValueError as error:
        raise Refused([Fault("unavailable", Where("day"))]) from error
    return {"working_days": max(0, working_days_between(calendar, start, calendar.day_of(now)))}
