"""Colleagues to whom a task can be handed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.records.territory.holders import in_office, organisation_line
from wanjia.records.territory.models import Organisation, Person, Tenure

COLLEAGUES_MAX = 40
"""Names in a choice; a search narrows them."""


@dataclass(frozen=True)
class Colleague:
    """A person in a post: enough to tell two of the same name apart. `reference` is what actions take."""

    person_id: int
    reference: str
    name: str
    role: str
    organisation: str
    cell_code: str


def colleagues(actor: Actor, on: date, language: str, text: str = "") -> tuple[Colleague, ...]:
    """Without a text: those of the actor's organisations, above and right below them; with one: everybody it fits."""
    tenures = Tenure.objects.filter(in_office(on)).exclude(person=actor.person_id)
    tenures = tenures.filter(_fits(text) if text.strip() else Q(post__organisation__in=_near(actor)))
    rows = tenures.select_related("person", "post__organisation").order_by("post__organisation", "post__code")
    return tuple(_colleague(row, language) for row in rows[:COLLEAGUES_MAX])


def _fits(text: str) -> Q:
    text = text.strip()
    return (
        Q(person__name__icontains=text) | Q(post__organisation__name_zh__icontains=text)
        | Q(post__organisation__name_en__icontains=text) | Q(post__cell_code__iexact=text)
    )  # fmt: skip


def _near(actor: Actor) -> set[str]:
    near: set[str] = set()
    for organisation in Organisation.objects.filter(code__in=actor.organisations).select_related("parent__parent"):
        near |= set(organisation_line(organisation))
    return near


def _colleague(tenure: Tenure, language: str) -> Colleague:
    post, organisation = tenure.post, tenure.post.organisation
    name = organisation.name_en if language == "en" else organisation.name_zh
    return Colleague(
        tenure.person_id, f"person:{tenure.person_id}", tenure.person.name, post.role, name, post.cell_code
    )


def is_person(reference: str) -> bool:
    """Whether `person:<id>` names somebody."""
    kind, _, key = reference.partition(":")
    return kind == "person" and key.isdigit() and Person.objects.filter(pk=int(key)).exists()
