"""A planning problem as a mixed-integer program for HiGHS or SCIP, written down array by array.

A share for each option, 0 or 1; a variable for each district and slot that several works may darken, at least what each
of them asks for. Rows that say the same are said once.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from wanjia.kernels.planning.bounds.days import mixed
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.problem import TOLERANCE, Bools, Floats, Ints, Problem
from wanjia.kernels.planning.restricting import work_of_option

Longs: TypeAlias = NDArray[np.int64]
GAP = 1e-7
"""Gap at which a program counts as solved."""
MIX_SEED = 1
"""Of the numbers by which equal rows are known."""


@dataclass
class Rows:
    """Rows of a program so far: coefficients one behind the other, limits by row."""

    row: list[Longs] = field(default_factory=list)
    column: list[Longs] = field(default_factory=list)
    value: list[Floats] = field(default_factory=list)
    least: list[Floats] = field(default_factory=list)
    most: list[Floats] = field(default_factory=list)
    count: int = 0

    def add(self, row: Longs, column: Longs, value: Floats, least: Floats, most: Floats) -> None:
        """More rows: `row` counts from 0 among them."""
        self.row.append(row + self.count)
        self.column.append(column)
        self.value.append(value)
        self.least.append(least)
        self.most.append(most)
        self.count += len(least)


@dataclass(frozen=True, eq=False)
class Solved:
    """Value of each variable, None without a solution; a bound on the cost."""

    values: Floats | None
    bound: float
    duals: Floats | None = None
    """What a unit more of each row's limit is worth, where no variable must be whole."""


def solve_program(rows: Rows, cost: Floats, whole: int, seconds: float) -> Solved:
    """The least cost; the first `whole` variables are 0 or 1, the others are not negative."""
    model = mathopt.Model.from_model_proto(_proto(rows, cost, whole))
    solver = mathopt.SolverType.HIGHS if whole else mathopt.SolverType.GLOP
    params = mathopt.SolveParameters(time_limit=timedelta(seconds=max(0.05, seconds)), relative_gap_tolerance=GAP)
    found = mathopt.solve(model, solver, params=params)
    if not found.has_primal_feasible_solution():
        return Solved(None, found.best_objective_bound())
    values = np.array(found.variable_values(list(model.variables())))
    duals = None
    if not whole and found.has_dual_feasible_solution():
        duals = np.array(found.dual_values(list(model.linear_constraints())))
    return Solved(values, found.best_objective_bound(), duals)


def _proto(rows: Rows, cost: Floats, whole: int) -> model_pb2.ModelProto:
    count = len(cost)
    proto = model_pb2.ModelProto()
    variables, limits, matrix = proto.variables, proto.linear_constraints, proto.linear_constraint_matrix
    variables.ids.extend(range(count))
    variables.lower_bounds.extend([0.0] * count)
    variables.upper_bounds.extend([1.0] * whole + [np.inf] * (count - whole))
    variables.integers.extend([True] * whole + [False] * (count - whole))
    limits.ids.extend(range(rows.count))
    limits.lower_bounds.extend(np.concatenate(rows.least).tolist())
    limits.upper_bounds.extend(np.concatenate(rows.most).tolist())
    row, column, value = (np.concatenate(parts) for parts in (rows.row, rows.column, rows.value))
    order = np.lexsort((column, row))
    matrix.row_ids.extend(row[order].tolist())
    matrix.column_ids.extend(column[order].tolist())
    matrix.coefficients.extend(value[order].tolist())
    proto.objective.linear_coefficients.ids.extend(range(count))
    proto.objective.linear_coefficients.values.extend(cost.tolist())
    return proto


@dataclass(frozen=True, eq=False)
class Program:
    """Rows and costs of a problem; the first variables are its options."""

    rows: Rows
    cost: Floats

    def solve(self, problem: Problem, seconds: float) -> tuple[Ints | None, float]:
        """The best choice found in that time, and a bound (sums over slots)."""
        found = solve_program(self.rows, self.cost, problem.options, seconds)
        if found.values is None:
            return None, found.bound
        taken = np.flatnonzero(found.values[: problem.options] > 0.5)
        is_whole = len(taken) == problem.works and (np.diff(work_of_option(problem)[taken]) == 1).all()
        return (taken if is_whole else None), found.bound


def program_of(problem: Problem, linear: Linear) -> Program:
    """The whole problem; works and pairs as `exact_model` says them to CP-SAT."""
    rows = Rows()
    options, work_of = np.arange(problem.options), work_of_option(problem).astype(np.int64)
    ones = np.ones(problem.works)
    rows.add(work_of, options, np.ones(problem.options), ones, ones)
    option = np.repeat(options, np.diff(problem.use_begin))
    users = Users(option, problem.use_cell.astype(np.int64), problem.use_amount, work_of)
    say_cells(rows, users, problem.least, problem.most)
    _exclusions(rows, problem)
    _precedences(rows, problem)
    cost = _Darkness(rows, problem, linear, work_of).costs()
    return Program(rows, cost)


def _same(key: Longs, column: Longs, value: Floats, count: int) -> NDArray[np.uint64]:
    """[count] a number for each key that tells its columns and values."""
    drawn = np.random.default_rng(MIX_SEED).integers(1, 2**62, int(column.max(initial=0)) + 1, dtype=np.uint64)
    found = np.zeros(count, dtype=np.uint64)
    np.add.at(found, key, mixed((drawn[column] ^ value.view(np.uint64)).view(np.int64)))
    return found


@dataclass(frozen=True, eq=False)
class Users:
    """Who uses how much of which cell, entry by entry; of the columns of one owner one is taken."""

    column: Longs
    cell: Longs
    amount: Floats
    owner: Longs
    """[columns]"""


def say_cells(rows: Rows, users: Users, least: Floats, most: Floats) -> Longs:
    """Cells that may run short, or of which something must be used; which cells the new rows are of."""
    owners, cells = int(users.owner.max(initial=0)) + 1, len(most)
    pairs, place = np.unique(users.cell * owners + users.owner[users.column], return_inverse=True)
    asked = np.zeros(len(pairs))
    np.maximum.at(asked, place, users.amount)
    could = np.bincount(pairs // owners, weights=asked, minlength=cells)
    matters = np.flatnonzero((could > most + TOLERANCE) | (least > TOLERANCE))
    marks = _same(users.cell, users.column, users.amount, cells)[matters]
    limits = np.stack((marks, most[matters].view(np.uint64), least[matters].view(np.uint64)))
    kept = matters[np.sort(np.unique(limits, axis=1, return_index=True)[1])]
    number = np.full(cells, -1)
    number[kept] = np.arange(len(kept))
    held = number[users.cell] >= 0
    lower = np.where(least[kept] > TOLERANCE, least[kept], -np.inf)
    rows.add(number[users.cell[held]], users.column[held], users.amount[held], lower, most[kept])
    return kept


def _exclusions(rows: Rows, problem: Problem) -> None:
    for (one, other), mask in zip(problem.exclusion.tolist(), problem.exclusion_mask.tolist(), strict=True):
        options = np.concatenate([_of_work(problem, one), _of_work(problem, other)])
        place, slot = _spread(problem.start[options], problem.start[options] + problem.duration[options])
        held = problem.masks[mask][slot]
        _say_most(rows, slot[held], options[place[held]], 1.0)


def _of_work(problem: Problem, work: int) -> Longs:
    return np.arange(problem.option_begin[work], problem.option_begin[work + 1])


def _spread(begin: Ints, end: Ints) -> tuple[Longs, Longs]:
    """Every slot of spans one behind the other: the place of its span, and the slot."""
    length = (end - begin).astype(np.int64)
    place = np.repeat(np.arange(len(length)), length)
    before = np.cumsum(length) - length
    return place, np.asarray(np.arange(len(place)) - before[place] + begin[place], dtype=np.int64)


def _say_most(rows: Rows, key: Longs, column: Longs, most: float) -> None:
    """The columns of each key add up to `most` at most."""
    keys, row = np.unique(key, return_inverse=True)
    if len(keys):
        rows.add(row, column, np.ones(len(column)), np.full(len(keys), -np.inf), np.full(len(keys), most))


def _precedences(rows: Rows, problem: Problem) -> None:
    for before, after, gap in problem.precedence.tolist():
        first, last = _of_work(problem, before), _of_work(problem, after)
        ends = -(problem.start[first] + problem.duration[first]).astype(np.float64)
        values = np.concatenate([ends, problem.start[last].astype(np.float64)])
        column = np.concatenate([first, last])
        rows.add(np.zeros_like(column), column, values, np.array([float(gap)]), np.array([np.inf]))


class _Darkness:
    """Variables for what several works may darken, or may not darken all at once, or not on too many days."""

    def __init__(self, rows: Rows, problem: Problem, linear: Linear, work_of: Longs) -> None:
        self.rows, self.problem, self.linear, self.work_of = rows, problem, linear, work_of
        self.owner = np.repeat(np.arange(problem.options), np.diff(problem.dark_begin))
        start = problem.start[self.owner].astype(np.int64)
        self.begin, self.end = start + problem.dark_from, start + problem.dark_until
        pairs = np.unique(work_of[self.owner] * max(1, problem.atoms) + problem.dark_atom)
        self.works_of = np.bincount(pairs % max(1, problem.atoms), minlength=problem.atoms)
        self.extra: list[Floats] = []
        self.count = problem.options

    def costs(self) -> Floats:
        """Adds the rows; cost of each variable."""
        problem, unit = self.problem, self.linear.slot_unit
        grouped = np.zeros(problem.atoms, dtype=np.bool_)
        grouped[problem.never_all_atom] = True
        shared = (self.works_of > 1) & (problem.atom_weight > 0)
        sums = np.concatenate(([0.0], np.cumsum(unit)))
        alone = problem.atom_weight[problem.dark_atom] * (sums[self.end] - sums[self.begin])
        alone *= ~shared[problem.dark_atom]
        own = self.linear.option + np.bincount(self.owner, weights=alone, minlength=problem.options)
        self._shared(shared, shared | grouped)
        self._days()
        return np.concatenate([own, *self.extra])

    def _spread(self, atoms: Bools) -> tuple[Longs, Longs]:
        """Options and places (atom * slots + slot) of what they darken of `atoms`."""
        entries = np.flatnonzero(atoms[self.problem.dark_atom])
        place, slot = _spread(self.begin[entries], self.end[entries])
        atom = self.problem.dark_atom[entries].astype(np.int64)
        return self.owner[entries][place], atom[place] * self.problem.slots + slot

    def _shared(self, priced: Bools, atoms: Bools) -> None:
        """A variable for all places that the same options darken; rows of the groups beside."""
        problem = self.problem
        option, place = self._spread(atoms)
        places, row = np.unique(place, return_inverse=True)
        marks = _same(row, option, np.ones(len(option)), len(places))
        # Flags weigh nothing: what is one variable for the cost is one for the groups.
        _, first, variable = np.unique(marks, return_index=True, return_inverse=True)
        cost = problem.atom_weight[places // problem.slots] * self.linear.slot_unit[places % problem.slots]
        cost *= priced[places // problem.slots]
        self.extra.append(np.bincount(variable, weights=cost, minlength=len(first)).astype(np.float64))
        held = np.isin(row, first)
        self._at_least(variable[row[held]], option[held], len(first))
        self._groups(places, variable + self.count - len(first))

    def _at_least(self, variable: Longs, option: Longs, count: int) -> None:
        """A variable is at least what the options of each single work ask for; `count` variables are new."""
        keys, row = np.unique(variable * self.problem.works + self.work_of[option], return_inverse=True)
        first = self.count
        self.count += count
        rows = np.concatenate((row, np.arange(len(keys))))
        columns = np.concatenate((option, first + keys // self.problem.works))
        values = np.concatenate((np.ones(len(option)), -np.ones(len(keys))))
        self.rows.add(rows, columns, values, np.full(len(keys), -np.inf), np.zeros(len(keys)))

    def _groups(self, places: Longs, variable: Longs) -> None:
        problem = self.problem
        for begin, end in zip(problem.never_all_begin[:-1].tolist(), problem.never_all_begin[1:].tolist(), strict=True):
            atoms = np.unique(problem.never_all_atom[begin:end]).astype(np.int64)
            key = atoms[:, None] * problem.slots + np.arange(problem.slots)
            at = np.minimum(np.searchsorted(places, key), max(0, len(places) - 1))
            able = (places[at] == key).all(axis=0) if len(places) and len(atoms) else np.zeros(0, dtype=np.bool_)
            some = np.unique(np.sort(variable[at][:, able], axis=0), axis=1) if able.any() else np.zeros((0, 0), int)
            if some.size:
                row = np.broadcast_to(np.arange(some.shape[1]), some.shape).ravel()
                counts = np.full(some.shape[1], len(atoms) - 1.0)
                _add_up(self.rows, row, some.ravel(), counts)

    def _days(self) -> None:
        """On how many days an atom is dark, where it could be too many."""
        problem = self.problem
        last = problem.start.astype(np.int64) + problem.duration - 1
        is_by_day = bool((problem.day_of_slot[problem.start] == problem.day_of_slot[last]).all())
        days = self.works_of if is_by_day else np.full(problem.atoms, problem.days)
        limited = (problem.dark_days_most >= 0) & (days > problem.dark_days_most)
        if not limited.any():
            return
        option, place = self._spread(limited)
        atom, slot = np.divmod(place, problem.slots)
        days, row = np.unique(atom * problem.days + problem.day_of_slot[slot], return_inverse=True)
        pairs = np.unique(row * problem.options + option)
        first = self.count
        self._at_least(pairs // problem.options, pairs % problem.options, len(days))
        self.extra.append(np.zeros(len(days)))
        atoms, of_atom = np.unique(days // problem.days, return_inverse=True)
        _add_up(self.rows, of_atom, first + np.arange(len(days)), problem.dark_days_most[atoms].astype(np.float64))


def _add_up(rows: Rows, row: Longs, column: Longs, most: Floats) -> None:
    """Columns of each row, named several times or not, add up to `most` at most."""
    width = int(column.max(initial=0)) + 1
    keys, value = np.unique(row * width + column, return_counts=True)
    rows.add(keys // width, keys % width, value.astype(np.float64), np.full(len(most), -np.inf), most)
