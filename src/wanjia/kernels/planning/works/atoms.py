"""Districts that are always dark together become one atom; what else must be told apart becomes a flag of weight 0.

A flag stands for a fact that holds while a mode is under way: a feeder is out, a tie is relied on, a section is cut
off. Groups of atoms and flags that are never all dark at once then say what may not happen together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from wanjia.model.works import Mode, Work, WorkList

COVER_SECTIONS_MAX = 12
"""Sections that rely on one tie; with more, every work counts for itself, which is on the safe side."""
_SLACK_KVA = 1e-6


@dataclass(frozen=True, slots=True)
class Group:
    """Atoms that are never all dark: `kind` is double_source, back_up, tie_dead, tie_turned or tie_full."""

    kind: str
    name: str
    atoms: tuple[int, ...]


@dataclass
class Atoms:
    """Atoms so far: weight of an hour, districts (none for a flag), days dark at most; entries by work and mode."""

    weight: list[float] = field(default_factory=list)
    districts: list[tuple[int, ...]] = field(default_factory=list)
    days_most: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    of_set: dict[tuple[int, ...], tuple[int, ...]] = field(default_factory=dict)
    flags: dict[str, int] = field(default_factory=dict)
    flags_of: dict[tuple[int, int], list[int]] = field(default_factory=dict)

    def add(self, name: str, weight: float, districts: tuple[int, ...] = (), days_most: int = -1) -> int:
        """A new atom."""
        self.names.append(name)
        self.weight.append(weight)
        self.districts.append(districts)
        self.days_most.append(days_most)
        return len(self.weight) - 1

    def flag(self, name: str) -> int:
        """The flag of a name; made at its first mention."""
        if name not in self.flags:
            self.flags[name] = self.add(name, 0.0)
        return self.flags[name]

    def raise_flag(self, places: tuple[int, int], name: str) -> int:
        """The mode at these places holds the flag up while it is under way."""
        number = self.flag(name)
        held = self.flags_of.setdefault(places, [])
        if number not in held:
            held.append(number)
        return number


def merge(listed: WorkList, place: dict[str, int]) -> Atoms:
    """Atoms of all districts that any mode darkens; `place` is where each district stands in the list."""
    sets = sorted({ids for work in listed.works for mode in work.modes for ids in sets_of(mode, place) if ids})
    marks: dict[int, list[int]] = {}
    for number, ids in enumerate(sets):
        for district in ids:
            marks.setdefault(district, []).append(number)
    alike: dict[tuple[int, ...], list[int]] = {}
    for district in sorted(marks):
        alike.setdefault(tuple(marks[district]), []).append(district)
    atoms, within = Atoms(), [list[int]() for _ in sets]
    for mark, some in alike.items():
        number = _district_atom(atoms, listed, some)
        for which in mark:
            within[which].append(number)
    atoms.of_set = {ids: tuple(within[number]) for number, ids in enumerate(sets)}
    return atoms


def sets_of(mode: Mode, place: dict[str, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Districts dark, and districts that only notice the switching, as sorted places in the list."""
    dark = {place[name] for name in mode.dark}
    gap = {place[name] for name in mode.gap} - dark
    return tuple(sorted(dark)), tuple(sorted(gap))


def _district_atom(atoms: Atoms, listed: WorkList, some: Sequence[int]) -> int:
    rows = [listed.districts[at] for at in some]
    weights = listed.weights
    weight = sum(weights.district_hour * row.weight + weights.household_hour * row.households for row in rows)
    left = [max(0, listed.repeat_limit - row.dark_days_before) for row in rows] if listed.repeat_limit >= 0 else [-1]
    return atoms.add(rows[0].id, weight, tuple(some), min(left))


def groups(listed: WorkList, atoms: Atoms, place: dict[str, int]) -> list[Group]:
    """Everything that may not happen together, after raising the flags that it needs."""
    found = [*_double_sources(listed, atoms, place), *_back_ups(listed, atoms)]
    return [*found, *_ties(listed, atoms), *_capacities(listed, atoms)]


def _modes(listed: WorkList) -> Iterable[tuple[tuple[int, int], Work, Mode]]:
    for at, work in enumerate(listed.works):
        for mode_at, mode in enumerate(work.modes):
            yield (at, mode_at), work, mode


def section(work: Work, mode: Mode) -> str:
    """What a mode cuts off; the device itself where the list does not say."""
    return mode.section or work.device


def _double_sources(listed: WorkList, atoms: Atoms, place: dict[str, int]) -> Iterable[Group]:
    """One atom at least of all sources stays lit; a source outside all works is always lit and ends the matter."""
    atom_of = {district: number for number, some in enumerate(atoms.districts) for district in some}
    for user in listed.double_sources:
        rows = [place[name] for source in user.sources for name in source]
        if rows and all(row in atom_of for row in rows):
            yield Group("double_source", user.customer, tuple(sorted({atom_of[row] for row in rows})))


def _back_ups(listed: WorkList, atoms: Atoms) -> Iterable[Group]:
    paired = {feeder for pair in listed.back_ups for feeder in pair.feeders}
    for places, work, mode in _modes(listed):
        if mode.out and work.feeder in paired:
            atoms.raise_flag(places, f"out:{work.feeder}")
    for pair in listed.back_ups:
        flags = [atoms.flags.get(f"out:{feeder}") for feeder in pair.feeders]
        if None not in flags:
            yield Group("back_up", " ".join(pair.feeders), tuple(sorted({flag for flag in flags if flag is not None})))


def _ties(listed: WorkList, atoms: Atoms) -> Iterable[Group]:
    """A tie is relied on from one side only, and not while another section cuts it off.

    Whoever darkens an end of a tie cuts it: on the far feeder there is nothing to take over from, on the work's own the
    way from the tie is interrupted.
    """
    relied: dict[str, dict[tuple[str, str], int]] = {}
    cut: dict[str, dict[str, int]] = {}
    used = {tie for _, _, mode in _modes(listed) for tie, _ in mode.takes_over}
    for places, work, mode in _modes(listed):
        name = section(work, mode)
        for tie, _ in mode.takes_over:
            flag = atoms.raise_flag(places, f"relied:{tie}:{name}")
            relied.setdefault(tie, {})[work.feeder, name] = flag
        for tie in used.intersection(mode.cuts):
            cut.setdefault(tie, {})[name] = atoms.raise_flag(places, f"cut:{tie}:{name}")
    for tie, takers in relied.items():
        for one, other in combinations(takers, 2):
            if one[0] != other[0]:
                yield Group("tie_turned", tie, (takers[one], takers[other]))
        for (_, name), flag in takers.items():
            dead = (number for other, number in cut.get(tie, {}).items() if other != name)
            yield from (Group("tie_dead", tie, (flag, number)) for number in dead)


def loads_by_tie(listed: WorkList) -> dict[str, dict[str, float]]:
    """For each tie that anybody relies on, kVA by section: works in one section move the same load."""
    found: dict[str, dict[str, float]] = {}
    for _, work, mode in _modes(listed):
        for tie, kva in mode.takes_over:
            loads = found.setdefault(tie, {})
            loads[section(work, mode)] = max(kva, loads.get(section(work, mode), 0.0))
    return found


def _capacities(listed: WorkList, atoms: Atoms) -> Iterable[Group]:
    """The smallest sets of sections whose load together is more than a tie can carry."""
    spare = {tie.id: tie.spare_kva for tie in listed.ties}
    for tie, loads in loads_by_tie(listed).items():
        if len(loads) > COVER_SECTIONS_MAX or sum(loads.values()) <= spare[tie] + _SLACK_KVA:
            continue
        for places, work, mode in _modes(listed):
            if tie in dict(mode.takes_over):
                atoms.raise_flag(places, f"load:{tie}:{section(work, mode)}")
        for some in _least_covers(loads, spare[tie]):
            yield Group("tie_full", tie, tuple(atoms.flags[f"load:{tie}:{name}"] for name in some))


def _least_covers(loads: dict[str, float], spare: float) -> Iterable[tuple[str, ...]]:
    found: list[set[str]] = []
    for size in range(2, len(loads) + 1):
        for some in combinations(sorted(loads), size):
            over = sum(loads[name] for name in some) > spare + _SLACK_KVA
            if over and not any(known <= set(some) for known in found):
                found.append(set(some))
                yield some


def capacity_rows(listed: WorkList) -> list[str]:
    """Ties that too many sections rely on to enumerate: each work then takes its kVA of a resource."""
    return [tie for tie, loads in loads_by_tie(listed).items() if len(loads) > COVER_SECTIONS_MAX]


def group_arrays(found: Sequence[Group]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Groups as the kernel wants them."""
    begin = np.cumsum([0, *(len(group.atoms) for group in found)]).astype(np.int64)
    return begin, np.array([atom for group in found for atom in group.atoms], dtype=np.int32)
