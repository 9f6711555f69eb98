"""Lower bounds that hold for every plan, from the cheapest to come by."""

import numpy as np

from wanjia.kernels.planning.linear import Linear
from wanjia.kernels.planning.problem import Floats, Problem


def plain_bound(problem: Problem, linear: Linear) -> float:
    """Each work at its cheapest, and each atom once at the least that the work which must darken it most darkens.

    A sum over slots, as the linear part's costs are. No demand is looked at, so that it holds for every choice.
    """
    own = float(np.minimum.reduceat(linear.option, problem.option_begin[:-1]).sum())
    return own + float(_least_darkness(problem, linear.slot_unit).sum())


def _least_darkness(problem: Problem, unit: Floats) -> Floats:
    """[A] for each atom the greatest, over works, of the least that the work's options darken it, in cost."""
    least = np.zeros(problem.atoms)
    if not len(problem.dark_atom):
        return least
    sums = np.concatenate([[0.0], np.cumsum(unit)])
    option = np.repeat(np.arange(problem.options), np.diff(problem.dark_begin))
    first = problem.start[option].astype(np.int64)
    cost = problem.atom_weight[problem.dark_atom] * (sums[first + problem.dark_until] - sums[first + problem.dark_from])
    for work in range(problem.works):
        begin, end = problem.option_begin[work], problem.option_begin[work + 1]
        span = slice(int(problem.dark_begin[begin]), int(problem.dark_begin[end]))
        atoms, place = np.unique(problem.dark_atom[span], return_inverse=True)
        by_option = np.zeros((len(atoms), int(end - begin)))
        np.add.at(by_option, (place, option[span] - begin), cost[span])
        least[atoms] = np.maximum(least[atoms], by_option.min(axis=1, initial=np.inf))
    return least
