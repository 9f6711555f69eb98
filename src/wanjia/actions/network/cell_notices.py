"""Notices to the managers of the cells that an outage touches: one each, however many of their districts are dark."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from wanjia.actions.network.priorities import PRIORITIES, priority_customers
from wanjia.model.jsonvalue import Facts
from wanjia.model.masking import mask_name
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, Message
from wanjia.records.network.lookups import DistrictFacts
from wanjia.records.network.models import Outage
from wanjia.records.territory.holders import GRID_ROLES, in_office
from wanjia.records.territory.models import Tenure

NOTICE = "outage.manager_told"
NAMED_MAX = 10
"""Priority customers named in a notice, masked; the case lists the rest."""
FINEST = max(GRID_ROLES)


def tell_managers(
    case: Case, outage: Outage, codes: Collection[str], facts: Mapping[str, DistrictFacts], now: datetime
) -> int:  # fmt: skip
    """Tell whoever holds the cells of these districts and has not been told; gives how many were."""
    by_cell = defaultdict(list)
    for code in codes:
        if code in facts:
            by_cell[facts[code].cell_code].append(code)
    told = set(Message.objects.filter(case=case, notice=NOTICE).values_list("person_id", flat=True))
    mine: dict[int, list[str]] = defaultdict(list)
    for person, cell in _holders(by_cell.keys(), now):
        if person not in told:
            mine[person] += by_cell[cell]
    named = {row.pk: row for row in priority_customers(set(codes))} if mine else {}
    Message.objects.bulk_create(
        Message(
            case=case, audience="staff", person_id=person, sender="sensing", notice=NOTICE,
            values=_values(outage, districts, facts, list(named.values())), created_at=now,
        )
        for person, districts in sorted(mine.items())
    )  # fmt: skip
    return len(mine)


def _holders(cells: Collection[str], now: datetime) -> list[tuple[int, str]]:
    """(person, cell) of every post of the finest level that is held today."""
    rows = Tenure.objects.filter(in_office(work_calendar().day_of(now)), post__role=GRID_ROLES[FINEST])
    wanted = set(cells)
    found = rows.order_by("pk").values_list("person_id", "post__cell_code")
    return [(person, cell) for person, cell in found if cell in wanted]


def _values(outage: Outage, districts: list[str], facts: Mapping[str, DistrictFacts], priority: list) -> Facts:
    ours = [row for row in priority if row.district_id in set(districts)]
    first = facts[districts[0]]
    return {
        "outage": outage.number,
        "district": {"zh-Hans": first.name_zh, "en": first.name_en or first.name_zh},
        "districts": len(districts),
        "starts_at": outage.starts_at.isoformat(),
        "estimate_at": outage.estimated_restoration_at.isoformat() if outage.estimated_restoration_at else None,
        **{kind: sum(row.priority == kind for row in ours) for kind in PRIORITIES},
        "names": "、".join(f"{mask_name(row.name)}（{row.district.name_zh}）" for row in ours[:NAMED_MAX]),
    }
