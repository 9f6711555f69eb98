"""The company's own thresholds of safety sensing: a dated edition with its source; the past keeps its own."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.kernels.balance.safety.following import QUANTITIES, Limit
from wanjia.kernels.balance.safety.limits import LIMITS, RANGES
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import subject_of_districts
from wanjia.records.network.models import SafetyLimitEdition, SafetyMonitor

HOLD_SECONDS_MAX, CLEAR_SECONDS_MAX = 900, 86_400
"""A longer hold would miss what burns; a longer clearing would call two fires one."""
SOURCE_CHARACTERS_MAX = 200


@dataclass(frozen=True)
class WantedLimit:
    """An edition as somebody enters it; values in the quantity's own unit."""

    quantity: str
    starts_on: date
    pre_alarm: float
    alarm: float
    hysteresis: float
    hold_seconds: int
    clear_seconds: int
    source: str
    monitor: str = ""
    """Only of this one; empty: of all."""


def set_safety_limit(wanted: WantedLimit, actor: Actor, now: datetime) -> SafetyLimitEdition:
    """Enter an edition, or correct the one of the same day. Raises Denied, Refused with every fault."""
    _require(wanted.monitor, actor)
    faults = _faults(wanted)
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        row, _ = SafetyLimitEdition.objects.update_or_create(
            monitor_id=wanted.monitor or None, quantity=wanted.quantity, starts_on=wanted.starts_on,
            defaults={
                "pre_alarm": wanted.pre_alarm, "alarm": wanted.alarm, "hysteresis": wanted.hysteresis,
                "hold_seconds": wanted.hold_seconds, "clear_seconds": wanted.clear_seconds,
                "source": wanted.source.strip(), "entered_by": actor.reference, "entered_at": now,
            },
        )  # fmt: skip
        write_history(_subject(row), actor, now, [("safety_limit_set", _data(row))])
        return row


def drop_safety_limit(quantity: str, starts_on: date, monitor: str, actor: Actor, now: datetime) -> SafetyLimitEdition:
    """Take an edition away that should not have been; alarms keep what they were raised by. Raises Denied, NotFound."""
    _require(monitor, actor)
    with transaction.atomic():
        rows = SafetyLimitEdition.objects.select_for_update(of=("self",))
        row = rows.filter(monitor=monitor or None, quantity=quantity, starts_on=starts_on).first()
        if row is None:
            raise NotFound("safety_limit", f"{quantity} {starts_on}")
        write_history(_subject(row), actor, now, [("safety_limit_dropped", _data(row))])
        row.delete()
        return row


def _require(monitor: str, actor: Actor) -> None:
    """For all: whoever decides which practices run. For one: whoever looks after its district. Raises NotFound too."""
    if not monitor:
        require(actor, "practice", "install")
        return
    place = ("district__cell_code", "district__organisation_id")
    row = SafetyMonitor.objects.filter(code=monitor).values_list(*place).first()
    if row is None:
        raise NotFound("safety_monitor", monitor)
    require(actor, "network", "edit", subject_of_districts([row]))


def _subject(row: SafetyLimitEdition) -> str:
    return f"safety:{row.monitor_id or row.quantity}"


def _data(row: SafetyLimitEdition) -> Facts:
    return {
        "quantity": row.quantity, "starts_on": row.starts_on.isoformat(), "pre_alarm": row.pre_alarm,
        "alarm": row.alarm, "source": row.source,
    }  # fmt: skip


def limits_known() -> tuple[Limit, ...]:
    """All editions for everybody, those that ship and the company's own; of the same day the company's own counts."""
    return (*_own(SafetyLimitEdition.objects.filter(monitor=None)), *LIMITS)


def limits_of(monitors: Collection[str]) -> dict[str, tuple[Limit, ...]]:
    """The editions that are of one monitor alone; those without any are left out."""
    found: dict[str, list[SafetyLimitEdition]] = {}
    for row in SafetyLimitEdition.objects.filter(monitor__in=monitors):
        found.setdefault(str(row.monitor_id), []).append(row)
    return {code: _own(rows) for code, rows in found.items()}


def _own(rows: Iterable[SafetyLimitEdition]) -> tuple[Limit, ...]:
    return tuple(
        Limit(
            quantity, row.starts_on, row.pre_alarm, row.alarm, row.hysteresis, row.hold_seconds, row.clear_seconds,
            row.source, "C",
        )
        for row in rows
        for quantity in QUANTITIES
        if quantity == row.quantity
    )  # fmt: skip


def _faults(wanted: WantedLimit) -> list[Fault]:
    if wanted.quantity not in QUANTITIES:
        return [Fault("safety.quantity", Where("quantity"), {"value": wanted.quantity, "known": ", ".join(QUANTITIES)})]
    least, most = RANGES[wanted.quantity]
    values: dict[str, object] = {"least": f"{least:g}", "most": f"{most:g}"}
    found: list[tuple[bool, str, str, dict[str, object]]] = [
        (not least <= wanted.alarm <= most, "safety.alarm_range", "alarm", values),
        (not 0 < wanted.pre_alarm < wanted.alarm, "safety.pre_alarm", "pre_alarm", {}),
        (not 0 <= wanted.hysteresis < wanted.pre_alarm, "safety.hysteresis", "hysteresis", {}),
        (not 0 <= wanted.hold_seconds <= HOLD_SECONDS_MAX, "safety.hold", "hold_seconds", {"most": HOLD_SECONDS_MAX}),
        (not 0 <= wanted.clear_seconds <= CLEAR_SECONDS_MAX, "safety.clear", "clear_seconds",
         {"most": CLEAR_SECONDS_MAX}),
        (not 0 < len(wanted.source.strip()) <= SOURCE_CHARACTERS_MAX, "safety.source", "source",
         {"most": SOURCE_CHARACTERS_MAX}),
    ]  # fmt: skip
    return [Fault(code, Where(field), shown) for is_wrong, code, field, shown in found if is_wrong]
