"""What the case of an outage asks and does: who is in charge, who can go; estimates, causes and ends for its row."""

from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone
from pyproj import Geod

from wanjia.actions.network.acting import on_outage
from wanjia.actions.network.endings import close, customer_hours, dismiss, set_cause, tell_closed, tell_dismissed
from wanjia.actions.network.estimates import set_estimate, tell_of_estimate
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Task
from wanjia.records.network.models import Outage
from wanjia.records.territory.holders import GRID_ROLES, answering, in_office, organisation_line
from wanjia.records.territory.models import Cell, Person, Post, Tenure

CREW_ROLES = ("district_manager", "senior_manager", "station_chief")
"""Who leads a repair in the field, besides those whose calling it is."""
OFFERS_MAX = 8
"""Names offered at once: as many as fit a screen beside distance and work at hand."""
FAR_KM = 999.0
"""Sorts those last of whom it is not known where they are."""

_EARTH = Geod(ellps="WGS84")


def post_in_charge(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`post` (`post:<id>`, null when there is none): of the case's cells for grid roles, else up the organisations."""
    charge = str(inputs["charge"])
    levels = {role: level for level, role in GRID_ROLES.items()}
    if charge in levels and case.cell_path:
        for level, post, person in reversed(answering(case.cell_path.split("/"), work_calendar().day_of(now))):
            if level <= levels[charge] and person is not None:
                return {"post": f"post:{post.pk}"}
    for organisation in organisation_line(case.organisation):
        found = Post.objects.filter(role=charge, organisation=organisation).order_by("code").first()
        if found:
            return {"post": f"post:{found.pk}"}
    anywhere = Post.objects.filter(role=charge).order_by("code").first() if charge not in levels else None
    return {"post": f"post:{anywhere.pk}" if anywhere else None}


def crew_on_duty(inputs: Facts, case: Case, now: datetime) -> Facts:
    """`crews`: people of the case's organisation who lead repairs: id, name, team, distance_km, open_tasks."""
    tenures = Tenure.objects.filter(in_office(work_calendar().day_of(now)), post__role__in=CREW_ROLES)
    below = Q(post__organisation=case.organisation) | Q(post__organisation__parent=case.organisation)
    rows = list(tenures.filter(below).select_related("post__organisation", "person").order_by("post__code"))
    cells = {cell.code: cell for cell in Cell.objects.filter(code__in=[row.post.cell_code for row in rows])
             .order_by("starts_on").defer("geometry_wkb")}  # fmt: skip
    busy = _open_tasks([row.person for row in rows])
    nearest = {row.person_id: row for row in rows[::-1]}.values()
    offers = [_offer(row, _distance_km(cells.get(row.post.cell_code), case), busy) for row in nearest]
    offers.sort(key=lambda offer: offer[:2])
    return {"crews": [facts for *_, facts in offers[:OFFERS_MAX]]}


def say_estimate(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`told`: customers to whom the new estimate goes; 0 when it moved too little."""
    reason = str(inputs.get("reason") or "")
    with on_outage(_number(case), "estimate", SYSTEM, now) as (book, entry):
        is_news = set_estimate(book, entry, _instant(inputs["restoration_at"]), reason, actor, now)
    return {"told": tell_of_estimate(book, entry, reason, now) if is_news else 0}


def record_cause(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`customer_hours` lost in all districts."""
    note = str(inputs.get("note") or "")
    with on_outage(_number(case), "explain", SYSTEM, now) as (_, entry):
        set_cause(entry, str(inputs["cause"]), inputs.get("external") is True, note, actor, now)
    return {"customer_hours": customer_hours(entry)}


def dismiss_outage(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`corrected`: customers who are told that it was no outage."""
    with on_outage(_number(case), "record", SYSTEM, now) as (book, entry):
        dismiss(book, entry, str(inputs["reason"]), actor, now)
    return {"corrected": tell_dismissed(book, entry, now)}


def close_outage(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`told`: customers who are told that supply is back. Nothing to do when the meters said so meanwhile."""
    number = _number(case)
    if not Outage.objects.filter(number=number, status=Outage.Status.OPEN).exists():
        return {"told": 0}
    with on_outage(number, "record", SYSTEM, now) as (book, entry):
        restored_at = min(max(_instant(inputs["restored_at"]), entry.row.starts_at), now)
        close(book, entry, restored_at, actor, now)
    return {"told": tell_closed(book, entry, now)}


def _number(case: Case) -> str:
    number = case.outage.number if case.outage else str((case.state or {}).get("facts", {}).get("outage_number", ""))
    if not number:
        raise Refused([Fault("unavailable", Where())])
    return number


def _instant(value: Json) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused([Fault("unavailable", Where())]) from error
    return at if at.tzinfo else timezone.make_aware(at)


def _open_tasks(people: list[Person]) -> dict[int, int]:
    rows = Task.objects.filter(holder__in=people, status=Task.Status.OPEN).order_by().values("holder")
    return dict(rows.annotate(count=Count("pk")).values_list("holder", "count"))


def _offer(row: Tenure, distance_km: float, busy: dict[int, int]) -> tuple[float, int, Facts]:
    tasks = busy.get(row.person_id, 0)
    facts: Facts = {
        "id": f"person:{row.person_id}",
        "name": row.person.name,
        "team": row.post.organisation.name_zh,
        "distance_km": distance_km,
        "open_tasks": tasks,
    }
    return distance_km, tasks, facts


def _distance_km(cell: Cell | None, case: Case) -> float:
    """From the middle of the cell that the person holds; as far as the company when nothing is known."""
    if cell is None or case.longitude is None or case.latitude is None:
        return FAR_KM
    _, _, metres = _EARTH.inv(cell.longitude, cell.latitude, case.longitude, case.latitude)
    return round(metres / 1000, 1)
