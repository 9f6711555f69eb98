"""A day of a plan is lost (weather, an emergency): plan the rest again, moving as few works as needed."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wanjia.actions.network.ask_month_plan import in_state, locked_plan, open_version
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.planning import MonthPlan

SECONDS = 5.0
"""What planning again gets: whoever lost a day is waiting for it."""
REASON_CHARACTERS_MAX = 200


def lose_day(number: str, day: date, reason: str, actor: Actor, now: datetime, seconds: float = SECONDS) -> MonthPlan:
    """The next version, waiting for a worker; it is in force only when somebody adopts it.

    Raises NotFound, Denied, Refused.
    """
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    with transaction.atomic():
        row = locked_plan(number, "plan", actor)
        in_state(row, MonthPlan.State.PROPOSED, MonthPlan.State.ADOPTED)
        last = row.month + timedelta(days=row.days - 1)
        if not max(row.month, today) <= day <= last:
            raise Refused([Fault("plan.lost_day", Where("day"), {"day": day.isoformat(), "plan": number})])
        if not reason.strip():
            raise Refused([Fault("plan.reason_missing", Where("reason"))])
        values = {"days": row.days, "based_on": row, "lost_on": day, "seconds": seconds, "seed": row.seed}
        new, is_new = open_version(row.month, row.organisation_id, values, actor, now)
        if is_new:
            data: Facts = {"day": day.isoformat(), "reason": reason.strip()[:REASON_CHARACTERS_MAX], "plan": number}
            write_history(f"plan:{new.number}", actor, now, [("plan_day_lost", data)])
        return new
