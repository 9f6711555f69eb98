"""Compiled: Lagrangian bound by parts. Limits of means get prices; works that share darkness are placed together.

For any prices the sum over parts of each one's cheapest placing is a lower bound (Geoffrion 1974). Within a part the
works are split into those that share a day and those that do not: darkness is only shared within a day.
"""

from typing import NamedTuple

import numpy as np

from wanjia.kernels.planning.looping import loop
from wanjia.kernels.planning.prices.tables import Small, Whole
from wanjia.kernels.planning.problem import Floats


class Parts(NamedTuple):
    """What the loops read. A group is all options of a work that darken the same shared districts at the same time."""

    part_begin: Whole
    """[parts + 1] into `part_work`."""
    part_work: Whole
    option_begin: Whole
    day_begin: Whole
    """[W, days + 1] the groups of a work by day."""
    shared_begin: Whole
    """[W, days] of them the first with shared darkness; those without stand before it."""
    group_of: Small
    """[O]"""
    fixed: Floats
    """[O] own cost, and darkness that no other work of the part can share."""
    span_begin: Whole
    """[O + 1] into the four arrays behind it: resources used, from slot until before slot, how much."""
    span_row: Small
    span_from: Small
    span_until: Small
    span_amount: Floats
    dark_begin: Whole
    """[groups + 1] into the three arrays behind it: place of the atom within its part, slots of the day."""
    dark_place: Small
    dark_from: Small
    dark_until: Small
    dark_cost: Floats
    """[groups] what a group's shared darkness costs when it is alone."""
    place_begin: Whole
    """[parts + 1] into `place_weight`: the shared atoms of a part."""
    place_weight: Floats
    unit: Floats
    """[T] what a weight of 1 costs in a slot."""
    most: Floats
    """[R, T] what there is, with the tolerance; inf where it cannot run short."""
    a_day: int


class Prices(NamedTuple):
    """What the loops write; `over` is given."""

    over: Floats
    """[R, T] price of an amount."""
    sums: Floats
    """[R, T + 1] prices added up."""
    base: Floats
    """[O] an option's cost at the prices, without its shared darkness."""
    least: Floats
    """[groups] least base of a group's options."""
    least_option: Whole
    low: Floats
    """[W, days] least base of a work's groups on a day."""
    joint: Floats
    """[masks] least cost of some works of a part."""
    split: Whole
    """[masks] which of them share a day."""
    picked: Whole
    """[masks, works of a part] groups of those that share a day."""
    dark: Small
    """[atoms of a part, slots of a day] by how many works dark."""
    place: Whole
    """[works of a part] groups tried."""
    cost: Floats
    """[works of a part + 1]"""
    rest: Floats
    """[works of a part + 1]"""
    member: Whole
    """[works of a part]"""
    chosen: Whole
    """[W] option of each work in the bound's solution."""
    part_cost: Floats
    """[parts] the least cost of each, at the prices."""


@loop
def price_options(parts: Parts, prices: Prices) -> None:
    """Costs of all options at the prices, and the least of each group and of each work and day."""
    rows, slots = prices.over.shape
    for row in range(rows):
        total = 0.0
        for slot in range(slots):
            total += prices.over[row, slot]
            prices.sums[row, slot + 1] = total
    for group in range(len(prices.least)):
        prices.least[group] = np.inf
    for option in range(len(prices.base)):
        cost = parts.fixed[option]
        for at in range(parts.span_begin[option], parts.span_begin[option + 1]):
            row = parts.span_row[at]
            paid = prices.sums[row, parts.span_until[at]] - prices.sums[row, parts.span_from[at]]
            cost += parts.span_amount[at] * paid
        prices.base[option] = cost
        group = parts.group_of[option]
        if cost < prices.least[group]:
            prices.least[group] = cost
            prices.least_option[group] = option
    for work in range(prices.low.shape[0]):
        for day in range(prices.low.shape[1]):
            low = np.inf
            for group in range(parts.shared_begin[work, day], parts.day_begin[work, day + 1]):
                low = min(low, prices.least[group])
            prices.low[work, day] = low


@loop
def darken(parts: Parts, prices: Prices, part: int, day: int, group: int, sign: int) -> float:
    """Adds a group's shared darkness (or takes it away, sign -1); what is newly dark (or lit again) costs."""
    first, cost = parts.place_begin[part], 0.0
    for at in range(parts.dark_begin[group], parts.dark_begin[group + 1]):
        place, fresh = parts.dark_place[at], 0.0
        for slot in range(parts.dark_from[at], parts.dark_until[at]):
            before = prices.dark[place, slot]
            prices.dark[place, slot] = before + sign
            if before == (0 if sign > 0 else 1):
                fresh += parts.unit[day * parts.a_day + slot]
        cost += fresh * parts.place_weight[first + place]
    return cost


@loop
def share_day(parts: Parts, prices: Prices, part: int, mask: int, count: int, day: int) -> None:
    """The works `member[:count]` all on one day, if that is cheaper than the best known of `mask`."""
    prices.rest[count] = 0.0
    for level in range(count - 1, -1, -1):
        prices.rest[level] = prices.rest[level + 1] + prices.low[prices.member[level], day]
    if not prices.rest[0] < prices.joint[mask]:
        return
    level = 0
    prices.cost[0] = 0.0
    prices.place[0] = parts.shared_begin[prices.member[0], day] - 1
    while level >= 0:
        work, group = prices.member[level], prices.place[level]
        if group >= parts.shared_begin[work, day]:
            darken(parts, prices, part, day, group, -1)
        group += 1
        left = prices.joint[mask] - prices.cost[level] - prices.rest[level + 1]
        while group < parts.day_begin[work, day + 1] and prices.least[group] >= left:
            group += 1
        prices.place[level] = group
        if group == parts.day_begin[work, day + 1]:
            level -= 1
            continue
        cost = prices.cost[level] + prices.least[group] + darken(parts, prices, part, day, group, 1)
        if cost + prices.rest[level + 1] >= prices.joint[mask]:
            continue
        if level + 1 < count:
            level += 1
            prices.cost[level] = cost
            prices.place[level] = parts.shared_begin[prices.member[level], day] - 1
        else:
            prices.joint[mask] = cost
            prices.split[mask] = mask
            for at in range(count):
                prices.picked[mask, at] = prices.place[at]


@loop
def best_alone(parts: Parts, prices: Prices, work: int, mask: int, first: int, last: int) -> None:
    """A work by itself."""
    prices.joint[mask] = np.inf
    prices.split[mask] = mask
    for group in range(parts.day_begin[work, first], parts.day_begin[work, last]):
        cost = prices.least[group] + parts.dark_cost[group]
        if cost < prices.joint[mask]:
            prices.joint[mask] = cost
            prices.picked[mask, 0] = group


@loop
def best_of_part(parts: Parts, prices: Prices, part: int, first: int, last: int) -> float:
    """The cheapest placing of a part's works at the prices; their options into `chosen`."""
    begin = parts.part_begin[part]
    works = parts.part_begin[part + 1] - begin
    for mask in range(1, 1 << works):
        count = 0
        for at in range(works):
            if mask >> at & 1:
                prices.member[count] = parts.part_work[begin + at]
                count += 1
        if count == 1:
            best_alone(parts, prices, prices.member[0], mask, first, last)
            continue
        prices.joint[mask] = np.inf
        some = (mask - 1) & mask
        while some:
            if some & -mask & mask and prices.joint[some] + prices.joint[mask ^ some] < prices.joint[mask]:
                prices.joint[mask] = prices.joint[some] + prices.joint[mask ^ some]
                prices.split[mask] = some
            some = (some - 1) & mask
        for day in range(first, last):
            share_day(parts, prices, part, mask, count, day)
    every = (1 << works) - 1
    return take_part(parts, prices, begin, every) if prices.joint[every] < np.inf else np.inf


@loop
def take_part(parts: Parts, prices: Prices, begin: int, every: int) -> float:
    """The options of the best placing into `chosen`, by following the splits; what it costs."""
    left = every
    while left:
        some = prices.split[left]
        while prices.split[some] != some:
            some = prices.split[some]
        count, at = 0, 0
        while some >> at:
            if some >> at & 1:
                work = parts.part_work[begin + at]
                prices.chosen[work] = prices.least_option[prices.picked[some, count]]
                count += 1
            at += 1
        left ^= some
    return float(prices.joint[every])


@loop
def bound_at(parts: Parts, prices: Prices) -> float:
    """The bound at the prices."""
    price_options(parts, prices)
    total = 0.0
    for part in range(len(parts.part_begin) - 1):
        prices.part_cost[part] = best_of_part(parts, prices, part, 0, prices.low.shape[1])
        total += prices.part_cost[part]
    rows, slots = prices.over.shape
    for row in range(rows):
        for slot in range(slots):
            if prices.over[row, slot] > 0.0:
                total -= prices.over[row, slot] * parts.most[row, slot]
    return total


@loop
def place_by_day(parts: Parts, prices: Prices, cost: Floats, option: Whole) -> None:
    """For each part and day the cheapest placing with all its works on that day; `cost` is inf where there is none."""
    for part in range(len(parts.part_begin) - 1):
        for day in range(prices.low.shape[1]):
            cost[part, day] = best_of_part(parts, prices, part, day, day + 1)
            for at in range(parts.part_begin[part], parts.part_begin[part + 1]):
                option[day, parts.part_work[at]] = prices.chosen[parts.part_work[at]]
