"""Why each work of a plan stands where it stands: what its mode spares, whom it shares an outage with, what binds it.

Every figure is a price: of the same choice with this one work elsewhere, all others as they are. The sentences are in
the texts, `plan.reason.<code>`; codes: `saves_<mode>` against its own outage, `shares_outage` (一停多用) with others,
`other_time` and `other_mode_<mode>` (the next best and what it would cost more), `cheaper_<what>` (the cheapest place
that would cost less, and what forbids it), `nothing_cheaper`, `only_place`, `only_option`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.plans.barring import Barrier, Lifted, lift
from wanjia.kernels.planning.plans.placing import alone, as_outage
from wanjia.kernels.planning.prices.moves import Pricer
from wanjia.kernels.planning.prices.own_costs import own_costs, without
from wanjia.kernels.planning.problem import (
    TOLERANCE,
    Bools,
    Floats,
    Ints,
    Problem,
    Violation,
    darkness,
    price,
    usage,
)
from wanjia.kernels.planning.restricting import positions, work_of_option
from wanjia.kernels.planning.works.bases import CREW
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.works import Mode, Reason, Work, WorkList

PARTNERS_MAX = 5
"""Partners of a shared outage that are named."""
LEAST_HOURS = 0.05
"""A difference below is none: figures are shown with one decimal."""
TRIED_MAX = 25
"""Options of each mode with room beside the other works whose moves are priced, the cheapest by themselves first."""
TRIED_FULL_MAX = 5
"""The same of those without room."""

Told: TypeAlias = tuple[str, dict[str, object]]
"""A code and its values."""


def reasons(
    compiled: Compiled, choice: Ints, lifted: Lifted | None = None, works: Collection[str] | None = None
) -> tuple[Reason, ...]:
    """Reasons of every work (or of those named) of a choice that breaks nothing, in the order of the list.

    With `lifted` (see `barring`), places that black-outs, notice or dates forbid are looked at too.
    """
    chosen = np.asarray(choice, np.int64)
    weighed = _Weighed.of(compiled, chosen)
    beyond = None if lifted is None else _Beyond.of(compiled, chosen, lifted)
    return tuple(
        Reason(work.id, code, values)
        for at, work in enumerate(compiled.listed.works)
        if works is None or work.id in works
        for code, values in [
            *_mode(compiled, int(chosen[at])),
            *_shared(compiled, weighed.dark, chosen, at),
            *_elsewhere(weighed, at, beyond),
        ]
    )


def reasons_of(compiled: Compiled, choice: Ints, works: Collection[str] | None = None) -> tuple[Reason, ...]:
    """The same, looking also at what the list's own limits forbid."""
    return reasons(compiled, choice, lift(compiled.listed), works)


def _mode(compiled: Compiled, option: int) -> Iterator[Told]:
    """What the mode spares against the work's own outage."""
    work, mode = _work_and_mode(compiled, option)
    plain, own = as_outage(compiled, work), alone(compiled, option)
    if mode.kind == "outage" or plain is None or plain.district_hours - own.district_hours < LEAST_HOURS:
        return
    districts, households = plain.district_hours - own.district_hours, plain.household_hours - own.household_hours
    yield f"saves_{mode.kind}", {"district_hours": round(districts, 2), "household_hours": round(households, 1)}


def _work_and_mode(compiled: Compiled, option: int) -> tuple[Work, Mode]:
    variant = compiled.variants[compiled.variant_of[option]]
    work = compiled.listed.works[variant.work]
    return work, work.modes[variant.mode]


def _shared(compiled: Compiled, dark: NDArray[np.int32], choice: NDArray[np.int64], at: int) -> Iterator[Told]:
    """District-hours that others darken anyhow, and who they are."""
    own = _cells(compiled.problem, int(choice[at]))
    counts = [len(some) for some in compiled.atoms.districts]
    hours = sum(counts[atom] for atom, slot in own if dark[atom, slot] > 1) * compiled.slots.hours
    if hours < LEAST_HOURS:
        return
    begin, end = _span(compiled.problem, int(choice[at]))
    partners = [
        work.id
        for other, work in enumerate(compiled.listed.works)
        if other != at and _meets(compiled.problem, int(choice[other]), begin, end, own, counts)
    ]
    yield (
        "shares_outage",
        {"works": partners[:PARTNERS_MAX], "others": len(partners), "district_hours": round(hours, 2)},
    )


def _cells(problem: Problem, option: int) -> set[tuple[int, int]]:
    """(atom, slot) that an option darkens."""
    start = int(problem.start[option])
    return {
        (int(problem.dark_atom[entry]), start + slot)
        for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1]))
        for slot in range(int(problem.dark_from[entry]), int(problem.dark_until[entry]))
    }


def _span(problem: Problem, option: int) -> tuple[int, int]:
    return int(problem.start[option]), int(problem.start[option] + problem.duration[option])


def _meets(
    problem: Problem, option: int, begin: int, end: int, own: set[tuple[int, int]], counts: Sequence[int]
) -> bool:
    first, last = _span(problem, option)
    if last <= begin or end <= first:
        return False
    return any(counts[atom] for atom, _ in own & _cells(problem, option))


@dataclass(frozen=True, eq=False)
class _Weighed:
    """A choice, how many works darken what in it, and what moves of single works would change."""

    compiled: Compiled
    choice: NDArray[np.int64]
    dark: NDArray[np.int32]
    room: Floats
    pricer: Pricer

    @staticmethod
    def of(compiled: Compiled, choice: NDArray[np.int64]) -> "_Weighed":
        """Sums it up."""
        problem = compiled.problem
        room = problem.most - usage(problem, choice) + TOLERANCE
        return _Weighed(compiled, choice, darkness(problem, choice), room, Pricer(problem, choice))

    def moves(self, work: int) -> list[tuple[float, int, int]]:
        """(cost, broken demands, option) of the moves worth looking at: of each mode those cheapest by themselves."""
        problem, own = self.compiled.problem, int(self.choice[work])
        options = np.arange(int(problem.option_begin[work]), int(problem.option_begin[work + 1]))
        elsewhere = (problem.start[options] != problem.start[own]) | (problem.mode[options] != problem.mode[own])
        options = options[elsewhere]
        costs = own_costs(problem, without(problem, self.dark, own), options)
        order = np.argsort(costs, kind="stable")
        options, fits = options[order], self._fitting(options, own)[order]
        found = []
        for mode in np.unique(problem.mode[options]).tolist():
            here = problem.mode[options] == mode
            for option in [*options[here & fits][:TRIED_MAX], *options[here & ~fits][:TRIED_FULL_MAX]]:
                move = self.pricer.move(work, int(option))
                found.append((move.cost, move.violations, int(option)))
        return sorted(found)

    def _room_without(self, own: int) -> Floats:
        """[R * T] what is left of each cell without one option of the choice."""
        problem, room = self.compiled.problem, self.room.copy()
        mine = positions(problem.use_begin, np.array([own]))
        room[problem.use_cell[mine]] += problem.use_amount[mine]
        return room

    def _fitting(self, options: Ints, own: int) -> Bools:
        """[options] whether the other works leave enough of every resource."""
        problem, room = self.compiled.problem, self._room_without(own)
        entries = positions(problem.use_begin, options)
        user = np.repeat(np.arange(len(options)), np.diff(problem.use_begin)[options])
        fits = np.ones(len(options), bool)
        fits[user[problem.use_amount[entries] > room[problem.use_cell[entries]]]] = False
        return fits

    def forbids(self, work: int, option: int) -> Violation:
        """The first demand that the choice breaks with the work there."""
        problem = self.compiled.problem
        entries = positions(problem.use_begin, np.array([option]))
        lacks = problem.use_amount[entries] - self._room_without(int(self.choice[work]))[problem.use_cell[entries]]
        if lacks.max(initial=0.0) > 0:
            cell = int(problem.use_cell[entries[int(np.argmax(lacks > 0))]])
            return Violation("resource_over", divmod(cell, problem.slots), float(lacks.max()))
        moved = self.choice.copy()
        moved[work] = option
        return price(problem, moved).violations[0]


def _elsewhere(weighed: _Weighed, work: int, beyond: "_Beyond | None") -> Iterator[Told]:
    """The best other time and mode and what they cost more; what forbids the cheapest place that costs less."""
    compiled, moves = weighed.compiled, weighed.moves(work)
    mode = compiled.problem.mode[weighed.choice[work]]
    fits = [(cost, option) for cost, broken, option in moves if broken <= 0]
    for name, is_same in (("time", True), ("mode", False)):
        best = next((pair for pair in fits if (compiled.problem.mode[pair[1]] == mode) == is_same), None)
        if best is not None:
            yield _alternative(compiled, name, *best)
    if not fits:
        yield ("only_place" if moves else "only_option"), {}
    cheaper = next(((cost, option) for cost, broken, option in moves if broken > 0 and cost < -LEAST_HOURS), None)
    barred = beyond.cheapest(work) if beyond else None
    if barred is not None and (cheaper is None or barred[0] < cheaper[0]):
        yield barred[1]
    elif cheaper is not None:
        cost, option = cheaper
        code, values = _violation(compiled, weighed.forbids(work, option))
        yield f"cheaper_{code}", {**values, "starts_at": _instant(compiled, option), "less": round(-cost, 2)}
    else:
        yield "nothing_cheaper", {}


def _alternative(compiled: Compiled, name: str, cost: float, option: int) -> Told:
    starts_at = _instant(compiled, option)
    kind = "" if name == "time" else f"_{_work_and_mode(compiled, option)[1].kind}"
    if cost < LEAST_HOURS:
        return f"other_{name}{kind}_equal", {"starts_at": starts_at}
    return f"other_{name}{kind}", {"starts_at": starts_at, "more": round(cost, 2)}


def _instant(compiled: Compiled, option: int) -> str:
    return f"{compiled.slots.instant(int(compiled.problem.start[option])):%Y-%m-%d %H:%M}"


def _violation(compiled: Compiled, broken: Violation) -> Told:
    where, listed = broken.where, compiled.listed
    if broken.kind in ("resource_over", "resource_under"):
        if where[0] >= len(compiled.suppliers):
            return "tie", {"name": compiled.tie_rows[where[0] - len(compiled.suppliers)]}
        one = compiled.suppliers[where[0]]
        return ("crews" if one.is_crew else "means"), {"kind": one.kind.removeprefix(CREW), "base": one.base}
    if broken.kind in ("exclusion", "precedence"):
        return broken.kind, {"one": listed.works[where[1]].id, "other": listed.works[where[2]].id}
    if broken.kind == "dark_days":
        return "repeat", {"district": compiled.atoms.names[where[0]], "most": compiled.atoms.days_most[where[0]]}
    group = compiled.groups[where[0]]
    return group.kind, {"name": group.name}


@dataclass(frozen=True, eq=False)
class _Beyond:
    """The problem without the list's own limits, and where the works stand in it."""

    listed: WorkList
    lifted: Lifted
    compiled: Compiled
    here: NDArray[np.int64]
    dark: NDArray[np.int32]
    matters: Bools
    """[pairs of bars] waiting is counted from a work's earliest day: before it nothing is gained."""

    @staticmethod
    def of(compiled: Compiled, choice: NDArray[np.int64], lifted: Lifted) -> "_Beyond | None":
        """None when a work's place is not found in it."""
        if lifted.compiled is None:
            return None
        problem, known = lifted.compiled.problem, compiled.problem
        owner = work_of_option(problem)
        stands = (problem.start == known.start[choice][owner]) & (problem.mode == known.mode[choice][owner])
        works, first = np.unique(owner[stands], return_index=True)
        here = np.flatnonzero(stands)[first]
        if len(works) < len(choice):
            return None
        early = np.array([barrier.kind == "earliest" for barrier in lifted.barriers], bool)
        barred_early = np.unique(lifted.bars.option[early[lifted.bars.bar]])
        matters = ~np.isin(lifted.bars.option, barred_early)
        return _Beyond(compiled.listed, lifted, lifted.compiled, here, darkness(problem, here), matters)

    def cheapest(self, work: int) -> tuple[float, Told] | None:
        """The barred place that would spare most: minus what it spares, and what bars it. Tails are left out."""
        problem, own = self.compiled.problem, self.here[work : work + 1]
        begin, end = (int(problem.option_begin[work + edge]) for edge in (0, 1))
        inside = (self.lifted.bars.option >= begin) & (self.lifted.bars.option < end) & self.matters
        options, bars = self.lifted.bars.option[inside], self.lifted.bars.bar[inside]
        dark = without(problem, self.dark, int(own[0]))
        less = own_costs(problem, dark, own) - own_costs(problem, dark, options)
        best = int(np.argmax(less)) if len(less) else 0
        if not len(less) or less[best] < LEAST_HOURS:
            return None
        code, values = _barrier(self.listed, self.lifted.barriers[int(bars[best])])
        told = {**values, "starts_at": _instant(self.compiled, int(options[best])), "less": round(float(less[best]), 2)}
        return -float(less[best]), (f"cheaper_{code}", told)


def _barrier(listed: WorkList, barrier: Barrier) -> Told:
    if barrier.kind == "blackout":
        one = listed.blackouts[barrier.at]
        return "blackout", {"name": one.id, "reason": one.reason or one.kind}
    if barrier.kind == "exhausted":
        return "exhausted", {"district": listed.districts[barrier.at].id}
    if barrier.kind == "notice":
        return "notice", {"notice_days": listed.notice_days}
    return barrier.kind, {"day": str(getattr(listed.works[barrier.at], f"{barrier.kind}_on"))}
