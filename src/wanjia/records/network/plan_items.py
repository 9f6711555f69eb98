"""A choice of a plan as the columns of its items, and items as a choice again."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.plans.crews import with_crews
from wanjia.kernels.planning.plans.placing import alone, choice_of, placed
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.works import Placed, Used
from wanjia.records.network.planning import PlannedItem

Columns = dict[str, Any]
"""Values of a `PlannedItem` that the kernel decides."""


def columns_of(compiled: Compiled, choice: NDArray[np.int64]) -> dict[str, Columns]:
    """By work: mode, times, crews, means on their way, who is dark from when until when, its own district-hours."""
    plan = with_crews(compiled, choice, placed(compiled, choice))
    return {
        one.work: {
            "mode": one.mode_at, "mode_kind": one.mode, "starts_at": one.starts_at, "ends_at": one.ends_at,
            "crews": list(one.crews), "crew_base": one.crew_base, "means": [_used(used) for used in one.means],
            "dark": darkened(compiled, int(option)),
            "district_hours": round(alone(compiled, int(option)).district_hours, 4),
        }
        for one, option in zip(plan, choice.tolist(), strict=True)
    }  # fmt: skip


def darkened(compiled: Compiled, option: int) -> list[tuple[str, str, list[str]]]:
    """From when until when an option darkens which districts: one entry for each pair of instants, by time."""
    problem, slots = compiled.problem, compiled.slots
    found: dict[tuple[datetime, datetime], set[str]] = defaultdict(set)
    start = int(problem.start[option])
    for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
        begin = slots.instant(start + int(problem.dark_from[entry]))
        end = slots.instant(start + int(problem.dark_until[entry]), after=True)
        rows = compiled.atoms.districts[int(problem.dark_atom[entry])]
        found[begin, end].update(compiled.listed.districts[row].id for row in rows)
    return [
        (begin.isoformat(), end.isoformat(), sorted(some)) for (begin, end), some in sorted(found.items()) if some
    ]  # fmt: skip


def choice_of_items(compiled: Compiled, items: Collection[PlannedItem]) -> NDArray[np.int64]:
    """[W] the option of each work as its item stands. Raises KeyError for a work that has no item of its list."""
    choice, faults = choice_of(compiled, [_placed(one) for one in items])
    if (choice < 0).any():
        raise KeyError(", ".join(str(fault.values.get("work", fault.values)) for fault in faults))
    return choice


def districts_of(item: PlannedItem) -> list[str]:
    """Everybody whom an item darkens, for however short a time."""
    return sorted({code for _, _, some in item.dark for code in some})


def _placed(item: PlannedItem) -> Placed:
    used = tuple(
        Used(
            one["means"], one["count"], datetime.fromisoformat(one["leaves_at"]), datetime.fromisoformat(one["back_at"])
        )
        for one in item.means
    )
    return Placed(
        item.request.number, item.mode_kind, item.mode, item.starts_at, item.ends_at, tuple(item.crews),
        item.crew_base, used,
    )  # fmt: skip


def _used(one: Used) -> dict[str, object]:
    return {
        "means": one.means, "count": one.count, "leaves_at": one.leaves_at.isoformat(),
        "back_at": one.back_at.isoformat(),
    }  # fmt: skip


def frozen_choice(columns: dict[str, Columns], works: Sequence[str]) -> list[dict[str, Any]]:
    """What the solver left, in the order of the list: mode and start of each work."""
    return [
        {"work": name, "mode": columns[name]["mode"], "starts_at": columns[name]["starts_at"].isoformat()}
        for name in works
    ]
