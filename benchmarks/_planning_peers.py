"""The same planning problem given to CP-SAT alone and to HiGHS alone, each in a process of its own."""

import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from ortools.linear_solver.python import model_builder

from wanjia.kernels.planning.prices.linear import linear_part, without_scenarios
from wanjia.kernels.planning.prices.tables import tables
from wanjia.kernels.planning.problem import Problem, price
from wanjia.kernels.planning.solvers.exact import solve_exactly

MEMORY_BYTES = 10 * 1024**3
GRACE_SECONDS = 30.0
"""What a process may be late by before it is ended."""


def peer(solve: Callable[[Problem, float], np.ndarray[Any, Any] | None], problem: Problem, seconds: float) -> str:
    """What a peer reaches in that time, its model's building included, in words."""
    queue: multiprocessing.Queue[str] = multiprocessing.Queue()
    process = multiprocessing.Process(target=_run, args=(solve, problem, seconds, queue))
    process.start()
    process.join(seconds + GRACE_SECONDS)
    if process.is_alive():
        process.terminate()
        process.join()
        return f"no plan in {seconds:.0f} s"
    return queue.get() if not queue.empty() else f"no plan: ended with {process.exitcode}"


def _run(
    solve: Callable[[Problem, float], np.ndarray[Any, Any] | None],
    problem: Problem,
    seconds: float,
    queue: "multiprocessing.Queue[str]",
) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    began = time.monotonic()
    choice = solve(problem, seconds)
    took = time.monotonic() - began
    if choice is None:
        queue.put(f"no plan in {took:.0f} s")
        return
    found = price(problem, choice)
    queue.put(f"cost {found.cost:.4f}, {len(found.violations)} demands broken, {took:.1f} s")


def cp_sat(problem: Problem, seconds: float) -> np.ndarray[Any, Any] | None:
    """The whole problem as CP-SAT's model."""
    began = time.monotonic()
    simple = without_scenarios(problem)
    linear = linear_part(simple, tables(simple, 1.0, 0.0), np.zeros(simple.options))
    return solve_exactly(simple, linear, seconds - (time.monotonic() - began), 1, None).choice


def highs(problem: Problem, seconds: float) -> np.ndarray[Any, Any] | None:
    """The whole problem as a mixed-integer program: a share for each option, darkness by atom and slot."""
    began = time.monotonic()
    simple = without_scenarios(problem)
    model = model_builder.Model()
    options = [model.new_bool_var("") for _ in range(simple.options)]
    for begin, end in zip(simple.option_begin[:-1].tolist(), simple.option_begin[1:].tolist(), strict=True):
        model.add(total(options[begin:end]) == 1)
    resources_of(model, simple, options)
    dark = _darkness(model, simple, options)
    _groups(model, simple, dark)
    pairs_of(model, simple, options)
    unit = simple.level / simple.slots
    costs = [(var, float(simple.atom_weight[atom] * unit[slot])) for (atom, slot), var in dark.items()]
    variables, weights = [var for var, _ in costs], [weight for _, weight in costs]
    model.minimize(model_builder.LinearExpr.weighted_sum(variables, weights))
    solver = model_builder.Solver("HIGHS")
    solver.set_time_limit_in_seconds(max(1.0, seconds - (time.monotonic() - began)))
    status = solver.solve(model)
    if status not in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        return None
    return options_taken(simple, np.array([solver.value(one) for one in options]))


def options_taken(problem: Problem, taken: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The option of each work, from the share of each option."""
    spans = zip(problem.option_begin[:-1].tolist(), problem.option_begin[1:].tolist(), strict=True)
    return np.array([begin + int(np.argmax(taken[begin:end])) for begin, end in spans])


def total(variables: list[Any]) -> Any:
    """Sum of variables."""
    return model_builder.LinearExpr.sum(variables)


def resources_of(model: Any, problem: Problem, options: list[Any]) -> None:
    """The greatest use of each cell; a least use too, where one is asked for."""
    owner = np.repeat(np.arange(problem.options), np.diff(problem.use_begin))
    order = np.argsort(problem.use_cell, kind="stable")
    for places in np.split(order, np.flatnonzero(np.diff(problem.use_cell[order])) + 1):
        cell = int(problem.use_cell[places[0]])
        terms = [options[at] for at in owner[places]]
        used = model_builder.LinearExpr.weighted_sum(terms, problem.use_amount[places].tolist())
        model.add(used <= problem.most[cell])
        if problem.least[cell] > 0:
            model.add(used >= problem.least[cell])


def _darkness(model: Any, problem: Problem, options: list[Any]) -> dict[tuple[int, int], Any]:
    """Darkness of an atom in a slot is at least what each work's options there add up to."""
    asked: dict[tuple[int, int, int], list[Any]] = {}
    for work in range(problem.works):
        for option in range(int(problem.option_begin[work]), int(problem.option_begin[work + 1])):
            start = int(problem.start[option])
            for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
                atom = int(problem.dark_atom[entry])
                for slot in range(start + int(problem.dark_from[entry]), start + int(problem.dark_until[entry])):
                    asked.setdefault((atom, slot, work), []).append(options[option])
    dark: dict[tuple[int, int], Any] = {}
    for (atom, slot, _), terms in asked.items():
        if (atom, slot) not in dark:
            dark[atom, slot] = model.new_num_var(0.0, 1.0, "")
        model.add(dark[atom, slot] >= total(terms))
    return dark


def _groups(model: Any, problem: Problem, dark: dict[tuple[int, int], Any]) -> None:
    for group in range(len(problem.never_all_begin) - 1):
        atoms = problem.never_all_atom[problem.never_all_begin[group] : problem.never_all_begin[group + 1]].tolist()
        for slot in range(problem.slots):
            held = [dark[atom, slot] for atom in atoms if (atom, slot) in dark]
            if len(held) == len(atoms):
                model.add(total(held) <= len(atoms) - 1)
    days: dict[tuple[int, int], Any] = {}
    for (atom, slot), var in dark.items():
        if problem.dark_days_most[atom] >= 0:
            key = (atom, int(problem.day_of_slot[slot]))
            days.setdefault(key, model.new_bool_var(""))
            model.add(days[key] >= var)
    for atom in {atom for atom, _ in days}:
        model.add(total([var for (one, _), var in days.items() if one == atom]) <= int(problem.dark_days_most[atom]))


def pairs_of(model: Any, problem: Problem, options: list[Any]) -> None:
    """Exclusions and precedences."""

    def within(work: int) -> range:
        return range(int(problem.option_begin[work]), int(problem.option_begin[work + 1]))

    for row, (one, other) in enumerate(problem.exclusion.tolist()):
        for slot in np.flatnonzero(problem.masks[problem.exclusion_mask[row]]).tolist():
            busy = [
                options[at]
                for work in (one, other)
                for at in within(work)
                if problem.start[at] <= slot < problem.start[at] + problem.duration[at]
            ]
            model.add(total(busy) <= 1)
    for before, after, gap in problem.precedence.tolist():
        first, second = list(within(before)), list(within(after))
        ends = (problem.start[first] + problem.duration[first]).astype(float).tolist()
        starts = problem.start[second].astype(float).tolist()
        begun = model_builder.LinearExpr.weighted_sum([options[at] for at in second], starts)
        ended = model_builder.LinearExpr.weighted_sum([options[at] for at in first], ends)
        model.add(begun - ended >= gap)
