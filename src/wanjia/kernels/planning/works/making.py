"""A made month of works on a made prefecture: same network, sizes and seed, same month.

Works come in clusters: a section that is opened once often has several jobs waiting (poles, insulators, a transformer
on the same lateral), and that is what makes a shared outage worth while.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from wanjia.kernels.planning.works.modes import Grid, Job, propose
from wanjia.model.network import BRANCH_KINDS, Network
from wanjia.model.works import (
    BLACKOUT_KINDS,
    BackUp,
    Blackout,
    Crew,
    DoubleSource,
    Exclusion,
    Horizon,
    Means,
    Pace,
    Precedence,
    Scenario,
    Season,
    Work,
    WorkList,
)

KINDS_OF_DEVICE = ("line", "switch", "transformer", "fuse")
HOURS = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
HOURS_SHARES = (0.15, 0.2, 0.25, 0.2, 0.12, 0.08)
TOGETHER_SHARE = 0.3
"""Works on a feeder that already has one."""
FEEDER_WORKS_MAX = 4
"""Works on one feeder; beyond that it gets a project of its own."""
DISTRICTS_DARK_MAX = 30
"""Works that put out more are the substation's, not this list's."""
START_HOURS = (8.0, 9.0, 10.0, 13.0, 14.0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a month to make."""

    works: int = 300
    crews: int = 40
    trucks: int = 6
    live_line_teams: int = 4
    bypass_sets: int = 2
    switching_teams: int = 6
    bases: int = 8
    days: int = 30
    first_on: date = date(2026, 6, 1)
    blackouts: int = 20
    double_sources: int = 30


def make_month(network: Network, rng: np.random.Generator, sizes: Sizes | None = None) -> WorkList:
    """A month of works with crews, means, black-outs and customers that need care; needs a few dozen feeders."""
    size = sizes or Sizes()
    grid = Grid.of(network)
    bases = _bases(grid, size, rng)
    works = _works(grid, size, rng)
    touched = sorted({name for work in works for mode in work.modes for name in (*mode.dark, *mode.gap)})
    served = tuple(row for row in grid.served() if row.id in set(touched))
    used = {tie for work in works for mode in work.modes for tie, _ in mode.takes_over}
    return WorkList(
        Horizon(size.first_on, size.days),
        works,
        crews=_crews(bases, size, rng),
        means=_means(bases, size),
        districts=served,
        ties=tuple(tie for tie in grid.ties() if tie.id in used),
        blackouts=_blackouts(works, size, rng),
        double_sources=_double_sources(touched, size, rng),
        back_ups=_back_ups(works),
        seasons=(Season("harvest", size.first_on + timedelta(days=4), size.first_on + timedelta(days=13)),),
        exclusions=_exclusions(works, rng),
        precedences=_precedences(works, rng),
        paces=(Pace(("live_line",), size.first_on + timedelta(days=15), size.first_on + timedelta(days=18), 0, 24, 0),),
        scenarios=_scenarios(size, rng),
        drafted_on=size.first_on - timedelta(days=5),
        repeat_limit=3,
        title="made month",
    )


def _bases(grid: Grid, size: Sizes, rng: np.random.Generator) -> list[tuple[str, float, float]]:
    """Stations of the crews, each next to some district, spread by taking the one farthest from all before."""
    table = grid.network.districts
    places = np.stack((table.longitude, table.latitude), axis=1)
    chosen = [int(rng.integers(len(places)))]
    for _ in range(size.bases - 1):
        away = np.min([np.hypot(*(places - places[at]).T) for at in chosen], axis=0)
        chosen.append(int(rng.choice(len(places), p=away**2 / (away**2).sum())))
    return [(f"B{at + 1}", float(places[row, 0]), float(places[row, 1])) for at, row in enumerate(chosen)]


def _works(grid: Grid, size: Sizes, rng: np.random.Generator) -> tuple[Work, ...]:
    branches = grid.network.branches
    kinds = [BRANCH_KINDS.index(kind) for kind in KINDS_OF_DEVICE]
    able = np.flatnonzero(np.isin(branches.kind, kinds) & branches.closed & (branches.feeder != ""))
    of_feeder: dict[str, list[int]] = {}
    for row in able.tolist():
        of_feeder.setdefault(branches.feeder[row], []).append(row)
    works: list[Work] = []
    while len(works) < size.works:
        again = works and rng.random() < TOGETHER_SHARE
        pool: Sequence[int] = of_feeder[works[int(rng.integers(len(works)))].feeder] if again else able.tolist()
        feeder = branches.feeder[pool[0]]
        if again and sum(work.feeder == feeder for work in works) >= FEEDER_WORKS_MAX:
            continue
        work = _work(grid, size, len(works), pool[int(rng.integers(len(pool)))], rng)
        if work is not None:
            works.append(work)
    return tuple(works)


def _work(grid: Grid, size: Sizes, number: int, row: int, rng: np.random.Generator) -> Work | None:
    device = str(grid.network.branches.ids[row])
    day = Horizon(size.first_on, size.days)
    job = Job(device, float(rng.choice(HOURS, p=HOURS_SHARES)), hours_most=day.day_until_hour - day.day_from_hour)
    modes = propose(grid, job)
    if not 1 <= len(modes[0].dark) <= DISTRICTS_DARK_MAX:
        return None
    feeder, *at = grid.place(device)
    first = size.first_on + timedelta(days=int(rng.integers(0, max(1, size.days // 2))))
    return Work(f"W{number + 1:03d}", device, device, feeder, at[0], at[1], modes, first, None, START_HOURS)


def _crews(bases: Sequence[tuple[str, float, float]], size: Sizes, rng: np.random.Generator) -> tuple[Crew, ...]:
    """Crews in turn over the bases, each off two days in seven."""
    found = []
    for number in range(size.crews):
        name, longitude, latitude = bases[number % len(bases)]
        shift = int(rng.integers(7))
        days = (size.first_on + timedelta(days=day) for day in range(size.days) if (day + shift) % 7 < 2)
        found.append(Crew(f"C{number + 1:02d}", "line", name, longitude, latitude, tuple(days)))
    return tuple(found)


def _means(bases: Sequence[tuple[str, float, float]], size: Sizes) -> tuple[Means, ...]:
    """Each kind at two bases where there is more than one of it."""
    found = []
    kinds = {
        "generator_truck": size.trucks,
        "live_line_team": size.live_line_teams,
        "bypass_set": size.bypass_sets,
        "switching_team": size.switching_teams,
    }
    for place, (kind, count) in enumerate(kinds.items()):
        for half, number in enumerate((count - count // 2, count // 2)):
            name, longitude, latitude = bases[(place * 2 + half) % len(bases)]
            if number:
                found.append(Means(f"{kind}@{name}", kind, name, longitude, latitude, number))
    return tuple(found)


def _blackouts(works: Sequence[Work], size: Sizes, rng: np.random.Generator) -> tuple[Blackout, ...]:
    """Examinations on 7 to 9 June wherever the month has them, and days for the other kinds."""
    zone, found = ZoneInfo("Asia/Shanghai"), []
    for number in range(size.blackouts):
        kind = BLACKOUT_KINDS[number % len(BLACKOUT_KINDS)]
        dark = works[int(rng.integers(len(works)))].modes[0].dark
        some = tuple(sorted(rng.choice(dark, min(len(dark), 3), replace=False).tolist()))
        first = 6 if kind == "exam" else int(rng.integers(size.days - 4))
        begins = datetime.combine(size.first_on + timedelta(days=first), time(0), zone)
        found.append(Blackout(f"P{number + 1:02d}", kind, some, begins, begins + timedelta(days=3)))
    return tuple(found)


def _double_sources(touched: Sequence[str], size: Sizes, rng: np.random.Generator) -> tuple[DoubleSource, ...]:
    found = []
    for number in range(size.double_sources):
        one, other = rng.choice(touched, 2, replace=False).tolist()
        found.append(DoubleSource(f"U{number + 1:02d}", ((one,), (other,))))
    return tuple(found)


def _back_ups(works: Sequence[Work]) -> tuple[BackUp, ...]:
    """Neighbouring feeders by number."""
    feeders = sorted({work.feeder for work in works})
    pairs = pairwise(feeders)
    return tuple(BackUp(pair) for pair in pairs if int(pair[1][1:]) - int(pair[0][1:]) == 1)


def _exclusions(works: Sequence[Work], rng: np.random.Generator) -> tuple[Exclusion, ...]:
    pairs = [rng.choice(len(works), 2, replace=False).tolist() for _ in range(len(works) // 15)]
    return tuple(Exclusion(works[one].id, works[other].id, "harvest") for one, other in pairs)


def _precedences(works: Sequence[Work], rng: np.random.Generator) -> tuple[Precedence, ...]:
    rows = [sorted(rng.choice(len(works), 2, replace=False).tolist()) for _ in range(len(works) // 15)]
    return tuple(Precedence(works[one].id, works[other].id) for one, other in rows)


def _scenarios(size: Sizes, rng: np.random.Generator) -> tuple[Scenario, ...]:
    """A usual month, a hot one whose afternoons weigh more, a stormy one in which some days do."""
    hot = tuple(1.5 if 11 <= hour < 16 else 1.1 for hour in range(24))
    storm = tuple(np.where(rng.random(size.days) < 0.15, 2.0, 1.0).tolist())
    return Scenario("usual", 0.6), Scenario("hot", 0.25, hot), Scenario("storm", 0.15, level_by_day=storm)


def without_day(listed: WorkList, lost: date) -> WorkList:
    """The same list when nothing can be done on a day."""
    horizon = listed.horizon
    return replace(listed, horizon=replace(horizon, days_off=(*horizon.days_off, lost)))
