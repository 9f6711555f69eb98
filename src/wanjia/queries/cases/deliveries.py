"""Texts on their way out of the house: the list, one of them, and how it stands with each channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from wanjia.model.faults import Fault
from wanjia.model.masking import mask_mailbox, mask_phone
from wanjia.model.quiet_hours import DEFAULT_BEGINS, DEFAULT_ENDS, DEFAULT_SOURCE
from wanjia.queries.cases.rows import Rows
from wanjia.records.cases.models import Delivery, QuietHoursEdition

MASKS: Mapping[str, Callable[[str], str]] = {"sms": mask_phone, "email": mask_mailbox, "webhook": str}
"""How each channel's addresses are shown; a webhook's is the name of a system."""

CHANNEL_FAULTS = ("delivery.unreachable", "delivery.not_let_in", "delivery.too_many")
"""Faults that say something about a channel and nothing about the text that met them."""

TROUBLES_LOOKED_AT = 100
"""Rows that are enough to see every channel in trouble: a round leaves one a pause."""


@dataclass(frozen=True)
class DeliveryFilters:
    """What the address of the page says."""

    text: str = ""
    status: str = ""
    channel: str = ""
    day: date | None = None


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery, its address masked wherever it stands, in its key too.

    `state`: its status, or what a waiting one waits for: `held`, `sending`, `again`, `waiting`.
    """

    pk: int
    channel: str
    address: str
    subject: str
    body: str
    urgent: bool
    status: str
    state: str
    created_at: datetime
    not_before: datetime
    attempts: int
    sent_at: datetime | None
    receipt: str
    fault: Fault | None
    outage_number: str
    case_number: str
    key: str


@dataclass(frozen=True)
class ChannelCount:
    """How many of a channel wait, of these how many are due, and how many were given up."""

    channel: str
    waiting: int = 0
    due: int = 0
    failed: int = 0


@dataclass(frozen=True)
class QuietHoursRow:
    """An edition of the quiet hours; the default has no day."""

    starts_on: date | None
    begins: time
    ends: time
    source: str
    in_force: bool


def deliveries(filters: DeliveryFilters, now: datetime) -> Rows[DeliveryRow]:
    """Newest first. The text is a whole address, a case's or an outage's number, or a delivery's key."""
    query = _chosen(filters).select_related("outage", "case").defer("case__state").order_by("-pk")
    return Rows(query, lambda rows: [_row(row, now) for row in rows])


def delivery_keys(filters: DeliveryFilters, limit: int) -> list[int]:
    """Primary keys of the chosen ones, oldest first, one more than `limit` at most."""
    return list(_chosen(filters).order_by("pk").values_list("pk", flat=True)[: limit + 1])


def delivery(pk: int, now: datetime) -> DeliveryRow | None:
    """One of them."""
    row = Delivery.objects.select_related("outage", "case").filter(pk=pk).first()
    return _row(row, now) if row else None


def channel_counts(now: datetime) -> dict[str, ChannelCount]:
    """By channel, for those that have anything open."""
    open_ones = Delivery.objects.filter(status__in=(Delivery.Status.WAITING, Delivery.Status.FAILED))
    waiting = Q(status=Delivery.Status.WAITING)
    rows = open_ones.order_by().values("channel").annotate(
        waiting=Count("pk", filter=waiting), due=Count("pk", filter=waiting & Q(not_before__lte=now)),
        failed=Count("pk", filter=Q(status=Delivery.Status.FAILED)),
    )  # fmt: skip
    return {row["channel"]: ChannelCount(**row) for row in rows}


def channel_troubles(now: datetime) -> dict[str, Fault]:
    """By channel, why nothing goes out on it at the moment: what its due texts met, although it is not about them."""
    due = Delivery.objects.filter(status=Delivery.Status.WAITING, not_before__lte=now, fault__in=CHANNEL_FAULTS)
    return {row.channel: Fault(row.fault, values=row.fault_values) for row in due.order_by("pk")[:TROUBLES_LOOKED_AT]}


def quiet_hours_editions(now: datetime) -> tuple[QuietHoursRow, ...]:
    """All editions, the last to begin first, the default at the end."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    rows = list(QuietHoursEdition.objects.order_by("-starts_on"))
    current = next((row.starts_on for row in rows if row.starts_on <= today), None)
    default = QuietHoursRow(None, DEFAULT_BEGINS, DEFAULT_ENDS, DEFAULT_SOURCE, current is None)
    return (*(QuietHoursRow(r.starts_on, r.begins, r.ends, r.source, r.starts_on == current) for r in rows), default)


def _chosen(filters: DeliveryFilters) -> QuerySet:
    query = Delivery.objects.all()
    if filters.status:
        query = query.filter(status=filters.status)
    if filters.channel:
        query = query.filter(channel=filters.channel)
    if filters.day:
        begin = datetime.combine(filters.day, time(0), ZoneInfo(settings.TIME_ZONE))
        query = query.filter(created_at__gte=begin, created_at__lt=begin + timedelta(days=1))
    if text := filters.text.strip():
        query = query.filter(
            Q(address=text) | Q(case__number__iexact=text) | Q(outage__number__iexact=text) | Q(idempotency_key=text)
        )
    return query


def _row(row: Delivery, now: datetime) -> DeliveryRow:
    masked = MASKS.get(row.channel, mask_phone)(row.address)
    return DeliveryRow(
        row.pk, row.channel, masked, row.subject, row.body, row.urgent,
        row.status, _state(row, now), row.created_at, row.not_before, row.attempts, row.sent_at, row.receipt,
        Fault(row.fault, values=row.fault_values) if row.fault else None, row.outage.number if row.outage else "",
        row.case.number if row.case else "", row.idempotency_key.replace(row.address, masked),
    )  # fmt: skip


def _state(row: Delivery, now: datetime) -> str:
    if row.status != Delivery.Status.WAITING:
        return row.status
    if row.claimed_until is not None and row.claimed_until > now:
        return "sending"
    if row.attempts:
        return "again"
    return "held" if row.not_before > now else "waiting"
