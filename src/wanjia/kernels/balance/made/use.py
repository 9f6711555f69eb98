"""How the meters of a made city use energy: daily curves by kind of customer, weather, water heaters, rooftop panels.

A customer's power in kW is standing use, plus a daily curve of its kind times its level, a factor of the day and one of
the quarter hour, plus a water heater that runs some quarter hours, plus cooling that follows the weather all share.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.made.nouns import NEVER, SLOTS, Curves, Dirt, Habits, Households
from wanjia.model.network import METER_ROLES, Codes, Indexes, Measures

MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))
COOL_ABOVE_DEGREES = 26.0
HABIT_DAYS = 28
"""Days to which the share of customers who change their habits refers."""
METER_UNIT_KWH = 0.01
"""A household meter's register has two decimals."""
MASTER_UNIT_KWH = 0.001
"""A master's has more, times the ratio of its current transformers."""
HEATER_RUNS = ((80, 8, 0.8), (28, 5, 0.4))
"""Runs of a water heater: middle and spread of their beginning, in slots, and the chance of each day."""
COOLING_ON = np.array([0.45, 0.3, 0.25, 0.4, 0.5, 0.45, 0.7, 0.7])
"""Chance that cooling is on, for each three hours of the day."""
RATIOS = (20.0, 30.0, 40.0, 60.0, 80.0, 120.0, 160.0, 200.0, 300.0)


@dataclass(frozen=True)
class Kind:
    """A kind of customer: share of all, bumps of its workday and weekend (hour, width in hours, height), levels in kW.

    `heater` and `cooling` are the share of customers who have one.
    """

    name: str
    share: float
    workday: tuple[tuple[float, float, float], ...]
    weekend: tuple[tuple[float, float, float], ...]
    level_kw: tuple[float, float]
    standby_kw: tuple[float, float]
    heater: float
    cooling: float
    cooling_kw: tuple[float, float] = (0.3, 1.2)
    ratios: tuple[float, ...] = (1.0,)
    unsteady: float = 0.65
    """Share of the curve that is chance from one quarter hour to the next; many machines together are steadier."""


_AT_HOME = ((8.5, 1.5, 0.7), (12.2, 1.2, 0.9), (19.5, 2.2, 1.6))
KINDS = (
    Kind("workers", 0.38, ((7.0, 0.8, 0.9), (20.0, 1.8, 2.2)), _AT_HOME, (0.08, 0.30), (0.03, 0.12), 0.6, 0.8),
    Kind("family", 0.30, ((7.0, 1.0, 0.9), (12.0, 1.0, 0.9), (19.0, 2.0, 2.0)), _AT_HOME, (0.12, 0.45), (0.05, 0.2),
         0.7, 0.9),
    Kind("elderly", 0.14, ((6.5, 1.2, 1.0), (11.5, 1.0, 1.2), (18.0, 1.6, 1.4)),
         ((6.5, 1.2, 1.0), (11.5, 1.0, 1.2), (18.0, 1.6, 1.4)), (0.05, 0.2), (0.03, 0.1), 0.3, 0.5, (0.2, 0.6)),
    Kind("late", 0.05, ((1.0, 1.5, 1.2), (15.0, 2.0, 0.6), (22.5, 1.8, 1.8)),
         ((1.5, 1.8, 1.2), (15.0, 2.5, 0.9), (22.5, 1.8, 1.6)), (0.08, 0.3), (0.03, 0.15), 0.5, 0.8),
    Kind("vacant", 0.04, ((12.0, 8.0, 1.0),), ((12.0, 8.0, 1.0),), (0.0, 0.001), (0.0, 0.002), 0.0, 0.0),
    Kind("shop", 0.055, ((10.0, 1.5, 1.2), (14.0, 3.0, 1.5), (19.0, 2.0, 1.6)),
         ((10.0, 1.5, 1.3), (14.0, 3.0, 1.7), (19.5, 2.0, 1.8)), (0.5, 2.5), (0.1, 0.4), 0.0, 0.9, (0.8, 3.0),
         unsteady=0.4),
    Kind("restaurant", 0.02, ((11.5, 1.2, 2.2), (18.5, 1.6, 2.4)), ((11.8, 1.3, 2.4), (18.8, 1.8, 2.8)), (1.5, 6.0),
         (0.3, 1.0), 0.0, 1.0, (1.5, 5.0), unsteady=0.35),
    Kind("workshop", 0.015, ((9.5, 1.6, 2.0), (15.0, 2.0, 2.0)), ((9.5, 1.6, 0.3), (15.0, 2.0, 0.3)), (4.0, 20.0),
         (0.3, 1.5), 0.0, 0.3, (1.0, 4.0), (20.0, 30.0, 40.0), 0.2),
)  # fmt: skip
VACANT = next(number for number, kind in enumerate(KINDS) if kind.name == "vacant")


def weather(days: int, rng: np.random.Generator) -> tuple[Measures, Measures]:
    """Degrees and the sun's share of a clear day's peak, both [days, SLOTS]: a summer month, hot and cool spells."""
    hour = (np.arange(SLOTS) + 0.5) / 4
    mean, clear = np.empty(days), np.empty(days)
    spell, cloud = 0.0, 0.0
    for day in range(days):
        spell = 0.7 * spell + rng.normal(0, 2.2)
        cloud = 0.5 * cloud + rng.normal(0, 0.35)
        mean[day], clear[day] = 28.0 + spell, float(np.clip(0.7 - cloud, 0.08, 1.0))
    temperature = mean[:, None] + 4.0 * np.sin((hour - 9.0) / 24 * 2 * np.pi)
    bell = np.clip(np.sin((hour - 5.5) / 13.0 * np.pi), 0, None) * ((hour > 5.5) & (hour < 18.5))
    passing = np.clip(1 - (1 - clear[:, None]) * rng.uniform(0, 1.2, (days, SLOTS)), 0.05, 1.0)
    return temperature, bell**1.3 * clear[:, None] * passing


def draw_households(role: Codes, ratios: Measures, dirt: Dirt, rng: np.random.Generator) -> Households:
    """Draws every meter's household. role: [n]; ratios: [n], used where the role is master."""
    count = len(role)
    shares = np.array([kind.share for kind in KINDS])
    kind = rng.choice(len(KINDS), count, p=shares / shares.sum()).astype(np.int8)
    customer = role == CUSTOMER
    ratio = np.where(role == MASTER, ratios, _drawn_ratio(kind, rng))
    unit = np.where(role == MASTER, MASTER_UNIT_KWH, METER_UNIT_KWH) * np.where(role == GENERATION, 1.0, ratio)
    spread = np.where(role == MASTER, dirt.master_error, dirt.meter_error)
    late = np.minimum(np.abs(rng.normal(0, 1, count)) * dirt.clock_minutes / 15, 0.9)
    return Households(
        kind=kind,
        level_kw=_drawn([one.level_kw for one in KINDS], kind, customer, rng),
        standby_kw=_drawn([one.standby_kw for one in KINDS], kind, customer, rng),
        heater_kw=_owned([one.heater for one in KINDS], [(1.2, 2.2)] * len(KINDS), kind, customer, rng),
        cooling_kw=_owned([one.cooling for one in KINDS], [one.cooling_kw for one in KINDS], kind, customer, rng),
        shift=rng.integers(-5, 6, count).astype(np.int32),
        peak_kw=np.where(role == GENERATION, rng.uniform(3, 15, count), 0).astype(np.float32),
        error=(1 + spread * rng.normal(0, 1, count)).astype(np.float32),
        late=np.where(role == MASTER, 0, late).astype(np.float32),
        unit_kwh=unit,
        habits=_habits(count, dirt.habits, rng),
    )


def _habits(count: int, share: float, rng: np.random.Generator) -> Habits:
    """A third each: somebody moves out or in, a circuit is given up or taken up, a bit of both."""
    day = np.where(rng.random(count) < share, rng.integers(0, HABIT_DAYS, count), NEVER)
    what = rng.integers(0, 3, count)
    away, off, some = rng.uniform(0.0, 0.3, count), rng.uniform(0.0, 0.2, count), rng.uniform(0.4, 0.8, count)
    level, circuit = np.choose(what, [away, 1.0, some]), np.choose(what, [off, off, some])
    grows = rng.random(count) < 0.5
    return Habits(day.astype(np.int32), level.astype(np.float32), circuit.astype(np.float32), grows)


def _drawn(ranges: Sequence[tuple[float, float]], kind: Codes, where: np.ndarray, rng: np.random.Generator) -> Curves:
    """Between the bounds of its kind, more often low than high; zero elsewhere."""
    low, high = np.array(ranges)[kind].T
    return np.where(where, low + (high - low) * rng.beta(1.5, 3.0, len(kind)), 0).astype(np.float32)


def _owned(
    shares: Sequence[float],
    ranges: Sequence[tuple[float, float]],
    kind: Codes,
    where: np.ndarray,
    rng: np.random.Generator,
) -> Curves:
    owned = rng.random(len(kind)) < np.array(shares)[kind]
    return np.where(owned, _drawn(ranges, kind, where, rng), 0).astype(np.float32)


def _drawn_ratio(kind: Codes, rng: np.random.Generator) -> Measures:
    ratio = np.ones(len(kind))
    for number, one in enumerate(KINDS):
        where = kind == number
        ratio[where] = rng.choice(one.ratios, int(where.sum()))
    return ratio


def curves(is_weekend: bool) -> Curves:
    """The daily curve of each kind, mean 1, [kinds, SLOTS]."""
    hour = (np.arange(SLOTS) + 0.5) / 4
    rows = []
    for kind in KINDS:
        row = np.full(SLOTS, 0.08)
        for at, width, height in kind.weekend if is_weekend else kind.workday:
            away = np.abs(hour - at)
            row += height * np.exp(-0.5 * (np.minimum(away, 24 - away) / width) ** 2)
        rows.append(row / row.mean())
    return np.array(rows, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Use:
    """Power of some customers, [n, SLOTS] kW: what a plain meter sees, and the circuits that a theft takes past it."""

    plain_kw: Curves
    circuit_kw: Curves


def customer_use(
    homes: Households, rows: slice, day_number: int, is_weekend: bool, degrees: Measures, rng: np.random.Generator
) -> Use:
    """What the customers in these rows use on one day, counted from 0. degrees: [SLOTS]."""
    kind, count = homes.kind[rows], len(homes.kind[rows])
    shape = _shifted(curves(is_weekend), kind, homes.shift[rows])
    day = rng.lognormal(-0.06, 0.35, count).astype(np.float32)
    # Somebody who is away leaves the standing use only.
    day *= rng.random(count, dtype=np.float32) > 0.03
    shape *= (homes.level_kw[rows] * day)[:, None]
    unsteady = np.array([one.unsteady for one in KINDS], dtype=np.float32)[kind][:, None]
    chance = rng.standard_exponential((count, SLOTS), dtype=np.float32)
    chance -= 1
    chance *= unsteady
    chance += 1
    shape *= chance
    shape += homes.standby_kw[rows][:, None]
    circuit = _heater(homes.heater_kw[rows] * (day > 0), rng)
    circuit += _cooling(homes, rows, day, degrees, rng)
    changed = homes.habits.changed(rows, day_number)
    shape *= np.where(changed, homes.habits.level[rows], 1)[:, None]
    circuit *= np.where(changed, homes.habits.circuit[rows], 1)[:, None]
    return Use(shape, circuit)


def _shifted(table: Curves, kind: Codes, shift: Indexes) -> Curves:
    """Row i of the result is the curve of kind[i], so many slots later."""
    twice = np.concatenate((table, table, table), axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(twice, SLOTS, axis=1)
    found: Curves = windows[kind, SLOTS - shift].astype(np.float32)
    return found


def _heater(power: Curves, rng: np.random.Generator) -> Curves:
    """A water heater: one run towards evening, half the days one in the morning; [n, SLOTS]."""
    count = len(power)
    slots = np.arange(SLOTS, dtype=np.int16)
    total = np.zeros((count, SLOTS), dtype=np.float32)
    for middle, spread, chance in HEATER_RUNS:
        start = rng.normal(middle, spread, count).astype(np.int16)[:, None]
        length = rng.integers(1, 5, count).astype(np.int16)[:, None]
        runs = power * (rng.random(count, dtype=np.float32) < chance)
        total += ((slots >= start) & (slots < start + length)) * runs[:, None]
    return total


def _cooling(homes: Households, rows: slice, day: Curves, degrees: Measures, rng: np.random.Generator) -> Curves:
    """Cooling while somebody is there and it is too warm; switched on or not for three hours at a time."""
    count = len(day)
    need = np.clip((degrees - COOL_ABOVE_DEGREES) / 10, 0, 1.2).astype(np.float32)
    on = rng.random((count, 8), dtype=np.float32) < COOLING_ON
    strength = np.repeat(on * rng.uniform(0.6, 1.2, (count, 8)).astype(np.float32), SLOTS // 8, axis=1)
    power = homes.cooling_kw[rows] * (day > 0)
    found: Curves = (strength * need * power[:, None]).astype(np.float32)
    return found


def solar_use(peak_kw: Curves, sun: Measures, rng: np.random.Generator) -> Curves:
    """What panels give, [n, SLOTS] kW."""
    roof = rng.uniform(0.8, 1.0, len(peak_kw)).astype(np.float32)
    flicker = 1 - 0.1 * rng.random((len(peak_kw), SLOTS), dtype=np.float32)
    found: Curves = (peak_kw * roof)[:, None] * sun.astype(np.float32) * flicker
    return found


def expected_peak_kw(homes: Households, district: Indexes, districts: int, degrees: Measures) -> Measures:
    """The peak of each district's expected workday on a day of these [SLOTS] degrees, [d] kW: what it is built for."""
    level = np.zeros((districts, len(KINDS)))
    np.add.at(level, (district, homes.kind), homes.level_kw)
    need = np.clip((degrees - COOL_ABOVE_DEGREES) / 10, 0, 1.2) * np.repeat(COOLING_ON, SLOTS // 8) * 0.9
    heated = sum(
        chance * 2.5 / spread / np.sqrt(2 * np.pi) * np.exp(-0.5 * ((np.arange(SLOTS) - middle - 1.5) / spread) ** 2)
        for middle, spread, chance in HEATER_RUNS
    )
    rows = level @ curves(False)
    for each, shape in ((homes.heater_kw, heated), (homes.cooling_kw, need), (homes.standby_kw, np.ones(SLOTS))):
        rows = rows + np.bincount(district, weights=each, minlength=districts)[:, None] * shape
    found: Measures = rows.max(axis=1)
    return found
