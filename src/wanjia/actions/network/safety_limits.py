"""The company's own thresholds of safety sensing: a dated edition with its source; the past keeps its own."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.kernels.balance.safety import QUANTITIES, Limit
from wanjia.kernels.balance.safety_limits import LIMITS, RANGES
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import SafetyLimitEdition

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


def set_safety_limit(wanted: WantedLimit, actor: Actor, now: datetime) -> SafetyLimitEdition:
    """Enter an edition, or correct the one of the same day. Raises Denied, Refused with every fault."""
    require(actor, "practice", "install")
    faults = _faults(wanted)
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        row, _ = SafetyLimitEdition.objects.update_or_create(
            quantity=wanted.quantity, starts_on=wanted.starts_on,
            defaults={
                "pre_alarm": wanted.pre_alarm, "alarm": wanted.alarm, "hysteresis": wanted.hysteresis,
                "hold_seconds": wanted.hold_seconds, "clear_seconds": wanted.clear_seconds,
                "source": wanted.source.strip(), "entered_by": actor.reference, "entered_at": now,
            },
        )  # fmt: skip
        data = {"quantity": row.quantity, "starts_on": row.starts_on.isoformat(), "alarm": row.alarm}
        write_history(f"safety:{row.quantity}", actor, now, [("safety_limit_set", data)])
        return row


def limits_known() -> tuple[Limit, ...]:
    """All editions, those that ship and the company's own; of the same day the company's own counts."""
    own = [
        Limit(
            quantity, row.starts_on, row.pre_alarm, row.alarm, row.hysteresis, row.hold_seconds, row.clear_seconds,
            row.source, "C",
        )
        for row in SafetyLimitEdition.objects.all()
        for quantity in QUANTITIES
        if quantity == row.quantity
    ]  # fmt: skip
    return (*own, *LIMITS)


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
