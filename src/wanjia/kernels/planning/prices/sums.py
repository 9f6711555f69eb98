"""Compiled: all running sums of a choice from the beginning, so that rounding cannot add up over many moves."""

from wanjia import compiled
from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.loops import cell_size, darken, kth, pair_size, wait_size
from wanjia.kernels.planning.prices.tables import Scratch, State, Tables


@compiled.loop()
def clear(state: State, scratch: Scratch) -> None:
    """Everything but the choice back to nothing."""
    state.used[:] = 0.0
    state.load[:] = 0.0
    state.weight[:] = 0.0
    state.dark[:] = 0
    state.dark_in_day[:] = 0
    state.dark_days[:] = 0
    state.group_dark[:] = 0
    scratch.weight[:] = 0.0
    scratch.mark[:] = 0.0


@loop
def add_option(tables: Tables, state: State, option: int) -> None:
    """An option's use and risk into the sums."""
    for at in range(tables.use_begin[option], tables.use_begin[option + 1]):
        state.used[tables.use_cell[at]] += tables.use_amount[at]
    base = tables.scenario_begin[tables.start[option]]
    for at in range(tables.risk_begin[option], tables.risk_begin[option + 1]):
        state.load[base + at - tables.risk_begin[option]] += tables.risk[at]


@loop
def sum_slot(tables: Tables, state: State, scratch: Scratch, slot: int) -> float:
    """Cost of a slot from its load, which gets the darkness added."""
    begin, end = tables.scenario_begin[slot], tables.scenario_begin[slot + 1]
    total = 0.0
    for at in range(begin, end):
        if state.weight[slot] != 0.0:
            state.load[at] += state.weight[slot] * tables.level[at]
        scratch.buffer[at - begin] = state.load[at]
        total += state.load[at]
    mean = total / (end - begin)
    high = kth(scratch.buffer, end - begin, tables.quantile_at[slot])
    state.mean[slot] = mean
    state.high[slot] = high
    state.cost[slot] = tables.alpha * mean + (1 - tables.alpha) * max(0.0, high - mean)
    return float(state.cost[slot])


@loop
def pairs_in_all(tables: Tables, state: State) -> float:
    """What all pairs count as broken, each once."""
    size = 0.0
    for work in range(len(state.choice)):
        option = state.choice[work]
        for at in range(tables.pair_begin[work], tables.pair_begin[work + 1]):
            if tables.pair_other[at] > work:
                size += pair_size(tables, option, state.choice[tables.pair_other[at]], tables.pair_mask[at])
        for at in range(tables.wait_begin[work], tables.wait_begin[work + 1]):
            if tables.wait_first[at]:
                size += wait_size(tables, option, state.choice[tables.wait_other[at]], tables.wait_gap[at])
    return size


@loop
def sum_all(tables: Tables, state: State, scratch: Scratch) -> tuple[float, float]:
    """Fills the state for its choice; cost and what counts as broken."""
    clear(state, scratch)
    broken = pairs_in_all(tables, state)
    for work in range(len(state.choice)):
        add_option(tables, state, state.choice[work])
        broken += darken(tables, state, state.weight, state.choice[work], 1)
    cost = 0.0
    for slot in range(tables.slots):
        cost += sum_slot(tables, state, scratch, slot)
    for cell in range(len(state.used)):
        used, least, most, scale = state.used[cell], tables.least[cell], tables.most[cell], tables.scale[cell]
        broken += cell_size(used, least, most, scale, tables.floor, tables.slope)
    return cost, broken
