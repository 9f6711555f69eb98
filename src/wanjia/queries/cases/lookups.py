"""Who looked at the personal data of a case: shown to the one whose data they are."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.records.cases.models import Case, PersonalDataRead

SHOWN_MAX = 200
"""Newest look-ups on the page; a case that is looked at more often is a matter for the administrator's list."""


@dataclass(frozen=True)
class Lookup:
    """One look-up: when, who of which body, why."""

    at: datetime
    reader: str
    body: str
    reason: str


def lookups(case: Case, language: str) -> tuple[Lookup, ...]:
    """Look-ups of the case and of the cases that it opened for the same person, newest first."""
    cases = [case.pk, *Case.objects.filter(parent=case, parent_asks=True).values_list("pk", flat=True)]
    rows = PersonalDataRead.objects.filter(subject__in=[f"case:{pk}" for pk in cases]).order_by("-at", "-pk")
    found = rows.select_related("account__person__organisation")[:SHOWN_MAX]
    return tuple(Lookup(row.at, row.account.person.name, _body(row, language), row.reason) for row in found)


def _body(row: PersonalDataRead, language: str) -> str:
    body = row.account.person.organisation
    return "" if body is None else body.name_en if language == "en" else body.name_zh
