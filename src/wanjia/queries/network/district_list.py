"""All districts as a list: the map's equal for keyboard, screen reader and spreadsheet."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from wanjia.model.actors import Actor
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.board import PARTIAL, SILENT
from wanjia.queries.network.parts import Part, seen_districts
from wanjia.records.network.models import Outage, OutageDistrict, TransformerDistrict

STATES = ("dark", "planned", "part", "silent", "partial", "lit")
"""What a district can be asked for by. `partial`: heard, but not all of its meters."""


@dataclass(frozen=True)
class DistrictLine:
    """One district with what is known of it now."""

    code: str
    name: str
    organisation: str
    feeder: str
    customers: int
    state: str
    outage: str
    heard_at: datetime | None
    meters: int
    meters_heard: int


def district_list(actor: Actor, part: Part, state: str, text: str, language: str) -> Rows[DistrictLine]:
    """The districts that the actor may see, in one state when `state` names it; the dark first."""
    rows = TransformerDistrict.objects.filter(seen_districts(actor, part)).filter(_in_state(state))
    if text:
        rows = rows.filter(Q(code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text))
    rows = rows.select_related("organisation", "feeder", "districtstate")
    return Rows(
        rows.order_by(F("districtstate__dark_since").asc(nulls_last=True), "code"),
        lambda found: _lines(found, language),
    )


def _in_state(state: str) -> Q:
    if state in ("dark", "planned", "part"):
        return Q(pk__in=_open(state).values("district"))
    silent = Q(districtstate=None) | _of_state(SILENT)
    if state == "silent":
        return silent & ~Q(pk__in=_open().values("district"))
    if state == "partial":
        return _of_state(PARTIAL)
    if state == "lit":
        return ~Q(pk__in=_open().values("district")) & ~silent
    return Q()


def _of_state(condition: Q) -> Q:
    """The same condition, asked of a district instead of its state."""
    found = Q()
    for name, value in condition.children:
        found &= Q(**{f"districtstate__{name}": F("districtstate__meters") if isinstance(value, F) else value})
    return found


def _open(state: str = "") -> QuerySet[OutageDistrict]:
    rows = OutageDistrict.objects.filter(outage__status=Outage.Status.OPEN)
    still = Q(restored_at=None, meters_dark=0) & ~Q(outage__device_level="meter")
    partly = Q(restored_at=None, outage__device_level="meter") | Q(meters_dark__gt=0)
    if state == "dark":
        return rows.filter(still, outage__planned=False)
    if state == "planned":
        return rows.filter(still, outage__planned=True)
    return rows.filter(partly) if state == "part" else rows.filter(still | partly)


def _lines(found: list[TransformerDistrict], language: str) -> list[DistrictLine]:
    open_rows = _open().filter(district__in=[row.pk for row in found])
    held: dict[str, tuple[str, str]] = {}
    columns = ("district", "outage__number", "outage__planned", "outage__device_level", "meters_dark")
    for code, number, planned, level, meters in open_rows.values_list(*columns):
        state = "planned" if planned else "part" if level == "meter" or meters else "dark"
        if code not in held or state == "dark":
            held[code] = (state, number)
    return [_line(row, *held.get(row.pk, ("", "")), language) for row in found]


def _line(row: TransformerDistrict, state: str, number: str, language: str) -> DistrictLine:
    known = getattr(row, "districtstate", None)
    english = language == "en"
    if not state:
        state = "silent" if known is None or not known.meters_heard else "lit"
        if known is not None and known.meters_heard and known.meters_heard < known.meters:
            state = "partial"
    return DistrictLine(
        row.code, row.name_en if english and row.name_en else row.name_zh,
        row.organisation.name_en if english else row.organisation.name_zh,
        row.feeder.name_en if english and row.feeder.name_en else row.feeder.name_zh,
        row.customers, state, number, known.heard_at if known else None, known.meters if known else 0,
        known.meters_heard if known else 0,
    )  # fmt: skip
