"""From a choice of options back to works with a mode, a time and a base; what the plan costs whom; what is broken."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.problem import Ints, Violation, darkness
from wanjia.kernels.planning.works.bases import Use
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.kernels.planning.works.starts import slots_of, windows_of
from wanjia.model.faults import Fault, Where
from wanjia.model.works import MODES, Figures, Mode, Placed, Saving, Used, Work


def placed(compiled: Compiled, choice: Ints) -> tuple[Placed, ...]:
    """Every work in the order of the list; crews are named apart, see `crews`."""
    return tuple(_placed(compiled, int(option)) for option in choice)


def _placed(compiled: Compiled, option: int) -> Placed:
    problem, slots = compiled.problem, compiled.slots
    variant = compiled.variants[compiled.variant_of[option]]
    work = compiled.listed.works[variant.work]
    start = int(problem.start[option])
    starts_at, ends_at = slots.instant(start), slots.instant(start + int(problem.duration[option]), after=True)
    crew_base = next((compiled.suppliers[use.supplier].base for use in variant.uses if _is_crew(compiled, use)), "")
    used = tuple(_used(compiled, use, starts_at, ends_at) for use in variant.uses if not _is_crew(compiled, use))
    kind = work.modes[variant.mode].kind
    return Placed(work.id, kind, variant.mode, starts_at, ends_at, (), crew_base, used)


def _is_crew(compiled: Compiled, use: Use) -> bool:
    return compiled.suppliers[use.supplier].is_crew


def _used(compiled: Compiled, use: Use, starts_at: datetime, ends_at: datetime) -> Used:
    away = timedelta(hours=use.travel * compiled.slots.hours)
    return Used(compiled.suppliers[use.supplier].names[0], use.count, starts_at - away, ends_at + away)


def choice_of(compiled: Compiled, plan: Sequence[Placed]) -> tuple[NDArray[np.int64], tuple[Fault, ...]]:
    """[W] the option of every work as a plan places it, -1 where it has none; and why it has none."""
    by_work = {one.work: (at, one) for at, one in enumerate(plan)}
    choice = np.full(len(compiled.listed.works), -1, dtype=np.int64)
    faults = []
    for number, work in enumerate(compiled.listed.works):
        if work.id not in by_work:
            faults.append(Fault("planning.not_placed", Where(column="placed"), {"work": work.id}))
            continue
        at, one = by_work.pop(work.id)
        choice[number] = option_of(compiled, number, one)
        if choice[number] < 0:
            values = {"work": work.id, "mode": one.mode, "starts_at": one.starts_at.isoformat()}
            faults.append(Fault("planning.no_option", Where(column=f"placed[{at}]"), values))
    faults += [Fault("planning.unknown", Where(column=f"placed[{at}].work"), {"value": name})
               for name, (at, _) in by_work.items()]  # fmt: skip
    return choice, tuple(faults)


def option_of(compiled: Compiled, number: int, one: Placed) -> int:
    """The option of a work (its number) with that mode, start, and bases as far as they are told; -1 for none."""
    problem, slot = compiled.problem, compiled.slots.slot_of(one.starts_at)
    if slot is None:
        return -1
    begin, end = (int(problem.option_begin[number + k]) for k in (0, 1))
    here = problem.start[begin:end] == slot
    same = begin + np.flatnonzero(here & (problem.mode[begin:end] == one.mode_at))
    fits = [int(option) for option in same if _same_bases(compiled, int(option), one)]
    return fits[0] if fits else -1


def _same_bases(compiled: Compiled, option: int, one: Placed) -> bool:
    found = _placed(compiled, option)
    same_crew = not one.crew_base or one.crew_base == found.crew_base
    named = {used.means for used in one.means}
    return same_crew and (not named or named == {used.means for used in found.means})


def figures(compiled: Compiled, choice: Ints) -> Figures:
    """District-hours and household-hours of a choice, a district that several works darken counted once.

    Options of some of the works will do.
    """
    slots_dark = (darkness(compiled.problem, choice) > 0).sum(axis=1)
    return _figures(compiled, slots_dark.astype(np.float64))


def _figures(compiled: Compiled, slots_dark: NDArray[np.float64]) -> Figures:
    """From slots of darkness by atom."""
    hours = slots_dark * compiled.slots.hours
    return Figures(float(hours @ _districts(compiled)), float(hours @ _households(compiled)))


def _districts(compiled: Compiled) -> NDArray[np.float64]:
    return np.array([len(some) for some in compiled.atoms.districts], dtype=np.float64)


def _households(compiled: Compiled) -> NDArray[np.float64]:
    rows = compiled.listed.districts
    counts = [sum(rows[at].households for at in some) for some in compiled.atoms.districts]
    return np.array(counts, dtype=np.float64)


def alone(compiled: Compiled, option: int) -> Figures:
    """What one option costs those it darkens, were it the only work."""
    problem = compiled.problem
    slots_dark = np.zeros(problem.atoms)
    for entry in range(int(problem.dark_begin[option]), int(problem.dark_begin[option + 1])):
        slots_dark[problem.dark_atom[entry]] += int(problem.dark_until[entry]) - int(problem.dark_from[entry])
    return _figures(compiled, slots_dark)


def all_alone(compiled: Compiled) -> NDArray[np.float64]:
    """[options] district-hours of each, were it the only work."""
    problem = compiled.problem
    spans = (problem.dark_until.astype(np.int64) - problem.dark_from) * _districts(compiled)[problem.dark_atom]
    before = np.concatenate(([0.0], np.cumsum(spans)))
    found: NDArray[np.float64] = before[problem.dark_begin[1:]] - before[problem.dark_begin[:-1]]
    return found * compiled.slots.hours


def as_outage(compiled: Compiled, work: Work) -> Figures | None:
    """What a work costs in its first outage mode, alone and at its usual pace; None where it has no such mode."""
    mode = next((mode for mode in work.modes if mode.kind == "outage"), None)
    return None if mode is None else _mode_figures(compiled, mode)


def _mode_figures(compiled: Compiled, mode: Mode) -> Figures:
    rows = {row.id: row.households for row in compiled.listed.districts}
    duration = slots_of(mode.hours, compiled.slots)
    found = Figures()
    for names, windows in ((set(mode.dark), mode.dark_hours), (set(mode.gap) - set(mode.dark), mode.gap_hours)):
        spans = windows_of(windows, 1.0, duration, compiled.slots)
        hours = sum(end - begin for begin, end in spans) * compiled.slots.hours
        found = _sum(found, Figures(hours * len(names), hours * sum(rows[name] for name in names)))
    return found


def _sum(one: Figures, other: Figures, sign: int = 1) -> Figures:
    districts = one.district_hours + sign * other.district_hours
    return Figures(districts, one.household_hours + sign * other.household_hours)


def savings(compiled: Compiled, choice: Ints) -> tuple[Figures, tuple[Saving, ...]]:
    """What works that share an outage spare, and what each mode spares against the work's own outage, alone.

    All outages alone, less what every mode spares, less what is shared, are the figures of the plan.
    """
    singly, by_mode = Figures(), dict.fromkeys(MODES, (0, Figures()))
    for option in choice:
        variant = compiled.variants[compiled.variant_of[option]]
        work = compiled.listed.works[variant.work]
        own = alone(compiled, int(option))
        singly = _sum(singly, own)
        works, saved = by_mode[work.modes[variant.mode].kind]
        spared = _sum(as_outage(compiled, work) or own, own, -1)
        by_mode[work.modes[variant.mode].kind] = works + 1, _sum(saved, spared)
    shared = _sum(singly, figures(compiled, choice), -1)
    return shared, tuple(Saving(mode, *by_mode[mode]) for mode in MODES if by_mode[mode][0])


def told(compiled: Compiled, violation: Violation) -> Fault:
    """A broken demand in the words of the work list: `planning.broken_<kind>` with names and instants."""
    listed, slots = compiled.listed, compiled.slots
    values: dict[str, object] = {"amount": round(violation.amount, 3)}
    where = violation.where
    if violation.kind in ("resource_over", "resource_under"):
        names = [*(" ".join((one.kind, one.base)) for one in compiled.suppliers), *compiled.tie_rows]
        values |= {"name": names[where[0]], "at": slots.instant(where[1]).isoformat()}
    elif violation.kind in ("exclusion", "precedence"):
        values |= {"one": listed.works[where[1]].id, "other": listed.works[where[2]].id}
        values["amount"] = round(violation.amount * slots.hours, 2)
    elif violation.kind == "dark_days":
        values |= {"district": compiled.atoms.names[where[0]], "most": compiled.atoms.days_most[where[0]]}
    else:
        group = compiled.groups[where[0]]
        values |= {"name": group.name, "at": slots.instant(where[1]).isoformat()}
        return Fault(f"planning.broken_{group.kind}", Where(), values)
    return Fault(f"planning.broken_{violation.kind}", Where(), values)
