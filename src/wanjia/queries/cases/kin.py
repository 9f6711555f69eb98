"""Which case opened a case, and which cases it opened, as far as somebody may know of them."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.visible import cases_for
from wanjia.records.cases.models import Case

CHILDREN_SHOWN_MAX = 200
"""Cases of one parent on its page; a round of a whole station finds fewer."""


@dataclass(frozen=True)
class Kin:
    """A case above or below. `title` is empty, and there is no way in, for whoever may not see it."""

    number: str
    practice: str
    title: str
    status: str
    end: str
    seen: bool
    opened_at: datetime


def parent_of(case: Case, actor: Actor, language: str) -> Kin | None:
    """The case whose step opened this one."""
    return next(iter(_kin(Case.objects.filter(pk=case.parent_id), actor, language)), None) if case.parent_id else None


def children_of(case: Case, actor: Actor, language: str) -> tuple[Kin, ...]:
    """Cases that steps of this one opened, in their order."""
    return _kin(Case.objects.filter(parent=case), actor, language)


def same_askers_children(case: Case, language: str) -> tuple[Kin, ...]:
    """Those of the children in which the same person asks: for that person's own page."""
    return _kin(Case.objects.filter(parent=case, parent_asks=True), None, language)


def _kin(rows, actor: Actor | None, language: str) -> tuple[Kin, ...]:
    found = list(rows.select_related("practice").defer("practice__files", "state").order_by("pk")[:CHILDREN_SHOWN_MAX])
    keys = [row.pk for row in found]
    seen = set(keys) if actor is None else set(
        Case.objects.filter(cases_for(actor), pk__in=keys).order_by().values_list("pk", flat=True))  # fmt: skip
    return tuple(_one(row, row.pk in seen, language) for row in found)


def _one(row: Case, seen: bool, language: str) -> Kin:
    practice = practice_of(row.practice)
    title = row.title_en if language == "en" else row.title
    return Kin(
        row.number, practice.text("name", language), title if seen else "", row.status,
        practice.text(f"ends.{row.end}", language) if row.end else "", seen, row.opened_at,
    )  # fmt: skip
