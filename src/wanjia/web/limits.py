"""How often somebody may try: named limits per visitor. What is over a limit is answered 429.

Counted in memory where one process answers (embedded), in the store where several do (distributed).
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from wanjia.records.territory.attempts import attempts, count_attempt


class TooMany(Exception):
    """A limit is reached; `minutes` is how long to wait."""

    def __init__(self, minutes: int) -> None:
        self.minutes = minutes
        super().__init__(f"over a limit of {minutes} minutes")


@dataclass(frozen=True)
class Limit:
    """At most `times` within `minutes` after the first."""

    name: str
    times: int
    minutes: int


NEW_REQUESTS = Limit("new_requests", 20, 60)
"""Sent requests per visitor's address and hour: a household sends one, a village office on one line a dozen."""

UPLOADS = Limit("uploads", 120, 60)
"""Files per visitor's address and hour: six requests with all their photographs."""

WRONG_CODES = Limit("wrong_codes", 5, 15)
"""Wrong codes for one number from one address."""

WRONG_CODES_OF_ADDRESS = Limit("wrong_codes_of_address", 30, 15)
"""Wrong codes for any number from one address."""

WRONG_CODES_OF_NUMBER = Limit("wrong_codes_of_number", 50, 60)
"""Wrong codes for one number from anywhere: with 10^8 codes guessing takes centuries; typing errors stay far below."""

OUTSIDE_CODES = Limit("outside_codes", 4, 30)
"""Codes sent to one telephone for one link: a lost message and two more; nobody is flooded."""

OUTSIDE_CODES_OF_ADDRESS = Limit("outside_codes_of_address", 30, 30)
"""The same from one visitor's address, whatever the link."""

LOOKUPS = Limit("lookups", 60, 10)
"""Questions by customer number: enough for a clerk with a list, too few to walk through all numbers."""

WATCHES = Limit("watches", 10, 60)
"""Requests to be told per visitor's address and hour: a family asks once, a village office for its street."""


def take(limit: Limit, *whose: str) -> None:
    """Count one try. Raises TooMany when the limit was reached before."""
    key = _key(limit, whose)
    if settings.LIMITS_IN_STORE:
        count = count_attempt(key, timedelta(minutes=limit.minutes), timezone.now())
    else:
        count = _in_memory(key, limit.minutes * 60)
    if count > limit.times:
        raise TooMany(limit.minutes)


def check(limit: Limit, *whose: str) -> None:
    """Raises TooMany when the limit is reached, without counting."""
    key = _key(limit, whose)
    count = attempts(key, timezone.now()) if settings.LIMITS_IN_STORE else cache.get(key, 0)
    if count >= limit.times:
        raise TooMany(limit.minutes)


def _in_memory(key: str, seconds: int) -> int:
    if cache.add(key, 1, seconds):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # its time ran out between the two
        cache.set(key, 1, seconds)
        return 1


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind a proxy on this machine, what the proxy saw (its own entry, the last one)."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "")
    behind_proxy = direct in ("", "127.0.0.1", "::1")
    return forwarded.rsplit(",", 1)[-1].strip() if behind_proxy and forwarded else direct


def _key(limit: Limit, whose: tuple[str, ...]) -> str:
    return f"limit:{limit.name}:{hashlib.sha256(chr(0).join(whose).encode()).hexdigest()}"
