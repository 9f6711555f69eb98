"""Which part of the network somebody may see, and which part of it the address asks for."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from wanjia.model.actors import Actor
from wanjia.model.permissions import allowed
from wanjia.queries.cases.visible import below
from wanjia.records.network.models import Feeder, Outage, OutageDistrict, TransformerDistrict
from wanjia.records.territory.models import Cell

NOTHING = Q(pk__in=[])


@dataclass(frozen=True)
class Part:
    """Filters of the address: an organisation with all below it, a cell of any level, a feeder."""

    organisation: str = ""
    cell: str = ""
    feeder: str = ""


def seen_districts(actor: Actor, part: Part = Part(), obj: str = "outage") -> Q:
    """Filter of `TransformerDistrict` rows of which the actor sees the outages, or another object of the permissions.

    An empty one is all of them. Citizens have the portal.
    """
    return _scope(actor, obj) & _asked(part)


def is_whole(districts: Q) -> bool:
    """Whether the filter leaves nothing out."""
    return not districts.children


def outages_in(districts: Q) -> QuerySet[Outage]:
    """Outages that touch one of the districts."""
    if is_whole(districts):
        return Outage.objects.all()
    chosen = TransformerDistrict.objects.filter(districts).values("pk")
    return Outage.objects.filter(pk__in=OutageDistrict.objects.filter(district__in=chosen).values("outage"))


def feeder_choices(districts: Q, language: str) -> list[tuple[str, str]]:
    """(code, name) of the feeders of the districts."""
    rows = Feeder.objects.all()
    if not is_whole(districts):
        rows = rows.filter(pk__in=TransformerDistrict.objects.filter(districts).values("feeder"))
    return [
        (code, english if language == "en" and english else chinese)
        for code, chinese, english in rows.order_by("code").values_list("code", "name_zh", "name_en")
    ]


def cells_below(codes: set[str]) -> set[str]:
    """The cells and all below them."""
    found, layer = set(codes), set(codes)
    while layer:
        layer = set(Cell.objects.filter(parent_code__in=layer).values_list("code", flat=True)) - found
        found |= layer
    return found


def _scope(actor: Actor, obj: str) -> Q:
    if actor.system:
        return Q()
    organisations: set[str] = set()
    cells: set[str] = set()
    for seat in actor.seats:
        scope = allowed((seat.role,), obj, "see") if seat.role else None
        if scope == "all":
            return Q()
        if scope == "organisation":
            organisations.add(seat.organisation)
        elif scope == "cell" and seat.cell_code:
            cells.add(seat.cell_code)
    found = NOTHING
    if organisations:
        inside = Q(organisation__in=below(sorted(organisations)))
        if not TransformerDistrict.objects.exclude(inside).exists():
            return Q()  # the same, and quicker asked by every query that follows
        found |= inside
    if cells:
        found |= Q(cell_code__in=sorted(cells_below(cells)))
    return found


def _asked(part: Part) -> Q:
    found = Q()
    if part.organisation:
        found &= Q(organisation__in=below([part.organisation]))
    if part.cell:
        found &= Q(cell_code__in=sorted(cells_below({part.cell})))
    if part.feeder:
        found &= Q(feeder=part.feeder)
    return found
