"""A planned outage that was decided: entered and told, prolonged, taken back."""

from datetime import datetime, timedelta

from wanjia.actions.cases.capabilities.outage_windows import instant, window
from wanjia.actions.network.extend_planned_work import extend_planned_work
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case
from wanjia.records.network.opening import installed_lines
from wanjia.records.network.planning import IN_FORCE, PlannedItem

BETWEEN = ", "
"""A work that a plan placed may have several outages: a generator is put in, and taken out."""
ENDED = frozenset({"work.cancelled", "work.over"})
"""There is nothing left to take back."""


def plan_outage(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`plan_code`, how many are `told`, and how many hours before it begins."""
    begins, ends = window(inputs)
    codes = frozenset(_codes(inputs["districts"]))
    if not codes:
        raise Refused([Fault("unavailable", Where())])
    wanted = WantedWork(str(inputs["device"]), str(inputs["title"]), begins, ends, districts=codes)
    try:
        planned = plan_work(wanted, actor, now, installed_lines())
    except Denied as denied:
        raise Refused([Fault("not_allowed", Where())]) from denied
    return {
        "plan_code": planned.work.code,
        "told": planned.told,
        "sensitive_told": sum(planned.priority.values()),
        "notice_hours": round((begins - now) / timedelta(hours=1), 2),
    }


def extend_planned_outage(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`told`: customers who hear of the new end."""
    try:
        told = extend_planned_work(
            str(inputs["plan_code"]).split(BETWEEN)[-1], instant(inputs["ends_at"]), str(inputs["reason"]), actor, now
        )
    except Denied as denied:
        raise Refused([Fault("not_allowed", Where())]) from denied
    except (NotFound, Refused) as other:
        raise Refused([Fault("unavailable", Where())]) from other
    return {"told": told}


def cancel_planned_outage(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`cancelled`: whether there was anything to take back. An outage that other works share takes place for them."""
    codes = [code for code in str(inputs.get("plan_code") or "").split(BETWEEN) if code and not _is_shared(code, case)]
    cancelled = [_cancelled(code, str(inputs["reason"]), actor, now) for code in codes]
    return {"cancelled": any(cancelled)}


def _cancelled(code: str, reason: str, actor: Actor, now: datetime) -> bool:
    try:
        cancel_planned_work(code, reason, actor, now)
    except Denied as denied:
        raise Refused([Fault("not_allowed", Where())]) from denied
    except NotFound:
        return False
    except Refused as refused:
        if refused.faults[0].code not in ENDED:
            raise
        return False
    return True


def _is_shared(code: str, case: Case) -> bool:
    """Whether works of others in a plan in force take place in it."""
    items = PlannedItem.objects.filter(plan__state__in=IN_FORCE).exclude(request__case_number=case.number)
    return any(code in codes for codes in items.values_list("planned_works", flat=True))


def _codes(rows: Json) -> list[str]:
    return [str(row["district"]) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
