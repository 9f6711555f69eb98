"""Add an organisation to the tree, or change what is written about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.holders import organisation_line
from wanjia.records.territory.models import Organisation

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,63}")
NAME_CHARACTERS_MAX = {"name_zh": 80, "name_en": 120}
PHONE = re.compile(r"[0-9+][0-9 -]{2,22}")


@dataclass(frozen=True)
class OrganisationSheet:
    """What is written about an organisation; `parent` is empty for the head of a tree."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    parent: str = ""
    phone: str = ""


def add_organisation(sheet: OrganisationSheet, actor: Actor, now: datetime) -> Organisation:
    """Add it under its parent. Raises Refused with every fault."""
    with transaction.atomic():
        faults = [*_code_faults(sheet), *_faults(sheet)]
        if faults:
            require(actor, "organisation", "edit")
            raise Refused(faults)
        return _save(Organisation(code=sheet.code), sheet, "organisation_added", actor, now)


def edit_organisation(sheet: OrganisationSheet, actor: Actor, now: datetime) -> Organisation:
    """Change an organisation; its code stays. Raises Refused with every fault."""
    with transaction.atomic():
        row = Organisation.objects.select_for_update(of=("self",)).filter(code=sheet.code).first()
        if row is None:
            raise NotFound("organisation", sheet.code)
        require(actor, "organisation", "edit", Subject(organisations=frozenset(organisation_line(row))))
        faults = list(_faults(sheet))
        if faults:
            raise Refused(faults)
        return _save(row, sheet, "organisation_edited", actor, now)


def _save(row: Organisation, sheet: OrganisationSheet, verb: str, actor: Actor, now: datetime) -> Organisation:
    row.kind, row.name_zh, row.name_en, row.phone = sheet.kind, sheet.name_zh, sheet.name_en, sheet.phone
    row.parent = Organisation.objects.filter(code=sheet.parent).first()
    # Where it will stand must be the actor's too: nobody moves a station into another county.
    require(actor, "organisation", "edit", Subject(organisations=frozenset(organisation_line(row))))
    row.save()
    write_history(f"organisation:{row.code}", actor, now, [(verb, {"name": row.name_zh, "parent": sheet.parent})])
    return row


def _code_faults(sheet: OrganisationSheet) -> Iterator[Fault]:
    if not CODE.fullmatch(sheet.code):
        yield Fault("organisation.code_form", Where("code"), {"code": sheet.code[:64]})
    elif Organisation.objects.filter(code=sheet.code).exists():
        yield Fault("organisation.code_taken", Where("code"), {"code": sheet.code})


def _faults(sheet: OrganisationSheet) -> Iterator[Fault]:
    for field, limit in NAME_CHARACTERS_MAX.items():
        if not 0 < len(getattr(sheet, field).strip()) <= limit:
            yield Fault("organisation.name", Where(field), {"max": limit})
    if sheet.kind not in Organisation.Kind.values:
        yield Fault("organisation.kind", Where("kind"), {"kind": sheet.kind[:24]})
    if sheet.phone and not PHONE.fullmatch(sheet.phone):
        yield Fault("organisation.phone", Where("phone"))
    yield from _parent_faults(sheet)


def _parent_faults(sheet: OrganisationSheet) -> Iterator[Fault]:
    if not sheet.parent:
        return
    parent = Organisation.objects.filter(code=sheet.parent).first()
    if parent is None:
        yield Fault("organisation.parent_unknown", Where("parent"), {"code": sheet.parent[:64]})
    elif sheet.code in organisation_line(parent):
        yield Fault("organisation.parent_circle", Where("parent"), {"code": sheet.parent})
