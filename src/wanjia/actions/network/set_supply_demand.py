"""Say that districts must stay lit for a time: an examination, a guaranteed event, a harvest, a hospital."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from wanjia.actions.cases.numbering import next_number
from wanjia.actions.permission import require
from wanjia.model.actors import Actor, Subject
from wanjia.model.faults import Fault, NotFound, Refused, Where
from wanjia.model.works import BLACKOUT_KINDS
from wanjia.records.cases.history import write_history
from wanjia.records.network.lookups import DistrictFacts, district_facts, subject_of_districts
from wanjia.records.network.models import PlannedWork
from wanjia.records.network.planning import SupplyDemand, SupplyDemandDistrict

PREFIX = "BD"
"""Numbers begin with 保电."""
DAYS_MAX = 200
"""Longest window of one demand: a hospital's is renewed each half year. Default (M)."""
DISTRICTS_MAX = 2_000


@dataclass(frozen=True)
class WantedDemand:
    """Which districts, from when until when, and why; `case_number` of the case that asked for it."""

    kind: str
    districts: frozenset[str]
    from_at: datetime
    until_at: datetime
    reason: str
    case_number: str = ""


@dataclass(frozen=True)
class SetDemand:
    """The demand, and codes of planned works in force that darken its districts inside its time."""

    demand: SupplyDemand
    against: tuple[str, ...]


def set_supply_demand(wanted: WantedDemand, actor: Actor, now: datetime) -> SetDemand:
    """The row; a case that says it again replaces its own demand of that kind. Raises Denied, Refused.

    Plans made from now on keep to it; what is in force already and is against it is told, so that it is cancelled.
    """
    facts = district_facts(wanted.districts)
    require(actor, "work", "edit", _subject(facts))
    if faults := list(_faults(wanted, facts, now)):
        raise Refused(faults)
    with transaction.atomic():
        row = _row(wanted, actor, now)
        row.districts.all().delete()
        SupplyDemandDistrict.objects.bulk_create(
            SupplyDemandDistrict(demand=row, district_id=code) for code in sorted(facts)
        )
        data = {
            "kind": row.kind, "districts": len(facts), "from": row.from_at.isoformat(),
            "until": row.until_at.isoformat(), "reason": row.reason, "case": row.case_number,
        }  # fmt: skip
        write_history(f"demand:{row.number}", actor, now, [("supply_demand_set", data)])
        return SetDemand(row, works_against(wanted.districts, wanted.from_at, wanted.until_at))


def withdraw_supply_demand(number: str, actor: Actor, now: datetime) -> SupplyDemand:
    """It holds no more. Raises NotFound, Denied."""
    with transaction.atomic():
        row = SupplyDemand.objects.select_for_update(of=("self",)).filter(number=number).first()
        if row is None:
            raise NotFound("supply_demand", number)
        facts = district_facts(frozenset(row.districts.values_list("district", flat=True)))
        require(actor, "work", "edit", _subject(facts))
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            write_history(f"demand:{number}", actor, now, [("supply_demand_withdrawn", {"case": row.case_number})])
        return row


def works_against(districts: Collection[str], from_at: datetime, until_at: datetime) -> tuple[str, ...]:
    """Codes of planned works that darken one of the districts inside the time."""
    rows = PlannedWork.objects.filter(cancelled_at=None, starts_at__lt=until_at, ends_at__gt=from_at)
    return tuple(rows.filter(districts__district__in=districts).distinct().values_list("code", flat=True))


def _subject(facts: dict[str, DistrictFacts]) -> Subject:
    return subject_of_districts([(one.cell_code, one.organisation_id) for one in facts.values()])


def _row(wanted: WantedDemand, actor: Actor, now: datetime) -> SupplyDemand:
    values = {
        "reason": wanted.reason.strip()[:200], "from_at": wanted.from_at, "until_at": wanted.until_at,
        "set_by": actor.reference, "set_at": now, "withdrawn_at": None,
    }  # fmt: skip
    known = None
    if wanted.case_number:
        rows = SupplyDemand.objects.filter(case_number=wanted.case_number, kind=wanted.kind)
        known = rows.select_for_update(of=("self",)).first()
    if known is None:
        new = {"number": next_number(PREFIX, now), "kind": wanted.kind, "case_number": wanted.case_number}
        return SupplyDemand.objects.create(**new, **values)
    for name, value in values.items():
        setattr(known, name, value)
    known.save()
    return known


def _faults(wanted: WantedDemand, facts: dict[str, DistrictFacts], now: datetime) -> Iterator[Fault]:
    unknown = sorted(wanted.districts - facts.keys())
    span = wanted.until_at - wanted.from_at
    found = [
        (wanted.kind not in BLACKOUT_KINDS, "plan.demand_kind", "kind"),
        (not wanted.reason.strip(), "plan.reason_missing", "reason"),
        (not 0 < len(wanted.districts) <= DISTRICTS_MAX, "plan.demand_districts", "districts"),
        (bool(unknown), "plan.district_unknown", "districts"),
        (not timedelta(0) < span <= timedelta(days=DAYS_MAX), "plan.demand_window", "until_at"),
        (wanted.until_at <= now, "plan.demand_past", "until_at"),
    ]  # fmt: skip
    values = {
        "kind": wanted.kind, "kinds": ", ".join(BLACKOUT_KINDS), "districts_max": DISTRICTS_MAX,
        "districts": ", ".join(unknown[:10]), "days_max": DAYS_MAX, "until": wanted.until_at.isoformat(),
    }  # fmt: skip
    return (Fault(code, Where(column), values) for is_wrong, code, column in found if is_wrong)
