"""A text on its way to the outside, and what can come of an attempt to send it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from wanjia.model.faults import Fault

RETRY_AFTER_SECONDS = (30, 120, 480, 1_800, 3_600, 3_600, 3_600)
"""Waiting time after the first, second, ... failed attempt. About four hours in all: longer than a restart or a short
disturbance of a gateway, and short enough that the text still says something true. Without chance in it: a receiver
that comes back is not stormed, because a worker sends only so many at a time."""

ATTEMPTS_MAX = len(RETRY_AFTER_SECONDS) + 1

AGE_HOURS_MAX = 24
"""A text to a person that has been due for longer says something that is over; it is dropped, not sent."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text for one address. `key` stays the same at every attempt: by it a receiver recognises a repetition."""

    key: str
    address: str
    subject: str
    body: str
    created_at: datetime


class Retry(StrEnum):
    """What a failed attempt says about the next one."""

    NEVER = "never"
    """This text cannot be delivered: wrong address, refused for good."""
    LATER = "later"
    """It may have been received or not; the same text again after a while."""
    CHANNEL = "channel"
    """Nothing can be sent this way at the moment, whoever it is for; it says nothing about this text."""


@dataclass(frozen=True)
class Sent:
    """The receiving system took it. `receipt` is its own number for it, if it gave one."""

    receipt: str = ""


@dataclass(frozen=True)
class NotSent:
    """It was not confirmed; why, and whether to try again, not before `after_seconds` when the receiver said so."""

    fault: Fault
    retry: Retry
    after_seconds: float = 0.0


Outcome: TypeAlias = Sent | NotSent
Send: TypeAlias = Callable[[Outgoing], Outcome]


def retry_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (>= 1), or None when it was the last one allowed."""
    if attempts >= ATTEMPTS_MAX:
        return None
    return timedelta(seconds=RETRY_AFTER_SECONDS[attempts - 1])
