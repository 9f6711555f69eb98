"""A person's devices for signing in."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.records.territory.models import Passkey


@dataclass(frozen=True)
class Device:
    """One of them, as its owner reads it."""

    pk: int
    name: str
    synced: bool
    created_at: datetime
    last_used_at: datetime | None


def devices_of(person_id: int) -> tuple[Device, ...]:
    """Those that open the account now, the oldest first."""
    rows = Passkey.objects.filter(account__person=person_id, removed_at=None)
    return tuple(Device(row.pk, row.name, row.synced, row.created_at, row.last_used_at) for row in rows)


def known_to(person_id: int) -> tuple[str, ...]:
    """Their ids, so that a device is not registered twice."""
    rows = Passkey.objects.filter(account__person=person_id, removed_at=None)
    return tuple(rows.values_list("credential_id", flat=True))
