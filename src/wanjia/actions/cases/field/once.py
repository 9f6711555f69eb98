"""A sending counts once: its unique row and its effect are one transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, Refused, Where
from wanjia.records.territory.models import FieldSending

KEY_CHARACTERS_MIN, KEY_CHARACTERS_MAX = 16, 80
"""A device's own random key, with the number of a paper behind it."""


@dataclass(frozen=True)
class Sent:
    """What the device is answered; `repeated` when this is the answer to an earlier sending of the same key."""

    result: dict[str, Any]
    repeated: bool


def once(kind: str, key: str, actor: Actor, now: datetime, act: Callable[[], dict[str, Any]]) -> Sent:
    """Run `act` and keep its result under the sender's key, or give the result it had before. Raises what `act` does.

    Whatever stops the process between the two leaves neither: the row and the effect are committed together.
    """
    if actor.person_id is None:
        raise Denied("task", "complete")
    if not KEY_CHARACTERS_MIN <= len(key) <= KEY_CHARACTERS_MAX:
        raise Refused([Fault("offline.key", Where("key"), {"min": KEY_CHARACTERS_MIN, "max": KEY_CHARACTERS_MAX})])
    if found := _before(kind, key, actor):
        return found
    try:
        with transaction.atomic():
            row = FieldSending.objects.create(person_id=actor.person_id, key=key, kind=kind, at=now)
            row.result = act()
            row.save(update_fields=["result"])
            return Sent(row.result, False)
    except IntegrityError:  # the same sending at the same time: the other one won
        found = _before(kind, key, actor)
        if found is None:
            raise
        return found


def upload_key(key: str, actor: Actor) -> str:
    """Under which the papers of a sending wait for it, out of reach of every other person's."""
    return hashlib.sha256(f"field:{actor.reference}:{key}".encode()).hexdigest()


def _before(kind: str, key: str, actor: Actor) -> Sent | None:
    row = FieldSending.objects.filter(person_id=actor.person_id, key=key).first()
    if row is None:
        return None
    if row.kind != kind:
        raise Refused([Fault("offline.key_reused", Where("key"))])
    return Sent(row.result, True)
