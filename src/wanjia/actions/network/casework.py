"""The case that restores supply: opened with the outage, told what the meters say, merged when the outage is."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from wanjia.actions.cases.open_case import Request, open_case
from wanjia.actions.cases.stepping import locked_case, step_case
from wanjia.actions.network.book import SENSING, STILL_DARK, Book, Entry, Line
from wanjia.actions.network.priorities import priority_counts, priority_customers
from wanjia.engine.nouns import MergeInto, Message
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts, Json
from wanjia.model.masking import mask_name
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case
from wanjia.records.network.lookups import DistrictFacts
from wanjia.records.network.models import Customer, Feeder, Outage
from wanjia.records.territory.grid import path_of

logger = logging.getLogger(__name__)

PRACTICE = "outage_restoration"
AGE_MAX = timedelta(hours=24)
"""An outage that was over longer ago when it becomes known is history: rows, but nobody is sent."""
LISTED_MAX = 50
"""Priority customers listed on the case; the fact's own limit."""
NOT_WAITING = frozenset({"engine.message_unexpected", "engine.not_running"})
"""A case that is elsewhere by now does not wait for this news; its outage's timeline has it all the same."""


def wants_case(entry: Entry, now: datetime) -> bool:
    """Unplanned and sustained, as far as is known, and not history."""
    row = entry.row
    over = row.ends_at is not None and (row.cause_hint == "momentary" or now - row.ends_at > AGE_MAX)
    return entry.is_new and not row.planned and not over and row.status != Outage.Status.MERGED


def open_for(book: Book, entry: Entry, now: datetime) -> Case | None:
    """The outage's case; None when it cannot be opened, which its timeline then says."""
    row = entry.row
    try:
        opened = open_case(_request(book, entry), SENSING, now)
    except Refused as refused:
        logger.error("outage %s: no case: %s", row.number, refused)
        data: Facts = {"faults": [fault.code for fault in refused.faults]}
        entry.lines.append(Line("no_case", now, data))
        return None
    row.case_number = opened.case.number
    Case.objects.filter(pk=opened.case.pk).update(outage=row)
    opened.case.outage = row
    return opened.case


def tell_case(number: str, name: str, payload: Facts, now: datetime) -> bool:
    """Give a case news of the sensor; False when it does not wait for it."""
    case = locked_case(number)
    if case.status != Case.Status.RUNNING:
        return False
    try:
        step_case(case, Message(SENSING.reference, name, payload), SENSING, now)
    except Refused as refused:
        if {fault.code for fault in refused.faults} <= NOT_WAITING:
            return False
        raise
    return True


def tell_end(entry: Entry, now: datetime) -> bool:
    """Supply is back; or, in the case of the outage around it, the last meters are."""
    row, outer = entry.row, entry.parent.row.case_number if entry.parent else ""
    if row.cause_hint == STILL_DARK and row.case_number == outer:
        return tell_case(row.case_number, "meters_back", {}, now)
    at = timezone.localtime(row.ends_at).isoformat(timespec="seconds") if row.ends_at else None
    news: Facts = {"restored_at": at, "momentary": row.cause_hint == "momentary"}
    return tell_case(row.case_number, "supply_back", news, now)


def merge_into(number: str, into_number: str, now: datetime) -> bool:
    """End the case of an outage that is part of another one; False when there is nothing to end."""
    locked = {key: locked_case(key) for key in sorted({number, into_number})}
    case, into = locked[number], locked[into_number]
    if case.pk == into.pk or case.status != Case.Status.RUNNING:
        return False
    case.merged_into = into
    step_case(case, MergeInto(SENSING.reference, into_number), SENSING, now)
    write_history(f"case:{into.pk}", SENSING, now, [("case_absorbed", {"case": number})])
    return True


def extent_of(entry: Entry) -> Facts:
    """How large the outage is now, in the practice's facts."""
    row = entry.row
    codes = entry.dark() or set(entry.members)
    counts = priority_counts(codes)
    return {
        "level": row.device_level, "device": row.device_id,
        "districts_count": row.districts_dark or row.districts_touched,
        "customers_count": row.customers_dark or row.customers_touched,
        "life_support_count": counts["life_support"], "sensitive_count": counts["sensitive"],
    }  # fmt: skip


def _request(book: Book, entry: Entry) -> Request:
    row, largest = entry.row, _largest(book, entry)
    answers: Facts = {
        "outage_number": row.number, **extent_of(entry), "area": largest.area_class, "hint": _hint(row),
        "started_at": timezone.localtime(row.starts_at).isoformat(timespec="seconds"),
        "priority_customers": _listed(priority_customers(entry.dark() or set(entry.members))),
        "confidence_percent": round(100 * row.confidence),
    }  # fmt: skip
    if row.feeder_id:
        answers["feeder_name"] = Feeder.objects.get(pk=row.feeder_id).name_zh
    if row.estimated_restoration_at:
        answers["restore_estimate_at"] = timezone.localtime(row.estimated_restoration_at).isoformat(timespec="seconds")
    if any(path_of(largest.longitude, largest.latitude, timezone.localdate(row.detected_at))):
        answers["place"] = {
            "longitude": largest.longitude, "latitude": largest.latitude, "address": largest.name_zh,
        }  # fmt: skip
    key = f"outage:{row.number}:{row.revision}"
    return Request(PRACTICE, answers, key, "system", organisation=largest.organisation_id)


def _largest(book: Book, entry: Entry) -> DistrictFacts:
    """The district with most customers, dark ones first: its manager, station and area count."""
    codes = entry.dark() or set(entry.members)
    return book.facts[max(sorted(codes), key=lambda code: entry.members[code].customers)]


def _hint(row: Outage) -> str:
    known = ("part_of_district", STILL_DARK, "planned_overrun", "communication_lost_too")
    return row.cause_hint if row.cause_hint in known else "sensed" if row.sensing_key else "recorded"


def _listed(customers: list[Customer]) -> list[Json]:
    return [
        {"kind": row.priority, "name": mask_name(row.name), "district": row.district.name_zh}
        for row in customers[:LISTED_MAX]
    ]
