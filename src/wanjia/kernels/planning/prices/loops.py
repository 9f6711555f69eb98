"""Compiled: what one move changes, found from running sums, and given up as soon as it cannot be accepted any more.

A move is weighed in three stages, each dearer than the one before: the demands it breaks or mends; a lower bound of the
cost of each slot touched from means, least and greatest values (Q(x + d) >= Q(x) + min d); the slots' true quantiles.
"""

from typing import Final

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.tables import Scratch, State, Tables
from wanjia.kernels.planning.problem import TOLERANCE, Floats

LOOSE: Final = TOLERANCE


@loop
def kth(values: Floats, count: int, place: int) -> float:
    """The value at `place` among the first `count` sorted; reorders them (Hoare's selection)."""
    left, right = 0, count - 1
    while left < right:
        pivot = values[(left + right) // 2]
        low, high = left, right
        while low <= high:
            while values[low] < pivot:
                low += 1
            while values[high] > pivot:
                high -= 1
            if low <= high:
                values[low], values[high] = values[high], values[low]
                low += 1
                high -= 1
        if place <= high:
            right = high
        elif place >= low:
            left = low
        else:
            return float(values[place])
    return float(values[left])


@loop
def cell_size(used: float, least: float, most: float, scale: float, floor: float, slope: float) -> float:
    """How much a cell counts as broken."""
    size = 0.0
    if used > most + LOOSE:
        size += floor + slope * (used - most) / scale
    if used < least - LOOSE:
        size += floor + slope * (least - used) / scale
    return size


@loop
def days_size(days: int, most: int, floor: float, slope: float) -> float:
    """How much an atom's dark days count as broken."""
    return floor + slope * (days - most) if most >= 0 and days > most else 0.0


@loop
def pair_size(tables: Tables, a: int, b: int, mask: int) -> float:
    """How much two options that overlap in the mask count as broken."""
    begin, end = max(tables.start[a], tables.start[b]), min(tables.end[a], tables.end[b])
    if begin >= end or tables.mask_sum[mask, end] == tables.mask_sum[mask, begin]:
        return 0.0
    return tables.floor + 0.8 * tables.slope


@loop
def wait_size(tables: Tables, before: int, after: int, gap: int) -> float:
    """How much an option that begins too early after another counts as broken."""
    early = tables.end[before] + gap - tables.start[after]
    return tables.floor + tables.slope * (0.3 + 3.0 * early / tables.slots) if early > 0 else 0.0


@loop
def pairs_of(tables: Tables, state: State, work: int, option: int) -> float:
    """What the pairs of `work` count as broken if it took `option`."""
    size = 0.0
    for at in range(tables.pair_begin[work], tables.pair_begin[work + 1]):
        size += pair_size(tables, option, state.choice[tables.pair_other[at]], tables.pair_mask[at])
    for at in range(tables.wait_begin[work], tables.wait_begin[work + 1]):
        other = state.choice[tables.wait_other[at]]
        if tables.wait_first[at]:
            size += wait_size(tables, option, other, tables.wait_gap[at])
        else:
            size += wait_size(tables, other, option, tables.wait_gap[at])
    return size


@loop
def weigh_cells(tables: Tables, state: State, scratch: Scratch, a: int, b: int) -> tuple[float, int]:
    """Marks what a change from `a` to `b` changes in each cell; change of what counts as broken, cells marked."""
    count = 0
    mark, touched = scratch.mark, scratch.touched
    for at in range(tables.use_begin[a], tables.use_begin[a + 1]):
        cell = tables.use_cell[at]
        mark[cell] -= tables.use_amount[at]
        touched[count] = cell
        count += 1
    for at in range(tables.use_begin[b], tables.use_begin[b + 1]):
        cell = tables.use_cell[at]
        if mark[cell] == 0.0:
            touched[count] = cell
            count += 1
        mark[cell] += tables.use_amount[at]
    size = 0.0
    for at in range(count):
        cell = touched[at]
        if mark[cell] != 0.0:
            used, least, most, scale = state.used[cell], tables.least[cell], tables.most[cell], tables.scale[cell]
            size += cell_size(used + mark[cell], least, most, scale, tables.floor, tables.slope)
            size -= cell_size(used, least, most, scale, tables.floor, tables.slope)
    return size, count


@loop
def turn(tables: Tables, state: State, weight: Floats, atom: int, slot: int, sign: int) -> float:
    """An atom turns dark (+1) or lit (-1) in a slot; change of what counts as broken."""
    weight[slot] += sign * tables.atom_weight[atom]
    size = 0.0
    if tables.dark_days_most[atom] >= 0:
        day = tables.day_of_slot[slot]
        before = state.dark_in_day[atom, day]
        state.dark_in_day[atom, day] = before + sign
        if before == (0 if sign > 0 else 1):
            days, most = state.dark_days[atom], tables.dark_days_most[atom]
            size += days_size(days + sign, most, tables.floor, tables.slope)
            size -= days_size(days, most, tables.floor, tables.slope)
            state.dark_days[atom] = days + sign
    for at in range(tables.group_begin[atom], tables.group_begin[atom + 1]):
        group = tables.group_of[at]
        before_dark = state.group_dark[group, slot]
        state.group_dark[group, slot] = before_dark + sign
        if max(before_dark, before_dark + sign) == tables.group_size[group]:
            size += sign * tables.floor
    return size


@loop
def darken(tables: Tables, state: State, weight: Floats, option: int, sign: int) -> float:
    """Adds (+1) or takes away (-1) what an option darkens; `weight` [T] gets what then is dark more or less."""
    size = 0.0
    first = tables.start[option]
    for at in range(tables.dark_begin[option], tables.dark_begin[option + 1]):
        atom = tables.dark_atom[at]
        for slot in range(first + tables.dark_from[at], first + tables.dark_until[at]):
            count = state.dark[atom, slot]
            state.dark[atom, slot] = count + sign
            if count == (0 if sign > 0 else 1):
                size += turn(tables, state, weight, atom, slot, sign)
    return size


@loop
def bound_slot(tables: Tables, state: State, scratch: Scratch, a: int, b: int, slot: int) -> float:
    """Least change of a slot's cost when `a` is changed to `b`; the new mean and the shift of values are noted."""
    mean, low, high = state.mean[slot], 0.0, 0.0
    if tables.start[a] <= slot < tables.end[a] and tables.own_begin[a] < tables.own_begin[a + 1]:
        at = tables.own_begin[a] + slot - tables.start[a]
        mean -= tables.own_mean[at]
        low -= tables.own_high[at]
        high -= tables.own_low[at]
    if tables.start[b] <= slot < tables.end[b] and tables.own_begin[b] < tables.own_begin[b + 1]:
        at = tables.own_begin[b] + slot - tables.start[b]
        mean += tables.own_mean[at]
        low += tables.own_low[at]
        high += tables.own_high[at]
    change = scratch.weight[slot]
    if change != 0.0:
        mean += change * tables.level_mean[slot]
        low += min(change * tables.level_low[slot], change * tables.level_high[slot])
        high += max(change * tables.level_low[slot], change * tables.level_high[slot])
    scratch.mean[slot] = mean
    scratch.shift[slot] = high
    scratch.high[slot] = state.high[slot] + low
    least = tables.alpha * mean + (1 - tables.alpha) * max(0.0, state.high[slot] + low - mean)
    scratch.low[slot] = least - state.cost[slot]
    return float(scratch.low[slot])


@loop
def new_row(tables: Tables, state: State, a: int, b: int, slot: int, change: float, row: Floats) -> None:
    """Values of a slot's scenarios after a change from `a` to `b` and of the darkness by `change`."""
    base, count = tables.scenario_begin[slot], tables.scenario_begin[slot + 1] - tables.scenario_begin[slot]
    for s in range(count):
        row[s] = state.load[base + s]
    if tables.start[a] <= slot < tables.end[a] and tables.risk_begin[a] < tables.risk_begin[a + 1]:
        at = tables.risk_begin[a] + base - tables.scenario_begin[tables.start[a]]
        for s in range(count):
            row[s] -= tables.risk[at + s]
    if tables.start[b] <= slot < tables.end[b] and tables.risk_begin[b] < tables.risk_begin[b + 1]:
        at = tables.risk_begin[b] + base - tables.scenario_begin[tables.start[b]]
        for s in range(count):
            row[s] += tables.risk[at + s]
    if change != 0.0:
        for s in range(count):
            row[s] += change * tables.level[base + s]


@loop
def narrow_kth(row: Floats, count: int, place: int, low: float, high: float) -> float:
    """The value at `place`, which lies between `low` and `high`: only the values there are looked at again."""
    slack = 1e-9 * (1.0 + abs(low) + abs(high))
    low, high = low - slack, high + slack
    below, kept = 0, 0
    for s in range(count):
        value = row[s]
        if value < low:
            below += 1
        elif value <= high:
            row[s], row[kept] = row[kept], value
            kept += 1
    if below <= place < below + kept:
        return float(kth(row, kept, place - below))
    return float(kth(row, count, place))


@loop
def true_slot(tables: Tables, state: State, scratch: Scratch, a: int, b: int, slot: int) -> float:
    """Change of a slot's cost, exactly; behind `bound_slot`, which left the mean and the range of the quantile."""
    count = tables.scenario_begin[slot + 1] - tables.scenario_begin[slot]
    mean = scratch.mean[slot]
    if count == 1 or tables.alpha == 1.0:
        scratch.high[slot] = mean
        scratch.cost[slot] = tables.alpha * mean
    else:
        new_row(tables, state, a, b, slot, scratch.weight[slot], scratch.buffer)
        low, high = scratch.high[slot], state.high[slot] + scratch.shift[slot]
        scratch.high[slot] = narrow_kth(scratch.buffer, count, tables.quantile_at[slot], low, high)
        scratch.cost[slot] = tables.alpha * mean + (1 - tables.alpha) * max(0.0, scratch.high[slot] - mean)
    return float(scratch.cost[slot] - state.cost[slot])


@loop
def weigh_costs(tables: Tables, state: State, scratch: Scratch, a: int, b: int, limit: float) -> float:
    """Change of the cost from `a` to `b`; when it is above `limit`, any figure above it."""
    total = 0.0
    for slot in range(tables.start[a], tables.end[a]):
        total += bound_slot(tables, state, scratch, a, b, slot)
    for slot in range(tables.start[b], tables.end[b]):
        if not tables.start[a] <= slot < tables.end[a]:
            total += bound_slot(tables, state, scratch, a, b, slot)
    if total > limit:
        return float(total)
    for slot in range(tables.start[a], tables.end[a]):
        total += true_slot(tables, state, scratch, a, b, slot) - scratch.low[slot]
        if total > limit:
            return float(total)
    for slot in range(tables.start[b], tables.end[b]):
        if not tables.start[a] <= slot < tables.end[a]:
            total += true_slot(tables, state, scratch, a, b, slot) - scratch.low[slot]
            if total > limit:
                return float(total)
    return float(total)


@loop
def give_up(tables: Tables, state: State, scratch: Scratch, a: int, b: int, count: int) -> None:
    """Puts back what weighing a change from `a` to `b` moved."""
    for at in range(count):
        scratch.mark[scratch.touched[at]] = 0.0
    if tables.dark_begin[a] < tables.dark_begin[a + 1] or tables.dark_begin[b] < tables.dark_begin[b + 1]:
        darken(tables, state, scratch.weight, b, -1)
        darken(tables, state, scratch.weight, a, 1)
        for slot in range(tables.start[a], tables.end[a]):
            scratch.weight[slot] = 0.0
        for slot in range(tables.start[b], tables.end[b]):
            scratch.weight[slot] = 0.0


@loop
def weigh(
    tables: Tables, state: State, scratch: Scratch, work: int, b: int, penalty: float, limit: float
) -> tuple[float, float, int, bool]:
    """Change of cost and of broken demands, cells marked, and whether cost + penalty * broken is within `limit`.

    Within it the move must be followed by `take`; else everything is as before.
    """
    a = state.choice[work]
    broken, count = weigh_cells(tables, state, scratch, a, b)
    broken += pairs_of(tables, state, work, b) - pairs_of(tables, state, work, a)
    if tables.dark_begin[a] < tables.dark_begin[a + 1] or tables.dark_begin[b] < tables.dark_begin[b + 1]:
        broken += darken(tables, state, scratch.weight, a, -1)
        broken += darken(tables, state, scratch.weight, b, 1)
    cost = weigh_costs(tables, state, scratch, a, b, limit - penalty * broken)
    if cost + penalty * broken <= limit:
        return cost, broken, count, True
    give_up(tables, state, scratch, a, b, count)
    return cost, broken, 0, False


@loop
def take_slot(tables: Tables, state: State, scratch: Scratch, a: int, b: int, slot: int) -> None:
    """Writes what `true_slot` found into the state."""
    base, end = tables.scenario_begin[slot], tables.scenario_begin[slot + 1]
    new_row(tables, state, a, b, slot, scratch.weight[slot], scratch.buffer)
    for s in range(end - base):
        state.load[base + s] = scratch.buffer[s]
    state.cost[slot] = scratch.cost[slot]
    state.mean[slot] = scratch.mean[slot]
    state.high[slot] = scratch.high[slot]
    state.weight[slot] += scratch.weight[slot]
    scratch.weight[slot] = 0.0


@loop
def take(tables: Tables, state: State, scratch: Scratch, work: int, b: int, count: int) -> None:
    """Makes the move just weighed."""
    a = state.choice[work]
    for at in range(count):
        cell = scratch.touched[at]
        state.used[cell] += scratch.mark[cell]
        scratch.mark[cell] = 0.0
    for slot in range(tables.start[a], tables.end[a]):
        take_slot(tables, state, scratch, a, b, slot)
    for slot in range(tables.start[b], tables.end[b]):
        if not tables.start[a] <= slot < tables.end[a]:
            take_slot(tables, state, scratch, a, b, slot)
    state.choice[work] = b
