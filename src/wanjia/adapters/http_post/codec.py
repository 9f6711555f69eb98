"""Addresses of receiving systems, and what their answers mean for the text that was posted."""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from wanjia.model.deliveries import NotSent, Outcome, Retry, Sent
from wanjia.model.faults import Fault, Refused, Where

OURS_TO_MEND = frozenset({401, 403, 407})
"""The receiver does not know us: a token or a setting is wrong, not the text."""
TRY_AGAIN = frozenset({408, 409, 425})
"""Timed out, still at work on the same key, too early: the same request may pass in a while."""
TOO_MANY = 429
RETRY_AFTER_SECONDS_MAX = 3_600.0
"""A receiver that asks for more patience than this is asked again after an hour."""
ANSWER_CHARACTERS_MAX, RECEIPT_CHARACTERS_MAX = 120, 120


@dataclass(frozen=True)
class Target:
    """Where to post: from the installation's settings only, never from data."""

    secure: bool
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Answer:
    """What came back: status, the seconds of `Retry-After` (0: none), and the beginning of the body."""

    status: int
    body: bytes = b""
    after_seconds: float = 0.0


def target(url: str, setting: str) -> Target:
    """The parts of an http(s) address. Raises Refused naming the setting; the address itself may hold secrets."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise Refused([Fault("channel.url", Where(setting))]) from None
    plain = not (parts.username or parts.password or parts.fragment) and url.isascii() and url.isprintable()
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or " " in url.strip():
        raise Refused([Fault("channel.url", Where(setting))])
    secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure, parts.hostname, port or (443 if secure else 80), path)


def outcome(answer: Answer) -> Outcome:
    """2xx is taken. A refusal of us is the channel's, one of the text is final, trouble on their side passes."""
    status = answer.status
    if 200 <= status < 300:
        return Sent(receipt(answer.body))
    values = {"status": status, "answer": shown(answer.body.decode("utf-8", "replace"))}
    after = min(answer.after_seconds, RETRY_AFTER_SECONDS_MAX)
    if status in OURS_TO_MEND or 300 <= status < 400:
        return NotSent(Fault("delivery.not_let_in", values=values), Retry.CHANNEL)
    if status == TOO_MANY:
        return NotSent(Fault("delivery.too_many", values=values), Retry.CHANNEL, after)
    if 400 <= status < 500 and status not in TRY_AGAIN:
        return NotSent(Fault("delivery.refused", values=values), Retry.NEVER)
    return NotSent(Fault("delivery.receiver_trouble", values=values), Retry.LATER, after)


def receipt(body: bytes) -> str:
    """The receiver's own number: `id` of the JSON object that it answered, else nothing."""
    try:
        answered = json.loads(body)
    except ValueError:
        return ""
    found = answered.get("id") if isinstance(answered, dict) else None
    return shown(str(found))[:RECEIPT_CHARACTERS_MAX] if isinstance(found, str | int) else ""


def retry_after(header: str | None) -> float:
    """Seconds of a `Retry-After` header; 0 for none, and for a date, which is not worth trusting a clock for."""
    return float(header) if header and re.fullmatch(r"\d{1,9}", header.strip()) else 0.0


def key_header(key: str) -> str:
    """An idempotency key as a header takes it: ASCII in one line, different keys staying different."""
    return quote(key, safe=":/.~#@+=")


def shown(text: str) -> str:
    """Foreign words as they may stand in our sentences: one line, printable, not long."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line[:ANSWER_CHARACTERS_MAX]
