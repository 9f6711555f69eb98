"""Issue and revoke the keys with which programs act as a person."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import ApiToken, Person

TOKEN_BYTES = 32
PREFIX = "wanjia_"
"""Tells people, and programs that look for lost keys, what they have found."""
NAME_CHARACTERS_MAX = 60
TOKENS_PER_PERSON_MAX = 10
USE_NOTED_EVERY = timedelta(minutes=5)
"""A write per request would make every read of the API a write."""


@dataclass(frozen=True)
class IssuedToken:
    """A key, shown once; only its hash is kept."""

    row: ApiToken
    token: str


def issue_api_token(person_id: int, name: str, actor: Actor, now: datetime) -> IssuedToken:
    """Issue a key for a person: one's own, or anybody's for who opens accounts. Raises Refused with every fault."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if person is None:
            raise NotFound("person", person_id)
        require(actor, "account", "edit", Subject(people=frozenset([person.pk])))
        faults = _faults(person, name)
        if faults:
            raise Refused(faults)
        token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
        row = ApiToken.objects.create(person=person, name=name.strip(), token_hash=token_hash(token), created_at=now)
        write_history(f"person:{person.pk}", actor, now, [("api_token_issued", {"name": row.name})])
        return IssuedToken(row, token)


def revoke_api_token(token_id: int, actor: Actor, now: datetime) -> ApiToken:
    """From now on the key opens nothing. Raises Refused."""
    with transaction.atomic():
        row = ApiToken.objects.select_for_update(of=("self",)).filter(pk=token_id).first()
        if row is None:
            raise NotFound("api_token", token_id)
        require(actor, "account", "edit", Subject(people=frozenset([row.person_id])))
        if row.revoked_at is None:
            row.revoked_at = now
            row.save(update_fields=["revoked_at"])
            write_history(f"person:{row.person_id}", actor, now, [("api_token_revoked", {"name": row.name})])
        return row


def holder_of_token(token: str, now: datetime) -> Person | None:
    """The person whose key this is, unless it was revoked or their account is closed; notes that it was used."""
    row = ApiToken.objects.select_related("person__account").filter(token_hash=token_hash(token), revoked_at=None)
    found = row.first()
    account = getattr(found.person, "account", None) if found else None
    if found is None or account is None or not account.is_active:
        return None
    if found.last_used_at is None or now - found.last_used_at >= USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    return found.person


def token_hash(token: str) -> str:
    """What is kept of a key. Keys are random, so a fast hash is enough."""
    return salted_hmac("wanjia.api_token", token, algorithm="sha256").hexdigest()


def _faults(person: Person, name: str) -> list[Fault]:
    faults = []
    if not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX:
        faults.append(Fault("api_token.name", Where("name"), {"max": NAME_CHARACTERS_MAX}))
    if ApiToken.objects.filter(person=person, revoked_at=None).count() >= TOKENS_PER_PERSON_MAX:
        faults.append(Fault("api_token.too_many", Where("name"), {"max": TOKENS_PER_PERSON_MAX}))
    return faults
