"""What a plan of works must keep to beside its works: who must stay lit when, who has two supplies, who had enough."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import QuerySet

from wanjia.kernels.planning.works.modes import Grid
from wanjia.model.works import BackUp, Blackout, Horizon, Work
from wanjia.model.works import DoubleSource as DoubleSourceOfPlan
from wanjia.records.network.models import OutageDistrict, PlannedWorkDistrict
from wanjia.records.network.planning import DoubleSource, SupplyDemand

REPEAT_DAYS = 60
"""Within so many days a further outage of the same district counts as a repeated one (重复停电; M)."""
REPEAT_LIMIT = 3
"""Days dark within REPEAT_DAYS, beyond which a district is not planned to be dark again (M)."""


def blackouts(horizon: Horizon) -> tuple[Blackout, ...]:
    """Windows in force that touch the horizon; several windows of one demand do not exist."""
    from_at, until_at = _span(horizon)
    rows = SupplyDemand.objects.filter(withdrawn_at=None, from_at__lt=until_at, until_at__gt=from_at)
    return tuple(
        Blackout(
            row.number, row.kind, tuple(sorted(one.district_id for one in row.districts.all())), row.from_at,
            row.until_at, row.reason,
        )
        for row in rows.prefetch_related("districts")
    )  # fmt: skip


def double_sources() -> tuple[DoubleSourceOfPlan, ...]:
    """Customers with two supplies."""
    rows = DoubleSource.objects.filter(removed_at=None)
    return tuple(DoubleSourceOfPlan(row.code, tuple(tuple(one) for one in row.sources)) for row in rows)


def back_ups(grid: Grid, works: Collection[Work]) -> tuple[BackUp, ...]:
    """Feeders of the works that a normally open switch connects: they back each other up."""
    feeders = {work.feeder for work in works}
    branches, graph = grid.network.branches, grid.topology.graph
    of_node: dict[int, str] = {}
    for row in np.flatnonzero(graph.closed).tolist():
        if branches.feeder[row]:
            of_node[int(graph.from_node[row])] = of_node[int(graph.to_node[row])] = str(branches.feeder[row])
    pairs = set()
    for row in np.flatnonzero(grid.topology.operable & ~graph.closed).tolist():
        ends = {of_node.get(int(graph.from_node[row]), ""), of_node.get(int(graph.to_node[row]), "")}
        if len(ends) > 1 and ends <= feeders:
            pairs.add(tuple(sorted(ends)))
    return tuple(BackUp(pair) for pair in sorted(pairs))


def dark_days_before(horizon: Horizon, planned: Collection[str], now: datetime) -> dict[str, int]:
    """Days on which each district was dark of late, or will be by works outside the plan.

    `planned` are codes of works of the plan itself, or of the one it replaces.
    """
    zone = ZoneInfo(horizon.zone)
    since = now - timedelta(days=REPEAT_DAYS)
    past = OutageDistrict.objects.filter(starts_at__gte=since).values_list("district", "starts_at")
    coming = PlannedWorkDistrict.objects.filter(work__cancelled_at=None, work__ends_at__gt=now)
    coming = coming.filter(work__starts_at__lt=_span(horizon)[1]).exclude(work__code__in=planned)
    every = {(code, at.astimezone(zone).date()) for code, at in _both(past, coming)}
    return dict(Counter(code for code, _ in every))


def _both(past: QuerySet, coming: QuerySet) -> Iterator[tuple[str, datetime]]:
    yield from past.order_by().iterator()
    yield from coming.values_list("district", "work__starts_at").order_by().iterator()


def _span(horizon: Horizon) -> tuple[datetime, datetime]:
    zone = ZoneInfo(horizon.zone)
    return _midnight(horizon.first_on, zone), _midnight(horizon.first_on + timedelta(days=horizon.days), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
