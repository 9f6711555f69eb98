"""Enter planned work for which supply is stopped: no alarm inside its window, and customers know before."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db import transaction

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.actions.network.districts_below import districts_below
from wanjia.actions.network.priorities import priority_counts
from wanjia.actions.network.receivers import customers_in
from wanjia.actions.network.wording import district_name, phone_of, short_moment
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.network import Network
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Delivery
from wanjia.records.network.lookups import DistrictFacts, district_facts, subject_of_districts
from wanjia.records.network.models import PlannedWork, PlannedWorkDistrict, TransformerDistrict
from wanjia.records.network.planning import SupplyDemand
from wanjia.texts import say

HOURS_MAX = 72
"""Longest window of one plan; longer work is several plans. Default (M)."""
NOTICE = timedelta(days=7)
"""Planned outage: 7 days' notice (电力供应与使用条例 art. 28; A)."""
PREFIX = "JH"
"""Plan numbers begin with 计划."""


@dataclass(frozen=True)
class WantedWork:
    """What is opened, why, and from when to when; without `districts` everybody behind the device is dark."""

    device_id: str
    title_zh: str
    starts_at: datetime
    ends_at: datetime
    title_en: str = ""
    districts: frozenset[str] | None = None


@dataclass(frozen=True)
class Planned:
    """The plan with what it means: districts, who cannot bear it, texts queued, and whether notice is too short."""

    work: PlannedWork
    districts: frozenset[str]
    priority: dict[str, int]
    told: int
    is_short_notice: bool


def plan_work(wanted: WantedWork, actor: Actor, now: datetime, network: Network | None = None) -> Planned:
    """Enter the plan and tell customers. Raises Denied, Refused with every fault."""
    require(actor, "outage", "plan")
    facts = district_facts(_districts(wanted, network))
    allow_on(actor, facts)
    with transaction.atomic():
        faults = [*_faults(wanted, now), *_overlaps(wanted), *_guarded(wanted, facts)]
        if faults:
            raise Refused(faults)
        work = PlannedWork.objects.create(
            code=next_number(PREFIX, now), device_id=wanted.device_id, title_zh=wanted.title_zh.strip()[:120],
            title_en=wanted.title_en.strip()[:160], starts_at=wanted.starts_at, ends_at=wanted.ends_at,
        )  # fmt: skip
        dark = [PlannedWorkDistrict(work=work, district_id=code) for code in sorted(facts)]
        PlannedWorkDistrict.objects.bulk_create(dark)
        told = queue(texts_for(work, "planned", facts), now)
        counts, short = priority_counts(set(facts)), work.starts_at - now < NOTICE
        data = {"device": work.device_id, "districts": len(facts), "told": told, "short_notice": short, **counts}
        write_history(f"work:{work.code}", actor, now, [("work_planned", data)])
        return Planned(work, frozenset(facts), counts, told, short)


def cancel_planned_work(code: str, reason: str, actor: Actor, now: datetime) -> PlannedWork:
    """Take a plan back; who was told hears of it, who was not never will. Raises NotFound, Denied, Refused."""
    require(actor, "outage", "plan")
    with transaction.atomic():
        work = PlannedWork.objects.select_for_update().filter(code=code).first()
        if work is None:
            raise NotFound("planned_work", code)
        facts = district_facts(frozenset(work.districts.values_list("district", flat=True)))
        allow_on(actor, facts)
        if work.cancelled_at is not None:
            values = {"code": code, "at": work.cancelled_at.isoformat()}
            raise Refused([Fault("work.cancelled", Where(), values)])
        if work.ends_at <= now:
            raise Refused([Fault("work.over", Where(), {"code": code})])
        work.cancelled_at = now
        work.save()
        queue(_cancelling(work, facts), now)
        write_history(f"work:{code}", actor, now, [("work_cancelled", {"reason": reason.strip()[:200]})])
        return work


def _districts(wanted: WantedWork, network: Network | None) -> frozenset[str]:
    if wanted.districts is not None:
        return wanted.districts
    known = frozenset(TransformerDistrict.objects.filter(code=wanted.device_id).values_list("code", flat=True))
    return districts_below(network, wanted.device_id, known)


def allow_on(actor: Actor, facts: dict[str, DistrictFacts]) -> None:
    """Returns when the actor may plan outages of all these districts. Raises Denied."""
    require(actor, "outage", "plan", subject_of_districts([(f.cell_code, f.organisation_id) for f in facts.values()]))


def _faults(wanted: WantedWork, now: datetime) -> Iterator[Fault]:
    if not wanted.title_zh.strip():
        yield Fault("work.title_missing", Where("title_zh"))
    if not timedelta(0) < wanted.ends_at - wanted.starts_at <= timedelta(hours=HOURS_MAX):
        window = {"start": wanted.starts_at.isoformat(), "end": wanted.ends_at.isoformat(), "hours_max": HOURS_MAX}
        yield Fault("work.window", Where("ends_at"), window)
    if wanted.starts_at < now:
        yield Fault("work.past", Where("starts_at"), {"start": wanted.starts_at.isoformat()})


def _overlaps(wanted: WantedWork) -> Iterator[Fault]:
    """Of one device; where the districts are said, two may stand beside each other that darken different ones."""
    rows = PlannedWork.objects.filter(device_id=wanted.device_id, cancelled_at=None)
    if wanted.districts is not None:
        rows = rows.filter(districts__district__in=wanted.districts).distinct()
    for code in rows.filter(starts_at__lt=wanted.ends_at, ends_at__gt=wanted.starts_at).values_list("code", flat=True):
        yield Fault("work.overlap", Where("starts_at"), {"device": wanted.device_id, "code": code})


def _guarded(wanted: WantedWork, facts: dict[str, DistrictFacts]) -> Iterator[Fault]:
    """Windows in which one of the districts must not be dark: examinations, guaranteed events, harvest, hospitals."""
    rows = SupplyDemand.objects.filter(withdrawn_at=None, from_at__lt=wanted.ends_at, until_at__gt=wanted.starts_at)
    for row in rows.filter(districts__district__in=facts.keys()).distinct():
        values = {"reason": row.reason, "number": row.number, "start": row.from_at.isoformat()}
        yield Fault("work.guarded", Where("starts_at"), {**values, "end": row.until_at.isoformat()})


def texts_for(
    work: PlannedWork, occasion: str, facts: dict[str, DistrictFacts], once_for: str = ""
) -> Iterator[Wanted]:  # fmt: skip
    """Of one occasion, for every customer of the districts who left a telephone; `once_for`: which of several alike."""
    bodies: dict[tuple[str, str], str] = {}
    phone = cache(phone_of)
    for one in customers_in(facts.keys()):
        at = (one.district, one.language)
        if at not in bodies:
            bodies[at] = _body(work, occasion, facts[one.district], one.language, phone)
        key = f"plan:{work.code}:{occasion}{once_for}:{one.channel}:{one.address}"
        yield Wanted(key, one.channel, one.address, say(f"outages.subject.{occasion}", one.language), bodies[at])


def _body(
    work: PlannedWork, occasion: str, facts: DistrictFacts, language: str, phone_of: Callable[[str], str]
) -> str:  # fmt: skip
    title = work.title_en or work.title_zh if language == "en" else work.title_zh
    text = say(
        f"outages.say.{occasion}", language, district=district_name(facts, language), reason=title,
        start=short_moment(work.starts_at, language), end=short_moment(work.ends_at, language),
    )  # fmt: skip
    phone = phone_of(facts.organisation_id)
    return text + (say("outages.say.phone", language, phone=phone) if phone else "")


def _cancelling(work: PlannedWork, facts: dict[str, DistrictFacts]) -> Collection[Wanted]:
    """For those whose first text has gone out; those of the others are dropped."""
    rows = Delivery.objects.filter(idempotency_key__startswith=f"plan:{work.code}:planned:")
    waiting = rows.filter(status=Delivery.Status.WAITING, claimed_until=None)
    waiting.update(status=Delivery.Status.DROPPED, fault="delivery.work_cancelled", fault_values={"code": work.code})
    reached = rows.filter(status__in=(Delivery.Status.SENT, Delivery.Status.WAITING))
    told = set(reached.values_list("channel", "address"))
    return [wanted for wanted in texts_for(work, "plan_cancelled", facts) if (wanted.channel, wanted.address) in told]
