"""A made-up prefecture: substations, radial feeders with switches and fuses, ties between them, districts, meters.

Everything follows from the sizes and the generator given; the same seed makes the same prefecture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from wanjia.model.network import (
    AREAS,
    BRANCH_KINDS,
    CUSTOMER_METER,
    METER_ROLES,
    NODE_KINDS,
    PHASES,
    PRIORITIES,
    Branches,
    Counts,
    Districts,
    Meters,
    Network,
    Nodes,
    no_meters,
    words,
)

WEST, SOUTH, EAST, NORTH = 119.0, 29.0, 121.5, 30.5
"""Degrees of the made-up prefecture; some 240 by 165 km."""
DISTRICTS_A_FEEDER = (6, 22)
FEEDERS_A_SUBSTATION = 10
POLES_A_SECTION = 3
"""Poles of the main line between two switches."""
LATERAL_DISTRICTS = (1, 2, 3, 4)
LATERAL_SHARES = (0.4, 0.3, 0.2, 0.1)
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


@dataclass
class _Making:
    """Rows so far."""

    node_ids: list[str] = field(default_factory=list)
    node_kinds: list[int] = field(default_factory=list)
    branches: list[tuple[str, int, int, int, bool, str]] = field(default_factory=list)
    district_nodes: list[int] = field(default_factory=list)
    district_feeders: list[str] = field(default_factory=list)
    positions: list[tuple[float, float]] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)

    def node(self, name: str, kind: str = "junction") -> int:
        self.node_ids.append(name)
        self.node_kinds.append(NODE_KINDS.index(kind))
        return len(self.node_ids) - 1

    def branch(self, name: str, start: int, end: int, kind: str, feeder: str, closed: bool = True) -> None:
        self.branches.append((name, start, end, BRANCH_KINDS.index(kind), closed, feeder))


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
    making = _Making()
    sizes = _sizes(districts, rng)
    tails: list[int] = []
    source, place = 0, (WEST, SOUTH)
    for number, size in enumerate(sizes):
        if number % FEEDERS_A_SUBSTATION == 0:
            source = making.node(f"S{number // FEEDERS_A_SUBSTATION + 1:03d}", "source")
            place = float(rng.uniform(WEST + 0.1, EAST - 0.1)), float(rng.uniform(SOUTH + 0.1, NORTH - 0.1))
        angle = rng.uniform(0, 2 * np.pi)
        step = float(rng.choice(STEPS_DEGREES))
        way = _Way(*place, float(np.cos(angle)) * step, float(np.sin(angle)) * step)
        tails.append(_feeder(making, f"F{number + 1:04d}", source, size, way, rng))
    _ties(making, tails, rng)
    return _network(making, rng, with_meters)


def _sizes(districts: int, rng: np.random.Generator) -> list[int]:
    """Districts of each feeder; their sum is what was asked for."""
    sizes: list[int] = []
    left = districts
    while left:
        sizes.append(min(left, int(rng.integers(*DISTRICTS_A_FEEDER, endpoint=True))))
        left -= sizes[-1]
    return sizes


def _feeder(making: _Making, feeder: str, source: int, size: int, way: _Way, rng: np.random.Generator) -> int:
    """Breaker, main line with a switch every few poles, a lateral at each pole; returns the node at its end."""
    at = making.node(f"{feeder}-N0")
    making.branch(f"{feeder}-CB", source, at, "breaker", feeder)
    pole = 0
    while size:
        pole += 1
        if pole > 1 and pole % POLES_A_SECTION == 1:
            beyond = making.node(f"{feeder}-N{pole}S")
            making.branch(f"{feeder}-SW{pole}", at, beyond, "switch", feeder)
            at = beyond
        nearer, at = at, making.node(f"{feeder}-N{pole}")
        making.branch(f"{feeder}-L{pole}", nearer, at, "line", feeder)
        here = min(size, int(rng.choice(LATERAL_DISTRICTS, p=LATERAL_SHARES)))
        _lateral(making, feeder, pole, at, here, way)
        size -= here
    return at


def _lateral(making: _Making, feeder: str, pole: int, at: int, size: int, way: _Way) -> None:
    """A fuse, then one span and one transformer for each district."""
    name = f"{feeder}-P{pole}"
    behind = making.node(f"{name}-0")
    making.branch(f"{name}-FU", at, behind, "fuse", feeder)
    for number in range(1, size + 1):
        if number > 1:
            nearer, behind = behind, making.node(f"{name}-{number - 1}")
            making.branch(f"{name}-L{number - 1}", nearer, behind, "line", feeder)
        low = making.node(f"{name}-D{number}", "district")
        making.branch(f"{name}-T{number}", behind, low, "transformer", feeder)
        making.district_nodes.append(low)
        making.district_feeders.append(feeder)
        making.positions.append(way.at(pole, number if pole % 2 else -number))
        making.distances.append(float(np.hypot(way.east, way.north) * np.hypot(pole, number)))


def _ties(making: _Making, tails: Sequence[int], rng: np.random.Generator) -> None:
    """Open switches between the ends of neighbouring feeders; across substations too, where the numbers follow."""
    for number in range(len(tails) - 1):
        if rng.random() < TIE_SHARE:
            name = f"TIE-F{number + 1:04d}-F{number + 2:04d}"
            making.branch(name, tails[number], tails[number + 1], "switch", "", closed=False)


def _network(making: _Making, rng: np.random.Generator, with_meters: bool) -> Network:
    count = len(making.district_nodes)
    mean = np.log(CUSTOMERS_MEAN) - CUSTOMERS_SPREAD**2 / 2
    customers = np.maximum(1, rng.lognormal(mean, CUSTOMERS_SPREAD, count).round()).astype(np.int64)
    return Network(
        Nodes(words(making.node_ids), np.array(making.node_kinds, dtype=np.int8)),
        _branches(making),
        _districts(making, customers),
        _meters(customers, rng) if with_meters else no_meters(),
    )


def _branches(making: _Making) -> Branches:
    names, starts, ends, kinds, closed, feeders = zip(*making.branches, strict=True)
    return Branches(
        words(list(names)),
        np.array(starts, dtype=np.int32),
        np.array(ends, dtype=np.int32),
        np.array(kinds, dtype=np.int8),
        np.array(closed, dtype=np.bool_),
        words(list(feeders)),
    )


def _districts(making: _Making, customers: Counts) -> Districts:
    count = len(customers)
    distance = np.array(making.distances)
    area = np.searchsorted([RURAL_DEGREES, REMOTE_DEGREES], distance, side="right").astype(np.int8)
    # The smallest size that gives each customer 1.5 kVA.
    size = np.searchsorted(CAPACITIES_KVA[:-1], customers * 1.5)
    assert len(AREAS) > int(area.max())
    return Districts(
        ids=words([f"D{number + 1:05d}" for number in range(count)]),
        node=np.array(making.district_nodes, dtype=np.int32),
        feeder=words(making.district_feeders),
        name=words([f"{feeder} {number + 1:05d}" for number, feeder in enumerate(making.district_feeders)]),
        longitude=np.array([position[0] for position in making.positions]).round(6),
        latitude=np.array([position[1] for position in making.positions]).round(6),
        area=area,
        capacity_kva=np.array(CAPACITIES_KVA)[size],
        customers=customers,
    )


def _meters(customers: Counts, rng: np.random.Generator) -> Meters:
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
    )
