"""Until when an outage is said to last: every word is kept, and customers hear of it when it moves by enough."""

from datetime import datetime, timedelta

from wanjia.actions.network.book import Book, Entry, Line
from wanjia.actions.network.first_estimate import first_estimate
from wanjia.actions.network.telling import tell_estimate
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.network.models import Outage, RestorationEstimate

MOVED_MINUTES = 30
"""Customers are told when the estimate moves by more than this; smaller steps would only wear them out. Default (M)."""
AHEAD_MAX = timedelta(days=14)
"""No outage of a distribution network is foreseen further ahead; a later instant is a slip of the pen."""
REASON_CHARACTERS_MAX = 200


def estimate_first(book: Book, entry: Entry) -> RestorationEstimate | None:
    """The system's own first estimate for a new outage, not written yet; planned work ends as it was planned."""
    if not entry.members:
        return None
    largest = max(entry.members.values(), key=lambda member: member.customers)
    at, ground = first_estimate(entry.row, book.facts[largest.district_id].area_class)
    entry.row.estimated_restoration_at = at
    return RestorationEstimate(outage=entry.row, said_at=entry.row.detected_at, restoration_at=at, said_by=ground)


def set_estimate(book: Book, entry: Entry, at: datetime, reason: str, actor: Actor, now: datetime) -> bool:
    """Note a new estimate on an open outage in the book; True when customers have to hear of it. Raises Refused."""
    row = entry.row
    faults = _faults(row, at, now)
    if faults:
        raise Refused(faults)
    reason = reason.strip()[:REASON_CHARACTERS_MAX]
    said = _last_told(row)
    is_news = said is None or abs(at - said) > timedelta(minutes=MOVED_MINUTES)
    RestorationEstimate.objects.create(
        outage=row, said_at=now, restoration_at=at, said_by=actor.reference, reason=reason
    )  # fmt: skip
    before = row.estimated_restoration_at
    row.estimated_restoration_at = at
    data = {"from": before.isoformat() if before else None, "to": at.isoformat(), "reason": reason, "told": is_news}
    entry.lines.append(Line("estimated", now, data, actor))
    return is_news


def tell_of_estimate(book: Book, entry: Entry, reason: str, now: datetime) -> int:
    """After the rows are written: tell who had heard of the outage; gives how many texts were queued."""
    number = RestorationEstimate.objects.filter(outage=entry.row).count()
    return tell_estimate(entry.row, number, reason, book.facts, now)


def _faults(row: Outage, at: datetime, now: datetime) -> list[Fault]:
    if row.status != Outage.Status.OPEN:
        return [Fault("outage.not_open", Where(), {"outage": row.number})]
    if at <= now:
        return [Fault("outage.estimate_past", Where("restoration_at"), {"at": at.isoformat()})]
    if at > now + AHEAD_MAX:
        values = {"at": at.isoformat(), "days_max": AHEAD_MAX.days}
        return [Fault("outage.estimate_far", Where("restoration_at"), values)]
    return []


def _last_told(row: Outage) -> datetime | None:
    """What customers believe: the last estimate that they were told, or the first one of all."""
    told = row.revisions.filter(what="estimated", data__told=True).order_by("-sequence").values_list("data", flat=True)
    last = told.first()
    if last:
        return datetime.fromisoformat(last["to"])
    first = row.estimates.order_by("id").first()
    return first.restoration_at if first else None
