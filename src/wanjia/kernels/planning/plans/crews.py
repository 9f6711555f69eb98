"""Which crew and which truck does which work: the members of each pool coloured over the intervals they are away.

Works lie within one day, and a plan never asks for more of a pool than it has at once; then taking works by their
beginning and any member that is free never runs out (interval graphs are perfect). Of those free, the one with the
fewest hours so far goes, so that hours even out; ties go by the order of the pool.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wanjia.kernels.planning.problem import Ints
from wanjia.kernels.planning.works.bases import Supplier, Use
from wanjia.kernels.planning.works.compiling import Compiled
from wanjia.kernels.planning.works.slots import Slots
from wanjia.model.works import Placed


@dataclass(frozen=True, slots=True)
class Job:
    """`count` members of a pool away in slots `begin` .. `end`, the way there and back included."""

    name: str
    pool: int
    begin: int
    end: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class Assigned:
    """A member of a pool away for a job."""

    job: Job
    member: str


@dataclass(frozen=True, slots=True)
class Pool:
    """Members that stand for each other, in order, and on which days (places of the horizon) each is away."""

    names: tuple[str, ...]
    days_off: tuple[frozenset[int], ...]
    slots_a_day: int

    def names_on(self, slot: int) -> list[str]:
        """Members at work on the day of a slot."""
        day = slot // self.slots_a_day
        return [name for name, off in zip(self.names, self.days_off, strict=True) if day not in off]


def assign(jobs: Iterable[Job], pools: Sequence[Pool]) -> tuple[Assigned, ...]:
    """Members for every job, in the order of their beginnings; fewer than asked for where a pool has too few free."""
    free_from: dict[tuple[int, str], int] = {}
    slots_away: dict[tuple[int, str], int] = {}
    found: list[Assigned] = []
    for job in sorted(jobs, key=lambda job: (job.begin, job.end, job.pool, job.name)):
        names = pools[job.pool].names_on(job.begin)
        able = [(job.pool, name) for name in names if free_from.get((job.pool, name), 0) <= job.begin]
        for member in sorted(able, key=lambda one: slots_away.get(one, 0))[: job.count]:
            free_from[member] = job.end
            slots_away[member] = slots_away.get(member, 0) + job.end - job.begin
            found.append(Assigned(job, member[1]))
    return tuple(found)


def pools_of(compiled: Compiled) -> tuple[Pool, ...]:
    """The pools of a work list, one for each supplier: crews by name, means as `id #1`, `id #2` where several."""
    days_off = {crew.id: crew.days_off for crew in compiled.listed.crews}
    place = {day: at for at, day in enumerate(compiled.slots.days)}
    found = []
    for one in compiled.suppliers:
        if one.is_crew:
            off = tuple(frozenset(place[day] for day in days_off[name] if day in place) for name in one.names)
            found.append(Pool(one.names, off, compiled.slots.a_day))
        else:
            found.append(_numbered(one, compiled.slots))
    return tuple(found)


def _numbered(one: Supplier, slots: Slots) -> Pool:
    """On a day with fewer, those with the highest numbers are missing."""
    most = int(one.counts.max(initial=0))
    names = one.names if most == 1 else tuple(f"{one.names[0]} #{number}" for number in range(1, most + 1))
    off = tuple(frozenset(day for day, count in enumerate(one.counts) if count <= at) for at in range(len(names)))
    return Pool(names[: max(most, 0)], off[: max(most, 0)], slots.a_day)


def jobs_of(compiled: Compiled, choice: Ints) -> tuple[Job, ...]:
    """What a choice asks of each pool, one job for each work and pool."""
    return tuple(
        _job(compiled, int(option), use)
        for option in choice
        for use in compiled.variants[compiled.variant_of[option]].uses
    )


def _job(compiled: Compiled, option: int, use: Use) -> Job:
    """Away before and after the work, as far as the day's slots reach."""
    problem, a_day = compiled.problem, compiled.slots.a_day
    work = compiled.listed.works[compiled.variants[compiled.variant_of[option]].work]
    start = int(problem.start[option])
    first = start // a_day * a_day
    begin = max(start - use.travel, first)
    end = min(start + int(problem.duration[option]) + use.travel, first + a_day)
    return Job(work.id, use.supplier, begin, end, use.count)


def with_crews(compiled: Compiled, choice: Ints, placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """The works as placed, each with the names of its crews and then of its trucks and sets."""
    by_work: dict[str, list[tuple[bool, str]]] = {}
    for one in assign(jobs_of(compiled, choice), pools_of(compiled)):
        is_means = not compiled.suppliers[one.job.pool].is_crew
        by_work.setdefault(one.job.name, []).append((is_means, one.member))
    return tuple(
        replace(one, crews=tuple(name for _, name in sorted(by_work.get(one.work, []), key=lambda pair: pair[0])))
        for one in placed
    )
