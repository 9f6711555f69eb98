"""A person's own devices for signing in: add one, take one away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.territory.models import Account, Passkey

NAME_CHARACTERS_MAX = 60
PASSKEYS_PER_ACCOUNT_MAX = 10


@dataclass(frozen=True)
class NewPasskey:
    """A device whose answer was verified; see `adapters/passkeys`."""

    credential_id: str
    public_key: bytes
    sign_count: int
    synced: bool


def register_passkey(account_id: int, name: str, new: NewPasskey, actor: Actor, now: datetime) -> Passkey:
    """Remember a device of an account: nobody can add one to another's. Raises Refused with every fault."""
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).filter(pk=account_id).first()
        if account is None:
            raise NotFound("account", account_id)
        require(actor, "account", "edit", Subject(people=frozenset([account.person_id])))
        if account.person_id != actor.person_id and not actor.system:
            raise Refused([Fault("passkey.not_yours")])
        faults = _faults(account, name, new)
        if faults:
            raise Refused(faults)
        try:
            with transaction.atomic():
                row = Passkey.objects.create(
                    account=account, name=name.strip(), credential_id=new.credential_id, public_key=new.public_key,
                    sign_count=new.sign_count, synced=new.synced, created_at=now,
                )  # fmt: skip
        except IntegrityError as error:
            raise Refused([Fault("passkey.known")]) from error
        write_history(f"person:{account.person_id}", actor, now, [("passkey_registered", {"name": row.name})])
        return row


def remove_passkey(passkey_id: int, actor: Actor, now: datetime) -> Passkey:
    """From now on the device opens nothing: the owner's own, or of somebody who lost it, by who keeps accounts."""
    with transaction.atomic():
        row = Passkey.objects.select_for_update(of=("self",)).select_related("account").filter(pk=passkey_id).first()
        if row is None:
            raise NotFound("passkey", passkey_id)
        require(actor, "account", "edit", Subject(people=frozenset([row.account.person_id])))
        if row.removed_at is None:
            _keep_a_way_in(row)
            row.removed_at = now
            row.save(update_fields=["removed_at"])
            write_history(f"person:{row.account.person_id}", actor, now, [("passkey_removed", {"name": row.name})])
        return row


def _keep_a_way_in(row: Passkey) -> None:
    """An account without a password keeps its last device, or it could never be opened again."""
    others = Passkey.objects.filter(account=row.account, removed_at=None).exclude(pk=row.pk)
    if not row.account.has_usable_password() and not others.exists():
        raise Refused([Fault("passkey.last")])


def _faults(account: Account, name: str, new: NewPasskey) -> list[Fault]:
    faults = []
    if not 0 < len(name.strip()) <= NAME_CHARACTERS_MAX:
        faults.append(Fault("passkey.name", Where("name"), {"max": NAME_CHARACTERS_MAX}))
    if account.passkeys.filter(removed_at=None).count() >= PASSKEYS_PER_ACCOUNT_MAX:
        faults.append(Fault("passkey.too_many", Where(), {"max": PASSKEYS_PER_ACCOUNT_MAX}))
    if Passkey.objects.filter(credential_id=new.credential_id).exists():
        faults.append(Fault("passkey.known"))
    return faults
