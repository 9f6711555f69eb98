"""Topics and payloads <-> messages. Whatever bytes come in, a message or a refusal comes out; nothing raises."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wanjia.adapters.telemetry.binary import decode_binary
from wanjia.adapters.telemetry.json_payload import decode_json
from wanjia.adapters.telemetry.limits import PAYLOAD_BYTES_MAX, SENDER_CHARACTERS_MAX, SHOWN_CHARACTERS_MAX
from wanjia.adapters.telemetry.nouns import Message, Refusal
from wanjia.model.faults import Fault, Where

ROOT = "wanjia"
NAME = re.compile(rf"[A-Za-z0-9._:-]{{1,{SENDER_CHARACTERS_MAX}}}", re.ASCII)
"""A site's or a sender's name: no character that means something in a topic, a file name or a shell."""


@dataclass(frozen=True)
class Topic:
    """Where a message came from, and in which form."""

    site: str
    sender: str
    is_binary: bool


def events_topic(site: str, sender: str, binary: bool = True) -> str:
    """The topic on which a sender publishes."""
    return f"{ROOT}/{site}/{sender}/events" + ("/b" if binary else "")


def confirmed_topic(site: str, sender: str) -> str:
    """The topic on which a sender hears what is on disk."""
    return f"{ROOT}/{site}/{sender}/confirmed"


def subscriptions(site: str) -> tuple[str, ...]:
    """All senders of a site, both forms."""
    return (events_topic(site, "+", binary=False), events_topic(site, "+"))


def is_name(text: str) -> bool:
    """Whether this may be a site's or a sender's name."""
    return NAME.fullmatch(text) is not None


def parse_topic(topic: str) -> Topic | None:
    """None when it is no topic of events."""
    parts = topic.split("/")
    form = tuple(parts[3:])
    if parts[0] != ROOT or form not in (("events",), ("events", "b")) or not all(map(is_name, parts[1:3])):
        return None
    return Topic(parts[1], parts[2], is_binary=len(form) == 2)


def decode(topic: str, payload: bytes) -> Message | Refusal:
    """The message that a payload holds, or everything that is wrong with it."""
    place = parse_topic(topic)
    if place is None:
        return Refusal((Fault("telemetry.topic", Where(), {"topic": topic[:SHOWN_CHARACTERS_MAX]}),))
    if len(payload) > PAYLOAD_BYTES_MAX:
        sizes: dict[str, object] = {"bytes": len(payload), "limit": PAYLOAD_BYTES_MAX}
        return Refusal((Fault("telemetry.too_large", Where(topic), sizes),), place.sender)
    decoded = (decode_binary if place.is_binary else decode_json)(place.sender, payload)
    return decoded if isinstance(decoded, Message) else _placed(decoded, topic)


def _placed(refusal: Refusal, topic: str) -> Refusal:
    """The same with the topic in every fault."""
    faults: Sequence[Fault] = [
        Fault(one.code, Where(topic, one.where.line, one.where.column), one.values) for one in refusal.faults
    ]
    return Refusal(tuple(faults), refusal.sender, refusal.sequence)
