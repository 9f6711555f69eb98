"""What follows from changed outages, in the same transaction: cases, notices to managers, texts to customers."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from wanjia.actions.network.book import STILL_DARK, Book, Entry, Line
from wanjia.actions.network.casework import extent_of, merge_into, open_for, tell_case, tell_end, wants_case
from wanjia.actions.network.cell_notices import tell_managers
from wanjia.actions.network.systems import tell_systems
from wanjia.actions.network.telling import tell_announced, tell_restored
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Outage

TOLD_AGE_MAX = timedelta(hours=6)
"""Nobody is told that supply went off longer ago than this: after a long standstill it would only confuse."""


def follow(book: Book, now: datetime) -> None:
    """Everything that follows for the outages that were touched; may add lines to their timelines."""
    touched = [entry for entry in book.touched if not entry.row.planned]
    for entry in touched:
        _follow_case(book, entry, now)
    for entry in touched:
        _tell(book, entry, now)
    for entry in book.touched:
        if entry.row.planned:
            _tell_back(book, entry, now)
        if entry.row.ends_at is None or now - entry.row.ends_at <= TOLD_AGE_MAX:
            tell_systems(entry, now)


def _follow_case(book: Book, entry: Entry, now: datetime) -> None:
    row = entry.row
    if row.cause_hint == STILL_DARK and entry.is_new and _joins_outer(entry, now):
        return
    if wants_case(entry, now):
        case = open_for(book, entry, now)
        if case is not None and entry.ended:
            tell_end(entry, now)
    elif row.case_number:
        _tell_case(entry, now)


def _joins_outer(entry: Entry, now: datetime) -> bool:
    """Meters that stayed dark keep the case of their outage open, when that still watches them."""
    number = entry.parent.row.case_number if entry.parent else ""
    if not number or not tell_case(number, "still_dark", {"meters_dark": entry.row.customers_dark}, now):
        return False
    entry.row.case_number = number
    return True


def _tell_case(entry: Entry, now: datetime) -> None:
    row = entry.row
    if row.status == Outage.Status.MERGED:
        if entry.into is not None and entry.into.row.case_number:
            merge_into(row.case_number, entry.into.row.case_number, now)
    elif entry.ended:
        tell_end(entry, now)
    elif row.status == Outage.Status.OPEN and _is_revised(entry):
        tell_case(row.case_number, "extent_revised", extent_of(entry), now)


def _is_revised(entry: Entry) -> bool:
    return not _is_nested(entry) and any(line.what in ("grown", "shrunk", "moved", "absorbed") for line in entry.lines)


def _tell(book: Book, entry: Entry, now: datetime) -> None:
    """Districts that fell dark and still are, then those that came back."""
    row, still = entry.row, entry.taken & entry.dark()
    if still and row.status == Outage.Status.OPEN and now - row.detected_at <= TOLD_AGE_MAX and not _is_nested(entry):
        tell_announced(row, still, book.facts, now)
        if row.case_number:
            _tell_managers(book, entry, still, now)
    _tell_back(book, entry, now)


def _tell_back(book: Book, entry: Entry, now: datetime) -> None:
    lit = entry.lit - entry.dark()
    if lit and not _is_overrunning(entry):
        tell_restored(entry.row, lit, book.facts, now)


def _tell_managers(book: Book, entry: Entry, codes: Collection[str], now: datetime) -> None:
    case = Case.objects.filter(number=entry.row.case_number).first()
    if case is not None:
        tell_managers(case, entry.row, codes, book.facts, now)


def _is_nested(entry: Entry) -> bool:
    return entry.row.cause_hint == STILL_DARK


def _is_overrunning(entry: Entry) -> bool:
    """Planned work whose window ended long before its end was noticed: the districts are dark still."""
    row = entry.row
    ended: Sequence[Line] = [line for line in entry.lines if line.what == "planned_ended"]
    return bool(row.planned and ended and row.ends_at and ended[-1].at - row.ends_at >= GRACE)


GRACE = timedelta(minutes=10)
"""After which the sensor ends the note of planned work whose districts are still dark; restored meters speak sooner."""
