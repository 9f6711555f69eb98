"""Planned windows: which districts are expected to be dark, and whose work is late."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import Bools, Ints, Plan
from wanjia.kernels.sensing.parameters import Parameters


def plan_of_branch(grid: Grid, branch_id: str, starts_at: int, ends_at: int) -> Plan | None:
    """The plan to open a branch; None when no such branch alone feeds any district in the base state."""
    rows = np.flatnonzero(grid.network.branches.ids == branch_id)
    begin, end = grid.branch_ranks[int(rows[0])] if len(rows) else (0, 0)
    return Plan(branch_id, int(begin), int(end), starts_at, ends_at) if end > begin else None


def plan_of_district(grid: Grid, district_id: str, starts_at: int, ends_at: int) -> Plan | None:
    """The plan to cut off one district; None when there is no such district."""
    rows = np.flatnonzero(grid.network.districts.ids == district_id)
    if not len(rows):
        return None
    rank = int(grid.rank[rows[0]])
    return Plan(district_id, rank, rank + 1, starts_at, ends_at)


def plans_of_districts(
    grid: Grid, device_id: str, districts: Collection[str], starts_at: int, ends_at: int
) -> tuple[Plan, ...]:
    """The plan of work that darkens just these districts: one for each run of neighbouring ranks, so none besides.

    A run that a device or a district alone feeds bears its name, another one that of the work's device. Districts that
    the grid lacks are left out.
    """
    ranks = np.sort(grid.rank[np.isin(grid.network.districts.ids, list(districts))])
    runs = np.split(ranks, np.flatnonzero(np.diff(ranks) > 1) + 1) if len(ranks) else []
    found = (Plan(device_id, int(run[0]), int(run[-1]) + 1, starts_at, ends_at) for run in runs)
    own = plan_of_branch(grid, device_id, starts_at, ends_at)
    return tuple(one if own and _span(one) == _span(own) else _named(grid, one) for one in found)


def _span(plan: Plan) -> tuple[int, int]:
    return plan.begin, plan.end


def _named(grid: Grid, plan: Plan) -> Plan:
    same = np.flatnonzero((grid.begin == plan.begin) & (grid.end == plan.end))
    return replace(plan, device_id=str(grid.device_ids[same[0]])) if len(same) else plan


def is_covering(plan: Plan, at: int, parameters: Parameters) -> bool:
    """Whether darkness at a time (milliseconds) is the plan's."""
    early, grace = parameters.planned_early_seconds, parameters.planned_grace_seconds
    return plan.starts_at - 1000 * early <= at <= plan.ends_at + 1000 * grace


def covered(grid: Grid, plans: tuple[Plan, ...], at: int, owner: Ints, parameters: Parameters) -> Bools:
    """Ranks whose darkness is planned, [districts]; what was already announced as an outage stays one."""
    found = np.zeros(grid.districts, dtype=np.bool_)
    for plan in plans:
        if is_covering(plan, at, parameters):
            found[plan.begin : plan.end] = True
    result: Bools = found & (owner < 0)
    return result
