"""Figures of a plan as its row keeps them: what is lost, what each mode and shared outages spare, against what."""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.compiling import Compiled
from wanjia.kernels.planning.earliest import NOT_PLACED, earliest
from wanjia.kernels.planning.placing import alone, as_outage, figures, savings
from wanjia.kernels.planning.problem import darkness, price
from wanjia.model.works import Figures

Kept = dict[str, Any]


def figures_of(compiled: Compiled, choice: NDArray[np.int64]) -> Kept:
    """Everything that changes with the choice."""
    found, (shared, by_mode) = figures(compiled, choice), savings(compiled, choice)
    dark = darkness(compiled.problem, choice) > 0
    districts = np.array([len(some) for some in compiled.atoms.districts])
    days = _dark_days(compiled, dark)
    return {
        **_hours("", found), **_hours("shared_", shared),
        "sum_hours": round(found.district_hours + shared.district_hours, 4),
        "districts_dark": int(districts[days > 0].sum()), "districts_repeated": int(districts[days > 1].sum()),
        "works": len(choice), "outages": int(sum(alone(compiled, int(one)).district_hours > 0 for one in choice)),
        "cost": price(compiled.problem, choice).cost,
        "modes": [{"kind": one.mode, "works": one.works, **_hours("", one.saved)} for one in by_mode],
    }  # fmt: skip


def naive_figures(compiled: Compiled) -> Kept:
    """The earliest-date plan with the same crews; a work that found no place in it counts as an outage by itself."""
    found = earliest(compiled)
    problem = compiled.problem
    dark = np.zeros((problem.atoms, problem.slots), dtype=bool)
    for option in found.choice[found.choice != NOT_PLACED].tolist():
        start = int(problem.start[option])
        for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
            begin, end = start + int(problem.dark_from[entry]), start + int(problem.dark_until[entry])
            dark[problem.dark_atom[entry], begin:end] = True
    hours = _of_dark(compiled, dark)
    left = [as_outage(compiled, compiled.listed.works[at]) or Figures() for at in found.left]
    total = Figures(
        hours.district_hours + sum(one.district_hours for one in left),
        hours.household_hours + sum(one.household_hours for one in left),
    )
    return {**_hours("naive_", total), "naive_unplaced": len(left)}


def _of_dark(compiled: Compiled, dark: NDArray[np.bool_]) -> Figures:
    hours = dark.sum(axis=1) * compiled.slots.hours
    rows, atoms = compiled.listed.districts, compiled.atoms.districts
    return Figures(
        float(sum(span * len(some) for span, some in zip(hours, atoms, strict=True))),
        float(sum(span * sum(rows[at].households for at in some) for span, some in zip(hours, atoms, strict=True))),
    )


def _dark_days(compiled: Compiled, dark: NDArray[np.bool_]) -> NDArray[np.int64]:
    """[A] days on which each atom is dark."""
    of_atom: dict[int, set[int]] = defaultdict(set)
    days = compiled.problem.day_of_slot
    for atom, slot in np.argwhere(dark).tolist():
        of_atom[atom].add(int(days[slot]))
    return np.array([len(of_atom[atom]) for atom in range(len(dark))], dtype=np.int64)


def _hours(prefix: str, found: Figures) -> Kept:
    return {
        f"{prefix}district_hours": round(found.district_hours, 4),
        f"{prefix}household_hours": round(found.household_hours, 4),
    }
