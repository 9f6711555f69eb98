"""The long arrays of a problem: what each option uses, darkens and costs by itself, chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.works.atoms import Atoms, sets_of
from wanjia.kernels.planning.works.bases import Variant
from wanjia.kernels.planning.works.slots import Slots
from wanjia.kernels.planning.works.starts import windows_of
from wanjia.model.works import WorkList

Longs = NDArray[np.int64]
Wholes = NDArray[np.int32]
NONE = -1


@dataclass(frozen=True, eq=False)
class Chunk:
    """Options of one variant (place in the list of variants) with one duration: their first slots."""

    variant: int
    starts: Wholes
    duration: int
    factor: float


@dataclass(frozen=True, eq=False)
class Made:
    """All options of a list: chunks by work, and the variants they point at."""

    listed: WorkList
    slots: Slots
    place: dict[str, int]
    variants: tuple[Variant, ...]
    chunks: tuple[Chunk, ...]

    @property
    def sizes(self) -> Longs:
        """[chunks] options of each."""
        return np.array([len(chunk.starts) for chunk in self.chunks], dtype=np.int64)

    def places(self, chunk: Chunk) -> tuple[int, int]:
        """Work and mode of a chunk."""
        variant = self.variants[chunk.variant]
        return variant.work, variant.mode

    def begins(self) -> Wholes:
        """[W + 1] where each work's options begin."""
        works = np.repeat([self.variants[chunk.variant].work for chunk in self.chunks], self.sizes)
        return np.searchsorted(works, np.arange(len(self.listed.works) + 1)).astype(np.int32)


def uses(made: Made, first_tie_row: int, ties: Sequence[str]) -> tuple[Longs, Wholes, NDArray[np.float64]]:
    """CSR by option: cells and amounts. Means on their way count too, as far as the day's slots reach."""
    lengths: list[Longs] = []
    cells: list[Wholes] = []
    amounts: list[NDArray[np.float64]] = []
    for chunk in made.chunks:
        rows, counts, travel = _rows(made, chunk, first_tie_row, ties)
        day = chunk.starts[:, None] // made.slots.a_day * made.slots.a_day
        begin = np.maximum(chunk.starts[:, None] - travel, day)
        end = np.minimum(chunk.starts[:, None] + chunk.duration + travel, day + made.slots.a_day)
        span = (end - begin).ravel()
        lengths.append((end - begin).sum(axis=1))
        first = np.repeat((rows * made.slots.count + begin).ravel() - np.cumsum(span) + span, span)
        cells.append((first + np.arange(len(first))).astype(np.int32))
        amounts.append(np.repeat(np.tile(counts, len(chunk.starts)), span))
    offsets = np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64)
    return offsets, np.concatenate(cells), np.concatenate(amounts)


def _rows(
    made: Made, chunk: Chunk, first_tie_row: int, ties: Sequence[str]
) -> tuple[Longs, NDArray[np.float64], Longs]:
    """Rows of resources that a chunk's options use, how much of each, and slots on the way."""
    variant = made.variants[chunk.variant]
    mode = made.listed.works[variant.work].modes[variant.mode]
    moved = [(first_tie_row + ties.index(tie), kva) for tie, kva in mode.takes_over if tie in ties]
    rows = [use.supplier for use in variant.uses] + [row for row, _ in moved]
    counts = [float(use.count) for use in variant.uses] + [kva for _, kva in moved]
    travel = [use.travel for use in variant.uses] + [0] * len(moved)
    return np.array(rows, dtype=np.int64), np.array(counts), np.array(travel, dtype=np.int64)


def darkness(made: Made, atoms: Atoms) -> tuple[Longs, Wholes, NDArray[np.int16], NDArray[np.int16]]:
    """CSR by option: atoms and the slots, from the start, in which each is dark; flags and own costs among them."""
    lengths: list[Longs] = []
    parts: list[NDArray[np.int64]] = []
    for chunk in made.chunks:
        entries = np.array(_entries(made, atoms, chunk), dtype=np.int64).reshape(-1, 3)
        costs = own_costs(made, atoms, chunk)
        table = np.empty((len(chunk.starts), len(entries) + 1, 3), dtype=np.int64)
        table[:, :-1] = entries
        table[:, -1] = np.stack((costs, np.zeros_like(costs), np.ones_like(costs)), axis=1)
        named = table[:, :, 0] != NONE
        lengths.append(named.sum(axis=1))
        parts.append(table[named])
    offsets = np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64)
    flat = np.concatenate(parts)
    return offsets, flat[:, 0].astype(np.int32), flat[:, 1].astype(np.int16), flat[:, 2].astype(np.int16)


def _entries(made: Made, atoms: Atoms, chunk: Chunk) -> list[tuple[int, int, int]]:
    """What every option of a chunk darkens: atom, from, until."""
    places = made.places(chunk)
    mode = made.listed.works[places[0]].modes[places[1]]
    found = [(flag, 0, chunk.duration) for flag in atoms.flags_of.get(places, ())]
    for districts, hours in zip(sets_of(mode, made.place), (mode.dark_hours, mode.gap_hours), strict=True):
        windows = windows_of(hours, chunk.factor, chunk.duration, made.slots)
        found += [(atom, *window) for atom in atoms.of_set.get(districts, ()) for window in windows]
    return found


def own_costs(made: Made, atoms: Atoms, chunk: Chunk) -> Longs:
    """[options of the chunk] the atom that carries what the means and the waiting cost, dark one slot; NONE for 0."""
    work_at, mode_at = made.places(chunk)
    work = made.listed.works[work_at]
    day = chunk.starts // made.slots.a_day
    waited = day - _first_day(made.slots, work_at, made.listed)
    costs = np.round(work.modes[mode_at].effort + work.urgency * waited, 9)
    found = np.full(len(costs), NONE, dtype=np.int64)
    for cost in np.unique(costs[costs > 0]).tolist():
        found[costs == cost] = _cost_atom(made, atoms, work.id, cost)
    return found


def _cost_atom(made: Made, atoms: Atoms, work: str, cost: float) -> int:
    name = f"cost:{work}:{cost}"
    if name not in atoms.flags:
        atoms.flags[name] = atoms.add(name, cost / made.slots.hours)
    return atoms.flags[name]


def _first_day(slots: Slots, work_at: int, listed: WorkList) -> int:
    earliest = listed.works[work_at].earliest_on
    return next((at for at, day in enumerate(slots.days) if earliest is None or day >= earliest), 0)


def exclusions(listed: WorkList, slots: Slots) -> tuple[Wholes, Wholes, NDArray[np.bool_]]:
    """Pairs of works, the mask of each, and masks: every slot, then each season."""
    at = {work.id: number for number, work in enumerate(listed.works)}
    seasons = {season.name: row for row, season in enumerate(listed.seasons, start=1)}
    pairs = np.array([(at[one.one], at[one.other]) for one in listed.exclusions], dtype=np.int32).reshape(-1, 2)
    rows = np.array([seasons.get(one.season, 0) for one in listed.exclusions], dtype=np.int32)
    every = np.ones(slots.count, dtype=np.bool_)
    return pairs, rows, np.stack([every, *(slots.on_days(one.from_on, one.until_on) for one in listed.seasons)])


def precedences(listed: WorkList, slots: Slots) -> Wholes:
    """Work before, work after, whole slots between."""
    at = {work.id: number for number, work in enumerate(listed.works)}
    rows = [(at[one.before], at[one.after], ceil(one.gap_hours / slots.hours - 1e-9)) for one in listed.precedences]
    return np.array(rows, dtype=np.int32).reshape(-1, 3)
