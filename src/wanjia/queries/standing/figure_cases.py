"""The cases that a figure is taken from: of a period, a place, and within the reader's reach."""

from collections.abc import Iterable
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


def figure_cases(actor: Actor, practice: Practice, scope: Scope, now: datetime, by_cell: bool) -> list[CaseFacts]:
    """Cases opened in the period, by the time of opening; merged ones are counted where they went."""
    filters = CaseFilters(
        practice=practice.name, organisation=scope.organisation, cell=scope.cell,
        opened_from=scope.first, opened_to=scope.last,
    )  # fmt: skip
    rows = filtered_cases(actor, filters, now).exclude(status="merged").order_by("opened_at")
    return case_facts(rows, practice, by_cell)


def cases_with(keys: Iterable[int], practice: Practice, by_cell: bool) -> dict[int, CaseFacts]:
    """These cases by key, for rows that were found already."""
    return {case.pk: case for case in case_facts(Case.objects.filter(pk__in=set(keys)), practice, by_cell)}


def case_facts(rows: QuerySet, practice: Practice, by_cell: bool) -> list[CaseFacts]:
    """Cases as values; facts that nobody answered are null."""
    place = "cell_code" if by_cell else "organisation"
    unknown: Facts = dict.fromkeys(practice.facts)
    return [
        CaseFacts(pk, number, {**unknown, **(settings or {}), **(facts or {})}, where, opened_at, ended_at)
        for pk, number, settings, facts, where, opened_at, ended_at in rows.values_list(
            "pk", "number", "state__settings", "state__facts", place, "opened_at", "ended_at"
        )
    ]
