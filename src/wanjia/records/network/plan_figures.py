"""Figures of a plan as its row keeps them: what is lost, what each mode and shared outages spare, against what."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.plans.placing import alone, figures, savings
from wanjia.kernels.planning.problem import darkness, price
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.works import Figures

Kept = dict[str, Any]


def figures_of(compiled: Compiled, choice: NDArray[np.int64]) -> Kept:
    """Everything that changes with the choice."""
    found, (shared, by_mode) = figures(compiled, choice), savings(compiled, choice)
    dark = darkness(compiled.problem, choice) > 0
    districts = np.array([len(some) for some in compiled.atoms.districts])
    days = _dark_days(compiled, dark)
    return {
        **hours_kept("", found), **hours_kept("shared_", shared),
        "sum_hours": round(found.district_hours + shared.district_hours, 4),
        "districts_dark": int(districts[days > 0].sum()), "districts_repeated": int(districts[days > 1].sum()),
        "works": len(choice), "outages": int(sum(alone(compiled, int(one)).district_hours > 0 for one in choice)),
        "cost": price(compiled.problem, choice).cost,
        "modes": [{"kind": one.mode, "works": one.works, **hours_kept("", one.saved)} for one in by_mode],
    }  # fmt: skip


def _dark_days(compiled: Compiled, dark: NDArray[np.bool_]) -> NDArray[np.int64]:
    """[A] days on which each atom is dark."""
    by_day = [dark[:, compiled.problem.day_of_slot == day].any(axis=1) for day in range(compiled.problem.days)]
    found: NDArray[np.int64] = np.sum(by_day, axis=0, dtype=np.int64)
    return found


def hours_kept(prefix: str, found: Figures) -> Kept:
    """District-hours and household-hours under names that begin so."""
    return {
        f"{prefix}district_hours": round(found.district_hours, 4),
        f"{prefix}household_hours": round(found.household_hours, 4),
    }
