"""Planning problems small enough to try every choice, priced by plain loops: what the solver is held against."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from math import ceil, inf
from random import Random

import numpy as np

from wanjia.kernels.planning.problem import Problem

Choice = tuple[int, ...]


@dataclass(frozen=True)
class Option:
    """One way to do a work: uses as {(resource, slot): amount}, dark as (atom, from, until) relative to the start."""

    start: int
    duration: int = 1
    mode: int = 0
    uses: Mapping[tuple[int, int], float] = field(default_factory=dict)
    dark: tuple[tuple[int, int, int], ...] = ()
    risk: tuple[float, ...] = ()


@dataclass(frozen=True)
class Tiny:
    """A problem as one writes it by hand; `limits` is {(resource, slot): (least, most)}."""

    slots: int
    works: tuple[tuple[Option, ...], ...]
    weights: tuple[float, ...] = ()
    resources: int = 0
    limits: Mapping[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    scenarios: tuple[int, ...] = ()
    levels: tuple[float, ...] = ()
    days: tuple[int, ...] = ()
    dark_days_most: tuple[int, ...] = ()
    never_all: tuple[tuple[int, ...], ...] = ()
    exclusions: tuple[tuple[int, int, int], ...] = ()
    masks: tuple[tuple[bool, ...], ...] = ()
    precedences: tuple[tuple[int, int, int], ...] = ()
    mean_share: float = 1.0
    quantile: float = 0.9

    def arrays(self) -> Problem:
        """The same as the kernel reads it; one scenario of level 1 and one day a slot where nothing is said."""
        options = [option for work in self.works for option in work]
        uses = [sorted(option.uses.items()) for option in options]
        scenarios = self.scenarios or (1,) * self.slots
        groups = [list(group) for group in self.never_all]
        return Problem(
            slots=self.slots,
            option_begin=_offsets(self.works),
            start=_ints(option.start for option in options),
            duration=_ints(option.duration for option in options),
            mode=np.array([option.mode for option in options], np.int16),
            use_begin=_offsets(uses, np.int64),
            use_cell=_ints(resource * self.slots + slot for each in uses for (resource, slot), _ in each),
            use_amount=np.array([amount for each in uses for _, amount in each], np.float64),
            least=self._limit(0),
            most=self._limit(1),
            scenario_begin=np.concatenate([[0], np.cumsum(scenarios)]).astype(np.int64),
            risk_begin=_offsets([option.risk for option in options], np.int64),
            risk=np.array([value for option in options for value in option.risk], np.float64),
            dark_begin=_offsets([option.dark for option in options], np.int64),
            dark_atom=_ints(atom for option in options for atom, _, _ in option.dark),
            dark_from=np.array([begin for option in options for _, begin, _ in option.dark], np.int16),
            dark_until=np.array([end for option in options for _, _, end in option.dark], np.int16),
            atom_weight=np.array(self.weights, np.float64),
            level=np.array(self.levels or (1.0,) * sum(scenarios), np.float64),
            day_of_slot=_ints(self.days or range(self.slots)),
            dark_days_most=_ints(self.dark_days_most or (-1,) * len(self.weights)),
            never_all_begin=_offsets(groups),
            never_all_atom=_ints(atom for group in groups for atom in group),
            exclusion=_ints(value for row in self.exclusions for value in row[:2]).reshape(-1, 2),
            exclusion_mask=_ints(mask for _, _, mask in self.exclusions),
            masks=np.array(self.masks, bool).reshape(-1, self.slots),
            precedence=_ints(value for row in self.precedences for value in row).reshape(-1, 3),
            mean_share=self.mean_share,
            quantile=self.quantile,
        )

    def _limit(self, side: int) -> np.ndarray:
        cells = product(range(self.resources), range(self.slots))
        return np.array([self.limits.get(cell, (0.0, inf))[side] for cell in cells], np.float64)

    def numbers(self, picks: tuple[int, ...]) -> np.ndarray:
        """The choice that takes option `picks[w]` (counted within its work) of each work."""
        begin = np.cumsum([0, *map(len, self.works)])[:-1]
        return (begin + np.array(picks, np.int64)).astype(np.int32)


def _ints(values: object) -> np.ndarray:
    return np.array(list(values), np.int32)  # type: ignore[call-overload]


def _offsets(lists: object, kind: type = np.int32) -> np.ndarray:
    return np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(kind)  # type: ignore[attr-defined]


# The second pricing: loops over the hand-written form, sharing nothing with the kernel.


def cost(tiny: Tiny, taken: list[Option]) -> float:
    """Mean over the slots of mean risk and expected excess, each dark atom once."""
    total, place = 0.0, 0
    for slot, count in enumerate(tiny.scenarios or (1,) * tiny.slots):
        dark = {atom for option in taken for atom in dark_in(option, slot)}
        weight = sum(tiny.weights[atom] for atom in dark)
        values = [weight * (tiny.levels[place + s] if tiny.levels else 1.0) for s in range(count)]
        for option in taken:
            values = [value + extra for value, extra in zip(values, _risk(tiny, option, slot, count), strict=True)]
        mean = sum(values) / count
        high = sorted(values)[ceil(tiny.quantile * count) - 1]
        total += tiny.mean_share * mean + (1 - tiny.mean_share) * max(0.0, high - mean)
        place += count
    return total / tiny.slots


def dark_in(option: Option, slot: int) -> list[int]:
    """The atoms an option darkens in a slot."""
    return [atom for atom, begin, end in option.dark if option.start + begin <= slot < option.start + end]


def _risk(tiny: Tiny, option: Option, slot: int, count: int) -> tuple[float, ...]:
    if not option.risk or not option.start <= slot < option.start + option.duration:
        return (0.0,) * count
    before = sum((tiny.scenarios or (1,) * tiny.slots)[option.start : slot])
    return option.risk[before : before + count]


def broken(tiny: Tiny, taken: list[Option]) -> set[str]:
    """The kinds of demands that a choice breaks."""
    found = set()
    for cell, (least, most) in tiny.limits.items():
        used = sum(option.uses.get(cell, 0.0) for option in taken)
        found |= {"resource_over"} if used > most + 1e-5 else {"resource_under"} if used < least - 1e-5 else set()
    for one, other, mask in tiny.exclusions:
        if any(_runs(taken[one], t) and _runs(taken[other], t) and tiny.masks[mask][t] for t in range(tiny.slots)):
            found.add("exclusion")
    for before, after, gap in tiny.precedences:
        if taken[after].start < taken[before].start + taken[before].duration + gap:
            found.add("precedence")
    return found | _broken_by_darkness(tiny, taken)


def _runs(option: Option, slot: int) -> bool:
    return option.start <= slot < option.start + option.duration


def _broken_by_darkness(tiny: Tiny, taken: list[Option]) -> set[str]:
    found = set()
    dark = [{atom for option in taken for atom in dark_in(option, slot)} for slot in range(tiny.slots)]
    days = tiny.days or tuple(range(tiny.slots))
    for atom, most in enumerate(tiny.dark_days_most):
        if 0 <= most < len({day for day, atoms in zip(days, dark, strict=True) if atom in atoms}):
            found.add("dark_days")
    if any(group and set(group) <= atoms for group in tiny.never_all for atoms in dark):
        found.add("never_all")
    return found


def choices(tiny: Tiny) -> Iterator[tuple[Choice, list[Option]]]:
    """Every choice there is: place of the option within its work, and the options themselves."""
    for picks in product(*(range(len(work)) for work in tiny.works)):
        yield picks, [work[pick] for work, pick in zip(tiny.works, picks, strict=True)]


def best(tiny: Tiny) -> tuple[float, Choice] | None:
    """The cheapest choice that breaks nothing, found by trying all; nothing where there is none."""
    found = None
    for picks, taken in choices(tiny):
        if not broken(tiny, taken):
            value = cost(tiny, taken)
            if found is None or value < found[0]:
                found = value, picks
    return found


# Random cases.


def tiny_case(seed: int) -> Tiny:
    """A random problem in which every kind of demand occurs now and then; a few have no plan at all."""
    chance = Random(seed)
    slots = chance.randint(3, 7)
    atoms, resources = chance.randint(0, 4), chance.randint(0, 2)
    scenarios = tuple(chance.choice((1, 1, 2, 3, 4)) for _ in range(slots)) if chance.random() < 0.6 else (1,) * slots
    base = Tiny(slots, (), weights=tuple(float(chance.randint(1, 9)) for _ in range(atoms)), scenarios=scenarios)
    count = chance.randint(2, 4)
    works = tuple(_work(chance, base, resources, with_risk=chance.random() < 0.4) for _ in range(count))
    return _with_demands(chance, replace(base, works=works, resources=resources))


def _work(chance: Random, base: Tiny, resources: int, with_risk: bool) -> tuple[Option, ...]:
    return tuple(_option(chance, base, resources, with_risk) for _ in range(chance.randint(2, 4)))


def _option(chance: Random, base: Tiny, resources: int, with_risk: bool) -> Option:
    start = chance.randrange(base.slots)
    duration = chance.randint(1, min(3, base.slots - start))
    cells = ((resource, start + at) for resource in range(resources) for at in range(duration))
    uses = {cell: float(chance.randint(1, 3)) for cell in cells if chance.random() < 0.7}
    dark = []
    for atom in range(len(base.weights)):
        if chance.random() < 0.5:
            begin = chance.randrange(duration)
            dark.append((atom, begin, chance.randint(begin + 1, duration)))
    size = sum(base.scenarios[start : start + duration]) if with_risk else 0
    risk = tuple(float(chance.randint(0, 9)) for _ in range(size))
    return Option(start, duration, chance.randrange(3), uses, tuple(dark), risk)


def _with_demands(chance: Random, tiny: Tiny) -> Tiny:
    cells = product(range(tiny.resources), range(tiny.slots))
    limits = {cell: (float(chance.random() < 0.03), float(chance.randint(2, 5))) for cell in cells}
    atoms, works, slots = len(tiny.weights), len(tiny.works), tiny.slots
    pairs = [(a, b) for a in range(works) for b in range(works) if a != b]
    group = tuple(sorted(chance.sample(range(atoms), 2))) if atoms > 1 and chance.random() < 0.3 else ()
    return replace(
        tiny,
        limits=limits if chance.random() < 0.7 else {},
        levels=tuple(chance.choice((0.5, 1.0, 2.0)) for _ in range(sum(tiny.scenarios))),
        days=_days(chance, slots),
        dark_days_most=tuple(chance.choice((-1, -1, 1, 2)) for _ in range(atoms)),
        never_all=(group,) if group else (),
        masks=tuple(tuple(chance.random() < 0.7 for _ in range(slots)) for _ in range(2)),
        exclusions=tuple((*pair, chance.randrange(2)) for pair in pairs if pair[0] < pair[1] and chance.random() < 0.2),
        precedences=tuple((*pair, chance.randint(0, 1)) for pair in pairs if chance.random() < 0.08),
        mean_share=chance.choice((1.0, 0.5, 0.0, 0.3)),
        quantile=chance.choice((0.5, 0.8, 0.95, 1.0)),
    )


def _days(chance: Random, slots: int) -> tuple[int, ...]:
    length = chance.randint(1, 3)
    return tuple(slot // length for slot in range(slots))
