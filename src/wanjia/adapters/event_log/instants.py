"""Texts to instants: ISO 8601, and the way spreadsheets in China write it (2024/3/1 8:05)."""

from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum

SHEET_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
"""Also accept months, days and hours of one digit, which ISO 8601 does not."""


class Unread(Enum):
    """Why a text is not an instant."""

    UNPARSABLE = "history.bad_time"
    NO_OFFSET = "history.no_offset"


def instant(text: str, zone: tzinfo | None, whole_day: bool = False) -> datetime | Unread:
    """The instant in UTC. A text without offset is taken in `zone`, if there is one.

    `whole_day`: a bare date means the end of that day (a deadline), else its beginning.
    """
    naive_or_aware = _parsed(text)
    if naive_or_aware is None:
        return Unread.UNPARSABLE
    try:
        if naive_or_aware.tzinfo is None:
            if zone is None:
                return Unread.NO_OFFSET
            bare = whole_day and ":" not in text
            naive_or_aware = (naive_or_aware + timedelta(days=bare)).replace(tzinfo=zone)
        return naive_or_aware.astimezone(UTC)
    except OverflowError:
        return Unread.UNPARSABLE


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        for form in SHEET_FORMATS:
            try:
                return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller, or its lack told
            except ValueError:
                continue
    return None
