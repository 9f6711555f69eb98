"""Organisations that somebody can choose in a filter."""

from wanjia.model.actors import Actor
from wanjia.model.permissions import allowed
from wanjia.queries.cases.visible import below
from wanjia.records.territory.models import Organisation

SUPPLY = ("province_company", "city_company", "county_company", "station")
"""Kinds of the supply tree, which receive cases."""


def organisation_choices(actor: Actor, language: str) -> list[tuple[str, str]]:
    """(code, name) of the supply organisations of the actor's seats and all below; the whole tree for who sees all."""
    rows = Organisation.objects.filter(kind__in=SUPPLY)
    if allowed(actor.roles, "case", "see") != "all":
        rows = rows.filter(code__in=below(actor.organisations))
    column = "name_en" if language == "en" else "name_zh"
    return list(rows.order_by("kind", "code").values_list("code", column))


def own_organisation(actor: Actor, *kinds: str) -> str:
    """Code of the first organisation of these kinds in which the actor sits or, for a station, of its company above."""
    rows = Organisation.objects.filter(code__in=actor.organisations).select_related("parent__parent")
    for row in rows.order_by("kind", "code"):
        place: Organisation | None = row
        while place is not None:
            if place.kind in kinds:
                return place.code
            place = place.parent
    return ""


def is_station(code: str) -> bool:
    """Whether the code names a supply station (供电所), whose places are cells."""
    return Organisation.objects.filter(code=code, kind=Organisation.Kind.STATION).exists()
