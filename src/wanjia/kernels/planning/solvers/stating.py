"""The demands of a planning problem, said to CP-SAT: each may be switched on and off, or simply holds.

A work's options are literals of which one at most is taken; whether one must be taken is a demand like the others.
Demands that no choice can break are not said.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from wanjia.kernels.planning.problem import TOLERANCE, Bools, Floats, Ints, Problem
from wanjia.kernels.planning.restricting import positions, work_of_option

DemandKind: TypeAlias = Literal["work", "capacity", "least", "exclusion", "precedence", "repeat", "never_all", "bar"]
STEPS_A_UNIT = 100_000
"""Steps of a resource's unit that CP-SAT counts in where amounts are no whole numbers: the tolerance of a price."""


@dataclass(frozen=True, order=True)
class Demand:
    """One demand: `where` is (work,), (resource, day) for `capacity` and `least`, (row,) of an exclusion or precedence,
    (atom,) for `repeat`, (group,) for `never_all`, (bar,) for what bars options by name."""

    kind: DemandKind
    where: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Bars:
    """Options that a named demand forbids: pairs of an option and the number of the demand."""

    option: NDArray[np.int64]
    bar: NDArray[np.int64]


NO_BARS = Bars(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Statement:
    """The model of the works in `among` ([W], all where not given).

    With `switches`, every demand holds only while its literal in `switch` is true.
    """

    def __init__(
        self, problem: Problem, bars: Bars = NO_BARS, among: Bools | None = None, switches: bool = False
    ) -> None:
        self.problem = problem
        self.model = cp_model.CpModel()
        self.switch: dict[Demand, cp_model.IntVar] = {}
        self._switches = switches
        self.work_of = work_of_option(problem)
        self._is_whole = among is None or bool(among.all())
        self._among = np.ones(problem.works, bool) if among is None else among
        self._options = np.flatnonzero(self._among[self.work_of])
        self.taken = {int(option): self.model.new_bool_var("") for option in self._options}
        self._say_works()
        self._say_bars(bars)
        self._say_resources()
        self._say_pairs()
        self._say_repeats()
        self._say_groups()

    def choice(self, solver: cp_model.CpSolver) -> NDArray[np.int64]:
        """The options that a solver took, in order."""
        return np.array([option for option, literal in self.taken.items() if solver.boolean_value(literal)], np.int64)

    def options_of(self, work: int) -> range:
        """Numbers of a work's options."""
        return range(int(self.problem.option_begin[work]), int(self.problem.option_begin[work + 1]))

    def _works(self) -> list[int]:
        return [int(work) for work in np.flatnonzero(self._among)]

    def _literal(self, demand: Demand) -> cp_model.IntVar:
        if demand not in self.switch:
            self.switch[demand] = self.model.new_bool_var("")
        return self.switch[demand]

    def _under(self, constraint: cp_model.Constraint, demand: Demand) -> None:
        if self._switches:
            constraint.only_enforce_if(self._literal(demand))

    def _say_works(self) -> None:
        for work in self._works():
            literals = [self.taken[option] for option in self.options_of(work)]
            if self._switches:
                self.model.add_at_most_one(literals)
                self._under(self.model.add_bool_or(literals), Demand("work", (work,)))
            else:
                self.model.add_exactly_one(literals)

    def _say_bars(self, bars: Bars) -> None:
        for option, bar in zip(bars.option.tolist(), bars.bar.tolist(), strict=True):
            if option in self.taken:
                self._under(self.model.add_bool_and([~self.taken[option]]), Demand("bar", (bar,)))

    def _say_resources(self) -> None:
        problem = self.problem
        entries = positions(problem.use_begin, self._options)
        owner = np.repeat(self._options, np.diff(problem.use_begin)[self._options])
        scale = _scale(problem)
        order = np.argsort(problem.use_cell[entries], kind="stable")
        entries, owner = entries[order], owner[order]
        cells, first = np.unique(problem.use_cell[entries], return_index=True)
        could = self._could_use(entries, owner)
        ends = [*first.tolist()[1:], len(entries)][: len(cells)]
        said: set[tuple[int, float, bytes]] = set()
        for cell, begin, end in zip(cells.tolist(), first.tolist(), ends, strict=True):
            # Neighbouring slots of a day mostly have the same users: once is enough.
            row, day = cell // problem.slots, int(problem.day_of_slot[cell % problem.slots])
            users = owner[begin:end].tobytes() + problem.use_amount[entries[begin:end]].tobytes()
            mark = (row * problem.days + day, float(problem.most[cell]), users)
            if mark in said and not problem.least[cell] > 0:
                continue
            said.add(mark)
            literals = [self.taken[int(option)] for option in owner[begin:end]]
            amounts = np.rint(problem.use_amount[entries[begin:end]] * scale).astype(np.int64).tolist()
            self._say_cell(cell, cp_model.LinearExpr.weighted_sum(literals, amounts), float(could[cell]), scale)
        if self._is_whole:
            self._say_unused(set(cells.tolist()))

    def _could_use(self, entries: NDArray[np.int64], owner: NDArray[np.int64]) -> Floats:
        """[R * T] what is used of a cell when every work takes the option that uses most of it."""
        key = self.problem.use_cell[entries].astype(np.int64) * self.problem.works + self.work_of[owner]
        keys, place = np.unique(key, return_inverse=True)
        most = np.zeros(len(keys))
        np.maximum.at(most, place, self.problem.use_amount[entries])
        could = np.zeros(len(self.problem.most))
        np.add.at(could, keys // self.problem.works, most)
        return could

    def _say_cell(self, cell: int, used: cp_model.LinearExprT, could: float, scale: int) -> None:
        problem = self.problem
        where = (cell // problem.slots, int(problem.day_of_slot[cell % problem.slots]))
        if could > problem.most[cell] + TOLERANCE:
            limit = int(np.floor((problem.most[cell] + TOLERANCE) * scale))
            self._under(self.model.add(used <= limit), Demand("capacity", where))
        if self._is_whole and problem.least[cell] > TOLERANCE:
            limit = int(np.ceil((problem.least[cell] - TOLERANCE) * scale))
            self._under(self.model.add(used >= limit), Demand("least", where))

    def _say_unused(self, used: set[int]) -> None:
        for cell in np.flatnonzero(self.problem.least > TOLERANCE).tolist():
            if cell not in used:
                self._say_cell(cell, cp_model.LinearExpr.constant(0), 0.0, 1)

    def _say_pairs(self) -> None:
        for row, (before, after, gap) in enumerate(self.problem.precedence.tolist()):
            if self._among[before] and self._among[after]:
                self._say_precedence(row, before, after, gap)
        for row, (one, other) in enumerate(self.problem.exclusion.tolist()):
            if self._among[one] and self._among[other]:
                self._say_exclusion(row, one, other)

    def _say_precedence(self, row: int, before: int, after: int, gap: int) -> None:
        """Binds while both its works are placed."""
        problem, first, last = self.problem, self.options_of(after), self.options_of(before)
        literals = [self.taken[option] for option in [*first, *last]]
        starts = [int(problem.start[option]) for option in first]
        ends = [-int(problem.start[option] + problem.duration[option]) for option in last]
        constraint = self.model.add(cp_model.LinearExpr.weighted_sum(literals, [*starts, *ends]) >= gap)
        if self._switches:
            placed = [self._literal(Demand("work", (work,))) for work in (before, after)]
            constraint.only_enforce_if([self._literal(Demand("precedence", (row,))), *placed])

    def _say_exclusion(self, row: int, one: int, other: int) -> None:
        mask = self.problem.masks[self.problem.exclusion_mask[row]]
        running = [self._running(work, mask) for work in (one, other)]
        for slot in sorted(running[0].keys() & running[1].keys()):
            together = cp_model.LinearExpr.sum([*running[0][slot], *running[1][slot]])
            self._under(self.model.add(together <= 1), Demand("exclusion", (row,)))

    def _running(self, work: int, mask: Bools) -> dict[int, list[cp_model.IntVar]]:
        found = defaultdict(list)
        for option in self.options_of(work):
            begin = int(self.problem.start[option])
            for slot in np.flatnonzero(mask[begin : begin + int(self.problem.duration[option])]).tolist():
                found[begin + slot].append(self.taken[option])
        return found

    def _say_repeats(self) -> None:
        limits = self.problem.dark_days_most
        darkened = self._darkened(np.flatnonzero(limits >= 0), self.problem.day_of_slot)
        days = defaultdict(list)
        for atom, day in darkened:
            days[atom].append(day)
        for atom, possible in days.items():
            if len(possible) > limits[atom]:
                dark = [self._dark(darkened[atom, day]) for day in possible]
                total = cp_model.LinearExpr.sum(dark)
                self._under(self.model.add(total <= int(limits[atom])), Demand("repeat", (atom,)))

    def _say_groups(self) -> None:
        problem = self.problem
        every_slot = np.arange(problem.slots, dtype=np.int32)
        darkened = self._darkened(np.unique(problem.never_all_atom), every_slot)
        for group in range(len(problem.never_all_begin) - 1):
            span = slice(int(problem.never_all_begin[group]), int(problem.never_all_begin[group + 1]))
            self._say_group(group, sorted(set(problem.never_all_atom[span].tolist())), darkened)

    def _say_group(self, group: int, atoms: list[int], darkened: "Darkened") -> None:
        for slot in range(self.problem.slots) if atoms else ():
            if all((atom, slot) in darkened for atom in atoms):
                dark = [self._dark(darkened[atom, slot]) for atom in atoms]
                constraint = self.model.add(cp_model.LinearExpr.sum(dark) <= len(atoms) - 1)
                self._under(constraint, Demand("never_all", (group,)))

    def _darkened(self, atoms: Iterable[int], place_of_slot: Ints) -> "Darkened":
        """Options by (atom, place): a place is a slot or a day."""
        problem, found = self.problem, defaultdict(list)
        entries = positions(problem.dark_begin, self._options)
        owner = np.repeat(self._options, np.diff(problem.dark_begin)[self._options])
        of_interest = np.isin(problem.dark_atom[entries], np.fromiter(atoms, np.int64))
        entries, owner = entries[of_interest], owner[of_interest]
        begin, end = (problem.start[owner] + edge[entries] for edge in (problem.dark_from, problem.dark_until))
        places = place_of_slot.tolist()
        rows = zip(problem.dark_atom[entries].tolist(), owner.tolist(), begin.tolist(), end.tolist(), strict=True)
        for atom, option, first, last in rows:
            for place in dict.fromkeys(places[first:last]):
                found[atom, place].append(option)
        return found

    def _dark(self, options: list[int]) -> cp_model.IntVar:
        """True when one of the options is taken; a work takes one of them at most."""
        dark = self.model.new_bool_var("")
        by_work = defaultdict(list)
        for option in dict.fromkeys(options):
            by_work[int(self.work_of[option])].append(self.taken[option])
        for literals in by_work.values():
            self.model.add(cp_model.LinearExpr.sum(literals) <= dark)
        return dark


Darkened: TypeAlias = dict[tuple[int, int], list[int]]


def _scale(problem: Problem) -> int:
    values = np.concatenate([problem.use_amount, problem.most[np.isfinite(problem.most)], problem.least])
    return 1 if bool((values == np.rint(values)).all()) else STEPS_A_UNIT


def quiet_solver(seconds: float, seed: int = 0) -> cp_model.CpSolver:
    """CP-SAT as it is always asked: one worker and a seed, so that the same question gets the same answer."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    return solver
