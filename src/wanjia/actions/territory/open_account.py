"""Open a login for a person, give it a new password that is shown once, close and reopen it."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Account, Person

USERNAME = re.compile(r"[a-z][a-z0-9_.-]{2,39}")
PASSWORD_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No signs that are mistaken for each other when a password is read out: 31 of them."""
PASSWORD_LENGTH = 14
"""Signs; 31^14 is about 2^69."""


@dataclass(frozen=True)
class ShownOnce:
    """A login with the password that nobody will see again."""

    username: str
    password: str


def open_account(person_id: int, username: str, actor: Actor, now: datetime) -> ShownOnce:
    """Open the person's login. Raises Refused for a user name that is taken or malformed, or a second login."""
    with transaction.atomic():
        person = Person.objects.select_for_update(of=("self",)).filter(pk=person_id).first()
        if person is None:
            raise NotFound("person", person_id)
        require(actor, "account", "open")
        faults = _faults(person, username)
        if faults:
            raise Refused(faults)
        return _with_password(Account(username=username, person=person), "account_opened", actor, now)


def reset_password(person_id: int, actor: Actor, now: datetime) -> ShownOnce:
    """A new password; whoever is signed in with the old one is signed out. Raises Refused."""
    with transaction.atomic():
        require(actor, "account", "open")
        return _with_password(_account(person_id), "password_reset", actor, now)


def close_account(person_id: int, closed: bool, actor: Actor, now: datetime) -> Account:
    """Nobody signs in with a closed login, until it is reopened. Raises Refused for one's own."""
    with transaction.atomic():
        require(actor, "account", "open")
        account = _account(person_id)
        if account.person_id == actor.person_id:
            raise Refused([Fault("account.own_login")])
        account.is_active = not closed
        account.save(update_fields=["is_active"])
        verb = "account_closed" if closed else "account_reopened"
        write_history(f"person:{person_id}", actor, now, [(verb, {"username": account.username})])
        return account


def _account(person_id: int) -> Account:
    account = Account.objects.select_for_update(of=("self",)).filter(person=person_id).first()
    if account is None:
        raise NotFound("account", person_id)
    return account


def _with_password(account: Account, verb: str, actor: Actor, now: datetime) -> ShownOnce:
    password = "".join(secrets.choice(PASSWORD_SIGNS) for _ in range(PASSWORD_LENGTH))
    account.set_password(password)
    account.save()
    write_history(f"person:{account.person_id}", actor, now, [(verb, {"username": account.username})])
    return ShownOnce(account.username, password)


def _faults(person: Person, username: str) -> list[Fault]:
    faults = []
    if Account.objects.filter(person=person).exists():
        faults.append(Fault("account.second", Where("username"), {"name": person.name}))
    if not USERNAME.fullmatch(username):
        faults.append(Fault("account.username_form", Where("username")))
    elif Account.objects.filter(username=username).exists():
        faults.append(Fault("account.username_taken", Where("username"), {"username": username}))
    return faults
