"""Why a work list has no plan, in its own words: the smallest conflict as values whose sentences are in the texts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from wanjia.kernels.planning.plans.barring import Barrier, Lifted, lift
from wanjia.kernels.planning.solvers.conflicts import Conflict, conflict
from wanjia.kernels.planning.solvers.stating import Demand
from wanjia.kernels.planning.works.bases import CREW
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.model.faults import Fault
from wanjia.model.works import WorkList

BETWEEN_NAMES = ", "


@dataclass(frozen=True)
class Explained:
    """`answer` as of `conflict`; `told` says it: a head, then one line for each demand or sort of demands.

    The lines' codes are `planning.conflict_<what>`: work, latest, earliest, capacity, tie, exclusion, precedence,
    repeat, exhausted, notice, blackout, double_source, back_up, tie_dead, tie_turned, tie_full.
    """

    answer: str
    works: tuple[str, ...] = ()
    told: tuple[Fault, ...] = ()
    is_minimal: bool = False
    is_smallest: bool = False


def explain(listed: WorkList, seconds: float, elapsed: Callable[[], float]) -> Explained:
    """Why nothing fits; the faults of the list where it cannot be read, `fits` where there is a plan after all."""
    lifted = lift(listed)
    if lifted.compiled is None:
        return Explained("faults", told=lifted.faults)
    found = conflict(lifted.compiled.problem, seconds, elapsed, lifted.bars)
    if found.answer != "conflict":
        return Explained(found.answer, told=_unknown(found, seconds))
    works = tuple(listed.works[demand.where[0]].id for demand in found.of_kind("work"))
    lines = tuple(_lines(lifted, lifted.compiled, listed, found.demands))
    return Explained("conflict", works, (_head(found, works, len(lines)), *lines), found.is_minimal, found.is_smallest)


def _unknown(found: Conflict, seconds: float) -> tuple[Fault, ...]:
    return (_fault("unknown", seconds=round(seconds)),) if found.answer == "unknown" else ()


def _head(found: Conflict, works: Sequence[str], lines: int) -> Fault:
    code = "smallest" if found.is_smallest else "minimal" if found.is_minimal else "some"
    return _fault(code, works=BETWEEN_NAMES.join(works), count=lines)


def _fault(code: str, **values: object) -> Fault:
    return Fault(f"planning.conflict_{code}", values=values)


def _lines(lifted: Lifted, compiled: Compiled, listed: WorkList, demands: Sequence[Demand]) -> Iterator[Fault]:
    """Works and their dates first, then what there is too little of, then the rest."""
    barriers = [lifted.barriers[demand.where[0]] for demand in demands if demand.kind == "bar"]
    yield from _works(listed, [demand.where[0] for demand in demands if demand.kind == "work"], barriers)
    yield from _capacities(compiled, [demand for demand in demands if demand.kind == "capacity"])
    for demand in demands:
        if demand.kind in ("exclusion", "precedence"):
            yield _pair(listed, demand)
        elif demand.kind in ("repeat", "never_all"):
            yield _darkness(compiled, demand)
    for barrier in barriers:
        if barrier.kind not in ("earliest", "latest"):
            yield _barrier(listed, barrier)


def _works(listed: WorkList, works: Sequence[int], barriers: Sequence[Barrier]) -> Iterator[Fault]:
    """Works with one and the same latest day stand in one line, and so do those without."""
    latest = {barrier.at for barrier in barriers if barrier.kind == "latest"}
    yield from _by_day(listed, [work for work in works if work in latest], "latest")
    free = [listed.works[work].id for work in works if work not in latest]
    if free:
        yield _fault("work", works=BETWEEN_NAMES.join(free), count=len(free))
    yield from _by_day(listed, [barrier.at for barrier in barriers if barrier.kind == "earliest"], "earliest")


def _by_day(listed: WorkList, works: Sequence[int], kind: str) -> Iterator[Fault]:
    rows = [(str(getattr(listed.works[work], f"{kind}_on")), work) for work in works]
    for day, some in groupby(sorted(rows), key=lambda row: row[0]):
        places = [work for _, work in some]
        names = BETWEEN_NAMES.join(listed.works[work].id for work in places)
        yield _fault(kind, works=names, count=len(places), day=day)


def _capacities(compiled: Compiled, demands: Sequence[Demand]) -> Iterator[Fault]:
    """One line for each pool and number that there is of it, with all the days."""
    days = compiled.slots.days
    for row, some in groupby(sorted(demands), key=lambda demand: demand.where[0]):
        if row >= len(compiled.suppliers):
            yield _tie(compiled, row, [demand.where[1] for demand in some])
            continue
        one = compiled.suppliers[row]
        counts = sorted((int(one.counts[demand.where[1]]), demand.where[1]) for demand in some)
        for count, places in groupby(counts, key=lambda pair: pair[0]):
            told = BETWEEN_NAMES.join(days[day].isoformat() for _, day in places)
            kind = one.kind.removeprefix(CREW)
            yield _fault("crews" if one.is_crew else "means", kind=kind, base=one.base, days=told, most=count)


def _tie(compiled: Compiled, row: int, days: Sequence[int]) -> Fault:
    told = BETWEEN_NAMES.join(compiled.slots.days[day].isoformat() for day in days)
    return _fault("tie", name=compiled.tie_rows[row - len(compiled.suppliers)], days=told)


def _pair(listed: WorkList, demand: Demand) -> Fault:
    row = demand.where[0]
    if demand.kind == "exclusion":
        pair = listed.exclusions[row]
        return _fault("exclusion", one=pair.one, other=pair.other)
    order = listed.precedences[row]
    return _fault("precedence", before=order.before, after=order.after, gap_hours=order.gap_hours)


def _darkness(compiled: Compiled, demand: Demand) -> Fault:
    at = demand.where[0]
    if demand.kind == "repeat":
        values = {"district": compiled.atoms.names[at], "most": compiled.atoms.days_most[at]}
        return _fault("repeat", **values)
    group = compiled.groups[at]
    return _fault(group.kind, name=group.name)


def _barrier(listed: WorkList, barrier: Barrier) -> Fault:
    if barrier.kind == "blackout":
        one = listed.blackouts[barrier.at]
        times = {"from_at": one.from_at.isoformat(), "until_at": one.until_at.isoformat()}
        return _fault("blackout", name=one.id, reason=one.reason or one.kind, **times)
    if barrier.kind == "notice":
        return _fault("notice", notice_days=listed.notice_days, drafted_on=str(listed.drafted_on))
    row = listed.districts[barrier.at]
    return _fault("exhausted", district=row.id, days=row.dark_days_before)
