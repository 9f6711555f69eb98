"""Plans of a month: the list, one plan with its chart, calendar and figures. Shapes: `plan_shapes`."""

from datetime import date, datetime

from django.db.models import QuerySet

from wanjia.model.actors import Actor, may
from wanjia.model.faults import Denied, Fault, NotFound, Where
from wanjia.queries.cases.rows import Rows
from wanjia.queries.network.plan_shapes import PlanLine
from wanjia.records.network.planning import MonthPlan

OBJECT = "work"
DROPPED = "dropped"
"""Given up before it was in force."""
STAGES = {"freeze": 0.05, "modes": 0.1, "solve": 0.75, "explain": 0.05, "keep": 0.05}
"""Stages of a computation in their order, and what share of its time each takes."""


def allow(actor: Actor) -> None:
    """Raises Denied for whoever sees no works anywhere."""
    if not may(actor, OBJECT, "see"):
        raise Denied(OBJECT, "see")


def plans(
    actor: Actor, now: datetime, language: str, month: date | None = None, organisation: str = "", state: str = ""
) -> Rows[PlanLine]:
    """Newest month first, newest version first. Raises Denied."""
    allow(actor)
    rows = MonthPlan.objects.select_related("organisation", "based_on").defer("input", "choice")
    if month:
        rows = rows.filter(month=month.replace(day=1))
    if organisation:
        rows = rows.filter(organisation=organisation)
    if state:
        rows = _in_state(rows, state)
    return Rows(rows, lambda found: [plan_line(row, now, language) for row in found])


def _in_state(rows: QuerySet[MonthPlan], state: str) -> QuerySet[MonthPlan]:
    """A plan that was given up stands among those that another one followed, and was never in force itself."""
    if state in (DROPPED, MonthPlan.State.SUPERSEDED):
        return rows.filter(state=MonthPlan.State.SUPERSEDED, adopted_at__isnull=state == DROPPED)
    return rows.filter(state=state)


def plan_row(number: str, actor: Actor, heavy: bool = True) -> MonthPlan:
    """The row itself, for reads of this room; its frozen list only where `heavy`. Raises NotFound, Denied."""
    allow(actor)
    rows = MonthPlan.objects.select_related("organisation", "based_on").defer("based_on__input", "based_on__choice")
    row = (rows if heavy else rows.defer("input", "choice")).filter(number=number).first()
    if row is None:
        raise NotFound("month_plan", number)
    return row


def plan_line(row: MonthPlan, now: datetime, language: str) -> PlanLine:
    """A row as a line."""
    share = _share(row)
    where = row.organisation
    return PlanLine(
        row.number, row.month, row.days, where.code, where.name_en if language == "en" and where.name_en
        else where.name_zh, row.version, _state(row), row.lost_on, row.based_on.number if row.based_on else "",
        row.figures.get("works", 0), row.figures.get("outages", 0), row.figures.get("district_hours"),
        row.figures.get("household_hours"), row.figures.get("naive_district_hours"), row.bound, row.gap, row.seconds,
        row.seed, row.asked_by_name or row.asked_by, row.asked_at, row.ended_at, row.adopted_by_name, row.adopted_at,
        row.stage, share, _remaining(row, share, now), row.best, faults_of(row.faults),
    )  # fmt: skip


def _state(row: MonthPlan) -> str:
    return DROPPED if row.state == MonthPlan.State.SUPERSEDED and row.adopted_at is None else row.state


def faults_of(kept: list[dict[str, object]]) -> tuple[Fault, ...]:
    """Kept faults as values again."""
    return tuple(Fault(str(one["code"]), Where(str(one["where"])), dict(one["values"])) for one in kept)  # type: ignore[call-overload]


def _share(row: MonthPlan) -> float | None:
    """How much of the computation is done, by what the stages take of it."""
    if row.state != MonthPlan.State.COMPUTING or row.stage not in STAGES:
        return None
    names = list(STAGES)
    before = sum(STAGES[name] for name in names[: names.index(row.stage)])
    return before + STAGES[row.stage] * min(1.0, row.done / row.total if row.total else 0.0)


def _remaining(row: MonthPlan, share: float | None, now: datetime) -> float | None:
    if share is None or row.started_at is None:
        return None
    passed = (now - row.started_at).total_seconds()
    return max(0.0, row.seconds - passed) if row.stage in ("freeze", "modes", "solve") else 0.0
