"""The register of safety monitors: where each stands, whether it is heard, who is called, and what was done to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wanjia.kernels.balance.safety.following import QUANTITIES
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.model.masking import mask_name, mask_phone
from wanjia.queries.cases.history import who_text
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.parts import Part, is_whole, seen_districts
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor, TransformerDistrict

STATES = ("speaking", "silent", "never", "off")
DEEDS_MAX = 50


@dataclass(frozen=True)
class MonitorFilters:
    """From the address. `text`: code, gateway, place, address, district."""

    text: str = ""
    scene: str = ""
    state: str = ""


@dataclass(frozen=True)
class MonitorLine:
    """One monitor; of a home there is no address, and who is called stands in its consent. Names are masked."""

    code: str
    place: str
    address: str
    scene: str
    phase: str
    gateway: str
    district: str
    district_code: str
    organisation: str
    contact: str
    helper: str
    consent: str
    state: str
    heard_at: datetime | None
    open_alarms: int
    own_limits: bool


@dataclass(frozen=True)
class MonitorDeed:
    """A line of its history; of fields of persons there is no before and after."""

    at: datetime
    who: str
    verb: str
    quantity: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class MonitorPage:
    """One monitor with its newest values and its history."""

    line: MonitorLine
    silent_hours: float
    entered_at: datetime
    longitude: float
    latitude: float
    latest: tuple[tuple[str, datetime, float], ...]
    deeds: tuple[MonitorDeed, ...]


def monitors(actor: Actor, part: Part, filters: MonitorFilters, now: datetime, language: str) -> Rows[MonitorLine]:
    """Those that have an open alarm first, then by code."""
    rows = _seen(actor, part).filter(_fits(filters)).order_by("-alarming", "code")
    return Rows(rows, lambda found: _lines(found, language))


def monitor_page(code: str, actor: Actor, language: str) -> MonitorPage:
    """Raises NotFound when there is none, or none that the actor may know of."""
    row = _seen(actor, Part()).filter(code=code).first()
    if row is None:
        raise NotFound("safety_monitor", code)
    return MonitorPage(
        _lines([row], language)[0], row.silent_hours, row.entered_at, row.longitude, row.latitude,
        () if row.consent_case else _latest(row), _deeds(code, language),
    )  # fmt: skip


def monitor_fields(code: str, actor: Actor) -> dict[str, str]:
    """Its fields as they are, for the form of whoever may change them. Raises NotFound."""
    row = _seen(actor, Part()).filter(code=code).first()
    if row is None:
        raise NotFound("safety_monitor", code)
    texts = (
        "code", "gateway", "scene", "phase", "name_zh", "name_en", "address", "contact_name", "contact_phone",
        "helper_name", "helper_phone", "consent_case",
    )  # fmt: skip
    numbers = {"longitude": f"{row.longitude:.6f}", "latitude": f"{row.latitude:.6f}"}
    found = {name: str(getattr(row, name)) for name in texts}
    return found | numbers | {"district": row.district_id, "silent_hours": f"{row.silent_hours:g}"}


def district_named(text: str) -> tuple[str, float, float] | None:
    """Code and place of the district that has this code, or alone has this name."""
    rows = TransformerDistrict.objects.filter(Q(code=text) | Q(name_zh=text) | Q(name_en=text))
    found = list(rows.values_list("code", "longitude", "latitude")[:2])
    exact = [one for one in found if one[0] == text] or (found if len(found) == 1 else [])
    return exact[0] if exact else None


def _seen(actor: Actor, part: Part) -> QuerySet[SafetyMonitor]:
    districts = seen_districts(actor, part)
    inside = Q() if is_whole(districts) else Q(district__in=TransformerDistrict.objects.filter(districts).values("pk"))
    still = Q(alarms__status=SafetyAlarm.Status.OPEN)
    silent = SafetyAlarm.objects.filter(monitor=OuterRef("pk"), kind="device_silent", status=SafetyAlarm.Status.OPEN)
    rows = SafetyMonitor.objects.filter(inside).select_related("district__organisation")
    return rows.annotate(
        alarming=Count("alarms", filter=still, distinct=True), is_silent=Exists(silent),
        own_limits=Count("limits", distinct=True),
    )  # fmt: skip


def _fits(filters: MonitorFilters) -> Q:
    found = Q(scene=filters.scene) if filters.scene else Q()
    found &= {
        "off": Q(removed_at__isnull=False), "silent": Q(removed_at=None, is_silent=True),
        "never": Q(removed_at=None, is_silent=False, heard_at=None),
        "speaking": Q(removed_at=None, is_silent=False, heard_at__isnull=False),
    }.get(filters.state, Q())  # fmt: skip
    if text := filters.text:
        place = Q(code__icontains=text) | Q(gateway__icontains=text) | Q(name_zh__icontains=text)
        place |= Q(name_en__icontains=text) | Q(address__icontains=text, consent_case="")
        found &= place | Q(district=text) | Q(district__name_zh__icontains=text)
    return found


def _lines(rows: Sequence[SafetyMonitor], language: str) -> list[MonitorLine]:
    return [_line(row, language) for row in rows]


def _line(row: SafetyMonitor, language: str) -> MonitorLine:
    district, english = row.district, language == "en"
    return MonitorLine(
        row.code, row.name_en if english and row.name_en else row.name_zh,
        "" if row.consent_case else row.address, row.scene, row.phase, row.gateway,
        district.name_en if english and district.name_en else district.name_zh, district.code,
        district.organisation.name_en if english else district.organisation.name_zh,
        _person(row.contact_name, row.contact_phone), _person(row.helper_name, row.helper_phone), row.consent_case,
        _state(row), row.heard_at, row.alarming, bool(row.own_limits),
    )  # fmt: skip


def _person(name: str, phone: str) -> str:
    return f"{mask_name(name)} {mask_phone(phone)}".strip()


def _state(row: SafetyMonitor) -> str:
    if row.removed_at:
        return "off"
    if row.is_silent:
        return "silent"
    return "speaking" if row.heard_at else "never"


def _latest(row: SafetyMonitor) -> tuple[tuple[str, datetime, float], ...]:
    """Of each quantity the newest five minutes of the last day it was heard."""
    since = (row.heard_at or row.entered_at) - timedelta(days=1)
    found: dict[str, tuple[str, datetime, float]] = {}
    for one in row.readings.filter(slot_at__gte=since).order_by("slot_at"):
        found[one.quantity] = (one.quantity, one.slot_at, one.highest)
    return tuple(found[name] for name in QUANTITIES if name in found)


def _deeds(code: str, language: str) -> tuple[MonitorDeed, ...]:
    rows = HistoryEntry.objects.filter(subject=f"safety:{code}").order_by("-sequence")[:DEEDS_MAX]
    return tuple(
        MonitorDeed(row.at, who_text(row.actor, row.actor_name, language), row.verb,
                    str(row.data.get("quantity", "")), tuple(_changes(row.data)))
        for row in rows
    )  # fmt: skip


def _changes(data: dict[str, object]) -> list[tuple[str, str, str]]:
    """Field, before, after; for thresholds the day and the figures."""
    fields = data.get("fields")
    if isinstance(fields, list):
        return [(str(one), str(data.get(f"{one}_before", "")), str(data.get(f"{one}_after", ""))) for one in fields]
    if "alarm" in data:
        return [("limit", str(data.get("starts_on")), f"{data.get('pre_alarm', '')} / {data['alarm']}")]
    return []
