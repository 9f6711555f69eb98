"""An episode becomes a row, and its alarm a case of the practice `care_alarm`: once, by the product itself.

A public monitor opens the case directly, with the building's duty desk as the one who is called. A home's goes as the
message `alarm` through its consent, so that without one in force nothing is opened. What the case is told of a
stillness is that somebody should call: no figure, no hour count, nothing of what was or was not used.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.network.safety_scenes import PLEASE_CALL, PRACTICE, SAFETY, SILENT, scene_of
from wanjia.kernels.balance.safety.following import Event, Limit
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor

logger = logging.getLogger(__name__)

PREFIX = "AJ"
"""Alarm numbers begin with 安全警报."""
LEVELS = ("pre_alarm", "alarm", "fault", "call")
OPENS_CASE = frozenset({"alarm", "fault", "call"})
"""A pre-alarm is watched; nobody is sent for it."""


def apply_event(monitor: SafetyMonitor, kind: str, event: Event, limit: Limit, now: datetime) -> SafetyAlarm | None:
    """Write what the kernel says of a quantity."""
    row = open_alarm(monitor, kind)
    if row is None and event.change == "ended":
        return None
    if row is None:
        row = new_alarm(monitor, kind, event.level, event.since, event.at, now)
        row.limit_pre, row.limit_alarm = limit.pre_alarm, limit.alarm
        row.limit_from, row.limit_source = limit.starts_on, limit.source[:200]
    elif event.change == "ended":
        return close_alarm(row, event.at, now, event.highest)
    else:
        note(row, event.change, event.level, event.at)
        row.level = max(row.level, event.level, key=LEVELS.index)
    row.highest = event.highest
    return tell(row, now)


def open_alarm(monitor: SafetyMonitor, kind: str) -> SafetyAlarm | None:
    """The episode that lasts."""
    return SafetyAlarm.objects.filter(monitor=monitor, kind=kind, status=SafetyAlarm.Status.OPEN).first()


def new_alarm(
    monitor: SafetyMonitor, kind: str, level: str, starts_at: datetime, raised_at: datetime, now: datetime
) -> SafetyAlarm:  # fmt: skip
    """An episode that begins; not saved."""
    row = SafetyAlarm(
        number=next_number(PREFIX, now), monitor=monitor, kind=kind, level=level, starts_at=starts_at,
        raised_at=raised_at,
    )  # fmt: skip
    note(row, "began", level, raised_at)
    return row


def close_alarm(row: SafetyAlarm, at: datetime, now: datetime, highest: float | None = None) -> SafetyAlarm:
    """The episode is over; its case, if any, goes its own way."""
    row.status, row.ends_at, row.highest = SafetyAlarm.Status.OVER, at, row.highest if highest is None else highest
    note(row, "ended", "normal", at)
    row.save()
    write_history(f"safety:{row.number}", SAFETY, now, [("safety_alarm_over", {"alarm": row.number})])
    return row


def note(row: SafetyAlarm, change: str, level: str, at: datetime) -> None:
    """Keep the change for the alarm's page."""
    row.changes = [*row.changes, {"change": change, "level": level, "at": at.isoformat()}]


def tell(row: SafetyAlarm, now: datetime) -> SafetyAlarm:
    """Save it, and open the episode's one case when it has come to that."""
    is_new = row.pk is None
    row.save()
    if is_new:
        data: Facts = {"alarm": row.number, "kind": row.kind, "monitor": row.monitor_id}
        write_history(f"safety:{row.number}", SAFETY, now, [("safety_alarm_raised", data)])
    if row.level in OPENS_CASE and not row.case_number:
        _open_case(row, now)
    return row


def retry_cases(now: datetime) -> int:
    """Open the cases that could not be opened when their alarms were raised; gives how many could now."""
    waiting = SafetyAlarm.objects.filter(status=SafetyAlarm.Status.OPEN, level__in=OPENS_CASE, case_number="")
    opened = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            locked = SafetyAlarm.objects.select_for_update(of=("self",)).select_related("monitor__district")
            row = locked.get(pk=pk)
            if row.status == SafetyAlarm.Status.OPEN and not row.case_number:
                _open_case(row, now)
                opened += bool(row.case_number)
    return opened


def _open_case(row: SafetyAlarm, now: datetime) -> None:
    """What keeps it from being opened stands in the row, is logged, and is tried again by `retry_cases`."""
    try:
        with transaction.atomic():
            number = _through_consent(row, now) if row.monitor.consent_case else _directly(row, now)
    except Refused as refused:
        row.case_fault = refused.faults[0].code
        logger.error("safety alarm %s: no case: %s", row.number, refused)
    else:
        row.case_number, row.case_fault = number, "" if number else "safety.no_case"
    row.save(update_fields=["case_number", "case_fault"])


def _directly(row: SafetyAlarm, now: datetime) -> str:
    monitor = row.monitor
    answers: Facts = {
        **_told(row), "gateway_number": monitor.gateway,
        "place": {"longitude": monitor.longitude, "latitude": monitor.latitude, "address": monitor.address},
        "resident_name": monitor.contact_name, "resident_phone": monitor.contact_phone,
        "helper_name": monitor.helper_name, "helper_phone": monitor.helper_phone,
    }  # fmt: skip
    wanted = Request(
        PRACTICE, answers, f"safety:{row.number}", "system", organisation=monitor.district.organisation_id
    )  # fmt: skip
    return open_case(wanted, SAFETY, now).case.number


def _through_consent(row: SafetyAlarm, now: datetime) -> str:
    case = send_message(row.monitor.consent_case, "alarm", _told(row), SAFETY, now)
    opened = Case.objects.filter(parent=case, practice__name=PRACTICE).order_by("-pk").first()
    return opened.number if opened else ""


def _told(row: SafetyAlarm) -> Facts:
    """What the case learns. Of a stillness: only that it is one."""
    at = timezone.localtime(datetime.fromisoformat(row.changes[-1]["at"])).isoformat(timespec="seconds")
    told: Facts = {"scene": scene_of(row.kind, row.monitor.scene), "alarmed_at": at}
    if row.kind not in (PLEASE_CALL, SILENT):
        told |= {"alarm_value": round(row.highest or 0.0, 1), "alarm_note": row.monitor.name_zh}
    return told
