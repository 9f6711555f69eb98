"""The cases that a figure is taken from: of a period, a place, and within the reader's reach."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.case_search import CaseFilters, filtered_cases
from wanjia.records.cases.models import Case


@dataclass(frozen=True)
class Scope:
    """Which cases: opened in the company's days from `first` to `last`, both included; of one organisation or cell."""

    first: date
    last: date
    organisation: str = ""
    cell: str = ""


@dataclass(frozen=True)
class CaseFacts:
    """What an indicator may look at in one case."""

    pk: int
    number: str
    facts: Facts
    place: str
    opened_at: datetime
    ended_at: datetime | None


def figure_cases(
    actor: Actor, practices: Mapping[str, Practice], scope: Scope, now: datetime, by_cell: bool
) -> dict[str, list[CaseFacts]]:
    """By practice, its cases opened in the period, by the time of opening; merged ones are counted where they went."""
    filters = CaseFilters(
        practice=next(iter(practices)) if len(practices) == 1 else "", organisation=scope.organisation,
        cell=scope.cell, opened_from=scope.first, opened_to=scope.last,
    )  # fmt: skip
    rows = filtered_cases(actor, filters, now).exclude(status="merged").order_by("opened_at")
    found: dict[str, list[CaseFacts]] = {name: [] for name in practices}
    for name, case in _case_facts(rows, practices, by_cell):
        found[name].append(case)
    return found


def cases_with(keys: Iterable[int], practices: Mapping[str, Practice], by_cell: bool) -> dict[int, CaseFacts]:
    """These cases by key, for rows that were found already."""
    rows = Case.objects.filter(pk__in=set(keys))
    return {case.pk: case for _, case in _case_facts(rows, practices, by_cell)}


def _case_facts(rows: QuerySet, practices: Mapping[str, Practice], by_cell: bool) -> Iterator[tuple[str, CaseFacts]]:
    """Cases of these practices as values, each with its practice; facts that nobody answered are null."""
    place = "cell_code" if by_cell else "organisation"
    unknown: dict[str, Facts] = {name: dict.fromkeys(practice.facts) for name, practice in practices.items()}
    for name, pk, number, settings, facts, where, opened_at, ended_at in rows.values_list(
        "practice__name", "pk", "number", "state__settings", "state__facts", place, "opened_at", "ended_at"
    ):
        if name in unknown:
            known = {**unknown[name], **(settings or {}), **(facts or {})}
            yield name, CaseFacts(pk, number, known, where, opened_at, ended_at)
