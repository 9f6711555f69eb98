"""A planning problem written down for CP-SAT, in whole numbers."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.prices.tables import Whole
from wanjia.kernels.planning.problem import TOLERANCE, Floats, Ints, Problem

Places: TypeAlias = dict[tuple[int, int], list[int]]

COST_STEPS_MAX = 1e12
"""Greatest sum of costs in whole steps: CP-SAT adds up in 64 bits and is slower near their end."""
DECIMALS_MAX = 6
"""Decimals up to which costs and amounts are taken over as they stand."""
AMOUNT_STEPS = 10.0**6


@dataclass
class Model:
    """The model, a variable for each option, and what a step of its objective is worth.

    `slack` is what rounding may have taken from a bound, as a sum over slots.
    """

    cp: cp_model.CpModel
    options: list[cp_model.IntVar]
    scale: float
    slack: float
    dark: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)


def model_of(problem: Problem, linear: Linear) -> Model:
    """The whole problem, with the linear part of its cost to be made least."""
    cp = cp_model.CpModel()
    model = Model(cp, [cp.new_bool_var("") for _ in range(problem.options)], 1.0, 0.0)
    for begin, end in zip(problem.option_begin[:-1].tolist(), problem.option_begin[1:].tolist(), strict=True):
        cp.add_exactly_one(model.options[begin:end])
    _resources(model, problem)
    _exclusions(model, problem)
    _precedences(model, problem)
    _darkness(model, problem, linear.slot_unit)
    _dark_days(model, problem)
    _never_all(model, problem)
    _objective(model, problem, linear)
    return model


def _whole_scale(values: Floats, most: float) -> float | None:
    """The least power of ten that makes all values whole with a sum up to `most`; None when there is none."""
    for decimals in range(DECIMALS_MAX + 1):
        scaled = values * 10.0**decimals
        if np.abs(scaled).sum() > most:
            return None
        if np.allclose(scaled, np.rint(scaled), rtol=0.0, atol=1e-6):
            return 10.0**decimals
    return None


def _by_cell(problem: Problem) -> Iterable[tuple[int, Whole, Floats]]:
    """Each cell in use: its number, the options that use it, how much."""
    option = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
    order = np.argsort(problem.use_cell, kind="stable")
    bounds = np.searchsorted(problem.use_cell[order], np.arange(len(problem.most) + 1))
    for cell in range(len(problem.most)):
        part = order[bounds[cell] : bounds[cell + 1]]
        if len(part) or problem.least[cell] > 0:
            yield cell, option[part], problem.use_amount[part]


def _resources(model: Model, problem: Problem) -> None:
    scale = _whole_scale(problem.use_amount, 1e15) or AMOUNT_STEPS
    for cell, options, amounts in _by_cell(problem):
        least, most = problem.least[cell] - TOLERANCE, problem.most[cell] + TOLERANCE
        chosen = [model.options[option] for option in options.tolist()]
        if np.isfinite(most):
            steps = np.floor(amounts * scale + 1e-6).astype(np.int64)
            model.cp.add(cp_model.LinearExpr.weighted_sum(chosen, steps.tolist()) <= int(np.floor(most * scale)))
        if least > 0:
            steps = np.ceil(amounts * scale - 1e-6).astype(np.int64)
            model.cp.add(cp_model.LinearExpr.weighted_sum(chosen, steps.tolist()) >= int(np.ceil(least * scale)))


def _exclusions(model: Model, problem: Problem) -> None:
    for (one, other), mask in zip(problem.exclusion.tolist(), problem.exclusion_mask.tolist(), strict=True):
        busy = [_busy(problem, work, np.flatnonzero(problem.masks[mask])) for work in (one, other)]
        for slot in busy[0].keys() & busy[1].keys():
            model.cp.add_at_most_one(model.options[option] for side in busy for option in side[slot])


def _busy(problem: Problem, work: int, slots: Whole) -> dict[int, list[int]]:
    """Options of a work that go on in each of the slots."""
    found: dict[int, list[int]] = {}
    options = np.arange(problem.option_begin[work], problem.option_begin[work + 1])
    start, end = problem.start[options], problem.start[options] + problem.duration[options]
    for slot in slots.tolist():
        covering = options[(start <= slot) & (slot < end)]
        if len(covering):
            found[slot] = covering.tolist()
    return found


def _precedences(model: Model, problem: Problem) -> None:
    for before, after, gap in problem.precedence.tolist():
        ends = _times(model, problem, before, problem.start + problem.duration)
        model.cp.add(_times(model, problem, after, problem.start) >= ends + gap)


def _times(model: Model, problem: Problem, work: int, times: Ints) -> cp_model.LinearExpr:
    span = slice(int(problem.option_begin[work]), int(problem.option_begin[work + 1]))
    return cp_model.LinearExpr.weighted_sum(model.options[span], times[span].tolist())


def _darkness(model: Model, problem: Problem, unit: Floats) -> None:
    """A variable for each atom and slot that matters, at least the sum of each single work's options that darken it."""
    matters = (problem.atom_weight > 0) | (problem.dark_days_most >= 0)
    matters[problem.never_all_atom] = True
    for work in range(problem.works):
        for place, options in _darkened(problem, work, matters).items():
            if place not in model.dark:
                model.dark[place] = model.cp.new_bool_var("")
            model.cp.add(sum(model.options[option] for option in options) <= model.dark[place])


def _darkened(problem: Problem, work: int, matters: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Places:
    """Options of a work that darken each atom in each slot."""
    found: Places = defaultdict(list)
    for option in range(int(problem.option_begin[work]), int(problem.option_begin[work + 1])):
        first = int(problem.start[option])
        for at in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
            atom = int(problem.dark_atom[at])
            if matters[atom]:
                for slot in range(first + int(problem.dark_from[at]), first + int(problem.dark_until[at])):
                    found[atom, slot].append(option)
    return found


def _dark_days(model: Model, problem: Problem) -> None:
    for atom in np.flatnonzero(problem.dark_days_most >= 0).tolist():
        days: dict[int, cp_model.IntVar] = {}
        for slot in range(problem.slots):
            if (atom, slot) in model.dark:
                day = days.setdefault(int(problem.day_of_slot[slot]), model.cp.new_bool_var(""))
                model.cp.add_implication(model.dark[atom, slot], day)
        model.cp.add(sum(days.values()) <= int(problem.dark_days_most[atom]))


def _never_all(model: Model, problem: Problem) -> None:
    for begin, end in zip(problem.never_all_begin[:-1].tolist(), problem.never_all_begin[1:].tolist(), strict=True):
        atoms = problem.never_all_atom[begin:end].tolist()
        for slot in range(problem.slots):
            dark = [model.dark[atom, slot] for atom in atoms if (atom, slot) in model.dark]
            if atoms and len(dark) == len(atoms):
                model.cp.add(sum(dark) <= len(atoms) - 1)


def _objective(model: Model, problem: Problem, linear: Linear) -> None:
    places = list(model.dark)
    dark = np.array([problem.atom_weight[atom] * linear.slot_unit[slot] for atom, slot in places], dtype=np.float64)
    costs = np.concatenate([linear.option, dark])
    scale = _whole_scale(costs, 1e3 * COST_STEPS_MAX)
    if scale is None:
        dearest = np.maximum.reduceat(np.abs(linear.option), problem.option_begin[:-1]).sum() + np.abs(dark).sum()
        scale = COST_STEPS_MAX / max(dearest, 1e-9)
        model.slack = 0.5 * (problem.works + len(places)) / scale
    model.scale = scale
    variables = [*model.options, *(model.dark[place] for place in places)]
    steps = np.rint(costs * scale).astype(np.int64).tolist()
    model.cp.minimize(cp_model.LinearExpr.weighted_sum(variables, steps))
