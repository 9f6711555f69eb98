"""Works asked for, plans made, followed, moved and put in force."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Status

from wanjia.actions.network.adopt_month_plan import adopt_month_plan
from wanjia.actions.network.ask_month_plan import ask_month_plan
from wanjia.actions.network.lose_day import lose_day
from wanjia.actions.network.move_planned_item import lock_planned_item, move_planned_item, undo_move
from wanjia.actions.network.request_work import WantedRequest, request_work
from wanjia.actions.network.withdraw_work_request import withdraw_work_request
from wanjia.model.faults import Fault, Refused, Where
from wanjia.queries.network.compare_plans import compare_plans
from wanjia.queries.network.month_plan import plan_line, plan_row, plans
from wanjia.queries.network.plan_days import day_map
from wanjia.queries.network.plan_page import plan_page
from wanjia.queries.network.plan_price import price_of_move
from wanjia.queries.network.plan_shapes import Compared, Item, PlanLine, RequestLine
from wanjia.queries.network.work_requests import work_requests
from wanjia.web.api.access import SIGNED_IN, acting
from wanjia.web.api.faults import shown
from wanjia.web.api.plan_shapes import (
    ComparedOut,
    ComparisonOut,
    ItemOut,
    LostDayIn,
    MoveIn,
    PlanIn,
    PlanOut,
    PlanPageOut,
    PlansOut,
    PriceOut,
    RequestIn,
    RequestOut,
)
from wanjia.web.api.shapes import FaultOut
from wanjia.wiring.network import active_network

router = Router(tags=["plans"], auth=SIGNED_IN)
PAGE = 50
"""Rows of one answer; `offset` fetches the next ones."""


@router.get("/work-requests", response=list[RequestOut])
def requests(request: HttpRequest, state: str = "", month: date | None = None, text: str = "", offset: int = 0):
    """Works that were asked for, most pressing first, fifty at a time; `month`: those that may be done in it."""
    found = work_requests(acting(request), request.language, state, month, text)
    return [_request(one) for one in found[max(offset, 0) : max(offset, 0) + PAGE]]


@router.post("/work-requests", response={201: RequestOut})
def ask_for_work(request: HttpRequest, body: RequestIn):
    """Asks for a work on a branch of the network, or on a district."""
    wanted = WantedRequest(**{**body.dict(), "modes": tuple(body.modes)})
    found = active_network(Path(settings.HOME), with_meters=False)
    row = request_work(wanted, acting(request), request.now, found.network if found else None)
    return Status(201, _request(work_requests(request.actor, request.language, text=row.number)[0]))


@router.post("/work-requests/{number}/withdraw", response=RequestOut)
def withdraw(request: HttpRequest, number: str, reason: str = Query(..., max_length=200)):
    """Takes a work back that stands in no plan in force."""
    withdraw_work_request(number, reason, acting(request), request.now)
    return _request(work_requests(request.actor, request.language, text=number)[0])


@router.get("/plans", response=PlansOut)
def list_plans(
    request: HttpRequest, month: date | None = None, organisation: str = "", state: str = "", offset: int = 0
):  # fmt: skip
    """Versions of plans, newest month first, fifty at a time."""
    found = plans(acting(request), request.now, request.language, month, organisation, state)
    return PlansOut(total=len(found), plans=[_plan(one) for one in found[max(offset, 0) : max(offset, 0) + PAGE]])


@router.post("/plans", response={202: PlanOut})
def ask(request: HttpRequest, body: PlanIn):
    """Asks for a month's plan; the answer's `number` is followed below."""
    actor = acting(request)
    row = ask_month_plan(body.month, body.organisation, actor, request.now, body.seconds, body.seed)
    return Status(202, _line(request, row.number))


@router.get("/plans/{number}", response=PlanPageOut)
def one(request: HttpRequest, number: str):
    """A plan with its works."""
    page = plan_page(number, acting(request), request.now, request.language)
    return PlanPageOut(
        plan=_plan(page.line), items=[_item(item) for item in page.items], unplaced=[name for name, *_ in page.unplaced]
    )


@router.get("/plans/{number}/price", response=PriceOut)
def price(request: HttpRequest, number: str, item: int, starts_at: datetime, mode: int | None = None):
    """What moving a work would do to the whole plan; nothing is changed."""
    found = price_of_move(number, item, _aware(starts_at), acting(request), mode)
    faults = [FaultOut(**shown(fault, request.language)) for fault in found.faults]
    return PriceOut(
        item=found.item, mode=found.mode, starts_at=found.starts_at, ends_at=found.ends_at, allowed=found.allowed,
        district_hours=found.district_hours, district_hours_before=found.district_hours_before, change=found.change,
        household_hours=found.household_hours, household_hours_before=found.household_hours_before, faults=faults,
    )  # fmt: skip


@router.post("/plans/{number}/moves", response=PlanPageOut)
def move(request: HttpRequest, number: str, body: MoveIn):
    """Puts a work elsewhere; what would break anything is refused with all that it breaks."""
    move_planned_item(number, body.item, _aware(body.starts_at), acting(request), request.now, body.mode)
    return one(request, number)


@router.post("/plans/{number}/moves/undo", response=PlanPageOut)
def undo(request: HttpRequest, number: str):
    """Takes the last move back."""
    undo_move(number, acting(request), request.now)
    return one(request, number)


@router.post("/plans/{number}/items/{item}/lock", response=ItemOut)
def lock(request: HttpRequest, number: str, item: int, locked: bool = True):
    """Whether planning may move a work."""
    lock_planned_item(number, item, locked, acting(request), request.now)
    page = plan_page(number, request.actor, request.now, request.language)
    return next(_item(found) for found in page.items if found.id == item)


@router.post("/plans/{number}/lost-days", response={202: PlanOut})
def lost_day(request: HttpRequest, number: str, body: LostDayIn):
    """Asks for a version without a day, in which as few works as needed move."""
    row = lose_day(number, body.day, body.reason, acting(request), request.now)
    return Status(202, _line(request, row.number))


@router.post("/plans/{number}/adopt", response={202: PlanOut})
def adopt(request: HttpRequest, number: str):
    """Puts a plan in force; its outages are entered and customers told, which can be followed."""
    adopt_month_plan(number, acting(request), request.now)
    return Status(202, _line(request, number))


@router.get("/plans/{number}/compare/{other}", response=ComparisonOut)
def compare(request: HttpRequest, number: str, other: str):
    """What becomes of each work from one plan to another."""
    found = compare_plans(number, other, acting(request), request.now, request.language)
    return ComparisonOut(
        before=_plan(found.before), after=_plan(found.after), moved=found.moved, same=found.same,
        works=[_compared(work) for work in found.works],
    )  # fmt: skip


@router.get("/plans/{number}/map", response=dict[str, Any])
def map_of_day(request: HttpRequest, number: str, day: date):
    """A day's works, dark districts and bases, each as GeoJSON (degrees WGS 84)."""
    found = day_map(number, day, acting(request), request.language)
    return {"day": found.day.isoformat(), "works": found.works, "dark": found.dark, "means": found.means}


def _line(request: HttpRequest, number: str) -> PlanOut:
    return _plan(plan_line(plan_row(number, request.actor), request.now, request.language))


def _plan(one: PlanLine) -> PlanOut:
    names = set(PlanOut.model_fields) - {"faults"}
    return PlanOut(**{name: getattr(one, name) for name in names}, faults=[fault.code for fault in one.faults])


def _item(one: Item) -> ItemOut:
    return ItemOut(**{name: getattr(one, name) for name in ItemOut.model_fields})


def _request(one: RequestLine) -> RequestOut:
    return RequestOut(**{name: getattr(one, name) for name in RequestOut.model_fields})


def _compared(one: Compared) -> ComparedOut:
    return ComparedOut(
        request=one.request, title=one.title, change=one.change, before_at=one.before.starts_at if one.before else None,
        after_at=one.after.starts_at if one.after else None,
    )  # fmt: skip


def _aware(at: datetime) -> datetime:
    """An instant with its zone. Raises Refused."""
    if at.tzinfo is None:
        raise Refused([Fault("plan.no_zone", Where("starts_at"))])
    return at
