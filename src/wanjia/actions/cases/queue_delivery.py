"""Put texts on their way out of the house. The caller's transaction writes them together with what they are about."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from django.conf import settings

from wanjia.records.cases.delivery_rows import NewDelivery, add_new_deliveries
from wanjia.records.cases.models import Delivery
from wanjia.records.cases.quiet_hours import quiet_hours

CHANNELS = ("sms", "email", "webhook")
"""Ways out of the house; what each is connected to is the installation's business."""

CHANNELS_THAT_WAIT = frozenset({"sms", "email"})
"""Reach a person, who may be asleep. A webhook reaches a machine."""

KEY_CHARACTERS_MAX, ADDRESS_CHARACTERS_MAX, SUBJECT_CHARACTERS_MAX = 120, 200, 160
"""As wide as the columns."""

ROWS_AT_ONCE = 5_000
"""Rows built before they are written: bounds the memory of a message to a whole prefecture (about 10 MB)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that is to leave the house once.

    `key` names cause, occasion and receiver (`outage:12:announced:customer:88:sms`): whatever is queued again under a
    key that exists is left alone. `urgent` goes out in quiet hours too. `body` is worded in the receiver's language;
    for a webhook it is the JSON document that is sent.
    """

    key: str
    channel: str
    address: str
    subject: str
    body: str
    urgent: bool = False
    outage_id: int | None = None
    case_id: int | None = None


def webhook_receivers() -> tuple[str, ...]:
    """Names of the systems that want to be told: the addresses of webhook deliveries. None by default."""
    return tuple(settings.WEBHOOK_RECEIVERS)


def queue(deliveries: Iterable[Wanted], now: datetime) -> int:
    """Write deliveries that are not there yet; returns how many were handed in. Call it inside a transaction.

    An address that cannot be right gives a failed delivery with its reason, never an error: one wrong telephone number
    must not undo the outage that it was to hear of.
    """
    later = quiet_hours(now).open_from(now)
    rows = map(_row, deliveries)
    handed_in = 0
    while part := list(islice(rows, ROWS_AT_ONCE)):
        add_new_deliveries(part, now, later)
        handed_in += len(part)
    return handed_in


def _row(wanted: Wanted) -> NewDelivery:
    if wanted.channel not in CHANNELS:
        raise ValueError(f"a delivery's channel is one of {', '.join(CHANNELS)}, not {wanted.channel!r}")
    fits = len(wanted.address) <= ADDRESS_CHARACTERS_MAX
    return NewDelivery(
        _key(wanted.key), wanted.channel, _storable(wanted.address)[:ADDRESS_CHARACTERS_MAX],
        _storable(wanted.subject)[:SUBJECT_CHARACTERS_MAX], _storable(wanted.body), wanted.urgent,
        wanted.outage_id, wanted.case_id,
        str(Delivery.Status.WAITING if fits else Delivery.Status.FAILED), "" if fits else "delivery.address",
        waits=wanted.channel in CHANNELS_THAT_WAIT and not wanted.urgent,
    )  # fmt: skip


def _key(key: str) -> str:
    """The key, or when it is too long its beginning with a digest of the whole."""
    if len(key) <= KEY_CHARACTERS_MAX:
        return key
    digest = blake2b(key.encode(), digest_size=16).hexdigest()
    return f"{key[: KEY_CHARACTERS_MAX - len(digest) - 1]}#{digest}"


def _storable(text: str) -> str:
    """Text without the one character that PostgreSQL refuses."""
    return text.replace("\x00", "")
