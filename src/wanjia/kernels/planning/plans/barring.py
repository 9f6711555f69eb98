"""A work list with the limits lifted that leave out options one by one, and which of them bars which option.

So a conflict can name them, and a plan made again can keep works whose notice went out in time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Bools, Problem
from wanjia.kernels.planning.solvers.stating import Bars
from wanjia.kernels.planning.works.bases import suppliers
from wanjia.kernels.planning.works.compiling import Compiled, compile_works
from wanjia.model.faults import Fault
from wanjia.model.works import ServedDistrict, WorkList

BarrierKind: TypeAlias = Literal["blackout", "notice", "earliest", "latest", "exhausted"]


@dataclass(frozen=True, slots=True)
class Barrier:
    """A limit that bars options; `exhausted`: a district has had all the dark days that it may have.

    `at` is the place among the black-outs, works (`earliest`, `latest`) or districts; 0 for `notice`.
    """

    kind: BarrierKind
    at: int = 0


@dataclass(frozen=True, eq=False)
class Lifted:
    """The problem without its barriers, and the options that each of them bars; or the faults of the list."""

    compiled: Compiled | None
    barriers: tuple[Barrier, ...]
    bars: Bars
    faults: tuple[Fault, ...] = ()

    def barred(self) -> Bools:
        """[O] whether anything bars an option."""
        found = np.zeros(self.compiled.problem.options if self.compiled else 0, bool)
        found[self.bars.option] = True
        return found


def lift(listed: WorkList) -> Lifted:
    """Lifts black-outs, notice, the works' own dates, dark days had before, and days on which crews or means lack.

    What there is of crews and means by day stays a demand of the problem, on those days also where it is nothing.
    """
    made = compile_works(_without_limits(listed))
    if made.compiled is None:
        return Lifted(None, (), Bars(np.zeros(0, np.int64), np.zeros(0, np.int64)), made.faults)
    compiled = _with_counts(made.compiled, listed)
    found = [(barrier, options) for barrier, options in _barriers(compiled, listed) if len(options)]
    barred = [np.zeros(0, np.int64), *(options for _, options in found)]
    bar = np.repeat(np.arange(len(found)), [len(options) for _, options in found])
    return Lifted(compiled, tuple(barrier for barrier, _ in found), Bars(np.concatenate(barred), bar))


def _without_limits(listed: WorkList) -> WorkList:
    limit = listed.repeat_limit if listed.repeat_limit > 0 else -1
    return replace(
        listed,
        blackouts=(),
        drafted_on=None,
        repeat_limit=limit,
        works=tuple(replace(work, earliest_on=None, latest_on=None) for work in listed.works),
        districts=tuple(_with_a_day_left(row, limit) for row in listed.districts),
        crews=tuple(replace(crew, days_off=()) for crew in listed.crews),
        means=tuple(replace(one, count=max((one.count, *one.count_by_day)), count_by_day=()) for one in listed.means),
    )


def _with_a_day_left(row: ServedDistrict, limit: int) -> ServedDistrict:
    return row if limit < 0 or row.dark_days_before < limit else replace(row, dark_days_before=limit - 1)


def _with_counts(compiled: Compiled, listed: WorkList) -> Compiled:
    """With what there really is of crews and means on each day."""
    slots = compiled.slots
    true = suppliers(slots, listed.crews, listed.means)
    most = compiled.problem.most.copy()
    for row, one in enumerate(true):
        most[row * slots.count : (row + 1) * slots.count] = slots.by_day(one.counts)
    return replace(compiled, suppliers=true, problem=replace(compiled.problem, most=most))


def _barriers(compiled: Compiled, listed: WorkList) -> Iterator[tuple[Barrier, NDArray[np.int64]]]:
    problem = compiled.problem
    darkened = Darkening.of(compiled)
    for at, one in enumerate(listed.blackouts):
        atoms = darkened.atoms_with(frozenset(one.districts))
        yield Barrier("blackout", at), darkened.options(atoms, compiled.slots.touching(one.from_at, one.until_at))
    yield from _own_dates(compiled, listed)
    if listed.drafted_on is not None:
        noticed = [(day - listed.drafted_on).days >= listed.notice_days for day in compiled.slots.days]
        late = ~np.array(noticed)[problem.day_of_slot[problem.start]]
        yield Barrier("notice"), np.flatnonzero(late & darkened.anybody())
    for at, row in enumerate(listed.districts):
        if 0 <= listed.repeat_limit <= row.dark_days_before:
            atoms = darkened.atoms_with(frozenset((row.id,)))
            yield Barrier("exhausted", at), darkened.options(atoms, np.ones(problem.slots, bool))


def _own_dates(compiled: Compiled, listed: WorkList) -> Iterator[tuple[Barrier, NDArray[np.int64]]]:
    problem, slots = compiled.problem, compiled.slots
    for at, work in enumerate(listed.works):
        begin, end = int(problem.option_begin[at]), int(problem.option_begin[at + 1])
        starts = problem.start[begin:end]
        if work.earliest_on is not None:
            yield Barrier("earliest", at), begin + np.flatnonzero(~slots.on_days(work.earliest_on, None)[starts])
        if work.latest_on is not None:
            yield Barrier("latest", at), begin + np.flatnonzero(~slots.on_days(None, work.latest_on)[starts])


@dataclass(frozen=True, eq=False)
class Darkening:
    """Who is dark when, entry by entry: the option, the atom, first slot and the slot behind the last."""

    compiled: Compiled
    owner: NDArray[np.int64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    @staticmethod
    def of(compiled: Compiled) -> "Darkening":
        """Of all options."""
        problem = compiled.problem
        owner = np.repeat(np.arange(problem.options), np.diff(problem.dark_begin))
        start = problem.start[owner].astype(np.int64)
        return Darkening(compiled, owner, start + problem.dark_from, start + problem.dark_until)

    def atoms_with(self, districts: frozenset[str]) -> Bools:
        """[A] whether an atom holds one of these districts."""
        held = {at for at, row in enumerate(self.compiled.listed.districts) if row.id in districts}
        return np.array([not held.isdisjoint(some) for some in self.compiled.atoms.districts], dtype=bool)

    def options(self, atoms: Bools, slots: Bools) -> NDArray[np.int64]:
        """Options that darken one of these atoms in one of these slots."""
        before = np.concatenate(([0], np.cumsum(slots)))
        hit = atoms[self.problem.dark_atom] & (before[self.end] > before[self.begin])
        return np.unique(self.owner[hit])

    def anybody(self) -> Bools:
        """[O] whether an option darkens any district at all."""
        found = np.zeros(self.problem.options, bool)
        of_district = np.array([bool(some) for some in self.compiled.atoms.districts], dtype=bool)
        found[self.owner[of_district[self.problem.dark_atom]]] = True
        return found

    @property
    def problem(self) -> Problem:
        """The arrays."""
        return self.compiled.problem
