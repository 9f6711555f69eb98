"""One safety monitor, by whoever looks after its district: entered, changed, taken off, put back; each noted."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.network.enter_monitors import COLUMNS, monitor_faults, monitor_row
from wanjia.actions.network.safety_alarms import close_alarm
from wanjia.actions.network.safety_nouns import MonitorEntry
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import subject_of_districts
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor, TransformerDistrict

FIELDS = tuple(name for name in COLUMNS if name not in ("entered_at", "removed_at"))
PERSONAL = frozenset({"contact_name", "contact_phone", "helper_name", "helper_phone"})
"""Of these the history says that they changed, and not to what."""


def add_monitor(entry: MonitorEntry, actor: Actor, now: datetime) -> SafetyMonitor:
    """A new one. Raises Denied, Refused with every fault."""
    with transaction.atomic():
        known = SafetyMonitor.objects.filter(code=entry.code).first()
        _require_there(entry.district, actor)
        faults = _faults(entry, now)
        if known is not None:
            code = "safety.monitor_off" if known.removed_at else "safety.monitor_known"
            faults.append(Fault(code, Where("", 0, "code"), {"monitor": entry.code}))
        if faults:
            raise Refused(faults)
        row = monitor_row(entry, now)
        row.save(force_insert=True)
        write_history(f"safety:{row.pk}", actor, now, [("safety_monitor_added", {"monitor": row.pk})])
        return row


def change_monitor(entry: MonitorEntry, actor: Actor, now: datetime) -> tuple[str, ...]:
    """What is different now; which fields that were. Raises Denied, NotFound, Refused with every fault."""
    with transaction.atomic():
        row = _locked(entry.code, actor)
        _require_there(entry.district, actor)
        if faults := _faults(entry, now):
            raise Refused(faults)
        wanted = monitor_row(entry, now)
        changed = tuple(name for name in FIELDS if _value(row, name) != _value(wanted, name))
        if changed:
            data: Facts = {"monitor": row.pk, "fields": list(changed)}
            for name in changed:
                if name not in PERSONAL:
                    data[f"{name}_before"], data[f"{name}_after"] = _value(row, name), _value(wanted, name)
                setattr(row, _column(name), _value(wanted, name))
            row.save(update_fields=[_column(name) for name in changed])
            write_history(f"safety:{row.pk}", actor, now, [("safety_monitor_changed", data)])
        return changed


def remove_monitor(code: str, actor: Actor, now: datetime) -> SafetyMonitor:
    """Out of use; its alarms are over and stay, its hours go. Raises Denied, NotFound."""
    with transaction.atomic():
        row = _locked(code, actor)
        row.hours.all().delete()
        row.removed_at = row.removed_at or now
        row.save(update_fields=["removed_at"])
        for alarm in row.alarms.filter(status=SafetyAlarm.Status.OPEN):
            close_alarm(alarm, now, now)
        write_history(f"safety:{code}", actor, now, [("safety_monitor_removed", {"monitor": code})])
        return row


def restore_monitor(code: str, actor: Actor, now: datetime) -> SafetyMonitor:
    """In use again, as it was, heard of from now on. Raises Denied, NotFound, Refused without its consent."""
    with transaction.atomic():
        row = _locked(code, actor)
        if row.removed_at is None:
            return row
        values = {name: _value(row, name) for name in ("district", *FIELDS)}
        if faults := _faults(MonitorEntry(row=0, code=code, **values), now):  # type: ignore[arg-type]
            raise Refused(faults)
        row.removed_at, row.heard_at, row.entered_at = None, None, now
        row.save(update_fields=["removed_at", "heard_at", "entered_at"])
        write_history(f"safety:{code}", actor, now, [("safety_monitor_restored", {"monitor": code})])
        return row


def _faults(entry: MonitorEntry, now: datetime) -> list[Fault]:
    known = TransformerDistrict.objects.filter(code=entry.district).values_list("code", flat=True)
    return monitor_faults(entry, set(known), now)


def _locked(code: str, actor: Actor) -> SafetyMonitor:
    """The row, when the actor looks after the district in which it stands."""
    row = SafetyMonitor.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise NotFound("safety_monitor", code)
    _require_there(row.district_id, actor)
    return row


def _require_there(district: str, actor: Actor) -> None:
    row = TransformerDistrict.objects.filter(code=district).values_list("cell_code", "organisation_id").first()
    require(actor, "network", "edit", subject_of_districts([row]) if row else None)


def _column(name: str) -> str:
    return "district_id" if name == "district" else name


def _value(row: SafetyMonitor, name: str) -> str | float:
    found: str | float = getattr(row, _column(name))
    return found
