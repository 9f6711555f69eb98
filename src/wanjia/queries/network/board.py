"""What the board shows beside its map: open outages in order of harm, counters, coverage, gaps, planned work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum

from wanjia.queries.network.harm import harm, order
from wanjia.queries.network.parts import is_whole, outages_in
from wanjia.records.network.models import (
    DistrictState,
    Outage,
    OutageDistrict,
    PlannedWork,
    SequenceGap,
    TransformerDistrict,
)

OUTAGES_SHOWN_MAX = 100
"""Lines on the board, the worst first; the whole list is the search."""
GAPS_SHOWN_MAX = 6
RECENT_HOURS = 2
"""For how long a restored outage still stands on the board, so that nobody wonders where it went."""


@dataclass(frozen=True)
class OutageLine:
    """One outage as a line of a list. `place` is the feeder's name, or its district's where there is only one."""

    number: str
    status: str
    level: str
    device_id: str
    place: str
    organisation: str
    starts_at: datetime
    ends_at: datetime | None
    districts: int
    customers: int
    priority: int
    estimated_at: datetime | None
    overdue: bool
    planned: bool
    cause: str
    hint: str
    confidence: float
    customer_hours: float
    case_number: str


@dataclass(frozen=True)
class Counters:
    """Sums over the open outages; `overdue` counts those past their estimate."""

    outages: int
    districts: int
    customers: int
    priority: int
    overdue: int
    planned: int


@dataclass(frozen=True)
class Coverage:
    """How much of the network speaks. `silent`: districts from which nothing was heard; `partial`: some meters not."""

    meters: int
    heard: int
    districts: int
    silent: int
    partial: int

    @property
    def percent(self) -> float | None:
        """Share of meters heard within the coverage window; None where no meter is known."""
        return 100 * self.heard / self.meters if self.meters else None


@dataclass(frozen=True)
class Gap:
    """Numbered messages of a sender that never came."""

    sender: str
    first: int
    last: int
    noticed_at: datetime

    @property
    def messages(self) -> int:
        """How many are missing."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class Gaps:
    """Open gaps, newest first, and how many there are in all."""

    total: int
    messages: int
    shown: tuple[Gap, ...]


@dataclass(frozen=True)
class Work:
    """Planned work of a day. `state`: coming, running, over, cancelled."""

    code: str
    title: str
    device_id: str
    place: str
    starts_at: datetime
    ends_at: datetime
    state: str


def open_outages(districts: Q, now: datetime, language: str) -> list[OutageLine]:
    """All open outages of the part, in order of harm."""
    rows = outages_in(districts).filter(status=Outage.Status.OPEN)
    return in_order_of_harm(lines(rows, now, language))


def recently_restored(districts: Q, now: datetime, language: str) -> list[OutageLine]:
    """Those that ended within the last hours, newest first."""
    since = now - timedelta(hours=RECENT_HOURS)
    rows = outages_in(districts).filter(status=Outage.Status.RESTORED, ends_at__gte=since).order_by("-ends_at")
    return lines(rows[:GAPS_SHOWN_MAX], now, language)


def in_order_of_harm(rows: Iterable[OutageLine]) -> list[OutageLine]:
    """Worst first."""
    return sorted(rows, key=lambda row: order(row.planned, row.priority, row.customer_hours))


def lines(rows: Iterable[Outage], now: datetime, language: str) -> list[OutageLine]:
    """Rows as plain lines; the place of a single district is read in one go for all."""
    if hasattr(rows, "select_related"):
        rows = rows.select_related("feeder", "organisation")
    found = list(rows)
    places = _single_places(found, language)
    return [_line(row, places.get(row.pk, ""), now, language) for row in found]


def counters(rows: Iterable[OutageLine]) -> Counters:
    """Sums over lines of open outages; planned ones are counted apart."""
    every = list(rows)
    sudden = [row for row in every if not row.planned]
    return Counters(
        len(sudden), sum(row.districts for row in sudden), sum(row.customers for row in sudden),
        sum(row.priority for row in sudden), sum(row.overdue for row in sudden), len(every) - len(sudden),
    )  # fmt: skip


def coverage(districts: Q) -> Coverage:
    """Telemetry coverage of the part's districts."""
    states = DistrictState.objects.all()
    known = TransformerDistrict.objects.all()
    if not is_whole(districts):
        known = known.filter(districts)
        states = states.filter(district__in=known.values("pk"))
    found = states.aggregate(
        known=Sum("meters"), heard=Sum("meters_heard"), rows=Count("pk"),
        silent=Count("pk", filter=SILENT), partial=Count("pk", filter=PARTIAL),
    )  # fmt: skip
    total = known.count()
    unknown = total - found["rows"]  # a district without a state has never been heard
    return Coverage(
        found["known"] or 0, found["heard"] or 0, total, found["silent"] + unknown, found["partial"]
    )  # fmt: skip


SILENT = Q(meters_heard=0, dark_since=None)
"""States of districts that say nothing although nobody holds them for dark."""
PARTIAL = Q(meters_heard__gt=0, meters_heard__lt=F("meters"))


def gaps() -> Gaps:
    """Messages that are still missing."""
    rows = SequenceGap.objects.filter(filled_at=None)
    found = rows.aggregate(rows=Count("pk"), messages=Sum(F("last_missing") - F("first_missing") + 1))
    shown = rows.values_list("sender", "first_missing", "last_missing", "noticed_at")[:GAPS_SHOWN_MAX]
    return Gaps(found["rows"], found["messages"] or 0, tuple(Gap(*row) for row in shown))


def works_between(districts: Q, begin: datetime, end: datetime, now: datetime, language: str) -> list[Work]:
    """Planned work that touches the time, by its start; of a part only what can be laid to one of its places."""
    rows = PlannedWork.objects.filter(starts_at__lt=end, ends_at__gte=begin)
    return plain_works(rows, now, language, districts)


def plain_works(rows: Iterable[PlannedWork], now: datetime, language: str, districts: Q | None = None) -> list[Work]:
    """Works as plain values, with the name of the place that is opened."""
    found = list(rows)
    names = _device_places([row.device_id for row in found], language, districts)
    narrowed = districts is not None and not is_whole(districts)
    return [
        Work(
            row.code, row.title_en if language == "en" and row.title_en else row.title_zh, row.device_id,
            names.get(row.device_id, ""), row.starts_at, row.ends_at, _work_state(row, now),
        )
        for row in found
        if not narrowed or row.device_id in names
    ]  # fmt: skip


def _work_state(row: PlannedWork, now: datetime) -> str:
    if row.cancelled_at is not None:
        return "cancelled"
    if now < row.starts_at:
        return "coming"
    return "running" if now < row.ends_at else "over"


def _device_places(devices: list[str], language: str, districts: Q | None) -> dict[str, str]:
    """Name of the place of each device: its own district, else the feeder of an outage that was held there."""
    rows = TransformerDistrict.objects.filter(code__in=devices)
    if districts is not None:
        rows = rows.filter(districts)
    found = dict(rows.values_list("code", "name_en" if language == "en" else "name_zh"))
    held = Outage.objects.filter(device_id__in=[one for one in devices if one not in found], feeder__isnull=False)
    if districts is not None and not is_whole(districts):
        held = held.filter(pk__in=outages_in(districts).values("pk"))
    return {**dict(held.values_list("device_id", f"feeder__name_{'en' if language == 'en' else 'zh'}")), **found}


def _single_places(rows: list[Outage], language: str) -> dict[int, str]:
    single = [row.pk for row in rows if row.districts_touched == 1]
    name = "district__name_en" if language == "en" else "district__name_zh"
    return dict(OutageDistrict.objects.filter(outage__in=single).values_list("outage", name))


def _line(row: Outage, single: str, now: datetime, language: str) -> OutageLine:
    found = harm(row.customers_dark, row.starts_at, row.estimated_restoration_at, now)
    is_open = row.status == Outage.Status.OPEN
    return OutageLine(
        row.number, row.status, row.device_level, row.device_id,
        single or _named(row.feeder, language) or row.device_id, _named(row.organisation, language),
        row.starts_at, row.ends_at,
        row.districts_dark if is_open else row.districts_touched,
        row.customers_dark if is_open else row.customers_touched,
        row.priority_customers, row.estimated_restoration_at, is_open and found.said and found.until < now,
        row.planned, row.cause, row.cause_hint, row.confidence, found.customer_hours, row.case_number,
    )  # fmt: skip


def _named(row: object, language: str) -> str:
    if row is None:
        return ""
    return (getattr(row, "name_en", "") if language == "en" else "") or getattr(row, "name_zh", "")
