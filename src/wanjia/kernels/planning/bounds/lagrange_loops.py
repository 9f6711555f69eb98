"""Compiled: Lagrangian bound. Limits get prices, and a district's darkness is split among the works that share it.

For any prices and any split, the sum over works of each one's cheapest option is a lower bound (Geoffrion 1974); which
option that is says how the prices should move (subgradient, Polyak's step). The bound needs no solver and no luck.
"""

from typing import Final, NamedTuple

import numpy as np

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.tables import Small, Tables, Whole
from wanjia.kernels.planning.problem import Bools, Floats

PATIENCE: Final = 15
"""Steps without a better bound after which steps get shorter."""


class Prices(NamedTuple):
    """What the bound is made of; costs are sums over slots.

    `over`, `under` [R * T]: price of a cell's limits, in cost for an amount. `share` [pairs, T]: what a work pays for a
    slot of an atom; over the works of an atom they add up to its cost. `sums` [pairs, T + 1]: added up from the left.
    """

    own: Floats
    over: Floats
    under: Floats
    share: Floats
    sums: Floats
    pair: Small
    """[entries] the (work, atom) pair of each entry of `dark_atom`."""
    by_atom_begin: Whole
    """[A + 1] into `by_atom`: the pairs of an atom."""
    by_atom: Small
    slot_unit: Floats
    cost: Floats
    """[O] reduced cost of each option at the prices."""


@loop
def add_up(prices: Prices) -> None:
    """Shares added up along the slots."""
    pairs, slots = prices.share.shape
    for pair in range(pairs):
        total = 0.0
        for slot in range(slots):
            total += prices.share[pair, slot]
            prices.sums[pair, slot + 1] = total


@loop
def option_cost(tables: Tables, prices: Prices, option: int) -> float:
    """An option's own cost, what it pays for cells, and its shares of darkness."""
    cost = prices.own[option]
    for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
        cell = tables.use_cell[at]
        cost += (prices.over[cell] - prices.under[cell]) * tables.use_amount[at]
    first = tables.start[option]
    for at in range(tables.dark_begin[option], tables.dark_begin[option + 1]):
        pair = prices.pair[at]
        cost += prices.sums[pair, first + tables.dark_until[at]] - prices.sums[pair, first + tables.dark_from[at]]
    return float(cost)


@loop
def bound_at(tables: Tables, prices: Prices, chosen: Whole, slack: float) -> float:
    """The bound at these prices; each work's cheapest option into `chosen`, all options' costs into `prices.cost`."""
    total = 0.0
    for work in range(len(chosen)):
        best = np.inf
        for option in range(tables.option_begin[work], tables.option_begin[work + 1]):
            cost = option_cost(tables, prices, option)
            prices.cost[option] = cost
            if cost < best:
                best = cost
                chosen[work] = option
        total += best
    for cell in range(len(prices.over)):
        if prices.over[cell] > 0.0:
            total -= prices.over[cell] * (tables.most[cell] + slack)
        if prices.under[cell] > 0.0:
            total += prices.under[cell] * (tables.least[cell] - slack)
    return float(total)


@loop
def cell_steps(tables: Tables, prices: Prices, chosen: Whole, used: Floats) -> float:
    """What the chosen options use into `used`; squared length of the step that the limits ask for."""
    for cell in range(len(used)):
        used[cell] = 0.0
    for option in chosen:
        for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
            used[tables.use_cell[at]] += tables.use_amount[at]
    length = 0.0
    for cell in range(len(used)):
        scale = tables.scale[cell]
        over, under = (used[cell] - tables.most[cell]) / scale, (tables.least[cell] - used[cell]) / scale
        if over > 0.0 or (prices.over[cell] > 0.0 and over > -np.inf):
            length += over * over
        if under > 0.0 or prices.under[cell] > 0.0:
            length += under * under
    return length


@loop
def move_cells(tables: Tables, prices: Prices, used: Floats, step: float) -> None:
    """Prices of cells rise where a limit is broken and fall where there is room, never below nothing."""
    for cell in range(len(used)):
        pace = step / tables.scale[cell] ** 2
        if tables.most[cell] < np.inf:
            prices.over[cell] = max(0.0, prices.over[cell] + pace * (used[cell] - tables.most[cell]))
        if tables.least[cell] > 0.0:
            prices.under[cell] = max(0.0, prices.under[cell] + pace * (tables.least[cell] - used[cell]))


@loop
def mark_dark(tables: Tables, prices: Prices, chosen: Whole, dark: Small, sign: int) -> None:
    """Adds (or takes away) what the chosen options darken, by pair and slot."""
    for option in chosen:
        first = tables.start[option]
        for at in range(tables.dark_begin[option], tables.dark_begin[option + 1]):
            for slot in range(first + tables.dark_from[at], first + tables.dark_until[at]):
                dark[prices.pair[at], slot] += sign


@loop
def dark_length(prices: Prices, dark: Small) -> float:
    """Squared length of the step that the shares of darkness ask for: each pair against the mean of its atom."""
    length = 0.0
    for atom in range(len(prices.by_atom_begin) - 1):
        begin, end = prices.by_atom_begin[atom], prices.by_atom_begin[atom + 1]
        if end - begin > 1:
            for slot in range(dark.shape[1]):
                count = 0
                for at in range(begin, end):
                    count += dark[prices.by_atom[at], slot]
                length += count - count * count / (end - begin)
    return length


@loop
def move_shares(tables: Tables, prices: Prices, dark: Small, step: float) -> None:
    """Shares move towards the works that do darken; none falls below 0, and they still add up to the atom's cost."""
    for atom in range(len(prices.by_atom_begin) - 1):
        begin, end = prices.by_atom_begin[atom], prices.by_atom_begin[atom + 1]
        if end - begin < 2:
            continue
        for slot in range(dark.shape[1]):
            count = 0
            for at in range(begin, end):
                count += dark[prices.by_atom[at], slot]
            if count == 0:
                continue
            whole, total = tables.atom_weight[atom] * prices.slot_unit[slot], 0.0
            for at in range(begin, end):
                pair = prices.by_atom[at]
                moved = prices.share[pair, slot] + step * (dark[pair, slot] - count / (end - begin))
                prices.share[pair, slot] = max(0.0, moved)
                total += prices.share[pair, slot]
            factor = whole / total if total > 0.0 else 0.0
            for at in range(begin, end):
                pair = prices.by_atom[at]
                prices.share[pair, slot] = prices.share[pair, slot] * factor if total > 0.0 else whole / (end - begin)


@loop
def drop(tables: Tables, prices: Prices, chosen: Whole, alive: Bools, left: float) -> None:
    """Options that cost more than the cheapest of their work by more than `left` are in no better plan."""
    for work in range(len(chosen)):
        least = prices.cost[chosen[work]]
        for option in range(tables.option_begin[work], tables.option_begin[work + 1]):
            if prices.cost[option] - least > left:
                alive[option] = False


@loop
def climb(
    tables: Tables, prices: Prices, chosen: Whole, used: Floats, dark: Small, alive: Bools, figures: Floats, steps: int
) -> None:
    """Some steps of the subgradient method.

    `figures`: best bound, best plan's cost, target, pace, steps without a better bound, slack of the limits.
    Options that no plan better than the best can use are taken from `alive` [O].
    """
    for _ in range(steps):
        add_up(prices)
        bound = bound_at(tables, prices, chosen, figures[5])
        figures[4] = 0 if bound > figures[0] + 1e-7 * abs(figures[0]) else figures[4] + 1
        figures[0] = max(figures[0], bound)
        if figures[1] < np.inf:
            drop(tables, prices, chosen, alive, figures[1] - bound + 1e-7 * abs(figures[1]))
        if figures[4] >= PATIENCE:
            figures[3] *= 0.7
            figures[4] = 0
        mark_dark(tables, prices, chosen, dark, 1)
        length = cell_steps(tables, prices, chosen, used) + dark_length(prices, dark)
        if length > 0.0:
            step = figures[3] * max(figures[2] - bound, 1e-9) / length
            move_cells(tables, prices, used, step)
            move_shares(tables, prices, dark, step)
        mark_dark(tables, prices, chosen, dark, -1)
