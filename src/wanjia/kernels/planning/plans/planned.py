"""A choice of options as the plan that people read: placed works with crews, figures, savings, what went before."""

import numpy as np

from wanjia.kernels.planning.plans.crews import with_crews
from wanjia.kernels.planning.plans.earliest import Earliest
from wanjia.kernels.planning.plans.placing import as_outage, figures, placed, savings
from wanjia.kernels.planning.search.solving import Solution
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.works import Figures, Plan


def plan_of(compiled: Compiled, found: Solution, naive: Earliest) -> Plan:
    """The plan of a solution that breaks nothing, beside the earliest-date plan; reasons are `reasons`' matter."""
    choice = np.asarray(found.choice, dtype=np.int64)
    shared, by_mode = savings(compiled, choice)
    return Plan(
        placed=with_crews(compiled, choice, placed(compiled, choice)),
        figures=figures(compiled, choice),
        cost=found.cost,
        bound=found.bound,
        gap=found.gap,
        is_optimal=found.is_optimal,
        naive=naive_figures(compiled, naive),
        naive_left=tuple(compiled.listed.works[work].id for work in naive.left),
        shared=shared,
        savings=by_mode,
    )


def naive_figures(compiled: Compiled, naive: Earliest) -> Figures:
    """Of the earliest-date plan; a work that found no place in it counts as an outage by itself."""
    total = figures(compiled, naive.choice[naive.choice >= 0])
    left = [as_outage(compiled, compiled.listed.works[work]) or Figures() for work in naive.left]
    return Figures(
        total.district_hours + sum(one.district_hours for one in left),
        total.household_hours + sum(one.household_hours for one in left),
    )
