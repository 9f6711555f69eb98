"""How much lies where: open, due, overdue and done cases of an organisation, by place, practice and person."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.cases.case_search import CaseFilters, filtered_cases, start_of
from wanjia.queries.cases.installed import practice_names
from wanjia.queries.cases.task_list import group_of
from wanjia.queries.cases.visible import tasks_for
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.models import Cell, Organisation

PERIOD_DAYS = 30
"""Over how many days ratings and punctuality are taken: long enough to mean something, short enough to be changed."""

PEOPLE_SHOWN_MAX = 40
"""Lines by person, most overdue first; the whole list is the search for tasks."""


@dataclass(frozen=True)
class Figures:
    """The head of a load view. `in_time` and `stars` are None when there was nothing to take them from."""

    open: int
    today: int
    overdue: int
    done_week: int
    ended: int
    in_time: float | None
    stars: float | None
    rated: int


@dataclass(frozen=True)
class LoadRow:
    """One line of a load table: a cell, a station, a practice or a person."""

    key: str
    name: str
    open: int
    today: int
    overdue: int
    ended: int = 0
    in_time: float | None = None
    stars: float | None = None


@dataclass(frozen=True)
class Load:
    """A load view of one organisation."""

    organisation: str
    name: str
    kind: str
    parent: str
    figures: Figures
    places: tuple[LoadRow, ...]
    practices: tuple[LoadRow, ...]
    people: tuple[LoadRow, ...]
    week_from: datetime
    period_from: datetime


def load_of(actor: Actor, code: str, now: datetime, language: str) -> Load | None:
    """The load of an organisation as far as the actor may see it; None for a code that nobody bears."""
    organisation = Organisation.objects.filter(code=code).first()
    if organisation is None:
        return None
    cases = filtered_cases(actor, CaseFilters(organisation=code), now)
    running = [_Open(*row) for row in cases.filter(status=Case.Status.RUNNING).values_list(*_OPEN_COLUMNS)]
    since = start_of(timezone.localdate(now)) - timedelta(days=PERIOD_DAYS)
    ended = [_Ended(*row) for row in cases.filter(ended_at__gte=since).values_list(*_ENDED_COLUMNS)]
    station = organisation.kind == Organisation.Kind.STATION
    place: Callable[[Any], str] = _cell if station else _station
    names = _cell_names(code, now, language) if station else _station_names(organisation, language)
    week = week_start(now)
    if not station:  # a company may receive cases itself
        receiving = {row.organisation for row in running} | {row.organisation for row in ended}
        names |= _names(Organisation.objects.filter(code__in=receiving), language)
    titles = dict(practice_names(language))
    return Load(
        code, organisation.name_en if language == "en" else organisation.name_zh, organisation.kind,
        organisation.parent_id or "", _figures(running, ended, week, now), _table(running, ended, place, names, now),
        _table(running, ended, _practice, titles, now), _people(actor, cases, now), week, since,
    )  # fmt: skip


def week_start(now: datetime) -> datetime:
    """Monday 0:00 of the company's week."""
    day = timezone.localdate(now)
    return start_of(day - timedelta(days=day.weekday()))


_OPEN_COLUMNS = ("cell_path", "organisation", "practice__name", "due_at")
_ENDED_COLUMNS = ("cell_path", "organisation", "practice__name", "late", "ended_at", "rating__stars")


@dataclass(frozen=True)
class _Open:
    cell_path: str
    organisation: str
    practice: str
    due_at: datetime | None


@dataclass(frozen=True)
class _Ended:
    cell_path: str
    organisation: str
    practice: str
    late: bool
    ended_at: datetime
    stars: int | None


def _cell(row: _Open | _Ended) -> str:
    return row.cell_path.split("/")[-1]


def _station(row: _Open | _Ended) -> str:
    return row.organisation


def _practice(row: _Open | _Ended) -> str:
    return row.practice


def _figures(running: list[_Open], ended: list[_Ended], week: datetime, now: datetime) -> Figures:
    groups = Counter(group_of(row.due_at, now) for row in running)
    stars = [row.stars for row in ended if row.stars]
    return Figures(
        len(running), groups["today"], groups["overdue"], sum(row.ended_at >= week for row in ended), len(ended),
        _share(ended), sum(stars) / len(stars) if stars else None, len(stars),
    )  # fmt: skip


def _share(ended: list[_Ended]) -> float | None:
    return 100 * sum(not row.late for row in ended) / len(ended) if ended else None


def _table(
    running: list[_Open], ended: list[_Ended], key: Callable[[Any], str], names: dict[str, str], now: datetime
) -> tuple[LoadRow, ...]:
    """A line for every name, and for keys without one; most overdue first."""
    open_by, ended_by = _by(running, key), _by(ended, key)
    rows = []
    for code in dict.fromkeys([*names, *open_by, *ended_by]):
        mine: list[_Open] = open_by.get(code, [])
        over: list[_Ended] = ended_by.get(code, [])
        groups = Counter(group_of(row.due_at, now) for row in mine)
        stars = [row.stars for row in over if row.stars]
        mean = sum(stars) / len(stars) if stars else None
        name = names.get(code, code)
        rows.append(LoadRow(code, name, len(mine), groups["today"], groups["overdue"], len(over), _share(over), mean))
    return tuple(sorted(rows, key=lambda row: (-row.overdue, -row.open, row.key)))


def _by(rows: Iterable[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _people(actor: Actor, cases: Any, now: datetime) -> tuple[LoadRow, ...]:
    tasks = Task.objects.filter(case__in=cases.values("pk"), status=Task.Status.OPEN, holder__isnull=False)
    tasks = tasks.filter(tasks_for(actor, "see"))
    rows = tasks.values_list("holder_id", "holder__name", "due_at")
    names = {str(pk): name for pk, name, _ in rows}
    found = []
    for pk, dues in _by(((str(pk), due_at) for pk, _, due_at in rows), lambda row: row[0]).items():
        groups = Counter(group_of(due_at, now) for _, due_at in dues)
        found.append(LoadRow(pk, names[pk], len(dues), groups["today"], groups["overdue"]))
    return tuple(sorted(found, key=lambda row: (-row.overdue, -row.open, row.name))[:PEOPLE_SHOWN_MAX])


def _cell_names(organisation: str, now: datetime, language: str) -> dict[str, str]:
    day = timezone.localdate(now)
    cells = Cell.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), organisation=organisation, level=3)
    rows = cells.filter(starts_on__lte=day).values_list("code", "name_zh", "name_en")
    return {code: english if language == "en" and english else chinese for code, chinese, english in rows}


def _station_names(organisation: Organisation, language: str) -> dict[str, str]:
    """Every station below, near or far."""
    line = Q(parent=organisation) | Q(parent__parent=organisation) | Q(parent__parent__parent=organisation)
    return _names(Organisation.objects.filter(line, kind=Organisation.Kind.STATION), language)


def _names(rows: Any, language: str) -> dict[str, str]:
    return dict(rows.values_list("code", "name_en" if language == "en" else "name_zh"))
