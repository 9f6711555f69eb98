"""Outages: what everybody may know of them, and what staff see of those in their area."""

from datetime import date, timedelta
from typing import Literal

from django.http import HttpRequest
from ninja import Query, Router

from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, NotFound
from wanjia.queries.network import board
from wanjia.queries.network.outage_page import outage_page
from wanjia.queries.network.parts import Part, seen_districts
from wanjia.queries.network.past_outages import OutageFilters, past_outages
from wanjia.queries.network.place_outage import outage_at, outage_of_customer
from wanjia.queries.network.public import PublicOutage, public_board
from wanjia.queries.network.reliability import Asked, reliability, today
from wanjia.queries.network.version import heard_at
from wanjia.web.api.access import PUBLIC, SIGNED_IN, acting
from wanjia.web.api.outage_shapes import BoardOut, IndicesOut, OutageOut, PlaceOut, PublicOutageOut
from wanjia.web.limits import LOOKUPS, address_of, take
from wanjia.web.surfaces.board.access import sees_outages

router = Router(tags=["outages"], auth=PUBLIC)
ROWS_MAX = 200
DEFAULT_PERIOD = timedelta(days=89)
Users = Literal["districts", "households"]


@router.get("/outages/public", response=list[PublicOutageOut])
def public(request: HttpRequest):
    """The open outages that everybody may know of, without personal data."""
    return [_public(one) for one in public_board(request.now, request.language).outages]


@router.get("/outages/at", response=PlaceOut)
def place(
    request: HttpRequest, longitude: float | None = Query(None, ge=-180, le=180),
    latitude: float | None = Query(None, ge=-90, le=90), customer_number: str = "",
):  # fmt: skip
    """Is this place out: by customer number, or by the district nearest to a point (WGS 84)."""
    if customer_number:
        take(LOOKUPS, address_of(request))
        found = outage_of_customer(customer_number[:20], request.now, request.language)
    elif longitude is not None and latitude is not None:
        found = outage_at(longitude, latitude, request.now, request.language)
    else:
        found = None
    if found is None:
        raise NotFound("district", customer_number or f"{longitude},{latitude}")
    outage = _public(found.open) if found.open else None
    return PlaceOut(area=found.area, certain=found.certain, outage=outage, back_at=found.back_at)


@router.get("/outages", response=list[OutageOut], auth=SIGNED_IN)
def outages(
    request: HttpRequest, status: str = "", organisation: str = "", cell: str = "", feeder: str = "",
    begun_from: date | None = None, begun_to: date | None = None, offset: int = Query(0, ge=0),
):  # fmt: skip
    """Outages in the caller's area, newest first, 200 at a time."""
    actor = _staff(request)
    filters = OutageFilters(status=status, begun_from=begun_from, begun_to=begun_to)
    part = Part(organisation, cell, feeder)
    rows = past_outages(actor, part, filters, request.now, request.language)
    return [_line(row) for row in rows[offset : offset + ROWS_MAX]]


@router.get("/outages/{number}", response=OutageOut, auth=SIGNED_IN)
def outage(request: HttpRequest, number: str):
    """One outage of the caller's area."""
    return _line(outage_page(number, _staff(request), request.now, request.language).line)


@router.get("/board", response=BoardOut, auth=SIGNED_IN)
def figures(
    request: HttpRequest, organisation: str = "", cell: str = "", feeder: str = "", users: Users = "districts"
):  # fmt: skip
    """The figures of the board for the caller's area or a part of it."""
    districts = seen_districts(_staff(request), Part(organisation, cell, feeder))
    counted = board.counters(board.open_outages(districts, request.now, request.language))
    covered, found = board.coverage(districts), today(districts, users, request.now)
    return BoardOut(
        outages=counted.outages, districts=counted.districts, customers=counted.customers, priority=counted.priority,
        overdue=counted.overdue, planned=counted.planned, coverage_percent=covered.percent,
        silent_districts=covered.silent, missing_messages=board.gaps().messages, users=users,
        saidi_minutes=found.saidi_minutes, saifi=found.saifi, asai=found.asai, heard_at=heard_at(),
    )  # fmt: skip


@router.get("/reliability", response=IndicesOut, auth=SIGNED_IN)
def indices(
    request: HttpRequest, first: date | None = None, last: date | None = None, users: Users = "districts",
    kind: Literal["all", "fault", "planned", "own"] = "all", organisation: str = "", cell: str = "", feeder: str = "",
):  # fmt: skip
    """The reliability indices of a period (the last 90 days), with and without major event days."""
    actor = _staff(request)
    if not may(actor, "report", "see"):
        raise Denied("report", "see")
    until = min(last or request.today, request.today)
    asked = Asked(min(first or until - DEFAULT_PERIOD, until), until, users, kind)
    found = reliability(actor, Part(organisation, cell, feeder), asked, request.now, request.language)
    whole = found.whole
    return IndicesOut(
        first=asked.first, last=asked.last, users=users, users_served=whole.users, interruptions=whole.interruptions,
        saidi_minutes=whole.saidi_minutes, saifi=whole.saifi, caidi_minutes=whole.caidi_minutes, asai=whole.asai,
        maifi=whole.maifi, user_hours=whole.user_minutes / 60, major_days=list(found.major_days),
        saidi_minutes_without_major=found.without.saidi_minutes,
    )  # fmt: skip


def _staff(request: HttpRequest) -> Actor:
    actor = acting(request)
    if not sees_outages(actor):
        raise Denied("outage", "see")
    return actor


def _public(one: PublicOutage) -> PublicOutageOut:
    return PublicOutageOut(
        number=one.number, places=list(one.places), households=one.households, starts_at=one.starts_at,
        estimated_at=one.estimated_at, cause=one.cause, planned=one.planned,
    )  # fmt: skip


def _line(row: board.OutageLine) -> OutageOut:
    return OutageOut(
        number=row.number, status=row.status, level=row.level, device_id=row.device_id, place=row.place,
        organisation=row.organisation, starts_at=row.starts_at, ends_at=row.ends_at, districts=row.districts,
        customers=row.customers, priority=row.priority, estimated_at=row.estimated_at, planned=row.planned,
        cause=row.cause, confidence=row.confidence, case_number=row.case_number,
    )  # fmt: skip
