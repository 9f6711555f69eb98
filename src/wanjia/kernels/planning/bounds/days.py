"""A lower bound from the scarcity of means: all days of the horizon laid over each other, as a linear program.

Each work takes its options in shares. At every time of day what the options use of a resource, summed over the days,
stays below what all days have of it; an atom that several works darken costs what the work that darkens it most asks
for. Every plan meets this, so the program's least cost is below every plan's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver.python import model_builder

from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import Floats, Ints, Problem

Longs = NDArray[np.int64]
ROUNDING = 1e-6
"""Share by which the program's result is lowered: its solver stops at a tolerance."""
COLUMNS_MAX = 100_000
"""Columns of the program; some seconds."""
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, eq=False)
class _Folded:
    """Options that are alike but for their day are one column: an option that stands for it, its work, its own cost."""

    problem: Problem
    a_day: int
    option: Longs
    work: Longs
    cost: Floats
    shared: NDArray[np.bool_]
    unit_least: Floats


def days_bound(problem: Problem, linear: Linear, seconds: float) -> tuple[float, Floats]:
    """A bound on the sum over slots, as `plain_bound`, and [R, T] what an amount of means is worth, alike on all days.

    -inf and nothing where days are not alike or time runs out.
    """
    a_day, none = slots_a_day(problem), np.zeros((problem.resources, problem.slots))
    if not a_day or not len(problem.most) or seconds <= 0:
        return -np.inf, none
    folded = _fold(problem, linear, a_day)
    return _solved(folded, seconds) if len(folded.option) <= COLUMNS_MAX else (-np.inf, none)


def slots_a_day(problem: Problem) -> int:
    """Slots of each day; 0 where there is one day, days differ, or an option reaches over midnight."""
    counts = np.bincount(problem.day_of_slot) if len(problem.day_of_slot) else np.zeros(1, dtype=np.int64)
    a_day = int(counts[0])
    if len(counts) < 2 or (counts != a_day).any():
        return 0
    last = problem.start.astype(np.int64) + problem.duration - 1
    used = problem.use_cell.astype(np.int64) % problem.slots
    owner = np.repeat(problem.start.astype(np.int64), np.diff(problem.use_begin))
    inside = (last // a_day == problem.start // a_day).all() and (used // a_day == owner // a_day).all()
    return a_day if inside else 0


def _fold(problem: Problem, linear: Linear, a_day: int) -> _Folded:
    options = np.arange(problem.options)
    work = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    entry_option = np.repeat(options, np.diff(problem.dark_begin))
    shared = _shared(problem, work[entry_option])
    sums = np.concatenate(([0.0], np.cumsum(linear.slot_unit)))
    first = problem.start[entry_option].astype(np.int64)
    cost = problem.atom_weight[problem.dark_atom] * (sums[first + problem.dark_until] - sums[first + problem.dark_from])
    own = linear.option + np.bincount(
        entry_option, weights=cost * ~shared[problem.dark_atom], minlength=problem.options
    )
    marks = _marks(problem, a_day, entry_option, shared)
    order = np.lexsort((own, marks, work))
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (work[order][1:] != work[order][:-1]) | (marks[order][1:] != marks[order][:-1])
    kept = order[fresh]
    unit_least = linear.slot_unit.reshape(-1, a_day).min(axis=0)
    return _Folded(problem, a_day, kept, work[kept], own[kept], shared, unit_least)


def _shared(problem: Problem, work_of_entry: Longs) -> NDArray[np.bool_]:
    """[A] whether more than one work darkens an atom."""
    least = np.full(problem.atoms, problem.works)
    most = np.full(problem.atoms, -1)
    np.minimum.at(least, problem.dark_atom, work_of_entry)
    np.maximum.at(most, problem.dark_atom, work_of_entry)
    return least < most


def _marks(problem: Problem, a_day: int, entry_option: Longs, shared: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """[O] a number that options alike but for their day have in common: what they use and darken, and when."""
    use_option = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
    row, slot = np.divmod(problem.use_cell.astype(np.int64), problem.slots)
    used = mixed(row * a_day + slot % a_day) * mixed(problem.use_amount.view(np.int64))
    kept = shared[problem.dark_atom] & (problem.atom_weight[problem.dark_atom] > 0)
    place = problem.start[entry_option] % a_day
    window = (problem.dark_from + place) * (2 * a_day) + problem.dark_until + place
    darkened = mixed(problem.dark_atom.astype(np.int64) + 1) * mixed(window.astype(np.int64)) * kept
    found = np.zeros(problem.options, dtype=np.uint64)
    np.add.at(found, use_option, used)
    np.add.at(found, entry_option, mixed(darkened.view(np.int64)) * kept)
    return found


def mixed(numbers: Longs) -> NDArray[np.uint64]:
    """Well spread 64-bit numbers (the finaliser of SplitMix64), so that their sums tell sets apart."""
    mixed = (numbers.view(np.uint64) + np.uint64(1)) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    spread: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return spread


def _solved(folded: _Folded, seconds: float) -> tuple[float, Floats]:
    """The least cost of the program, and the prices of its limits."""
    model = model_builder.Model()  # type: ignore[no-untyped-call]
    shares = [model.new_num_var(0.0, 1.0, "") for _ in range(len(folded.option))]
    for columns in np.split(np.arange(len(folded.option)), np.flatnonzero(np.diff(folded.work)) + 1):
        model.add(_weighed([shares[at] for at in columns], np.ones(len(columns))) == 1.0)
    limits = {}
    for key, most, columns, amounts in _scarce(folded):
        limits[key] = model.add(_weighed([shares[at] for at in columns], amounts) <= most)
    darkness: dict[int, model_builder.Variable] = {}
    for atom, columns, costs in _darkened(folded):
        if atom not in darkness:
            darkness[atom] = model.new_num_var(0.0, np.inf, "")
        held = [darkness[atom], *(shares[at] for at in columns)]
        model.add(_weighed(held, np.concatenate(([1.0], -costs))) >= 0.0)
    priced = [*shares, *darkness.values()]
    model.minimize(_weighed(priced, np.concatenate((folded.cost, np.ones(len(darkness))))))
    solver = model_builder.Solver("GLOP")
    solver.set_time_limit_in_seconds(seconds)
    prices = np.zeros(folded.problem.resources * folded.a_day)
    if solver.solve(model) != model_builder.SolveStatus.OPTIMAL:
        return -np.inf, np.zeros((folded.problem.resources, folded.problem.slots))
    for key, limit in limits.items():
        prices[key] = max(0.0, -solver.dual_value(limit))
    over = np.tile(prices.reshape(-1, folded.a_day), folded.problem.slots // folded.a_day)
    return float(solver.objective_value) * (1 - ROUNDING), over


def _weighed(variables: Sequence[model_builder.Variable], weights: Floats) -> model_builder.LinearExpr:
    expression: model_builder.LinearExpr = model_builder.LinearExpr.weighted_sum(variables, weights.tolist())
    return expression


def _scarce(folded: _Folded) -> Iterator[tuple[int, float, Longs, Floats]]:
    """For each resource and time of day that may run short: what all days have on which it can be used, who uses it."""
    problem, a_day = folded.problem, folded.a_day
    asked_for = np.zeros(len(problem.most), dtype=np.bool_)
    asked_for[problem.use_cell] = True
    most = np.where(asked_for, problem.most, 0.0).reshape(-1, problem.slots // a_day, a_day).sum(axis=1).ravel()
    column, entry = _entries(problem.use_begin, folded.option)
    row, slot = np.divmod(problem.use_cell[entry].astype(np.int64), problem.slots)
    amount = problem.use_amount[entry]
    for key, rows in _grouped(row * a_day + slot % a_day):
        asked = np.zeros(problem.works)
        np.maximum.at(asked, folded.work[column[rows]], amount[rows])
        if asked.sum() > most[key]:
            yield key, float(most[key]), column[rows], amount[rows]


def _darkened(folded: _Folded) -> Iterator[tuple[int, Longs, Floats]]:
    """For each shared atom and work: the columns that darken it, and what that costs at the least."""
    problem, a_day = folded.problem, folded.a_day
    column, entry = _entries(problem.dark_begin, folded.option)
    held = folded.shared[problem.dark_atom[entry]]
    column, entry = column[held], entry[held]
    place = problem.start[folded.option[column]].astype(np.int64) % a_day
    sums = np.concatenate(([0.0], np.cumsum(folded.unit_least)))
    spans = sums[place + problem.dark_until[entry]] - sums[place + problem.dark_from[entry]]
    atom = problem.dark_atom[entry].astype(np.int64)
    costs = problem.atom_weight[atom] * spans
    for key, rows in _grouped(atom * problem.works + folded.work[column]):
        columns, at = np.unique(column[rows], return_inverse=True)
        yield key // problem.works, columns, np.bincount(at, weights=costs[rows]).astype(np.float64)


def _entries(begin: Ints, options: Longs) -> tuple[Longs, Longs]:
    """For options, CSR entries one behind the other: whose they are (place among the options), where they stand."""
    begin = begin.astype(np.int64)
    lengths = begin[options + 1] - begin[options]
    column = np.repeat(np.arange(len(options)), lengths)
    before = np.cumsum(lengths) - lengths
    return column, np.arange(len(column)) + np.repeat(begin[options] - before, lengths)


def _grouped(keys: Longs) -> Iterator[tuple[int, Longs]]:
    """Places of each key."""
    order = np.argsort(keys, kind="stable")
    if len(order):
        for places in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
            yield int(keys[places[0]]), places
