"""Cases that an actor may see, by any mixture of filters, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import mask_name
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.task_list import due_filter
from wanjia.queries.cases.visible import below, cases_for, in_cell
from wanjia.records.cases.models import Case

NO_CELL = "-"
"""Stands in an address for `without a cell`."""

SORTS = {"opened": ("-opened_at", "-pk"), "due": (F("due_at").asc(nulls_last=True), "-opened_at")}


@dataclass(frozen=True)
class CaseFilters:
    """What the page's address says; empty parts do not filter.

    `late` is `yes` or `no`; `cell` is `-` for cases without a place; `own` is `yes` for what the organisation received
    itself, without those below it; `rated` is `yes` for cases that somebody rated.
    """

    text: str = ""
    practice: str = ""
    status: str = ""
    late: str = ""
    due: str = ""
    cell: str = ""
    organisation: str = ""
    opened_from: date | None = None
    opened_to: date | None = None
    ended_from: date | None = None
    ended_to: date | None = None
    sort: str = ""
    own: str = ""
    rated: str = ""


@dataclass(frozen=True)
class CaseRow:
    """One case in a list; the requester's name is masked."""

    number: str
    title: str
    practice: str
    status: str
    end: str
    late: bool
    on_hold: bool
    organisation: str
    cell_code: str
    requester: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None


def search_cases(actor: Actor, filters: CaseFilters, now: datetime, language: str) -> Rows[CaseRow]:
    """The cases that fit, newest first, or by deadline."""
    query = filtered_cases(actor, filters, now).select_related("practice", "organisation")
    query = query.defer("state", "practice__files").order_by(*SORTS.get(filters.sort, SORTS["opened"]))
    return Rows(query, lambda cases: case_rows(cases, language))


def cases_by_number(actor: Actor, numbers: Iterable[str], now: datetime, language: str) -> Rows[CaseRow]:
    """Those with the given numbers, as far as the actor may see them."""
    query = Case.objects.filter(cases_for(actor), number__in=list(numbers)).select_related("practice", "organisation")
    return Rows(query.defer("state", "practice__files"), lambda cases: case_rows(cases, language))


def filtered_cases(actor: Actor, filters: CaseFilters, now: datetime) -> QuerySet:
    """The same as a query, for figures."""
    return Case.objects.filter(
        cases_for(actor), _text(filters.text), _state(filters, now), _where(filters), _when(filters)
    )


def case_rows(cases: Iterable[Case], language: str) -> list[CaseRow]:
    """Case rows as values."""
    return [_row(case, language) for case in cases]


def _text(text: str) -> Q:
    """A part of the number, title or address; a whole name (names are not to be fished for letter by letter)."""
    text = text.strip()
    if not text:
        return Q()
    return (
        Q(number__icontains=text) | Q(title__icontains=text) | Q(title_en__icontains=text)
        | Q(address__icontains=text) | Q(requester_name=text)
    )  # fmt: skip


def _state(filters: CaseFilters, now: datetime) -> Q:
    wanted = Q(status=filters.status) if filters.status in Case.Status.values else Q()
    if filters.practice:
        wanted &= Q(practice__name=filters.practice)
    if filters.late in ("yes", "no"):
        wanted &= Q(late=filters.late == "yes")
    if filters.rated == "yes":
        wanted &= Q(rating__stars__gte=1)
    if filters.due:
        wanted &= Q(status=Case.Status.RUNNING) & due_filter(filters.due, now)
    return wanted


def _where(filters: CaseFilters) -> Q:
    wanted = in_cell(filters.cell) if filters.cell else Q()
    if filters.cell == NO_CELL:
        wanted = Q(cell_path="") | Q(cell_path__endswith="/")
    if not filters.organisation:
        return wanted
    own = filters.own == "yes"
    return wanted & Q(organisation__in=[filters.organisation] if own else below([filters.organisation]))


def _when(filters: CaseFilters) -> Q:
    wanted = Q()
    for key, first, last in (
        ("opened_at", filters.opened_from, filters.opened_to), ("ended_at", filters.ended_from, filters.ended_to),
    ):  # fmt: skip
        if first:
            wanted &= Q(**{f"{key}__gte": start_of(first)})
        if last:
            wanted &= Q(**{f"{key}__lt": start_of(last + timedelta(days=1))})
    return wanted


def start_of(day: date) -> datetime:
    """The first instant of a day of the company."""
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def _row(case: Case, language: str) -> CaseRow:
    practice, english = practice_of(case.practice), language == "en"
    return CaseRow(
        case.number, case.title_en if english else case.title, practice.text("name", language), case.status,
        practice.text(f"ends.{case.end}", language) if case.end else "", case.late, case.on_hold,
        case.organisation.name_en if english else case.organisation.name_zh, case.cell_code,
        mask_name(case.requester_name), case.opened_at, case.ended_at, case.due_at,
    )  # fmt: skip
