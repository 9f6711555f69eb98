"""What happened on the demo's feeders before today: outages by cause, season, hour and place. Made up, from a seed.

Rates are set so that reliability comes out near 99.995 %, with about 30 % fewer faults than in the same months of the
year before.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.random import Generator

from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import DISTRICT, FEEDER, SECTION, Longs, Outage
from wanjia.model.network import AREAS

COAST_DEGREES = 119.95
"""Longitude east of which the demo's wind and salt come in from the sea."""
TRIES = 60
"""Draws for a place of the cause's kind before any place will do, and before a draw without a place is dropped."""
DAY = timedelta(days=1)
THIS_YEAR, LAST_YEAR = 0.97, 1.32
"""Rates of faults: 30 % fewer now than in the same season a year ago."""
MOMENTARY_SECONDS = (70.0, 240.0)
"""What is over sooner is never announced by the sensor: automatic reclosing takes seconds."""
FIRST_SWITCHING = (0.35, 0.7)
"""After which share of an outage the part that can be fed from elsewhere is back."""
STAGED_SHARE = 0.5
"""Outages of more than two districts that are restored in two stages."""


@dataclass(frozen=True)
class Cause:
    """A kind of interruption: how often it happens, where, at what level, for how long (median minutes, log spread)."""

    code: str
    a_day: float
    where: str
    levels: tuple[float, float, float]
    minutes: float
    spread: float = 0.5
    planned: bool = False
    external: bool = False
    months: tuple[float, ...] = (1.0,) * 12
    momentary_share: float = 0.0


SUMMER_STORMS = (0.0, 0.0, 0.0, 0.1, 0.4, 1.2, 3.2, 4.0, 2.6, 0.5, 0.0, 0.0)
WARM_RAIN = (0.1, 0.2, 0.7, 1.2, 1.6, 2.0, 2.4, 2.0, 1.1, 0.5, 0.1, 0.1)
GROWTH = (0.5, 0.6, 0.9, 1.3, 1.5, 1.5, 1.4, 1.2, 1.1, 0.9, 0.6, 0.5)
OUTDOORS = (0.4, 0.3, 0.8, 1.2, 1.3, 1.0, 0.5, 0.5, 1.1, 1.6, 1.7, 1.6)
PEAKS = (1.6, 1.2, 0.4, 0.2, 0.6, 1.4, 2.4, 2.2, 0.8, 0.2, 0.3, 0.9)
CAUSES = (
    Cause("weather", 0.17, "coast", (0.30, 0.45, 0.25), 78, 0.5, months=SUMMER_STORMS),
    Cause("weather", 0.16, "hills", (0.35, 0.40, 0.25), 45, 0.5, months=WARM_RAIN, momentary_share=0.55),
    Cause("tree", 0.26, "hills", (0.30, 0.50, 0.20), 50, 0.5, months=GROWTH, momentary_share=0.40),
    Cause("third_party", 0.12, "town", (0.25, 0.52, 0.23), 64, 0.4, external=True),
    Cause("third_party", 0.14, "town", (0.22, 0.55, 0.23), 66, 0.4, external=True, months=OUTDOORS),
    Cause("equipment_age", 0.38, "anywhere", (0.60, 0.33, 0.07), 55, 0.5, momentary_share=0.10),
    Cause("customer_side", 0.22, "anywhere", (0.45, 0.40, 0.15), 48, 0.5, external=True, momentary_share=0.25),
    Cause("animal", 0.12, "hills", (0.50, 0.40, 0.10), 40, 0.5, momentary_share=0.45),
    Cause("overload", 0.06, "town", (0.90, 0.08, 0.02), 55, 0.4, months=PEAKS),
    Cause("maintenance", 0.30, "anywhere", (0.57, 0.42, 0.01), 140, 0.3, planned=True, months=OUTDOORS),
    Cause("network_works", 0.14, "town", (0.38, 0.60, 0.02), 170, 0.3, planned=True, months=OUTDOORS),
)  # fmt: skip
"""Outages a day in the whole prefecture, before the season's weight: typhoon, lightning, trees, vehicles, excavators,
ageing equipment, customers' equipment, animals, overload; maintenance and works. Codes as the practice has them."""


@dataclass(frozen=True, eq=False)
class Past:
    """One outage that happened: as the kernel would have held it at its end, and what was found out about it.

    `first_back` are rows of districts that were switched back at `first_back_at` (ms), before the rest.
    """

    outage: Outage
    cause: str
    external: bool
    first_back: tuple[int, ...] = ()
    first_back_at: int = 0


@dataclass
class _Making:
    """Outages so far; `free_at` says from when (ms) each rank may be dark again."""

    grid: Grid
    chance: Generator
    free_at: Longs
    found: list[Past] = field(default_factory=list)


def make_past(grid: Grid, chance: Generator, begins_at: datetime, ends_at: datetime, rate: float) -> tuple[Past, ...]:
    """Outages that began and ended between two instants, in order of their beginning; `rate` multiplies the faults'."""
    making = _Making(grid, chance, np.zeros(grid.districts, dtype=np.int64))
    for at, cause in sorted(_moments(chance, begins_at, ends_at, rate), key=lambda one: one[0]):
        _happen(making, cause, at, ends_at)
    return tuple(making.found)


def _moments(
    chance: Generator, begins_at: datetime, ends_at: datetime, rate: float
) -> Iterator[tuple[datetime, Cause]]:  # fmt: skip
    """When something happens: by day, with whole days on which a storm brings several."""
    day = begins_at
    while day < ends_at:
        windy = chance.gamma(0.6, 1 / 0.6)  # mean 1: most days nothing, some days a great deal
        for cause in CAUSES:
            often = cause.a_day * cause.months[day.month - 1] * (1.0 if cause.planned else rate)
            for _ in range(int(chance.poisson(often * (windy if cause.months is SUMMER_STORMS else 1.0)))):
                at = day + DAY * _hour_share(chance, cause.planned)
                if begins_at <= at < ends_at:
                    yield at, cause
        day += DAY


def _hour_share(chance: Generator, planned: bool) -> float:
    """Time of day, UTC: works begin at 7 to 9 in the morning of UTC+8, faults come rather in the afternoon."""
    hour = chance.uniform(23.0, 25.0) if planned else chance.normal(7.5, 5.0)
    return float(hour % 24) / 24


def _happen(making: _Making, cause: Cause, at: datetime, ends_at: datetime) -> None:
    chance, grid = making.chance, making.grid
    is_momentary = chance.random() < cause.momentary_share
    seconds = chance.uniform(*MOMENTARY_SECONDS) if is_momentary else _duration(chance, cause)
    start = round(at.replace(microsecond=0).timestamp() * 1000)
    end = start + 1000 * round(seconds)
    g = _place(making, cause, start)
    if g is None or end >= ends_at.timestamp() * 1000:
        return
    ranks = slice(int(grid.begin[g]), int(grid.end[g]))
    making.free_at[ranks] = end + 3_600_000
    outage = _outage(grid, g, start, end, cause.planned, "momentary" if is_momentary else "", chance)
    is_staged = not is_momentary and not cause.planned and len(outage.districts) > 2 and chance.random() < STAGED_SHARE
    making.found.append(Past(outage, cause.code, cause.external, *(_first_back(chance, outage) if is_staged else ())))


def _duration(chance: Generator, cause: Cause) -> float:
    """Seconds; never so short that it would be momentary."""
    return 60 * max(7.0, float(chance.lognormal(np.log(cause.minutes), cause.spread)))


def _place(making: _Making, cause: Cause, start: int) -> int | None:
    """A device of the cause's kind of place whose districts are lit."""
    grid, chance = making.grid, making.chance
    level = int(chance.choice((DISTRICT, SECTION, FEEDER), p=cause.levels))
    able = np.flatnonzero((grid.level == level) & grid.switching)
    for attempt in range(2 * TRIES):
        if not len(able):
            return None
        g = int(able[int(chance.integers(len(able)))])
        is_lit = bool((making.free_at[grid.begin[g] : grid.end[g]] <= start).all())
        if is_lit and (attempt > TRIES or _is_there(grid, g, cause.where)):
            return g
    return None


def _is_there(grid: Grid, g: int, where: str) -> bool:
    districts, row = grid.network.districts, int(grid.district[grid.begin[g]])
    is_urban = AREAS[int(districts.area[row])] == "urban"
    if where == "coast":
        return bool(districts.longitude[row] > COAST_DEGREES)
    return where == "anywhere" or is_urban == (where == "town")


def _outage(grid: Grid, g: int, start: int, end: int, planned: bool, hint: str, chance: Generator) -> Outage:
    ranks = slice(int(grid.begin[g]), int(grid.end[g]))
    detected = start if planned else start + 1000 * int(chance.integers(45, 95))
    return Outage(
        0, grid.device_ids[g], int(grid.level[g]), start, min(detected, end), end,
        tuple(sorted(grid.district[ranks].tolist())), int(grid.customers[ranks].sum()), "planned" if planned else hint,
        planned, 1.0 if planned else round(float(chance.uniform(0.93, 0.999)), 3),
    )  # fmt: skip


def _first_back(chance: Generator, outage: Outage) -> tuple[tuple[int, ...], int]:
    """Which districts come back first, and when."""
    share = chance.uniform(*FIRST_SWITCHING)
    rows = outage.districts[: max(1, round(len(outage.districts) * float(chance.uniform(0.3, 0.7))))]
    return rows, outage.starts_at + round(((outage.ends_at or 0) - outage.starts_at) * float(share))


def instant(milliseconds: int) -> datetime:
    """A time of the kernel."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
