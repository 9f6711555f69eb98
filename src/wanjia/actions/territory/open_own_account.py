"""Somebody who asked for something gets an account that their own device opens: next time they need no code."""

import secrets
from datetime import datetime

from django.db import transaction

from wanjia.actions.territory.register_passkey import NewPasskey, register_passkey
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case
from wanjia.records.cases.subjects import is_requester
from wanjia.records.territory.models import Account, Passkey, Person

LOGIN_BYTES = 12
"""Of the random user name that nobody types: 96 bits."""


def open_own_account(number: str, device: str, new: NewPasskey, actor: Actor, now: datetime) -> Passkey:
    """An account for the requester of a case, who shows its code; the case becomes theirs. Raises Refused.

    It proves that whoever comes with this device is the one who asked, and nothing about the name that they gave.
    """
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).filter(number=number).first()
        if case is None:
            raise NotFound("case", number)
        if actor.person_id is not None or not is_requester(case, actor):
            raise Denied("account", "open")
        if case.requester_id is not None:
            raise Refused([Fault("passkey.case_taken")])
        person = Person.objects.create(
            name=case.requester_name or case.number, phone=case.requester_phone, language=case.language
        )
        account = Account(username=f"k{secrets.token_hex(LOGIN_BYTES)}", person=person)
        account.set_unusable_password()
        account.save()
        row = register_passkey(account.pk, device, new, SYSTEM, now)
        Case.objects.filter(pk=case.pk).update(requester=person)
        write_history(f"case:{case.pk}", actor, now, [("requester_has_passkey", {})])
        return row
