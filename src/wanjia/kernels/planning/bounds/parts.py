"""A lower bound by parts: works that share darkness are placed together, at prices for what may run short."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.bounds.days import mixed, slots_a_day
from wanjia.kernels.planning.bounds.parts_loops import Parts, Prices
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.prices.tables import Small
from wanjia.kernels.planning.problem import TOLERANCE, Bools, Floats, Ints, Problem
from wanjia.kernels.planning.restricting import work_of_option

Longs: TypeAlias = NDArray[np.int64]

WORKS_MAX = 6
"""Works of a part."""
TRIED_MAX = 3e5
"""Ways to place the works of a part on one day together, summed over the days."""


@dataclass(frozen=True, eq=False)
class _Entries:
    """Darkness entry by entry: its option, its work, whether more than one work darkens its atom for a cost."""

    problem: Problem
    a_day: int
    work_of: Ints
    option: Longs
    work: Longs
    is_shared: Bools

    @staticmethod
    def of(problem: Problem) -> "_Entries":
        a_day, work_of = slots_a_day(problem), work_of_option(problem)
        option = np.repeat(np.arange(problem.options), np.diff(problem.dark_begin))
        work = work_of[option].astype(np.int64)
        counts = np.bincount(_pairs(work, problem.dark_atom, problem)[1], minlength=problem.atoms)
        shared = (counts[problem.dark_atom] > 1) & (problem.atom_weight[problem.dark_atom] > 0) & (a_day > 0)
        return _Entries(problem, a_day, work_of, option, work, shared)

    def days(self) -> Longs:
        """[O] day on which an option begins; one single day where days are not alike."""
        days = self.problem.day_of_slot[self.problem.start] if self.a_day else np.zeros(self.problem.options)
        return np.asarray(days, dtype=np.int64)

    def groups(self, held: Bools) -> tuple[Longs, Longs]:
        """[O] the group of each option, and [groups] one option of each: same work, same `held` darkness; by day."""
        problem = self.problem
        start = problem.start[self.option[held]].astype(np.int64)
        begin, end = start + problem.dark_from[held], start + problem.dark_until[held]
        marks = mixed(problem.dark_atom[held].astype(np.int64) * problem.slots + begin) * mixed(end)
        mark = np.zeros(problem.options, dtype=np.uint64)
        np.add.at(mark, self.option[held], mixed(marks.view(np.int64)))
        day = self.days()
        order = np.lexsort((mark, day, self.work_of))
        fresh = np.ones(len(order), dtype=np.bool_)
        for column in (mark[order], day[order], self.work_of[order]):
            fresh[1:] &= column[1:] == column[:-1]
        fresh[1:] = ~fresh[1:]
        group = np.empty(len(order), dtype=np.int64)
        group[order] = np.cumsum(fresh) - 1
        return group, order[fresh]


def _pairs(owner: Longs, atom: Ints, problem: Problem) -> tuple[Longs, Longs]:
    """Each owner with each of its atoms, once."""
    owners, atoms = np.divmod(np.unique(owner * max(1, problem.atoms) + atom), max(1, problem.atoms))
    return owners, atoms


def _joined(entries: _Entries) -> Longs:
    """[W] the part of each work: works that share the dearest districts are joined first, as far as it can be tried."""
    problem, shared = entries.problem, entries.is_shared
    _, first = entries.groups(shared)
    day = entries.days()
    sized = np.zeros((problem.works, int(day.max(initial=0)) + 1))
    held = np.isin(first, entries.option[shared])
    np.add.at(sized, (entries.work_of[first[held]], day[first[held]]), 1.0)
    part = np.arange(problem.works)
    for one, other in _by_worth(problem, *_pairs(entries.work[shared], problem.dark_atom[shared], problem)):
        mine, theirs = part[one], part[other]
        both = np.isin(part, (mine, theirs))
        if mine != theirs and both.sum() <= WORKS_MAX and sized[both].prod(axis=0).sum() <= TRIED_MAX:
            part[both] = min(mine, theirs)
    return np.unique(part, return_inverse=True)[1].astype(np.int64)


def _by_worth(problem: Problem, works: Longs, atoms: Longs) -> list[tuple[int, int]]:
    """Pairs of works, those first that share most."""
    worth: dict[tuple[int, int], float] = {}
    for atom in np.unique(atoms).tolist():
        some = works[atoms == atom].tolist()
        for at, one in enumerate(some):
            for other in some[at + 1 :]:
                worth[one, other] = worth.get((one, other), 0.0) + float(problem.atom_weight[atom])
    return sorted(worth, key=lambda pair: (-worth[pair], pair))


def parts_of(problem: Problem, linear: Linear) -> Parts:
    """The problem laid out by parts, for the loops."""
    entries = _Entries.of(problem)
    part = _joined(entries)
    works, atoms = _pairs(entries.work, problem.dark_atom, problem)
    parts, part_atoms = _pairs(part[works], atoms, problem)
    weight = problem.atom_weight / np.maximum(1, np.bincount(part_atoms, minlength=problem.atoms))
    several = np.bincount(
        np.searchsorted(parts * problem.atoms + part_atoms, part[works] * problem.atoms + atoms),
        minlength=len(parts),
    ) > 1  # fmt: skip
    several &= (weight[part_atoms] > 0) & (entries.a_day > 0)
    keys = (parts * problem.atoms + part_atoms)[several]
    entry_key = part[entries.work] * problem.atoms + problem.dark_atom
    place = np.minimum(np.searchsorted(keys, entry_key), max(0, len(keys) - 1))
    held = keys[place] == entry_key if len(keys) else np.zeros(len(entry_key), dtype=np.bool_)
    group, first = entries.groups(held)
    count = int(part.max(initial=-1)) + 1
    place_begin = np.searchsorted(keys, np.arange(count + 1) * problem.atoms)
    cost = weight[problem.dark_atom] * _spans(problem, linear.slot_unit, entries.option)
    fixed = linear.option + np.bincount(entries.option, weights=cost * ~held, minlength=problem.options)
    alone = np.bincount(entries.option, weights=cost * held, minlength=problem.options)[first]
    in_group = np.flatnonzero(held & np.isin(entries.option, first))
    at_group = group[entries.option[in_group]]
    in_group = in_group[np.argsort(at_group, kind="stable")]
    slot = problem.start[entries.option[in_group]].astype(np.int64) % max(1, entries.a_day)
    days = entries.days()
    count_days = int(days.max(initial=0)) + 1
    key = (entries.work_of[first].astype(np.int64) * count_days + days[first]) * 2 + np.isin(
        first, entries.option[held]
    )
    wanted = 2 * (np.arange(problem.works)[:, None] * count_days + np.arange(count_days + 1))
    spans = _uses(problem)
    return Parts(
        part_begin=np.searchsorted(np.sort(part), np.arange(count + 1)).astype(np.int64),
        part_work=np.argsort(part, kind="stable").astype(np.int64),
        option_begin=problem.option_begin.astype(np.int64),
        day_begin=np.searchsorted(key, wanted).astype(np.int64),
        shared_begin=np.searchsorted(key, wanted[:, :-1] + 1).astype(np.int64),
        group_of=group.astype(np.int32),
        fixed=fixed,
        span_begin=spans[0], span_row=spans[1], span_from=spans[2], span_until=spans[3], span_amount=spans[4],
        dark_begin=np.concatenate(([0], np.cumsum(np.bincount(at_group, minlength=len(first))))).astype(np.int64),
        dark_place=(place[in_group] - place_begin[part[entries.work[in_group]]]).astype(np.int32),
        dark_from=(slot + problem.dark_from[in_group]).astype(np.int32),
        dark_until=(slot + problem.dark_until[in_group]).astype(np.int32),
        dark_cost=alone.astype(np.float64),
        place_begin=place_begin.astype(np.int64),
        place_weight=weight[part_atoms[several]],
        unit=linear.slot_unit,
        most=_limits(problem),
        a_day=max(1, entries.a_day),
    )  # fmt: skip


def _spans(problem: Problem, unit: Floats, option: Longs) -> Floats:
    """[entries] what a weight of 1 costs over an entry's slots."""
    sums, first = np.concatenate(([0.0], np.cumsum(unit))), problem.start[option].astype(np.int64)
    return np.asarray(sums[first + problem.dark_until] - sums[first + problem.dark_from])


def _uses(problem: Problem) -> tuple[Longs, Small, Small, Small, Floats]:
    """Cells used one behind the other by the same amount as spans: each option's begin, row, from, until, amount."""
    cell, amount = problem.use_cell.astype(np.int64), problem.use_amount
    fresh = np.ones(len(cell), dtype=np.bool_)
    fresh[1:] = (np.diff(cell) != 1) | (cell[1:] % problem.slots == 0) | (amount[1:] != amount[:-1])
    fresh[problem.use_begin[:-1][np.diff(problem.use_begin) > 0]] = True
    at = np.flatnonzero(fresh)
    length = np.diff(np.concatenate((at, [len(cell)])))
    row, first = np.divmod(cell[at], problem.slots)
    begin = np.searchsorted(at, problem.use_begin).astype(np.int64)
    until = (first + length).astype(np.int32)
    return begin, row.astype(np.int32), first.astype(np.int32), until, amount[at]


def _limits(problem: Problem) -> Floats:
    """[R, T] what there is, with the tolerance; inf where nobody asks for any."""
    asked = np.zeros(len(problem.most), dtype=np.bool_)
    asked[problem.use_cell] = True
    return np.where(asked, problem.most + TOLERANCE, np.inf).reshape(-1, problem.slots)


def no_prices(problem: Problem, parts: Parts) -> Prices:
    """Room for the loops; all prices are 0."""
    widest = int(np.diff(parts.part_begin).max(initial=1))
    places = int(np.diff(parts.place_begin).max(initial=0))
    groups, days = len(parts.dark_cost), parts.day_begin.shape[1] - 1
    return Prices(
        over=np.zeros_like(parts.most),
        sums=np.zeros((parts.most.shape[0], problem.slots + 1)),
        base=np.zeros(problem.options),
        least=np.zeros(groups),
        least_option=np.zeros(groups, dtype=np.int64),
        low=np.zeros((problem.works, days)),
        joint=np.zeros(1 << widest),
        split=np.zeros(1 << widest, dtype=np.int64),
        picked=np.zeros((1 << widest, widest), dtype=np.int64),
        dark=np.zeros((places, parts.a_day), dtype=np.int32),
        place=np.zeros(widest, dtype=np.int64),
        cost=np.zeros(widest + 1),
        rest=np.zeros(widest + 1),
        member=np.zeros(widest, dtype=np.int64),
        chosen=np.zeros(problem.works, dtype=np.int64),
        part_cost=np.zeros(len(parts.part_begin) - 1),
    )
