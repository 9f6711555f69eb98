"""A made-up prefecture: substations, radial feeders with switches and fuses, ties between them, districts, meters.

Where the districts are known already, see `laying`.

Everything follows from the sizes and the generator given; the same seed makes the same prefecture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wanjia.kernels.topology.rows import Rows, draw_laterals, lay_feeder
from wanjia.model.network import (
    AREAS,
    CUSTOMER_METER,
    METER_ROLES,
    PHASES,
    PRIORITIES,
    Counts,
    Districts,
    Measures,
    Meters,
    Network,
    no_meters,
    words,
)

WEST, SOUTH, EAST, NORTH = 119.0, 29.0, 121.5, 30.5
"""Degrees of the made-up prefecture; some 240 by 165 km."""
DISTRICTS_A_FEEDER = (6, 22)
FEEDERS_A_SUBSTATION = 10
CAPACITIES_KVA = (100.0, 200.0, 315.0, 400.0, 630.0, 800.0)
CUSTOMERS_MEAN = 220
"""Customers a district; 9,087 districts then have about two million."""
CUSTOMERS_SPREAD = 0.6
"""Standard deviation of the logarithm."""
STEPS_DEGREES = (0.002, 0.004, 0.008, 0.02)
"""From pole to pole of a main line, some 200 m in town to 2 km in the hills; one feeder in four each."""
RURAL_DEGREES, REMOTE_DEGREES = 0.03, 0.10
"""Distance from the substation at which a place is rural, and remote."""
PHASE_SHARES = (0.30, 0.30, 0.30, 0.10)
GENERATION_SHARE, SENSITIVE_SHARE, LIFE_SUPPORT_SHARE = 0.03, 0.01, 0.0005
TIE_SHARE = 0.8
"""Feeders whose end is tied to the next one's."""


@dataclass(frozen=True)
class _Way:
    """A feeder's main line on the ground: where it begins, and degrees a pole."""

    longitude: float
    latitude: float
    east: float
    north: float

    def at(self, poles: float, aside: float = 0.0) -> tuple[float, float]:
        """So many poles along, so many to the side; kept inside the prefecture."""
        longitude = self.longitude + poles * self.east - aside * self.north
        latitude = self.latitude + poles * self.north + aside * self.east
        return min(max(longitude, WEST), EAST), min(max(latitude, SOUTH), NORTH)


def make_network(districts: int, rng: np.random.Generator, with_meters: bool = False) -> Network:
    """A prefecture of so many districts. Raises ValueError for fewer than one."""
    if districts < 1:
        raise ValueError("a prefecture has at least one district")
    rows, tails = Rows(), []
    positions: list[tuple[float, float]] = []
    distances: list[float] = []
    source, place = 0, (WEST, SOUTH)
    for number, size in enumerate(_sizes(districts, rng)):
        if number % FEEDERS_A_SUBSTATION == 0:
            source = rows.node(f"S{number // FEEDERS_A_SUBSTATION + 1:03d}", "source")
            place = float(rng.uniform(WEST + 0.1, EAST - 0.1)), float(rng.uniform(SOUTH + 0.1, NORTH - 0.1))
        way, laterals = _way(place, rng), draw_laterals(size, rng)
        for pole, aside in ((p + 1, n + 1) for p, some in enumerate(laterals) for n in range(some)):
            positions.append(way.at(pole, aside if pole % 2 else -aside))
            distances.append(float(np.hypot(way.east, way.north) * np.hypot(pole, aside)))
        tails.append(lay_feeder(rows, f"F{number + 1:04d}", source, laterals))
    _ties(rows, tails, rng)
    customers = _customers(len(positions), rng)
    table = _districts(rows, customers, np.array(positions), np.array(distances))
    return Network(rows.nodes(), rows.branches(), table, make_meters(customers, rng) if with_meters else no_meters())


def _way(place: tuple[float, float], rng: np.random.Generator) -> _Way:
    angle = rng.uniform(0, 2 * np.pi)
    step = float(rng.choice(STEPS_DEGREES))
    return _Way(*place, float(np.cos(angle)) * step, float(np.sin(angle)) * step)


def _sizes(districts: int, rng: np.random.Generator) -> list[int]:
    """Districts of each feeder; their sum is what was asked for."""
    sizes: list[int] = []
    left = districts
    while left:
        sizes.append(min(left, int(rng.integers(*DISTRICTS_A_FEEDER, endpoint=True))))
        left -= sizes[-1]
    return sizes


def _ties(rows: Rows, tails: Sequence[int], rng: np.random.Generator) -> None:
    """Open switches between the ends of neighbouring feeders; across substations too, where the numbers follow."""
    for number in range(len(tails) - 1):
        if rng.random() < TIE_SHARE:
            name = f"TIE-F{number + 1:04d}-F{number + 2:04d}"
            rows.branch(name, tails[number], tails[number + 1], "switch", "", closed=False)


def _customers(count: int, rng: np.random.Generator) -> Counts:
    mean = np.log(CUSTOMERS_MEAN) - CUSTOMERS_SPREAD**2 / 2
    return np.maximum(1, rng.lognormal(mean, CUSTOMERS_SPREAD, count).round()).astype(np.int64)


def _districts(rows: Rows, customers: Counts, positions: Measures, distance: Measures) -> Districts:
    area = np.searchsorted([RURAL_DEGREES, REMOTE_DEGREES], distance, side="right").astype(np.int8)
    # The smallest size that gives each customer 1.5 kVA.
    size = np.searchsorted(CAPACITIES_KVA[:-1], customers * 1.5)
    assert len(AREAS) > int(area.max())
    return Districts(
        ids=words([f"D{number + 1:05d}" for number in range(len(customers))]),
        node=np.array(rows.district_nodes, dtype=np.int32),
        feeder=words(rows.district_feeders),
        name=words([f"{feeder} {number + 1:05d}" for number, feeder in enumerate(rows.district_feeders)]),
        longitude=positions[:, 0].round(6),
        latitude=positions[:, 1].round(6),
        area=area,
        capacity_kva=np.array(CAPACITIES_KVA)[size],
        customers=customers,
    )


def make_meters(customers: Counts, rng: np.random.Generator) -> Meters:
    """One master, the customers, and a few generators in every district, district by district."""
    generators = rng.binomial(customers, GENERATION_SHARE)
    per_district = np.stack((np.ones_like(customers), customers, generators), axis=1)
    roles = np.tile(np.arange(len(METER_ROLES), dtype=np.int8), len(customers))
    role = np.repeat(roles, per_district.ravel())
    count = len(role)
    single = np.array([PHASES.index(name) for name in ("A", "B", "C", "ABC")], dtype=np.int8)
    phase = rng.choice(single, count, p=PHASE_SHARES)
    phase[role == METER_ROLES.index("master")] = PHASES.index("ABC")
    chance = rng.random(count)
    priority = np.where(chance < LIFE_SUPPORT_SHARE, PRIORITIES.index("life_support"), 0)
    priority[(chance >= LIFE_SUPPORT_SHARE) & (chance < LIFE_SUPPORT_SHARE + SENSITIVE_SHARE)] = 1
    priority[role != CUSTOMER_METER] = 0
    return Meters(
        ids=words([f"M{number + 1:08d}" for number in range(count)]),
        district=np.repeat(np.arange(len(customers), dtype=np.int32), per_district.sum(axis=1)),
        role=role,
        phase=phase.astype(np.int8),
        priority=priority.astype(np.int8),
        multiplier=np.ones(count),
        register_digits=np.zeros(count, dtype=np.int8),
    )
