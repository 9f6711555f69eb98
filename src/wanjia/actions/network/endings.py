"""An outage ends by a person's word: it was none, or it is over although no meter said so; and why it was."""

from datetime import datetime

from wanjia.actions.network.book import Book, Entry, Line
from wanjia.actions.network.telling import tell_false_alarm, tell_restored
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.records.network.models import Outage

CAUSES = (
    "weather", "tree", "animal", "third_party", "equipment_age", "installation", "operation", "overload",
    "customer_side", "upstream", "planned_overrun", "unknown",
)  # fmt: skip
"""Why an outage happened, as found on site; texts `outages.cause.*`."""
NOTE_CHARACTERS_MAX = 500


def dismiss(book: Book, entry: Entry, reason: str, actor: Actor, now: datetime) -> None:
    """It was a false alarm: nobody was without supply. Raises Refused."""
    row, codes = _open(entry), entry.dark()
    for code in codes:
        book.lets_go(entry, code, entry.members[code].starts_at)
    row.status, row.ends_at = Outage.Status.FALSE, row.starts_at
    entry.lines.append(Line("dismissed", now, {"reason": reason, "districts": len(codes)}, actor))


def close(book: Book, entry: Entry, restored_at: datetime, actor: Actor, now: datetime) -> None:
    """Supply is back since an instant, as a person found. Raises Refused."""
    row = _open(entry)
    if not row.starts_at <= restored_at <= now:
        values = {"at": restored_at.isoformat(), "start": row.starts_at.isoformat()}
        raise Refused([Fault("outage.end_impossible", Where("restored_at"), values)])
    codes = entry.dark()
    for code in codes:
        book.lets_go(entry, code, restored_at)
        entry.members[code].meters_dark = 0
    row.status, row.ends_at, entry.ended = Outage.Status.RESTORED, restored_at, True
    entry.lines.append(Line("closed", now, {"restored_at": restored_at.isoformat(), "districts": len(codes)}, actor))


def set_cause(entry: Entry, cause: str, external: bool, note: str, actor: Actor, now: datetime) -> None:
    """Why it happened, and whether outside the company's own network. Raises Refused."""
    if cause not in CAUSES:
        raise Refused([Fault("outage.cause_unknown", Where("cause"), {"cause": cause, "known": ", ".join(CAUSES)})])
    if entry.row.status == Outage.Status.FALSE:
        raise Refused([Fault("outage.was_none", Where(), {"outage": entry.row.number})])
    entry.row.cause, entry.row.external = cause, external
    data: Facts = {"cause": cause, "external": external, "note": note.strip()[:NOTE_CHARACTERS_MAX]}
    entry.lines.append(Line("explained", now, data, actor))


def tell_dismissed(book: Book, entry: Entry, now: datetime) -> int:
    """After the rows are written: correct what customers were told; gives how many texts were queued."""
    return tell_false_alarm(entry.row, set(entry.members), book.facts, now)


def tell_closed(book: Book, entry: Entry, now: datetime) -> int:
    """After the rows are written: tell customers that supply is back; gives how many texts were queued."""
    return tell_restored(entry.row, entry.lit, book.facts, now)


def customer_hours(entry: Entry) -> float:
    """Customers times hours without supply, over all districts that are back."""
    spans = [
        member.customers * (member.restored_at - member.starts_at).total_seconds() / 3600
        for member in entry.members.values() if member.restored_at is not None
    ]  # fmt: skip
    return round(sum(spans), 1)


def _open(entry: Entry) -> Outage:
    if entry.row.status != Outage.Status.OPEN:
        raise Refused([Fault("outage.not_open", Where(), {"outage": entry.row.number})])
    return entry.row
