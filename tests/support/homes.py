"""Made curves of homes, from a seed: a shape of the day each, heavier evenings, noise; nothing wrong in them."""

from datetime import date

import numpy as np

from wanjia.kernels.balance.readings.curves import SLOTS, Curves, Grid, timeline

FIRST = date(2026, 3, 2)
"""A Monday."""


def homes(count: int, days: int, seed: int = 1, zone: str = "Asia/Shanghai", first: date = FIRST) -> Curves:
    """Curves of homes in counts of 0.001 kWh: stand-by, a morning, an evening, each home at its own hours."""
    line = timeline(first, days, zone)
    chance = np.random.default_rng(seed)
    time = np.arange(SLOTS)
    shapes = np.array([_shape(chance, time) for _ in range(count)])
    level = chance.uniform(0.5, 3.0, count)[:, None]
    noise = chance.lognormal(0.0, 0.25, (count, len(line.day)))
    by_day = chance.lognormal(0.0, 0.1, (count, days))[:, line.day]
    values = np.round(shapes[:, line.slot] * level * noise * by_day, 3)
    return Curves(values, line)


def _shape(chance: np.random.Generator, time: Grid) -> Grid:
    morning, evening = chance.integers(24, 36), chance.integers(68, 84)
    width = chance.uniform(3.0, 7.0, 2)
    peaks = 0.15 * np.exp(-(((time - morning) / width[0]) ** 2)) + 0.3 * np.exp(-(((time - evening) / width[1]) ** 2))
    return np.asarray(0.03 + peaks)


def with_values(curves: Curves, values: Grid) -> Curves:
    """The same columns with other values."""
    return Curves(values, curves.line)
