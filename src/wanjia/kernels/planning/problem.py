"""A planning problem as arrays, what a choice costs and which demands it breaks: plain NumPy, the reference.

Time is cut into slots. A work has options (a mode begun at a slot) and takes one. A choice names, for each work,
the number of its option among all options. Cost of a slot: the mean over its scenarios, and the expected excess of a
quantile over that mean, as in the ROADEF/EURO challenge 2020 (objectives 1 and 2 and their weight alpha).
A district that several works darken at once is paid for once.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int16] | NDArray[np.int32] | NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Kind: TypeAlias = Literal["resource_over", "resource_under", "exclusion", "precedence", "dark_days", "never_all"]

TOLERANCE = 1e-5
"""What a resource may be off, in its unit: amounts come with decimals; the checker of the challenge allows as much."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Works that each choose one option; shapes: W works, O options, T slots, R resources, A atoms, E pairs.

    An option darkens its atoms (districts that are always dark together) from slot `start + dark_from` until before
    `start + dark_until`. A resource's cell is `resource * slots + slot`. Empty arrays where a kind of demand is absent.
    """

    slots: int
    option_begin: Ints
    """[W + 1] options of work w: `option_begin[w]` until before `option_begin[w + 1]`; each work has one at least."""
    start: Ints
    """[O] first slot."""
    duration: Ints
    """[O] slots; `start + duration <= slots`."""
    mode: Ints
    """[O] which mode of its work; told back only."""
    use_begin: Ints
    """[O + 1] into `use_cell` and `use_amount`; an option names a cell once at most."""
    use_cell: Ints
    use_amount: Floats
    least: Floats
    """[R * T] what must be used of a cell at least; 0 where nothing."""
    most: Floats
    """[R * T] what may be used of a cell; inf where there is no limit."""
    scenario_begin: Ints
    """[T + 1] slot t has the scenarios `scenario_begin[t]` until before `scenario_begin[t + 1]`, one at least."""
    risk_begin: Ints
    """[O + 1] into `risk`: an option's slots in order, each with that slot's scenarios; equal neighbours for none."""
    risk: Floats
    dark_begin: Ints
    """[O + 1] into the three arrays behind it; an option names an atom once at most for each slot."""
    dark_atom: Ints
    dark_from: Ints
    dark_until: Ints
    atom_weight: Floats
    """[A] what one slot of darkness costs at level 1; not negative."""
    level: Floats
    """[scenarios] factor on the atoms' cost by slot and scenario, laid out as `scenario_begin`; empty at A = 0."""
    day_of_slot: Ints
    """[T] the day a slot belongs to, rising from 0."""
    dark_days_most: Ints
    """[A] on how many days an atom may be dark at most; -1 for no limit."""
    never_all_begin: Ints
    """[G + 1] into `never_all_atom`: groups of atoms of which one at least is lit in every slot."""
    never_all_atom: Ints
    exclusion: Ints
    """[E, 2] two works that never overlap in the slots of a mask."""
    exclusion_mask: Ints
    """[E] row of `masks`."""
    masks: Bools
    """[M, T]"""
    precedence: Ints
    """[P, 3] before, after, gap in slots: start of `after` >= end of `before` + gap."""
    mean_share: float
    """Alpha: share of the mean in the cost, the rest is for the excess of the quantile."""
    quantile: float
    """Tau, above 0 and up to 1."""

    @property
    def works(self) -> int:
        """W."""
        return len(self.option_begin) - 1

    @property
    def options(self) -> int:
        """O."""
        return len(self.start)

    @property
    def resources(self) -> int:
        """R."""
        return len(self.most) // self.slots

    @property
    def atoms(self) -> int:
        """A."""
        return len(self.atom_weight)

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return int(self.day_of_slot[-1]) + 1 if len(self.day_of_slot) else 0

    @property
    def has_tail(self) -> bool:
        """Whether the quantile's excess can cost anything: more than one scenario somewhere, and a share for it."""
        return self.mean_share < 1 and bool((np.diff(self.scenario_begin) > 1).any())


@dataclass(frozen=True)
class Violation:
    """One demand that a choice breaks.

    `where`: (resource, slot) for `resource_over` and `resource_under`, (row, work, work) for `exclusion` and
    `precedence`, (atom,) for `dark_days`, (group, slot) for `never_all`. `amount`: resource units, slots of
    overlap, in slots too early, in days too many; 1 for `never_all`.
    """

    kind: Kind
    where: tuple[int, ...]
    amount: float


@dataclass(frozen=True)
class Price:
    """What a choice costs, and all it breaks; a choice that breaks nothing is a plan."""

    cost: float
    violations: tuple[Violation, ...]

    @property
    def is_feasible(self) -> bool:
        """Whether nothing is broken."""
        return not self.violations


def price(problem: Problem, choice: Ints) -> Price:
    """Cost and broken demands of `choice` ([W] numbers of options). Raises ValueError for what is no choice."""
    chosen = np.asarray(choice, dtype=np.int64)
    if not is_choice(problem, chosen):
        raise ValueError("a choice names one option of its own for each work")
    dark = darkness(problem, chosen)
    cost = float(slot_costs(problem, chosen, dark).sum()) / problem.slots
    broken = _resources(problem, chosen) + _exclusions(problem, chosen) + _precedences(problem, chosen)
    return Price(cost, tuple(broken + _dark_days(problem, dark) + _never_all(problem, dark)))


def is_choice(problem: Problem, choice: Ints) -> bool:
    """Whether each work has one of its own options."""
    if choice.shape != (problem.works,):
        return False
    return bool(((choice >= problem.option_begin[:-1]) & (choice < problem.option_begin[1:])).all())


def darkness(problem: Problem, choice: Ints) -> NDArray[np.int32]:
    """[A, T] how many works darken an atom in a slot."""
    dark = np.zeros((problem.atoms, problem.slots), dtype=np.int32)
    for option in choice:
        first = int(problem.start[option])
        for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
            begin, end = first + int(problem.dark_from[entry]), first + int(problem.dark_until[entry])
            dark[problem.dark_atom[entry], begin:end] += 1
    return dark


def slot_costs(problem: Problem, choice: Ints, dark: NDArray[np.int32]) -> Floats:
    """[T] cost of each slot, before the division by the number of slots."""
    load = np.zeros(int(problem.scenario_begin[-1]))
    for option in choice:
        first, last = int(problem.start[option]), int(problem.start[option] + problem.duration[option])
        own = problem.risk[problem.risk_begin[option] : problem.risk_begin[option + 1]]
        if len(own):
            load[problem.scenario_begin[first] : problem.scenario_begin[last]] += own
    if problem.atoms:
        weight = problem.atom_weight @ (dark > 0)
        load += problem.level * np.repeat(weight, np.diff(problem.scenario_begin))
    parts = np.split(load, problem.scenario_begin[1:-1])
    return np.array([_slot_cost(part, problem.mean_share, problem.quantile) for part in parts])


def slot_unit_costs(problem: Problem) -> Floats:
    """[T] what a weight of 1 costs in a slot where nothing else costs."""
    parts = np.split(problem.level, problem.scenario_begin[1:-1])
    return np.array([_slot_cost(part, problem.mean_share, problem.quantile) for part in parts])


def quantile_place(scenarios: int, quantile: float) -> int:
    """Place, counted from 0, of the quantile among that many sorted values: the ceil(tau * S)-th smallest."""
    return max(0, int(np.ceil(quantile * scenarios)) - 1)


def _slot_cost(values: Floats, mean_share: float, quantile: float) -> float:
    mean = float(values.mean())
    high = float(np.sort(values)[quantile_place(len(values), quantile)])
    return mean_share * mean + (1 - mean_share) * max(0.0, high - mean)


def usage(problem: Problem, choice: Ints) -> Floats:
    """[R * T] what is used of each cell."""
    used = np.zeros(len(problem.most))
    for option in choice:
        span = slice(int(problem.use_begin[option]), int(problem.use_begin[option + 1]))
        np.add.at(used, problem.use_cell[span], problem.use_amount[span])
    return used


def _resources(problem: Problem, choice: Ints) -> list[Violation]:
    used = usage(problem, choice)
    over, under = used - problem.most, problem.least - used
    return [
        Violation(kind, (int(cell) // problem.slots, int(cell) % problem.slots), float(amount[cell]))
        for kind, amount in _sides(over, under)
        for cell in np.flatnonzero(amount > TOLERANCE)
    ]


def _sides(over: Floats, under: Floats) -> tuple[tuple[Kind, Floats], ...]:
    return ("resource_over", over), ("resource_under", under)


def _exclusions(problem: Problem, choice: Ints) -> list[Violation]:
    found = []
    for row, (one, other) in enumerate(problem.exclusion):
        a, b = choice[one], choice[other]
        begin = max(problem.start[a], problem.start[b])
        end = min(problem.start[a] + problem.duration[a], problem.start[b] + problem.duration[b])
        shared = int(problem.masks[problem.exclusion_mask[row], begin : max(begin, end)].sum())
        if shared:
            found.append(Violation("exclusion", (row, int(one), int(other)), float(shared)))
    return found


def _precedences(problem: Problem, choice: Ints) -> list[Violation]:
    found = []
    for row, (before, after, gap) in enumerate(problem.precedence):
        a, b = choice[before], choice[after]
        early = int(problem.start[a]) + int(problem.duration[a]) + int(gap) - int(problem.start[b])
        if early > 0:
            found.append(Violation("precedence", (row, int(before), int(after)), float(early)))
    return found


def _dark_days(problem: Problem, dark: NDArray[np.int32]) -> list[Violation]:
    limited = np.flatnonzero(problem.dark_days_most >= 0)
    found = []
    for atom in limited:
        days = len(np.unique(problem.day_of_slot[dark[atom] > 0]))
        if days > problem.dark_days_most[atom]:
            found.append(Violation("dark_days", (int(atom),), float(days - problem.dark_days_most[atom])))
    return found


def _never_all(problem: Problem, dark: NDArray[np.int32]) -> list[Violation]:
    found = []
    for group in range(len(problem.never_all_begin) - 1):
        atoms = problem.never_all_atom[problem.never_all_begin[group] : problem.never_all_begin[group + 1]]
        if len(atoms):
            slots = np.flatnonzero((dark[atoms] > 0).all(axis=0))
            found += [Violation("never_all", (group, int(slot)), 1.0) for slot in slots]
    return found
