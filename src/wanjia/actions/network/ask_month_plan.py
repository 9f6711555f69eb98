"""Ask for a month's plan; a worker computes it beside everything else, from the rows as they are then."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import line_of, parents_of_organisations
from wanjia.records.network.planning import IN_FORCE, OPEN_STATES, MonthPlan

PREFIX = "YJ"
"""Numbers of month plans begin with 月计."""
SECONDS, SECONDS_LEAST, SECONDS_MAX = 60.0, 1.0, 1_800.0
"""What the solver gets unless somebody says otherwise, and between which limits."""
SEED_MAX = 2**31 - 1


def ask_month_plan(
    month: date, organisation: str, actor: Actor, now: datetime, seconds: float = SECONDS, seed: int = 1
) -> MonthPlan:  # fmt: skip
    """The plan that was asked for, or the one that waits or is under way. Raises Denied, Refused.

    What the plan in force has told customers stays where it stands; so does what somebody locked in the last version.
    """
    require(actor, "work", "plan", subject_of(organisation))
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    first = month.replace(day=1)
    if faults := list(_faults(first, organisation, today, seconds, seed)):
        raise Refused(faults)
    with transaction.atomic():
        based_on = _before(first, organisation)
        values = {"days": monthrange(first.year, first.month)[1], "based_on": based_on}
        row, is_new = open_version(first, organisation, {**values, "seconds": seconds, "seed": seed}, actor, now)
        if is_new:
            data: Facts = {"month": first.isoformat(), "organisation": organisation, "seconds": seconds, "seed": seed}
            write_history(f"plan:{row.number}", actor, now, [("plan_asked", data)])
        return row


def open_version(
    month: date, organisation: str, values: dict[str, object], actor: Actor, now: datetime
) -> tuple[MonthPlan, bool]:  # fmt: skip
    """The next version, waiting for a worker, or the one that waits already; and whether it is new."""
    rows = MonthPlan.objects.filter(month=month, organisation=organisation)
    last = rows.aggregate(last=Max("version"))["last"] or 0
    new = {
        "number": next_number(PREFIX, now), "version": last + 1, "asked_by": actor.reference,
        "asked_by_name": actor.name, "asked_at": now, **values,
    }  # fmt: skip
    known = {"month": month, "organisation_id": organisation}
    return MonthPlan.objects.get_or_create(**known, state__in=OPEN_STATES, defaults={**known, **new})


def subject_of(organisation: str) -> Subject:
    """Whose plan it is, as permission sees it."""
    return Subject(organisations=frozenset(line_of(organisation, parents_of_organisations())))


def locked_plan(number: str, verb: str, actor: Actor) -> MonthPlan:
    """The row, locked, for whoever may do the verb to it. Raises NotFound, Denied."""
    row = MonthPlan.objects.select_for_update(of=("self",)).filter(number=number).first()
    if row is None:
        raise NotFound("month_plan", number)
    require(actor, "work", verb, subject_of(row.organisation_id))
    return row


def in_state(row: MonthPlan, *states: str) -> None:
    """Raises Refused unless the plan is in one of them."""
    if row.state not in states:
        raise Refused([Fault("plan.state", Where("number"), {"plan": row.number, "state": row.state})])


def _before(month: date, organisation: str) -> MonthPlan | None:
    """What the new version has to respect: the plan in force, else the last one that was proposed."""
    rows = MonthPlan.objects.filter(month=month, organisation=organisation).order_by("-version")
    in_force = rows.filter(state__in=IN_FORCE).first()
    return in_force or rows.filter(state=MonthPlan.State.PROPOSED).first()


def _faults(month: date, organisation: str, today: date, seconds: float, seed: int) -> Iterator[Fault]:
    last = month.replace(day=monthrange(month.year, month.month)[1])
    found = [
        (last <= today, "plan.month", "month"),
        (organisation not in parents_of_organisations(), "plan.organisation", "organisation"),
        (not SECONDS_LEAST <= seconds <= SECONDS_MAX, "plan.seconds", "seconds"),
        (not 0 <= seed <= SEED_MAX, "plan.seed", "seed"),
    ]  # fmt: skip
    values: dict[str, dict[str, object]] = {
        "plan.seconds": {"least": f"{SECONDS_LEAST:g}", "most": f"{SECONDS_MAX:g}"},
        "plan.seed": {"most": SEED_MAX}, "plan.organisation": {"organisation": organisation},
    }  # fmt: skip
    return (Fault(code, Where(column), values.get(code, {})) for is_wrong, code, column in found if is_wrong)
