"""A case keeps districts lit: no plan darkens them in its window, and what stands in its way already is told.

Whether that may be is for the practice to say: it stands behind an approval in the diagram, so the product acts for it.
"""

from datetime import datetime

from django.db.models import Q

from wanjia.actions.network.set_supply_demand import WantedDemand, set_supply_demand, withdraw_supply_demand
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.records.cases.models import Case
from wanjia.records.network.models import PlannedWork, TransformerDistrict
from wanjia.records.network.planning import SupplyDemand

ERRORS = {
    "plan.district_unknown": "district_unknown", "plan.demand_districts": "district_unknown",
    "plan.demand_window": "window_wrong", "plan.demand_past": "window_wrong",
}  # fmt: skip
"""Faults of the demand that whoever named its sites or its time can mend."""


def guard_supply(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`guard_number`, `guarded_count`, and the planned works in force inside the window: `clashes`, `clash_count`."""
    codes = _districts(inputs.get("sites"), case)
    wanted = WantedDemand(
        str(inputs["kind"]), codes, _instant(inputs["from_at"]), _instant(inputs["until_at"]),
        str(inputs["reason"]), case.number,
    )  # fmt: skip
    try:
        found = set_supply_demand(wanted, SYSTEM, now)
    except Refused as refused:
        raise _fault(ERRORS.get(refused.faults[0].code, "unavailable")) from refused
    works = PlannedWork.objects.filter(code__in=found.against).order_by("starts_at", "code")
    return {
        "guard_number": found.demand.number,
        "guarded_count": len(codes),
        "clashes": [_clash(work) for work in works],
        "clash_count": len(found.against),
    }


def lift_guard(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`lifted_count`: demands of this case that held until now."""
    rows = SupplyDemand.objects.filter(case_number=case.number, withdrawn_at=None)
    numbers = list(rows.values_list("number", flat=True))
    for number in numbers:
        withdraw_supply_demand(number, SYSTEM, now)
    return {"lifted_count": len(numbers)}


def _districts(sites: Json, case: Case) -> frozenset[str]:
    """The case's own district, and each that a row names by its code or by its name below the receiving body."""
    rows = [row for row in sites if isinstance(row, dict)] if isinstance(sites, list) else []
    named = {str(row["district"]).strip() for row in rows if str(row.get("district") or "").strip()}
    codes = {_code(name, case) for name in named}
    return frozenset(codes | ({case.district_id} if case.district_id else set()))


def _code(name: str, case: Case) -> str:
    if TransformerDistrict.objects.filter(code=name).exists():
        return name
    body = case.organisation_id
    below = Q(organisation_id=body) | Q(organisation__parent_id=body) | Q(organisation__parent__parent_id=body)
    found = list(TransformerDistrict.objects.filter(below, name_zh=name).values_list("code", flat=True)[:2])
    if len(found) != 1:
        raise _fault("district_unknown")
    return found[0]


def _clash(work: PlannedWork) -> Facts:
    return {
        "work": work.code, "title": work.title_zh, "starts_at": work.starts_at.isoformat(),
        "ends_at": work.ends_at.isoformat(),
    }  # fmt: skip


def _instant(value: Json) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise _fault("window_wrong") from error
    if at.tzinfo is None:
        raise _fault("window_wrong")
    return at


def _fault(code: str) -> Refused:
    return Refused([Fault(code, Where())])
