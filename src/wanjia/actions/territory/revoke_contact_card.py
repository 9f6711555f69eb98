"""Revoke a service contact card: whoever scans it is told so, and led to the page that finds who answers."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Cell, ContactCard


def revoke_contact_card(code: str, actor: Actor, now: datetime) -> ContactCard:
    """Revoke the card from today on. Raises Refused when it is revoked already or lies outside the actor's cells."""
    with transaction.atomic():
        card = ContactCard.objects.select_for_update(of=("self",)).filter(code=code).first()
        if card is None:
            raise NotFound("contact_card", code)
        require(actor, "contact_card", "install", subject_of_card(card))
        if card.revoked_on is not None:
            raise Refused([Fault("card.revoked", values={"village": card.village_zh, "day": card.revoked_on})])
        card.revoked_on = work_calendar().day_of(now)
        card.save(update_fields=["revoked_on"])
        write_history(f"card:{card.code}", actor, now, [("card_revoked", {"cell": card.cell_code})])
        return card


def subject_of_card(card: ContactCard) -> Subject:
    """A card lies in its cell and the cells above it, and belongs to the cell's organisation."""
    cells: list[str] = []
    organisations: set[str] = set()
    code = card.cell_code
    while code and code not in cells:
        cells.append(code)
        cell = Cell.objects.filter(code=code).order_by("-starts_on").first()
        organisations |= {cell.organisation_id} if cell else set()
        code = cell.parent_code if cell else ""
    return Subject(cells=frozenset(cells), organisations=frozenset(organisations))
