"""A work that the month's plan is to place: asked for from a case, and taken back."""

from calendar import monthrange
from datetime import date, datetime

from django.utils import timezone

from wanjia.actions.cases.capabilities.outage_windows import instant
from wanjia.actions.network.request_work import HOURS_LEAST, WantedRequest, request_work
from wanjia.actions.network.withdraw_work_request import withdraw_work_request
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.network.opening import installed_lines
from wanjia.records.network.planning import WorkRequest

KIND = "other"
"""What sort of work it is the case does not say."""


def ask_for_work(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`request_number`: among the works asked for from the day on which the case wants to begin."""
    first = timezone.localtime(instant(inputs["starts_at"])).date()
    mode, hours = str(inputs.get("mode") or ""), max(float(str(inputs["hours"])), HOURS_LEAST)
    wanted = WantedRequest(
        str(inputs["device"]), str(inputs["title"]), KIND, hours, first, _last(inputs, first),
        modes=(mode,) if mode else (), urgent=True, case_number=case.number,
    )  # fmt: skip
    try:
        return {"request_number": request_work(wanted, actor, now, installed_lines()).number}
    except Denied as denied:
        raise Refused([Fault("not_allowed", Where())]) from denied
    except Refused as refused:
        raise Refused([Fault("unavailable", Where())]) from refused


def take_back_work(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`taken_back`: whether it was still to be planned."""
    number = str(inputs.get("request_number") or "")
    row = WorkRequest.objects.filter(number=number, case_number=case.number).first()
    if row is None or row.state != WorkRequest.State.OPEN:
        return {"taken_back": False}
    try:
        withdraw_work_request(number, str(inputs["reason"]), actor, now)
    except (Denied, NotFound, Refused):
        return {"taken_back": False}
    return {"taken_back": True}


def _last(inputs: Facts, first: date) -> date:
    text = str(inputs.get("latest_on") or "")
    return date.fromisoformat(text) if text else first.replace(day=monthrange(first.year, first.month)[1])
