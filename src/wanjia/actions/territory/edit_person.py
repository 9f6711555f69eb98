"""Add a person, or change what is known of them."""

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
from wanjia.records.territory.models import Organisation, Person

NAME_CHARACTERS_MAX = 60
PHONE = re.compile(r"[0-9+][0-9 -]{4,22}")
PERSON_LANGUAGES = ("zh-Hans", "en")


@dataclass(frozen=True)
class PersonSheet:
    """What is known of somebody who works here."""

    name: str
    phone: str
    organisation: str
    language: str = "zh-Hans"


def add_person(sheet: PersonSheet, actor: Actor, now: datetime) -> Person:
    """Add somebody. Raises Refused with every fault."""
    with transaction.atomic():
        return _save(Person(), sheet, "person_added", actor, now)


def edit_person(person_id: int, sheet: PersonSheet, actor: Actor, now: datetime) -> Person:
    """Change somebody's data. Raises Refused with every fault."""
    with transaction.atomic():
        row = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if row is None:
            raise NotFound("person", person_id)
        require(actor, "person", "edit", subject_of_person(row))
        return _save(row, sheet, "person_edited", actor, now)


def subject_of_person(row: Person) -> Subject:
    """Somebody belongs to the line of the organisation they work for."""
    return Subject(frozenset([row.pk]), organisations=frozenset(organisation_line(row.organisation)))


def _save(row: Person, sheet: PersonSheet, verb: str, actor: Actor, now: datetime) -> Person:
    require(actor, "person", "edit")
    faults = list(_faults(sheet))
    if faults:
        raise Refused(faults)
    row.name, row.phone, row.language = sheet.name.strip(), sheet.phone.strip(), sheet.language
    row.organisation = Organisation.objects.get(code=sheet.organisation)
    require(actor, "person", "edit", Subject(organisations=frozenset(organisation_line(row.organisation))))
    row.save()
    # The phone stays out: history is read by more people than a person's data is.
    write_history(f"person:{row.pk}", actor, now, [(verb, {"name": row.name, "organisation": sheet.organisation})])
    return row


def _faults(sheet: PersonSheet) -> Iterator[Fault]:
    if not 0 < len(sheet.name.strip()) <= NAME_CHARACTERS_MAX:
        yield Fault("person.name", Where("name"), {"max": NAME_CHARACTERS_MAX})
    if sheet.phone.strip() and not PHONE.fullmatch(sheet.phone.strip()):
        yield Fault("person.phone", Where("phone"))
    if not Organisation.objects.filter(code=sheet.organisation).exists():
        yield Fault("person.organisation_unknown", Where("organisation"), {"code": sheet.organisation[:64]})
    if sheet.language not in PERSON_LANGUAGES:
        yield Fault("person.language", Where("language"))
