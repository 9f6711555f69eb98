"""Compiled: one work after the other is moved to where it breaks least, and what stays broken weighs more and more.

Costs are left aside. A broken demand is drawn, the works that could mend it are tried at all their options, and the
best move is made; where none helps, every broken demand gets heavier, so no wall holds for ever. P. Morris, *The
Breakout Method for Escaping from Local Minima*, AAAI 1993; works just moved rest a while (F. Glover, *Tabu Search*,
ORSA Journal on Computing 1, 1989).
"""

from typing import Final, NamedTuple

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.loops import LOOSE, cell_size, pair_size, wait_size
from wanjia.kernels.planning.prices.tables import Tables, Whole
from wanjia.kernels.planning.problem import Floats
from wanjia.kernels.planning.search.annealing_loops import Record, below

TRIED: Final = 24
"""Works tried at all their options for one broken demand."""
REST, REST_SPREAD = 3, 10
"""Moves that a work rests after its own, at least and at random above it."""
NOTHING: Final = 1e-12


class Mended(NamedTuple):
    """What mending carries from slice to slice; `figures`: moves made, demands broken at the last look."""

    choice: Whole
    used: Floats
    weight: Floats
    """[cells] how heavy each cell is."""
    pair_weight: Floats
    """[pairs by work] how heavy each exclusion is."""
    wait_weight: Floats
    """[precedences by work]"""
    until: Whole
    """[W] the move until which a work rests."""
    tried: Whole
    """[TRIED] works to try."""
    figures: Whole


@loop
def cell_broken(tables: Tables, cell: int, used: float) -> float:
    """How much a cell counts as broken at that use, before its weight."""
    return float(cell_size(used, tables.least[cell], tables.most[cell], tables.scale[cell], tables.floor, tables.slope))


@loop
def use(tables: Tables, mended: Mended, option: int, sign: int) -> float:
    """Adds (+1) or takes away (-1) what an option uses; change of the weight of broken cells."""
    change = 0.0
    for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
        cell = tables.use_cell[at]
        before = mended.used[cell]
        after = before + sign * tables.use_amount[at]
        mended.used[cell] = after
        change += mended.weight[cell] * (cell_broken(tables, cell, after) - cell_broken(tables, cell, before))
    return change


@loop
def would_use(tables: Tables, mended: Mended, option: int) -> float:
    """Change of the weight of broken cells if an option were added."""
    change = 0.0
    for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
        cell = tables.use_cell[at]
        before = mended.used[cell]
        after = before + tables.use_amount[at]
        if after > tables.most[cell] + LOOSE or before < tables.least[cell] - LOOSE:
            change += mended.weight[cell] * (cell_broken(tables, cell, after) - cell_broken(tables, cell, before))
    return change


@loop
def pairs_weight(tables: Tables, mended: Mended, work: int, option: int) -> float:
    """Weight of the pairs of `work` that are broken if it takes `option`."""
    total = 0.0
    for at in range(tables.pair_begin[work], tables.pair_begin[work + 1]):
        other = mended.choice[tables.pair_other[at]]
        total += mended.pair_weight[at] * pair_size(tables, option, other, tables.pair_mask[at])
    for at in range(tables.wait_begin[work], tables.wait_begin[work + 1]):
        other = mended.choice[tables.wait_other[at]]
        first, then = (option, other) if tables.wait_first[at] else (other, option)
        total += mended.wait_weight[at] * wait_size(tables, first, then, tables.wait_gap[at])
    return total


@loop
def best_option(tables: Tables, mended: Mended, record: Record, work: int) -> tuple[int, float]:
    """The option that breaks least and what it changes; `work` stays where it is. Equals are drawn among."""
    own = mended.choice[work]
    base = use(tables, mended, own, -1) - pairs_weight(tables, mended, work, own)
    best, least, equal = own, 1e300, 0
    for option in range(tables.option_begin[work], tables.option_begin[work + 1]):
        if option == own:
            continue
        change = base + would_use(tables, mended, option) + pairs_weight(tables, mended, work, option)
        if change < least - NOTHING:
            best, least, equal = option, change, 1
        elif change <= least + NOTHING:
            equal += 1
            if below(record, equal) == 0:
                best = option
    use(tables, mended, own, 1)
    return best, least


@loop
def uses(tables: Tables, option: int, cell: int) -> bool:
    """Whether an option uses a cell."""
    slot, found = cell % tables.slots, False
    if tables.start[option] <= slot < tables.end[option]:
        for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
            found = found or tables.use_cell[at] == cell
    return found


@loop
def draw_broken(tables: Tables, mended: Mended, record: Record) -> tuple[int, int]:
    """A broken demand drawn: a cell and -1, or -1 and a work in a broken pair; how many there are is noted."""
    cell, work, count = -1, -1, 0
    for at in range(len(mended.used)):
        if cell_broken(tables, at, mended.used[at]) > 0.0:
            count += 1
            if below(record, count) == 0:
                cell = at
    for one in range(len(mended.choice)):
        own = mended.choice[one]
        for at in range(tables.pair_begin[one], tables.pair_begin[one + 1]):
            if pair_size(tables, own, mended.choice[tables.pair_other[at]], tables.pair_mask[at]) > 0.0:
                count += 1
                if below(record, count) == 0:
                    cell, work = -1, one
        for at in range(tables.wait_begin[one], tables.wait_begin[one + 1]):
            other = mended.choice[tables.wait_other[at]]
            first, then = (own, other) if tables.wait_first[at] else (other, own)
            if wait_size(tables, first, then, tables.wait_gap[at]) > 0.0:
                count += 1
                if below(record, count) == 0:
                    cell, work = -1, one
    mended.figures[1] = count
    return cell, work


@loop
def draw_works(tables: Tables, mended: Mended, record: Record, cell: int) -> int:
    """Works that could mend a cell into `tried`, at most its length: those in it where it is over, else others."""
    is_over = mended.used[cell] > tables.most[cell]
    count, seen = 0, 0
    for work in range(len(mended.choice)):
        if uses(tables, mended.choice[work], cell) == is_over:
            seen += 1
            if count < TRIED:
                mended.tried[count] = work
                count += 1
            else:
                place = below(record, seen)
                if place < TRIED:
                    mended.tried[place] = work
    return count


@loop
def make_heavier(tables: Tables, mended: Mended) -> None:
    """Every broken demand weighs one more."""
    for cell in range(len(mended.used)):
        if cell_broken(tables, cell, mended.used[cell]) > 0.0:
            mended.weight[cell] += 1.0
    for work in range(len(mended.choice)):
        own = mended.choice[work]
        for at in range(tables.pair_begin[work], tables.pair_begin[work + 1]):
            if pair_size(tables, own, mended.choice[tables.pair_other[at]], tables.pair_mask[at]) > 0.0:
                mended.pair_weight[at] += 1.0
        for at in range(tables.wait_begin[work], tables.wait_begin[work + 1]):
            other = mended.choice[tables.wait_other[at]]
            first, then = (own, other) if tables.wait_first[at] else (other, own)
            if wait_size(tables, first, then, tables.wait_gap[at]) > 0.0:
                mended.wait_weight[at] += 1.0


@loop
def mend_one(tables: Tables, mended: Mended, record: Record, cell: int, work: int) -> None:
    """The best move of a work that could mend the demand drawn; the broken get heavier where none helps."""
    count = 1
    if cell < 0:
        mended.tried[0] = work
    else:
        count = draw_works(tables, mended, record, cell)
    moves = mended.figures[0]
    mover, to, least = -1, -1, 1e300
    for at in range(count):
        one = mended.tried[at]
        if mended.until[one] <= moves or count == 1:
            option, change = best_option(tables, mended, record, one)
            if option != mended.choice[one] and change < least:
                mover, to, least = one, option, change
    mended.figures[0] += 1
    if least >= -NOTHING:
        make_heavier(tables, mended)
    if mover >= 0:
        use(tables, mended, mended.choice[mover], -1)
        use(tables, mended, to, 1)
        mended.choice[mover] = to
        mended.until[mover] = moves + REST + below(record, REST_SPREAD)


@loop
def mend(tables: Tables, mended: Mended, record: Record, steps: int) -> bool:
    """Some moves; whether nothing is broken any more. Sums of use are renewed first."""
    for cell in range(len(mended.used)):
        mended.used[cell] = 0.0
    for option in mended.choice:
        for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
            mended.used[tables.use_cell[at]] += tables.use_amount[at]
    for _ in range(steps):
        cell, work = draw_broken(tables, mended, record)
        if mended.figures[1] == 0:
            return True
        mend_one(tables, mended, record, cell, work)
    return False
