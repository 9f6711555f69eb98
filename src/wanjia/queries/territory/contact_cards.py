"""Service contact cards: where they hang, who answers there, how often they were used."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from wanjia.model.actors import Actor
from wanjia.queries.cases.rows import Rows
from wanjia.queries.cases.visible import below
from wanjia.records.territory.holders import cell_holder
from wanjia.records.territory.models import Cell, ContactCard


@dataclass(frozen=True)
class CardRow:
    """One card; `holder` answers at its finest cell today."""

    code: str
    village: str
    cell_code: str
    longitude: float
    latitude: float
    issued_on: date
    revoked_on: date | None
    holder: str


def search_cards(actor: Actor, text: str, state: str, wide: bool, on: date, language: str) -> Rows[CardRow]:
    """Cards by village, `state` valid, revoked or all; those of the actor's cells and organisations unless `wide`."""
    query = ContactCard.objects.filter(_text(text), _state(state))
    if not wide:
        query = query.filter(cell_code__in=_own_cells(actor))
    return Rows(query.order_by("village_zh", "pk"), lambda rows: [_value(row, on, language) for row in rows])


def _own_cells(actor: Actor) -> set[str]:
    rows = list(Cell.objects.values_list("code", "parent_code", "organisation_id"))
    parents = {code: parent for code, parent, _ in rows}
    organisations = set(below(actor.organisations))
    mine = {code for code, _, organisation in rows if organisation in organisations} if not actor.cells else set()
    return mine | {code for code in parents if _lies_in(code, actor.cells, parents)}


def _lies_in(code: str, cells: frozenset[str], parents: dict[str, str]) -> bool:
    while code:
        if code in cells:
            return True
        code = parents.get(code, "")
    return False


def _text(text: str) -> Q:
    text = text.strip()
    if not text:
        return Q()
    return Q(village_zh__icontains=text) | Q(village_en__icontains=text) | Q(cell_code=text) | Q(code=text)


def _state(state: str) -> Q:
    return {"revoked": Q(revoked_on__isnull=False), "all": Q()}.get(state, Q(revoked_on=None))


def _value(row: ContactCard, on: date, language: str) -> CardRow:
    tenure = cell_holder(row.cell_code, 3, on)
    name = row.village_en if language == "en" and row.village_en else row.village_zh
    return CardRow(
        row.code, name, row.cell_code, row.longitude, row.latitude, row.issued_on, row.revoked_on,
        tenure.person.name if tenure else "",
    )  # fmt: skip
