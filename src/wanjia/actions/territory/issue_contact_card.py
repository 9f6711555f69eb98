"""Issue a service contact card (服务联系卡) for a village: its QR leads to whoever answers there."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.territory.grid import path_of
from wanjia.records.territory.models import Cell, ContactCard

CODE_BYTES = 9
"""Twelve letters in the QR: not to be guessed, short enough to be typed."""


@dataclass(frozen=True)
class Village:
    """Where the card hangs. Coordinates in degrees (WGS 84)."""

    name_zh: str
    name_en: str
    longitude: float
    latitude: float


def issue_contact_card(village: Village, actor: Actor, now: datetime, code: str = "") -> ContactCard:
    """Issue the card; raises Refused outside the territory or outside the actor's cells."""
    day = work_calendar().day_of(now)
    path = [cell for cell in path_of(village.longitude, village.latitude, day) if cell]
    if not path:
        values = {"longitude": village.longitude, "latitude": village.latitude}
        raise Refused([Fault("case.place_outside", Where("village"), values)])
    widest = Cell.objects.select_related("organisation").filter(code=path[0]).first()
    organisations = frozenset([widest.organisation_id] if widest else [])
    require(actor, "contact_card", "install", Subject(cells=frozenset(path), organisations=organisations))
    with transaction.atomic():
        card = ContactCard.objects.create(
            code=code or secrets.token_urlsafe(CODE_BYTES), cell_code=path[-1], village_zh=village.name_zh,
            village_en=village.name_en, longitude=village.longitude, latitude=village.latitude, issued_on=day,
        )  # fmt: skip
        write_history(f"card:{card.code}", actor, now, [("card_issued", {"cell": card.cell_code})])
        return card
