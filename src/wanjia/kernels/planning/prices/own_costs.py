"""What single options cost by themselves where others are dark anyhow: mean costs, by sums over spans."""

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Floats, Ints, Problem
from wanjia.kernels.planning.restricting import positions


def own_costs(problem: Problem, dark: NDArray[np.int32], options: Ints) -> Floats:
    """[options] mean cost that each adds where `dark` ([A, T], by how many) is dark anyhow; tails are left out."""
    scenarios = np.diff(problem.scenario_begin)
    costs = np.zeros(len(options))
    entries = positions(problem.dark_begin, options)
    if len(entries):
        mean = np.add.reduceat(problem.level, problem.scenario_begin[:-1]) / scenarios
        atoms, row = np.unique(problem.dark_atom[entries], return_inverse=True)
        before = np.zeros((len(atoms), problem.slots + 1))
        np.cumsum(problem.atom_weight[atoms, None] * np.where(dark[atoms] > 0, 0.0, mean), axis=1, out=before[:, 1:])
        place = np.repeat(np.arange(len(options)), np.diff(problem.dark_begin)[options])
        start = problem.start[options][place]
        spans = before[row, start + problem.dark_until[entries]] - before[row, start + problem.dark_from[entries]]
        np.add.at(costs, place, spans)
    return (costs + _own_risk(problem, scenarios, options)) / problem.slots


def without(problem: Problem, dark: NDArray[np.int32], option: int) -> NDArray[np.int32]:
    """[A, T] how many darken what, without one option that is counted in `dark`."""
    left, start = dark.copy(), int(problem.start[option])
    for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
        left[
            problem.dark_atom[entry], start + int(problem.dark_from[entry]) : start + int(problem.dark_until[entry])
        ] -= 1
    return left


def _own_risk(problem: Problem, scenarios: NDArray[np.int64], options: Ints) -> Floats:
    """[options] mean risk over their slots."""
    found = np.zeros(len(options))
    entries = positions(problem.risk_begin, options)
    if len(entries):
        share = np.repeat(1.0 / scenarios, scenarios)
        place = np.repeat(np.arange(len(options)), np.diff(problem.risk_begin)[options])
        chosen = np.asarray(options)[place]
        at = entries - problem.risk_begin[chosen] + problem.scenario_begin[problem.start[chosen]]
        np.add.at(found, place, problem.risk[entries] * share[at])
    return found
