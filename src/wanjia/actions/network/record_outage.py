"""Enter an outage that a person knows of and no meter has told: by districts, or by the device that is open."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.network.book import PREFIX, Book, Entry, Line, read_outages
from wanjia.actions.network.districts_below import districts_below
from wanjia.actions.network.estimates import estimate_first
from wanjia.actions.network.following import follow
from wanjia.actions.network.writing import write, write_afterwards
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network
from wanjia.records.network.lookups import DistrictFacts, district_facts, subject_of_districts
from wanjia.records.network.models import Outage, OutageDistrict, TransformerDistrict

AGE_MAX = timedelta(days=31)
"""What is entered later belongs to a correction of closed figures."""
NOTE_CHARACTERS_MAX = 500


@dataclass(frozen=True)
class Reported:
    """What somebody says: districts that are dark, or the device that is open, since when, and what is known."""

    starts_at: datetime
    districts: tuple[str, ...] = ()
    device_id: str = ""
    note: str = ""


def record_outage(report: Reported, actor: Actor, now: datetime, network: Network | None = None) -> Outage:
    """Open an outage with its case and its messages, as if it had been sensed. Raises Denied, Refused.

    `network` is the active one; only a device that is no district needs it. Districts that are in an open outage
    already are left to that one; when all of them are, the report is refused and says where.
    """
    facts = _named(report, network)
    require(actor, "outage", "record", subject_of_districts([(f.cell_code, f.organisation_id) for f in facts.values()]))
    faults = _time_faults(report, now)
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        book = read_outages(Q(status=Outage.Status.OPEN))
        free = _free(book, facts)
        book.facts |= facts
        entry = _entry(report, free, network, actor, now)
        book.add(entry)
        first = estimate_first(book, entry)
        write(book, now)
        if first is not None:
            first.save()
        follow(book, now)
        write_afterwards(book, now)
        return entry.row


def _named(report: Reported, network: Network | None) -> dict[str, DistrictFacts]:
    codes = frozenset(report.districts)
    if not codes and report.device_id:
        known = frozenset(TransformerDistrict.objects.filter(code=report.device_id).values_list("code", flat=True))
        codes = districts_below(network, report.device_id, known)
    if not codes:
        raise Refused([Fault("outage.nothing_named", Where("districts"))])
    facts = district_facts(codes)
    missing = sorted(codes - facts.keys())
    if missing:
        raise Refused([Fault("outage.district_unknown", Where("districts"), {"district": code}) for code in missing])
    return facts


def _time_faults(report: Reported, now: datetime) -> list[Fault]:
    values: dict[str, object] = {"at": report.starts_at.isoformat(), "days_max": AGE_MAX.days}
    if report.starts_at > now:
        return [Fault("outage.start_future", Where("starts_at"), values)]
    return [Fault("outage.start_old", Where("starts_at"), values)] if now - report.starts_at > AGE_MAX else []


def _free(book: Book, facts: dict[str, DistrictFacts]) -> dict[str, DistrictFacts]:
    free = {code: one for code, one in facts.items() if code not in book.dark_in}
    if not free:
        raise Refused([
            Fault("outage.known_already", Where("districts"), {"district": c, "outage": book.dark_in[c].row.number})
            for c in sorted(facts)
        ])  # fmt: skip
    return free


def _entry(
    report: Reported, facts: dict[str, DistrictFacts], network: Network | None, actor: Actor, now: datetime
) -> Entry:  # fmt: skip
    row = Outage(
        number=next_number(PREFIX, now), device_id=report.device_id or _device(facts), device_level=_level(facts),
        starts_at=report.starts_at, detected_at=now, confidence=1.0,
    )  # fmt: skip
    entry = Entry(row, is_created=True, is_new=True)
    for code, one in facts.items():
        entry.members[code] = OutageDistrict(
            district_id=code, starts_at=report.starts_at, customers=one.customers
        )  # fmt: skip
    entry.taken, entry.changed = set(facts), set(facts)
    data = {"note": report.note.strip()[:NOTE_CHARACTERS_MAX], "districts": len(facts), "device": row.device_id}
    entry.lines.append(Line("recorded", now, data, actor))
    return entry


def _device(facts: dict[str, DistrictFacts]) -> str:
    """Without a device: the district, or the feeder when they are of one, or the first of them."""
    if len(facts) == 1:
        return next(iter(facts))
    feeders = {one.feeder_id for one in facts.values()}
    return feeders.pop() if len(feeders) == 1 else min(facts)


def _level(facts: dict[str, DistrictFacts]) -> str:
    feeders = {one.feeder_id for one in facts.values()}
    if len(facts) == 1:
        return "district"
    whole = TransformerDistrict.objects.filter(feeder__in=feeders).count() == len(facts)
    return ("feeder" if len(feeders) == 1 else "source") if whole else "section"
