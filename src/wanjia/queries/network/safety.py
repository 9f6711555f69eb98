"""Alarms of safety sensing: the list, one alarm with what was measured around it, and the thresholds in force.

Whoever sees a district's outages sees the alarms in it. Of a stillness there is the episode and its case, no figure.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from wanjia.kernels.balance.safety.following import QUANTITIES, Limit, limit_on
from wanjia.kernels.balance.safety.limits import LIMITS
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.parts import Part, is_whole, seen_districts
from wanjia.records.network.models import SafetyAlarm, SafetyLimitEdition, SafetyMonitor, TransformerDistrict

LEVELS = ("alarm", "pre_alarm", "fault", "call")
KINDS = (*QUANTITIES, "device_silent", "please_call")
STATUSES = tuple(value for value, _ in SafetyAlarm.Status.choices)
AROUND = timedelta(hours=3)
"""What is drawn before and after an alarm."""
SLOT = timedelta(minutes=5)
POINTS_MAX = 288


@dataclass(frozen=True)
class AlarmFilters:
    """From the address. `text`: number, monitor, place, district or case."""

    text: str = ""
    status: str = ""
    level: str = ""
    kind: str = ""
    begun_from: date | None = None
    begun_to: date | None = None


@dataclass(frozen=True)
class AlarmLine:
    """One episode in the list; of a home there is no address."""

    number: str
    kind: str
    level: str
    status: str
    place: str
    address: str
    district: str
    district_code: str
    organisation: str
    monitor: str
    starts_at: datetime
    ends_at: datetime | None
    highest: float | None
    limit: float | None
    case: str


@dataclass(frozen=True)
class AlarmPage:
    """One episode with all that is known of it; `curve` is empty for what is not measured, or not shown to anybody."""

    line: AlarmLine
    gateway: str
    scene: str
    is_home: bool
    raised_at: datetime
    heard_at: datetime | None
    silent_hours: float
    limit_pre: float | None
    limit_alarm: float | None
    limit_from: date | None
    limit_source: str
    case_fault: str
    changes: tuple[tuple[str, str, datetime], ...]
    curve: tuple[tuple[datetime, float | None], ...]
    earlier: tuple[AlarmLine, ...]


@dataclass(frozen=True)
class LimitLine:
    """An edition of thresholds; `in_force` today; `own` when the company entered it, `alone` when for one monitor."""

    limit: Limit
    in_force: bool
    own: bool
    alone: bool = False


def safety_alarms(actor: Actor, part: Part, filters: AlarmFilters, language: str) -> Rows[AlarmLine]:
    """Open ones first, then newest first."""
    rows = _seen(actor, part).filter(_fits(filters)).order_by("status", "-starts_at", "-pk")
    return Rows(rows, lambda found: [_line(row, language) for row in found])


def safety_counts(actor: Actor, part: Part) -> dict[str, int]:
    """How many are open, by level; how many monitors are in use, and how many of them speak."""
    open_now = _seen(actor, part).filter(status=SafetyAlarm.Status.OPEN)
    monitors = SafetyMonitor.objects.filter(removed_at=None).filter(_inside(seen_districts(actor, part), ""))
    silent = open_now.filter(kind="device_silent", monitor__removed_at=None).count()
    total = monitors.count()
    by_level = {level: open_now.filter(level=level).count() for level in LEVELS}
    return {**by_level, "monitors": total, "speaking": total - silent}


def safety_alarm(number: str, actor: Actor, language: str) -> AlarmPage:
    """Raises NotFound when there is none, or none that the actor may know of."""
    row = _seen(actor, Part()).filter(number=number).first()
    if row is None:
        raise NotFound("safety_alarm", number)
    monitor = row.monitor
    others = SafetyAlarm.objects.filter(monitor=monitor).exclude(pk=row.pk).select_related(*RELATED)[:10]
    return AlarmPage(
        _line(row, language), monitor.gateway, monitor.scene, bool(monitor.consent_case), row.raised_at,
        monitor.heard_at, monitor.silent_hours, row.limit_pre, row.limit_alarm, row.limit_from, row.limit_source,
        row.case_fault, tuple(_change(one) for one in row.changes), _curve(row),
        tuple(_line(other, language) for other in others),
    )  # fmt: skip


def safety_limits(today: date, monitor: str = "") -> list[LimitLine]:
    """Every edition by quantity, the latest first; with a monitor its own before those for everybody."""
    rows = list(SafetyLimitEdition.objects.filter(Q(monitor=None) | Q(monitor=monitor or None)))
    alone = [_limit(row) for row in rows if row.monitor_id]
    company = [_limit(row) for row in rows if not row.monitor_id]
    found = []
    for quantity in QUANTITIES:
        mine = [one for one in alone if one and one.quantity == quantity]
        every = [*(one for one in company if one and one.quantity == quantity), *_shipped(quantity)]
        now = limit_on(quantity, today, mine) or limit_on(quantity, today, every)
        for some in (mine, every):
            ordered = sorted(some, key=lambda one: one.starts_on, reverse=True)
            found += [LimitLine(one, one is now, one not in LIMITS, some is mine) for one in ordered]
    return found


RELATED = ("monitor__district__organisation",)


def _shipped(quantity: str) -> list[Limit]:
    return [one for one in LIMITS if one.quantity == quantity]


def _limit(row: SafetyLimitEdition) -> Limit | None:
    quantity = next((one for one in QUANTITIES if one == row.quantity), None)
    if quantity is None:
        return None
    return Limit(
        quantity, row.starts_on, row.pre_alarm, row.alarm, row.hysteresis, row.hold_seconds, row.clear_seconds,
        row.source, "C",
    )  # fmt: skip


def _seen(actor: Actor, part: Part) -> QuerySet[SafetyAlarm]:
    inside = _inside(seen_districts(actor, part), "monitor__")
    return SafetyAlarm.objects.filter(inside).select_related(*RELATED)


def _inside(districts: Q, prefix: str) -> Q:
    if is_whole(districts):
        return Q()
    return Q(**{f"{prefix}district__in": TransformerDistrict.objects.filter(districts).values("pk")})


def _fits(filters: AlarmFilters) -> Q:
    found = Q()
    for column in ("status", "level", "kind"):
        if value := getattr(filters, column):
            found &= Q(**{column: value})
    if filters.text:
        found &= _text(filters.text)
    if filters.begun_from:
        found &= Q(starts_at__gte=_midnight(filters.begun_from))
    if filters.begun_to:
        found &= Q(starts_at__lt=_midnight(filters.begun_to + timedelta(days=1)))
    return found


def _text(text: str) -> Q:
    place = Q(monitor__name_zh__icontains=text) | Q(monitor__name_en__icontains=text)
    place |= Q(monitor__address__icontains=text) | Q(monitor__code__iexact=text) | Q(monitor__gateway__iexact=text)
    district = Q(monitor__district__code=text) | Q(monitor__district__name_zh__icontains=text)
    return Q(number__icontains=text) | Q(case_number__iexact=text) | place | district


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))


def _line(row: SafetyAlarm, language: str) -> AlarmLine:
    monitor = row.monitor
    district = monitor.district
    english = language == "en"
    return AlarmLine(
        row.number, row.kind, row.level, row.status,
        monitor.name_en if english and monitor.name_en else monitor.name_zh,
        "" if monitor.consent_case else monitor.address,
        district.name_en if english and district.name_en else district.name_zh, district.code,
        district.organisation.name_en if english else district.organisation.name_zh, monitor.code, row.starts_at,
        row.ends_at, row.highest, row.limit_pre if row.level == "pre_alarm" else row.limit_alarm, row.case_number,
    )  # fmt: skip


def _change(one: dict[str, str]) -> tuple[str, str, datetime]:
    return one["change"], one["level"], datetime.fromisoformat(one["at"])


def _curve(row: SafetyAlarm) -> tuple[tuple[datetime, float | None], ...]:
    """Five-minute highs around the episode; None where nothing was measured. Only measured quantities have one."""
    if row.kind not in QUANTITIES:
        return ()
    first = row.starts_at - AROUND
    last = min(row.ends_at or timezone.now(), first + POINTS_MAX * SLOT - AROUND) + AROUND
    rows = row.monitor.readings.filter(quantity=row.kind, slot_at__gte=first, slot_at__lte=last)
    known = dict(rows.order_by("slot_at").values_list("slot_at", "highest"))
    if not known:
        return ()
    begin, end = min(known), max(known)
    return tuple((begin + at * SLOT, known.get(begin + at * SLOT)) for at in range(round((end - begin) / SLOT) + 1))
