"""Ask for a work: what, on which device, for how long, between which days. The plan of its month says when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.network.districts_below import districts_below
from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network
from wanjia.model.works import MODES
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import (
    DistrictFacts,
    common_organisation,
    district_facts,
    parents_of_organisations,
    subject_of_districts,
)
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.network.planning import CREW_KINDS, WORK_KINDS, WorkRequest, WorkRequestDistrict
from wanjia.records.territory.models import Organisation

PREFIX = "JX"
"""Numbers of works that are asked for begin with 检修."""
HOURS_LEAST, HOURS_MAX = 0.5, 14.0
"""A work fits into one working day; longer ones are asked for in parts. Default (M)."""
DAYS_MAX = 370
"""How far ahead a work may be asked for: a year's plan. Default (M)."""


@dataclass(frozen=True)
class WantedRequest:
    """What is asked for. `hours` with supply stopped; empty `modes`: all may be proposed; days both included.

    Without `organisation` the lowest one above all districts behind the device asks.
    """

    device_id: str
    title_zh: str
    kind: str
    hours: float
    earliest_on: date
    latest_on: date
    crew_kind: str = "line"
    title_en: str = ""
    modes: tuple[str, ...] = ()
    urgent: bool = False
    organisation: str = ""
    case_number: str = ""


def request_work(wanted: WantedRequest, actor: Actor, now: datetime, network: Network | None = None) -> WorkRequest:
    """The row. Of a case there is one request a device: asked again, it is the same. Raises Denied, Refused."""
    require(actor, "work", "enter")
    facts = district_facts(_districts(wanted.device_id, network))
    require(actor, "work", "enter", _subject(facts))
    with transaction.atomic():
        if known := _asked_before(wanted):
            return known
        organisation = wanted.organisation or _organisation(facts)
        if faults := [*_faults(wanted, now), *_organisation_faults(organisation)]:
            raise Refused(faults)
        row = WorkRequest.objects.create(
            number=next_number(PREFIX, now), organisation_id=organisation, device_id=wanted.device_id,
            feeder_id=_feeder(facts), title_zh=wanted.title_zh.strip()[:120], title_en=wanted.title_en.strip()[:160],
            kind=wanted.kind, hours=wanted.hours, modes=[mode for mode in MODES if mode in wanted.modes],
            earliest_on=wanted.earliest_on, latest_on=wanted.latest_on, crew_kind=wanted.crew_kind,
            urgent=wanted.urgent, longitude=_middle(facts, "longitude"), latitude=_middle(facts, "latitude"),
            case_number=wanted.case_number, asked_by=actor.reference, asked_by_name=actor.name, asked_at=now,
        )  # fmt: skip
        dark = [WorkRequestDistrict(request=row, district_id=code) for code in sorted(facts)]
        WorkRequestDistrict.objects.bulk_create(dark)
        data = {"device": row.device_id, "hours": row.hours, "districts": len(facts), "case": row.case_number}
        write_history(f"work:{row.number}", actor, now, [("work_requested", data)])
        return row


def _districts(device_id: str, network: Network | None) -> frozenset[str]:
    known = frozenset(TransformerDistrict.objects.filter(code=device_id).values_list("code", flat=True))
    return districts_below(network, device_id, known)


def _subject(facts: dict[str, DistrictFacts]) -> Subject:
    return subject_of_districts([(one.cell_code, one.organisation_id) for one in facts.values()])


def _asked_before(wanted: WantedRequest) -> WorkRequest | None:
    """A case's step may be told twice."""
    if not wanted.case_number:
        return None
    rows = WorkRequest.objects.filter(case_number=wanted.case_number, device_id=wanted.device_id)
    return rows.exclude(state=WorkRequest.State.WITHDRAWN).first()


def _organisation(facts: dict[str, DistrictFacts]) -> str:
    return common_organisation({one.organisation_id for one in facts.values()}, parents_of_organisations()) or ""


def _organisation_faults(code: str) -> Iterator[Fault]:
    if not Organisation.objects.filter(code=code).exists():
        yield Fault("plan.organisation", Where("organisation"), {"organisation": code})


def _feeder(facts: dict[str, DistrictFacts]) -> str:
    """The one of most of its districts: a device on a tie may feed two."""
    feeders = [one.feeder_id for one in facts.values()]
    return max(sorted(set(feeders)), key=feeders.count)


def _middle(facts: dict[str, DistrictFacts], name: str) -> float:
    return sum(getattr(one, name) for one in facts.values()) / len(facts)


def _faults(wanted: WantedRequest, now: datetime) -> Iterator[Fault]:
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    strange = [mode for mode in wanted.modes if mode not in MODES]
    found = [
        (not wanted.title_zh.strip(), "work.title_missing", "title_zh"),
        (wanted.kind not in WORK_KINDS, "plan.work_kind", "kind"),
        (wanted.crew_kind not in CREW_KINDS, "plan.crew_kind", "crew_kind"),
        (not HOURS_LEAST <= wanted.hours <= HOURS_MAX, "plan.work_hours", "hours"),
        (bool(strange), "plan.modes", "modes"),
        (wanted.latest_on < wanted.earliest_on, "plan.work_days", "latest_on"),
        (wanted.latest_on <= today, "plan.work_past", "latest_on"),
        (wanted.latest_on > today + timedelta(days=DAYS_MAX), "plan.work_far", "latest_on"),
    ]  # fmt: skip
    values = {
        "kind": wanted.kind, "kinds": ", ".join(WORK_KINDS), "crew_kind": wanted.crew_kind, "hours": wanted.hours,
        "crew_kinds": ", ".join(CREW_KINDS), "hours_least": HOURS_LEAST, "hours_max": HOURS_MAX,
        "modes": ", ".join(strange), "known": ", ".join(MODES), "days_max": DAYS_MAX,
        "earliest": wanted.earliest_on.isoformat(), "latest": wanted.latest_on.isoformat(),
    }  # fmt: skip
    return (Fault(code, Where(column), values) for is_wrong, code, column in found if is_wrong)
