"""People and bodies to be named in a form: whom the page offers, and whom a label that was typed or chosen means."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from wanjia.model.actors import Actor
from wanjia.records.territory.holders import in_office, organisation_line
from wanjia.records.territory.models import Organisation, Tenure
from wanjia.texts import LANGUAGES, say

CHOICES_MAX = 400
"""Rows of one list on a page: a county's stations with everybody in them. Anybody else is named in full."""

BETWEEN = " · "

Choices = tuple[tuple[str, str], ...]
"""(reference, label); the label alone tells two of the same name apart."""


def people_to_name(actor: Actor, on: date, language: str) -> Choices:
    """Everybody in office in the actor's organisations, above and below them; nobody for somebody without a post."""
    tenures = _in_office(on).filter(post__organisation__in=_around(actor.organisations))
    return tuple((f"person:{row.person_id}", _label(row, language)) for row in tenures[:CHOICES_MAX])


def bodies_to_name(actor: Actor, language: str) -> Choices:
    """All organisations by name, for somebody who has a post."""
    if not actor.organisations:
        return ()
    rows = Organisation.objects.order_by("code")[:CHOICES_MAX]
    return tuple((row.code, row.name_en if language == "en" else row.name_zh) for row in rows)


def person_named(text: str, on: date) -> str:
    """The reference behind a label of `people_to_name`, or behind a name that only one person in office has."""
    name = text.partition(BETWEEN)[0].strip()
    rows = list(_in_office(on).filter(person__name=name)[:CHOICES_MAX])
    meant = {row.person_id for row in rows if any(_label(row, each) == text for each in LANGUAGES)}
    people = meant or ({row.person_id for row in rows} if name == text.strip() else set())
    return f"person:{people.pop()}" if len(people) == 1 else text


def body_named(text: str) -> str:
    """The code of the one organisation of that name in any language."""
    codes = set(Organisation.objects.filter(name_zh=text).values_list("code", flat=True)[:2])
    codes |= set(Organisation.objects.filter(name_en=text).values_list("code", flat=True)[:2])
    return codes.pop() if len(codes) == 1 else text


def _in_office(on: date) -> QuerySet[Tenure]:
    tenures = Tenure.objects.filter(in_office(on)).select_related("person", "post__organisation")
    return tenures.order_by("post__organisation", "post__code")


def _label(tenure: Tenure, language: str) -> str:
    post, body = tenure.post, tenure.post.organisation
    where = body.name_en if language == "en" else body.name_zh
    parts = (tenure.person.name, say(f"role.{post.role}", language), where, post.cell_code)
    return BETWEEN.join(part for part in parts if part)


def _around(codes: Iterable[str]) -> set[str]:
    """The organisations, the line above each, and everything below them."""
    found: set[str] = set()
    for row in Organisation.objects.filter(code__in=tuple(codes)).select_related("parent__parent"):
        found |= set(organisation_line(row))
    below = set(codes)
    while below:
        found |= below
        below = set(Organisation.objects.filter(parent__in=below).values_list("code", flat=True)) - found
    return found
