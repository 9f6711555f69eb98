"""Posts: who holds which on a day, who did before, who is planned, and the open tasks that would move."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Q, Subquery

from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import below
from wanjia.records.cases.models import Task
from wanjia.records.territory.holders import in_office, organisation_line
from wanjia.records.territory.models import Cell, Post, Tenure


@dataclass(frozen=True)
class PostRow:
    """One post on a day; `holder` is empty when nobody holds it."""

    code: str
    role: str
    organisation_code: str
    organisation: str
    cell_code: str
    holder_id: int | None
    holder: str
    since: date | None
    until: date | None
    planned: str
    planned_on: date | None
    open_tasks: int


@dataclass(frozen=True)
class TenureRow:
    """Who held a post from when to when. `state` is `past`, `now` or `planned`."""

    pk: int
    person_id: int
    name: str
    starts_on: date
    ends_on: date | None
    state: str


@dataclass(frozen=True)
class PostPage:
    """A post with everybody who held, holds or will hold it, newest first."""

    row: PostRow
    cell: str
    line: frozenset[str]
    tenures: tuple[TenureRow, ...]


@dataclass(frozen=True)
class PostFilters:
    """What the address says. `held` is `yes`, `no` or empty."""

    text: str = ""
    role: str = ""
    organisation: str = ""
    held: str = ""


def search_posts(filters: PostFilters, on: date, language: str) -> Rows[PostRow]:
    """Posts by code, with their holder on that day."""
    query = _rows(on).filter(_wanted(filters, on)).order_by("code")
    return Rows(query, lambda rows: [_value(row, on, language) for row in rows])


def post_page(code: str, on: date, language: str) -> PostPage | None:
    """One post."""
    row = _rows(on).filter(code=code).first()
    if row is None:
        return None
    cell = Cell.objects.filter(code=row.cell_code, starts_on__lte=on).order_by("-starts_on").first()
    name = (cell.name_en if language == "en" and cell.name_en else cell.name_zh) if cell else ""
    tenures = Tenure.objects.filter(post=row).select_related("person").order_by("-starts_on")
    return PostPage(
        _value(row, on, language), name, frozenset(organisation_line(row.organisation)),
        tuple(_tenure(tenure, on) for tenure in tenures),
    )  # fmt: skip


def _rows(on: date):
    held = Tenure.objects.filter(in_office(on), post=OuterRef("pk"))
    planned = Tenure.objects.filter(post=OuterRef("pk"), starts_on__gt=on).order_by("starts_on")
    return Post.objects.select_related("organisation__parent__parent__parent").annotate(
        holder_pk=Subquery(held.values("person")[:1]), holder_name=Subquery(held.values("person__name")[:1]),
        held_since=Subquery(held.values("starts_on")[:1]), held_until=Subquery(held.values("ends_on")[:1]),
        planned_name=Subquery(planned.values("person__name")[:1]), planned_on=Subquery(planned.values("starts_on")[:1]),
        open_tasks=Count("tasks", filter=Q(tasks__status=Task.Status.OPEN)),
    )  # fmt: skip


def _wanted(filters: PostFilters, on: date) -> Q:
    wanted = Q()
    text = filters.text.strip()
    if text:
        holding = Tenure.objects.filter(in_office(on), person__name__icontains=text).values("post")
        wanted &= Q(code__icontains=text) | Q(cell_code__icontains=text) | Q(pk__in=holding)
    if filters.role:
        wanted &= Q(role=filters.role)
    if filters.organisation:
        wanted &= Q(organisation__in=below([filters.organisation]))
    if filters.held in ("yes", "no"):
        wanted &= Q(holder_pk__isnull=filters.held == "no")
    return wanted


def _value(row, on: date, language: str) -> PostRow:
    organisation = row.organisation
    return PostRow(
        row.code, row.role, organisation.code, organisation.name_en if language == "en" else organisation.name_zh,
        row.cell_code, row.holder_pk, row.holder_name or "", row.held_since, row.held_until, row.planned_name or "",
        row.planned_on, row.open_tasks,
    )  # fmt: skip


def _tenure(row: Tenure, on: date) -> TenureRow:
    past = row.ends_on is not None and row.ends_on < on
    state = "past" if past else "planned" if row.starts_on > on else "now"
    return TenureRow(row.pk, row.person_id, row.person.name, row.starts_on, row.ends_on, state)
