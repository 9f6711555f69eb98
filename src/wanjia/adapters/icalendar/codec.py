"""Events as an iCalendar document (RFC 5545): UTC instants, folded lines, escaped texts, identifiers that stay."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

PRODUCT = "-//Wanjia//Works//EN"
LINE_OCTETS_MAX = 75
"""A line longer than this, its end not counted, is folded (RFC 5545, 3.1)."""
ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


@dataclass(frozen=True)
class Event:
    """One event. `uid` stays the same when it is moved; `sequence` then rises. `point`: (latitude, longitude), degrees.

    `status`: CONFIRMED, TENTATIVE or CANCELLED.
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    status: str = "CONFIRMED"
    sequence: int = 0
    point: tuple[float, float] | None = None
    url: str = ""


def document(events: Iterable[Event], name: str, made_at: datetime) -> bytes:
    """The calendar as a file; `made_at` (aware) is when its events were so."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        *(line for event in events for line in _event(event, made_at)),
        "END:VCALENDAR",
    ]  # fmt: skip
    return "".join(f"{folded(line)}\r\n" for line in lines).encode()


def escaped(text: str) -> str:
    """A text value: separators and line ends escaped, other control characters dropped."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(ESCAPES.get(sign, sign) for sign in plain if sign in ESCAPES or sign.isprintable())


def folded(line: str) -> str:
    """The line in pieces of at most 75 octets, each after the first begun with a blank; no character is cut apart."""
    pieces, piece, octets = [], "", 0
    for sign in line:
        size = len(sign.encode())
        if octets + size > LINE_OCTETS_MAX:
            pieces.append(piece)
            piece, octets = " ", 1
        piece += sign
        octets += size
    return "\r\n".join([*pieces, piece])


def instant(at: datetime) -> str:
    """An aware instant in UTC, the form that needs no table of zones."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _event(event: Event, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{instant(made_at)}"
    yield f"DTSTART:{instant(event.starts_at)}"
    yield f"DTEND:{instant(event.ends_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{event.status}"
    yield f"SUMMARY:{escaped(event.summary)}"
    for key, text in (("DESCRIPTION", event.description), ("LOCATION", event.location)):
        if text:
            yield f"{key}:{escaped(text)}"
    if event.categories:
        yield f"CATEGORIES:{','.join(escaped(one) for one in event.categories)}"
    if event.point:
        yield f"GEO:{event.point[0]:.6f};{event.point[1]:.6f}"
    if event.url:
        yield f"URL:{event.url}"
    yield "END:VEVENT"
