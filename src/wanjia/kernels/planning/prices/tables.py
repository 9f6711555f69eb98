"""A problem laid out for the compiled loops: neighbours by work, sums and extremes that decide most moves at once."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Floats, Ints, Problem, quantile_place

Whole: TypeAlias = NDArray[np.int64]
Small: TypeAlias = NDArray[np.int32]

NEIGHBOURS_MAX = 48
"""Works remembered as sharing a district with a work: a whole city's lists would grow as its square."""


class Tables(NamedTuple):
    """What the loops read and never write; names as in `Problem` where the array is the same.

    `floor` and `slope` say how a broken demand counts: floor + slope * size; 1 and 0 count demands.
    """

    slots: int
    alpha: float
    floor: float
    slope: float
    option_begin: Whole
    start: Whole
    end: Whole
    mode: Whole
    ordered: Whole
    """[O] the options of each work by mode, then start."""
    key: Whole
    """[O] mode * slots + start along `ordered`."""
    use_begin: Whole
    use_cell: Small
    use_amount: Floats
    least: Floats
    most: Floats
    scale: Floats
    """[R * T] what an excess of a cell is measured by: the resource's usual limit."""
    scenario_begin: Whole
    quantile_at: Whole
    """[T] place of the quantile among a slot's sorted values."""
    risk_begin: Whole
    risk: Floats
    own_begin: Whole
    """[O + 1] into the three arrays behind it: an option's slots, if it has risk of its own."""
    own_mean: Floats
    own_low: Floats
    own_high: Floats
    dark_begin: Whole
    dark_atom: Small
    dark_from: Small
    dark_until: Small
    atom_weight: Floats
    level: Floats
    level_mean: Floats
    level_low: Floats
    level_high: Floats
    day_of_slot: Whole
    dark_days_most: Whole
    group_begin: Whole
    """[A + 1] the groups of an atom."""
    group_of: Small
    group_size: Whole
    pair_begin: Whole
    """[W + 1] the exclusions of a work: other work, row of the mask."""
    pair_other: Whole
    pair_mask: Whole
    mask_sum: Whole
    """[M, T + 1] slots of a mask before each slot."""
    wait_begin: Whole
    """[W + 1] the precedences of a work: other work, gap, 1 when the work is the one before."""
    wait_other: Whole
    wait_gap: Whole
    wait_first: Whole
    near_begin: Whole
    """[W + 1] works that may share a darkened district with a work."""
    near: Whole


class State(NamedTuple):
    """What the loops keep up to date while a choice changes."""

    choice: Whole
    used: Floats
    load: Floats
    cost: Floats
    mean: Floats
    high: Floats
    weight: Floats
    dark: Small
    dark_in_day: Small
    dark_days: Whole
    group_dark: Small


class Scratch(NamedTuple):
    """Room for one move being weighed."""

    mark: Floats
    touched: Whole
    buffer: Floats
    low: Floats
    cost: Floats
    mean: Floats
    high: Floats
    shift: Floats
    weight: Floats


def tables(problem: Problem, floor: float, slope: float) -> Tables:
    """The problem for the loops. Time and memory grow with the arrays of the problem, no more."""
    ordered, key = _by_mode(problem)
    own = _own(problem)
    levels = _levels(problem)
    groups = _groups(problem)
    pairs = _by_work(problem.works, problem.exclusion[:, :2], [problem.exclusion_mask, problem.exclusion_mask])
    waits, firsts = _waits(problem)
    near_begin, near = _near(problem)
    return Tables(
        slots=int(problem.slots),
        alpha=float(problem.mean_share),
        floor=floor,
        slope=slope,
        option_begin=_whole(problem.option_begin),
        start=_whole(problem.start),
        end=_whole(problem.start) + _whole(problem.duration),
        mode=_whole(problem.mode),
        ordered=ordered,
        key=key,
        use_begin=_whole(problem.use_begin),
        use_cell=_small(problem.use_cell),
        use_amount=_float(problem.use_amount),
        least=_float(problem.least),
        most=_float(problem.most),
        scale=_scale(problem),
        scenario_begin=_whole(problem.scenario_begin),
        quantile_at=_quantile_at(problem),
        risk_begin=_whole(problem.risk_begin),
        risk=_float(problem.risk),
        own_begin=own[0],
        own_mean=own[1],
        own_low=own[2],
        own_high=own[3],
        dark_begin=_whole(problem.dark_begin),
        dark_atom=_small(problem.dark_atom),
        dark_from=_small(problem.dark_from),
        dark_until=_small(problem.dark_until),
        atom_weight=_float(problem.atom_weight),
        level=_float(problem.level),
        level_mean=levels[0],
        level_low=levels[1],
        level_high=levels[2],
        day_of_slot=_whole(problem.day_of_slot),
        dark_days_most=_whole(problem.dark_days_most),
        group_begin=groups[0],
        group_of=groups[1],
        group_size=np.diff(_whole(problem.never_all_begin)),
        pair_begin=pairs[0],
        pair_other=pairs[1],
        pair_mask=pairs[2],
        mask_sum=_mask_sum(problem),
        wait_begin=waits[0],
        wait_other=waits[1],
        wait_gap=waits[2],
        wait_first=firsts[2],
        near_begin=near_begin,
        near=near,
    )


def empty_state(problem: Problem, choice: Ints) -> State:
    """A state whose choice is set and whose sums are not yet."""
    scenarios, groups = int(problem.scenario_begin[-1]), len(problem.never_all_begin) - 1
    zeros = [np.zeros(problem.slots) for _ in range(4)]
    return State(
        choice=np.array(choice, dtype=np.int64),
        used=np.zeros(len(problem.most)),
        load=np.zeros(scenarios),
        cost=zeros[0],
        mean=zeros[1],
        high=zeros[2],
        weight=zeros[3],
        dark=np.zeros((problem.atoms, problem.slots), dtype=np.int32),
        dark_in_day=np.zeros((problem.atoms, problem.days), dtype=np.int32),
        dark_days=np.zeros(problem.atoms, dtype=np.int64),
        group_dark=np.zeros((groups, problem.slots), dtype=np.int32),
    )


def empty_scratch(problem: Problem) -> Scratch:
    """Room for one move."""
    longest = int(np.diff(problem.use_begin).max(initial=0))
    scenarios = int(np.diff(problem.scenario_begin).max(initial=1))
    zeros = [np.zeros(problem.slots) for _ in range(6)]
    mark, touched = np.zeros(len(problem.most)), np.zeros(2 * longest + 1, dtype=np.int64)
    return Scratch(mark, touched, np.zeros(scenarios), *zeros)


def _whole(values: Ints) -> Whole:
    return np.ascontiguousarray(values, dtype=np.int64)


def _small(values: Ints) -> Small:
    return np.ascontiguousarray(values, dtype=np.int32)


def _float(values: Floats) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)


def _by_mode(problem: Problem) -> tuple[Whole, Whole]:
    work = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    ordered = np.lexsort((problem.start, problem.mode, work)).astype(np.int64)
    return ordered, _whole(problem.mode)[ordered] * problem.slots + _whole(problem.start)[ordered]


def _own(problem: Problem) -> tuple[Whole, Floats, Floats, Floats]:
    """Mean, least and greatest risk of each option in each of its slots."""
    has = np.diff(problem.risk_begin) > 0
    lengths = np.where(has, problem.duration, 0).astype(np.int64)
    begin = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    if not len(problem.risk):
        none = np.zeros(0)
        return begin, none, none, none
    slot = np.arange(begin[-1]) - np.repeat(begin[:-1], lengths) + np.repeat(_whole(problem.start), lengths)
    counts = np.diff(_whole(problem.scenario_begin))[slot]
    if (counts == 1).all():
        risk = _float(problem.risk)
        return begin, risk, risk, risk
    at = np.concatenate([[0], np.cumsum(counts)[:-1]])
    mean = np.add.reduceat(problem.risk, at) / counts
    return begin, mean, np.minimum.reduceat(problem.risk, at), np.maximum.reduceat(problem.risk, at)


def _levels(problem: Problem) -> tuple[Floats, Floats, Floats]:
    if not len(problem.level):
        none = np.zeros(problem.slots)
        return none, none, none
    begin = _whole(problem.scenario_begin)
    at = begin[:-1]
    mean = np.add.reduceat(problem.level, at) / np.diff(begin)
    return mean, np.minimum.reduceat(problem.level, at), np.maximum.reduceat(problem.level, at)


def _scale(problem: Problem) -> Floats:
    limits = np.where(np.isfinite(problem.most), problem.most, np.nan).reshape(-1, problem.slots)
    known = np.isfinite(limits).any(axis=1)
    usual = np.ones(len(limits))
    usual[known] = np.nanmean(limits[known], axis=1)
    floors = problem.least.reshape(-1, problem.slots).mean(axis=1) if len(limits) else np.zeros(0)
    usual = np.where(usual > 0, usual, np.where(floors > 0, floors, 1.0))
    return np.repeat(usual, problem.slots)


def _groups(problem: Problem) -> tuple[Whole, Small]:
    group = np.repeat(np.arange(len(problem.never_all_begin) - 1), np.diff(problem.never_all_begin))
    order = np.argsort(problem.never_all_atom, kind="stable")
    count = (
        np.bincount(problem.never_all_atom, minlength=problem.atoms) if problem.atoms else np.zeros(0, dtype=np.int64)
    )
    return np.concatenate([[0], np.cumsum(count)]).astype(np.int64), group[order].astype(np.int32)


def _by_work(works: int, pairs: Ints, values: list[Ints]) -> tuple[Whole, Whole, Whole]:
    """Each pair seen from both of its works: begin by work, the other work, the value of that side."""
    one, other = pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
    mine, theirs = np.concatenate([one, other]), np.concatenate([other, one])
    order = np.argsort(mine, kind="stable")
    begin = np.concatenate([[0], np.cumsum(np.bincount(mine, minlength=works))]).astype(np.int64)
    return begin, theirs[order], np.concatenate(values).astype(np.int64)[order]


def _waits(problem: Problem) -> tuple[tuple[Whole, Whole, Whole], tuple[Whole, Whole, Whole]]:
    """The precedences by work: with their gaps, and with 1 where the work is the one before."""
    pairs, gap = problem.precedence[:, :2], problem.precedence[:, 2]
    one = np.ones(len(gap), dtype=np.int64)
    return _by_work(problem.works, pairs, [gap, gap]), _by_work(problem.works, pairs, [one, 1 - one])


def _quantile_at(problem: Problem) -> Whole:
    counts = np.diff(problem.scenario_begin)
    places = {int(count): quantile_place(int(count), problem.quantile) for count in np.unique(counts)}
    return np.array([places[int(count)] for count in counts], dtype=np.int64)


def _mask_sum(problem: Problem) -> Whole:
    sums = np.zeros((len(problem.masks), problem.slots + 1), dtype=np.int64)
    np.cumsum(problem.masks, axis=1, out=sums[:, 1:])
    return sums


def _near(problem: Problem) -> tuple[Whole, Whole]:
    """For each work the others that share most of the districts it may darken, by weight."""
    work_of_option = np.repeat(np.arange(problem.works), np.diff(problem.option_begin))
    work = np.repeat(work_of_option, np.diff(problem.dark_begin))
    seen = np.unique(work * max(1, problem.atoms) + problem.dark_atom)
    work, atom = seen // max(1, problem.atoms), seen % max(1, problem.atoms)
    order = np.argsort(atom, kind="stable")
    by_atom, bounds = work[order], np.searchsorted(atom[order], np.arange(problem.atoms + 1))
    found: list[Whole] = []
    begin = np.searchsorted(work, np.arange(problem.works + 1))
    for mine in range(problem.works):
        shared = np.zeros(problem.works)
        for one in atom[begin[mine] : begin[mine + 1]]:
            shared[by_atom[bounds[one] : bounds[one + 1]]] += problem.atom_weight[one]
        shared[mine] = 0
        best = np.argsort(-shared, kind="stable")[:NEIGHBOURS_MAX]
        found.append(best[shared[best] > 0].astype(np.int64))
    lengths = [len(one) for one in found]
    near = np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), near
