"""Sign in with a device: its answer is checked against its own public key and its own count, one at a time."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from wanjia.model.faults import Fault, Refused
from wanjia.records.cases.history import write_history
from wanjia.records.territory.holders import actor_of
from wanjia.records.territory.models import Passkey


def use_passkey(credential_id: str, verify: Callable[[bytes], int], now: datetime) -> Passkey:
    """The device's row with its account. `verify` takes the public key, gives the count or refuses. Raises Refused.

    A count that did not grow means that somebody copied the key: it is refused and written down. Devices whose keys are
    copied by their owner's own key ring do not count and always say 0.
    """
    with transaction.atomic():
        row = Passkey.objects.select_for_update(of=("self",)).select_related("account__person").filter(
            credential_id=credential_id, removed_at=None, account__is_active=True
        ).first()  # fmt: skip
        if row is None:
            raise Refused([Fault("passkey.unknown")])
        count = verify(bytes(row.public_key))
        is_copy = (count > 0 or row.sign_count > 0) and count <= row.sign_count
        person = row.account.person
        actor = actor_of(person, now.date())
        verb = "passkey_refused" if is_copy else "passkey_used"
        write_history(f"person:{person.pk}", actor, now, [(verb, {"name": row.name})])
        if not is_copy:
            row.sign_count, row.last_used_at = count, now
            row.save(update_fields=["sign_count", "last_used_at"])
    if is_copy:
        raise Refused([Fault("passkey.copied")])
    return row
