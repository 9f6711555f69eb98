"""Lower bounds that hold for every plan, from the cheapest to come by."""

import numpy as np

from wanjia.kernels.planning.bounds.lagrange_loops import Prices, climb
from wanjia.kernels.planning.prices.linear import Linear
from wanjia.kernels.planning.prices.tables import Tables
from wanjia.kernels.planning.problem import TOLERANCE, Floats, Ints, Problem

SHARES_MAX = 30_000_000
"""Shares of darkness (works with their atoms, times slots) that memory has room for: 600 MB with all beside them."""
STEPS = 20
"""Steps of the subgradient method between two looks at the clock."""
TARGET_ABOVE = 1.02
"""While there is no plan, the bound aims this far above itself."""


class Ascent:
    """A bound that climbs; `alive` [O] are the options that a plan better than the one told may use."""

    def __init__(self, problem: Problem, tables: Tables, linear: Linear, bound: float) -> None:
        """Begins without prices, each atom shared evenly. `bound` is one already known."""
        self._tables = tables
        self._prices = _even_prices(problem, linear)
        self._chosen = np.zeros(problem.works, dtype=np.int64)
        self._used = np.zeros(len(problem.most))
        self._dark = np.zeros(self._prices.share.shape, dtype=np.int32)
        self.alive = np.ones(problem.options, dtype=bool)
        self._figures = np.array([bound, np.inf, bound, 1.0, 0.0, TOLERANCE])

    @staticmethod
    def fits(problem: Problem) -> bool:
        """Whether the shares of darkness are few enough."""
        return len(_pairs(problem)[0]) * problem.slots <= SHARES_MAX

    @property
    def is_stuck(self) -> bool:
        """Whether steps have become too short to win anything."""
        return bool(self._figures[3] < 1e-3)

    def climb(self, objective: float) -> float:
        """Some more steps towards the cost of the best plan, inf without one; the best bound."""
        figures = self._figures
        figures[1] = objective
        figures[2] = objective if objective < np.inf else figures[0] + (TARGET_ABOVE - 1) * max(abs(figures[0]), 1.0)
        climb(self._tables, self._prices, self._chosen, self._used, self._dark, self.alive, figures, STEPS)
        return float(figures[0])


def _pairs(problem: Problem) -> tuple[Ints, Ints]:
    """Numbers of all pairs of a work and an atom (work * atoms + atom), and each entry's place among them."""
    work_of_option = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    work = np.repeat(work_of_option, np.diff(problem.dark_begin))
    pairs, place = np.unique(work * max(1, problem.atoms) + problem.dark_atom, return_inverse=True)
    return pairs, place


def _even_prices(problem: Problem, linear: Linear) -> Prices:
    pairs, place = _pairs(problem)
    atom = (pairs % max(1, problem.atoms)).astype(np.int64)
    sharers = np.bincount(atom, minlength=problem.atoms)[: problem.atoms]
    cost = (problem.atom_weight / np.maximum(sharers, 1))[atom]
    cells = len(problem.most)
    return Prices(
        own=linear.option,
        over=np.zeros(cells),
        under=np.zeros(cells),
        share=np.outer(cost, linear.slot_unit),
        sums=np.zeros((len(pairs), problem.slots + 1)),
        pair=place.astype(np.int32),
        by_atom_begin=np.concatenate([[0], np.cumsum(sharers)]).astype(np.int64),
        by_atom=np.argsort(atom, kind="stable").astype(np.int32),
        slot_unit=linear.slot_unit,
        cost=np.zeros(problem.options),
    )


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
