"""The plan that is made without looking ahead: one work after another, each on the earliest date that still fits.

It is the measure for what planning saves. Works are taken by their earliest day and then in the order of the list
(after those they wait for); each is done as an outage, and in the next mode of its list only when no start as an
outage is left at all. It meets the same demands with the same crews and means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.plans.placing import all_alone
from wanjia.kernels.planning.problem import TOLERANCE, Ints, Problem
from wanjia.kernels.planning.works.compiling import Compiled

NOT_PLACED = -1


@dataclass(frozen=True, eq=False)
class Earliest:
    """[W] the option of each work, NOT_PLACED for those that found none; `left` are their numbers."""

    choice: NDArray[np.int64]
    left: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every work found a place."""
        return not self.left


def earliest(compiled: Compiled) -> Earliest:
    """Earliest date, as an outage wherever that is possible at all."""
    problem, works = compiled.problem, compiled.listed.works
    other = np.array([works[one.work].modes[one.mode].kind != "outage" for one in compiled.variants], dtype=np.int16)
    return place_in_turn(compiled, (other[compiled.variant_of], problem.mode, problem.start))


def earliest_with_means(compiled: Compiled) -> Earliest:
    """Earliest date, and on that day the mode that darkens fewest of those whose means are still free."""
    problem = compiled.problem
    day = problem.day_of_slot[problem.start]
    return place_in_turn(compiled, (day, all_alone(compiled), problem.start))


def place_in_turn(compiled: Compiled, keys: tuple[Ints | NDArray[np.float64], ...]) -> Earliest:
    """Each work in turn takes the option least by `keys` that breaks nothing so far; nothing is moved again."""
    problem, choice = compiled.problem, np.full(compiled.problem.works, NOT_PLACED, dtype=np.int64)
    filled = Filled.of(problem)
    left = []
    for work in _turns(compiled):
        begin, end = int(problem.option_begin[work]), int(problem.option_begin[work + 1])
        order = begin + np.lexsort(tuple(key[begin:end] for key in reversed(keys)))
        taken = next((one for one in order.tolist() if filled.fits(work, one)), None)
        if taken is None:
            left.append(work)
        else:
            filled.take(work, taken)
            choice[work] = taken
    return Earliest(choice, tuple(sorted(left)))


def _turns(compiled: Compiled) -> list[int]:
    """Works by earliest day and place in the list, each after those it waits for."""
    works = compiled.listed.works
    waiting = sorted(range(len(works)), key=lambda at: (works[at].earliest_on or date.min, at))
    before: dict[int, set[int]] = {}
    for first, second, _ in compiled.problem.precedence.tolist():
        before.setdefault(second, set()).add(first)
    turns: list[int] = []
    while waiting:
        following = next(at for at in waiting if before.get(at, set()) <= set(turns))
        waiting.remove(following)
        turns.append(following)
    return turns


@dataclass(frozen=True, eq=False)
class Filled:
    """What the works placed so far use and darken."""

    problem: Problem
    used: NDArray[np.float64]
    dark: NDArray[np.int16]
    placed: dict[int, int]
    groups_of: dict[int, list[NDArray[np.int64]]]

    @staticmethod
    def of(problem: Problem) -> "Filled":
        """Nothing placed yet."""
        groups: dict[int, list[NDArray[np.int64]]] = {}
        for group in range(len(problem.never_all_begin) - 1):
            span = slice(int(problem.never_all_begin[group]), int(problem.never_all_begin[group + 1]))
            atoms = problem.never_all_atom[span].astype(np.int64)
            for atom in atoms.tolist():
                groups.setdefault(atom, []).append(atoms)
        dark = np.zeros((problem.atoms, problem.slots), dtype=np.int16)
        return Filled(problem, np.zeros(len(problem.most)), dark, {}, groups)

    def fits(self, work: int, option: int) -> bool:
        """Whether nothing is broken when the work takes this option too."""
        cells, amounts = self._uses(option)
        if bool((self.used[cells] + amounts > self.problem.most[cells] + TOLERANCE).any()):
            return False
        return self._in_order(work, option) and self._apart(work, option) and self._lit(option)

    def take(self, work: int, option: int) -> None:
        """Places a work."""
        cells, amounts = self._uses(option)
        self.used[cells] += amounts
        for atom, begin, end in self._darkens(option):
            self.dark[atom, begin:end] += 1
        self.placed[work] = option

    def _uses(self, option: int) -> tuple[Ints, NDArray[np.float64]]:
        span = slice(int(self.problem.use_begin[option]), int(self.problem.use_begin[option + 1]))
        return self.problem.use_cell[span], self.problem.use_amount[span]

    def _darkens(self, option: int) -> list[tuple[int, int, int]]:
        problem, first = self.problem, int(self.problem.start[option])
        span = range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1]))
        return [
            (int(problem.dark_atom[at]), first + int(problem.dark_from[at]), first + int(problem.dark_until[at]))
            for at in span
        ]

    def _ends(self, option: int) -> tuple[int, int]:
        start = int(self.problem.start[option])
        return start, start + int(self.problem.duration[option])

    def _in_order(self, work: int, option: int) -> bool:
        start, end = self._ends(option)
        for before, after, gap in self.problem.precedence.tolist():
            if after == work and before in self.placed and self._ends(self.placed[before])[1] + gap > start:
                return False
            if before == work and after in self.placed and end + gap > self._ends(self.placed[after])[0]:
                return False
        return True

    def _apart(self, work: int, option: int) -> bool:
        start, end = self._ends(option)
        for row, (one, other) in enumerate(self.problem.exclusion.tolist()):
            partner = other if one == work else one if other == work else None
            if partner is None or partner not in self.placed:
                continue
            begins, ends = self._ends(self.placed[partner])
            first, last = max(start, begins), min(end, ends)
            if first < last and bool(self.problem.masks[self.problem.exclusion_mask[row], first:last].any()):
                return False
        return True

    def _lit(self, option: int) -> bool:
        """Whether nobody has too many dark days, and every group keeps one lit."""
        darkened = self._darkens(option)
        return self._days_left(darkened) and self._group_lit(darkened)

    def _days_left(self, darkened: Sequence[tuple[int, int, int]]) -> bool:
        days = self.problem.day_of_slot
        limited = {atom for atom, _, _ in darkened if self.problem.dark_days_most[atom] >= 0}
        for atom in limited:
            dark = set(days[self.dark[atom] > 0].tolist())
            for _, begin, end in (entry for entry in darkened if entry[0] == atom):
                dark.update(days[begin:end].tolist())
            if len(dark) > self.problem.dark_days_most[atom]:
                return False
        return True

    def _group_lit(self, darkened: Sequence[tuple[int, int, int]]) -> bool:
        own = {(atom, slot) for atom, begin, end in darkened for slot in range(begin, end)}
        for atom, begin, end in darkened:
            for group in self.groups_of.get(atom, ()):
                for slot in range(begin, end):
                    if all((one, slot) in own or self.dark[one, slot] > 0 for one in group.tolist()):
                        return False
        return True
