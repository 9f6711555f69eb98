"""A work list as a planning problem: every work's modes, bases and starts as options, districts as atoms.

Options that break a demand by themselves (notice, black-outs, working hours, means away from their base too long) are
left out; demands between works are the problem's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Problem
from wanjia.kernels.planning.works.arrays import Chunk, Made, darkness, exclusions, precedences, uses
from wanjia.kernels.planning.works.atoms import Atoms, Group, capacity_rows, group_arrays, groups, merge
from wanjia.kernels.planning.works.bases import Supplier, Variant, suppliers, variants
from wanjia.kernels.planning.works.faults import work_list_faults
from wanjia.kernels.planning.works.slots import Slots, levels
from wanjia.kernels.planning.works.starts import Dropped, Starts, allowed
from wanjia.model.faults import Fault, Where
from wanjia.model.works import WorkList

OPTIONS_MAX = 4_000_000
"""Options of one problem: 300 works in five modes from three bases on a month of quarter hours are 1,500,000."""


@dataclass(frozen=True, eq=False)
class Compiled:
    """A problem and what its numbers mean.

    `variant_of` [options] points into `variants`; `atoms` tell districts (places in the list) and flags; `groups` stand
    in the order of the problem's never-all groups; `suppliers` are the first rows of resources, `tie_rows` the rest.
    """

    listed: WorkList
    problem: Problem
    slots: Slots
    variants: tuple[Variant, ...]
    variant_of: NDArray[np.int32]
    suppliers: tuple[Supplier, ...]
    tie_rows: tuple[str, ...]
    atoms: Atoms
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Compilation:
    """What came of a work list: the problem, or else every fault that kept it from being one."""

    compiled: Compiled | None
    faults: tuple[Fault, ...]


def compile_works(listed: WorkList) -> Compilation:
    """The problem of a work list; a work without any possible start is a fault that names what forbids it."""
    if faults := work_list_faults(listed):
        return Compilation(None, faults)
    slots = Slots.of(listed.horizon)
    known = suppliers(slots, listed.crews, listed.means)
    place = {row.id: at for at, row in enumerate(listed.districts)}
    starts = Starts.of(listed, slots, place)
    chunks: list[Chunk] = []
    found: list[Variant] = []
    for at in range(len(listed.works)):
        before, dropped = len(chunks), Dropped()
        _options(starts, known, at, (found, chunks), dropped)
        if len(chunks) == before:
            faults = (*faults, dropped.fault(listed.works[at], at))
    if sum(len(chunk.starts) for chunk in chunks) > OPTIONS_MAX:
        faults = (*faults, Fault("planning.too_many_options", Where(column="works"), {"most": OPTIONS_MAX}))
    if faults:
        return Compilation(None, faults)
    return Compilation(_compiled(Made(listed, slots, place, tuple(found), tuple(chunks)), known), ())


def _options(
    starts: Starts, known: Sequence[Supplier], at: int, out: tuple[list[Variant], list[Chunk]], dropped: Dropped
) -> None:
    """Adds all options of a work, mode by mode."""
    made, chunks = out
    work = starts.listed.works[at]
    for mode_at in range(len(work.modes)):
        if work.fixed_mode not in (None, mode_at):
            continue
        served = variants(starts.slots, known, work, (at, mode_at))
        dropped.without_means += not served
        for factor, duration, possible in allowed(starts, at, mode_at, dropped):
            for variant in served:
                kept = starts.reachable(possible, duration, variant, known)
                dropped.out_of_reach += len(possible) - len(kept)
                if len(kept):
                    made.append(variant)
                    chunks.append(Chunk(len(made) - 1, kept, duration, factor))


def _compiled(made: Made, known: tuple[Supplier, ...]) -> Compiled:
    listed = made.listed
    atoms = merge(listed, made.place)
    found = tuple(groups(listed, atoms, made.place))
    ties = tuple(capacity_rows(listed))
    spare = {tie.id: tie.spare_kva for tie in listed.ties}
    rows = [*(made.slots.by_day(one.counts) for one in known)]
    rows += [np.full(made.slots.count, spare[tie]) for tie in ties]
    problem = _problem(made, atoms, found, np.concatenate(rows) if rows else np.empty(0), (len(known), ties))
    variant_of = np.repeat(np.array([chunk.variant for chunk in made.chunks], dtype=np.int32), made.sizes)
    return Compiled(listed, problem, made.slots, made.variants, variant_of, known, ties, atoms, found)


def _problem(
    made: Made,
    atoms: Atoms,
    found: Sequence[Group],
    most: NDArray[np.float64],
    tie_rows: tuple[int, Sequence[str]],
) -> Problem:
    chunks, sizes, slots, weights = made.chunks, made.sizes, made.slots, made.listed.weights
    use_begin, use_cell, use_amount = uses(made, *tie_rows)
    dark_begin, dark_atom, dark_from, dark_until = darkness(made, atoms)
    scenario_begin, level = levels(slots, made.listed.scenarios)
    never_begin, never_atom = group_arrays(found)
    exclusion, exclusion_mask, masks = exclusions(made.listed, slots)
    return Problem(
        slots=slots.count,
        option_begin=made.begins(),
        start=np.concatenate([chunk.starts for chunk in chunks]).astype(np.int32),
        duration=np.repeat(np.array([chunk.duration for chunk in chunks], dtype=np.int32), sizes),
        mode=np.repeat(np.array([made.places(chunk)[1] for chunk in chunks], dtype=np.int16), sizes),
        use_begin=use_begin,
        use_cell=use_cell,
        use_amount=use_amount,
        least=np.zeros(len(most)),
        most=most,
        scenario_begin=scenario_begin,
        risk_begin=np.zeros(int(sizes.sum()) + 1, dtype=np.int64),
        risk=np.empty(0),
        dark_begin=dark_begin,
        dark_atom=dark_atom,
        dark_from=dark_from,
        dark_until=dark_until,
        atom_weight=np.array(atoms.weight, dtype=np.float64),
        level=level,
        day_of_slot=slots.day_of_slot(),
        dark_days_most=np.array(atoms.days_most, dtype=np.int32),
        never_all_begin=never_begin,
        never_all_atom=never_atom,
        exclusion=exclusion,
        exclusion_mask=exclusion_mask,
        masks=masks,
        precedence=precedences(made.listed, slots),
        mean_share=weights.mean_share if len(made.listed.scenarios) > 1 else 1.0,
        quantile=weights.quantile,
    )
