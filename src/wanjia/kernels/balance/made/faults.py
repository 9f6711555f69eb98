"""Which meters and districts of a made city are at fault: drawn at random, so that some cannot be found by anybody."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.made.nouns import DeadMaster, Dirt, Injections, Theft, TheftKind, Truth, Wrong
from wanjia.kernels.balance.made.use import CUSTOMER, MASTER
from wanjia.model.network import Counts, Measures, Network

SAME_FEEDER_SHARE = 0.8
"""Most wrong entries are between districts of one feeder; the others are between the nearest two of different ones."""
UNDER_WAY_SHARE = 0.2
"""Thefts that began before the first day."""
STOLEN = (0.3, 0.9)


@dataclass(frozen=True, eq=False)
class _Draw:
    """What is still free to be chosen: customer rows in random order, taken from the end."""

    network: Network
    free: list[int]
    rng: np.random.Generator

    def customer(self) -> int:
        """Any customer."""
        return self.free.pop()

    def customer_of(self, district: int) -> int | None:
        """A customer of that district, if one is left."""
        at = self.network.meters.district
        found = next((row for row in reversed(self.free) if at[row] == district), None)
        if found is not None:
            self.free.remove(found)
        return found


def draw_truth(network: Network, days: int, wanted: Injections, dirt: Dirt, rng: np.random.Generator) -> Truth:
    """Draws the faults. Raises ValueError where the city is too small for them."""
    districts, customers = len(network.districts.ids), np.flatnonzero(network.meters.role == CUSTOMER)
    if 2 * wanted.swaps + wanted.moves + wanted.thefts + wanted.circuits > len(customers) or districts < 2:
        raise ValueError("more faults than customers, or fewer than two districts")
    draw = _Draw(network, rng.permutation(customers).tolist(), rng)
    wrong = tuple(_swapped(draw, wanted.swaps)) + tuple(_moved(draw, wanted.moves))
    masters = np.unique(network.meters.district[network.meters.role == MASTER])
    dead = rng.choice(masters, min(wanted.dead_masters, len(masters)), replace=False)
    sick = rng.permutation(np.setdiff1d(np.arange(districts), dead)).tolist()
    parts = [
        tuple(sorted(int(sick.pop()) for _ in range(min(count, len(sick)))))
        for count in (wanted.gaps, wanted.overloads, wanted.low_voltages, wanted.unbalances)
    ]
    thefts = tuple(_theft(draw, days, "share") for _ in range(wanted.thefts))
    thefts += tuple(_theft(draw, days, "circuit") for _ in range(wanted.circuits))
    lamps = np.flatnonzero(rng.random(districts) < dirt.unmetered)
    deaths = tuple(DeadMaster(int(each), _day(days, rng), "silent" if rng.random() < 0.6 else "zero") for each in dead)
    return Truth(wrong, thefts, deaths, parts[0], parts[1], parts[2], parts[3], tuple(lamps.tolist()))


def _day(days: int, rng: np.random.Generator) -> int:
    """A day neither at the very beginning nor at the very end, where there are enough of them."""
    return int(rng.integers(min(days // 7, days - 1), max(days - days // 5, 1)))


def _theft(draw: _Draw, days: int, kind: TheftKind) -> Theft:
    rng = draw.rng
    from_day = 0 if rng.random() < UNDER_WAY_SHARE else _day(days, rng)
    return Theft(draw.customer(), from_day, kind, float(rng.uniform(*STOLEN)) if kind == "share" else 1.0)


def _swapped(draw: _Draw, count: int) -> list[Wrong]:
    """Pairs of which each hangs where the books have the other."""
    found: list[Wrong] = []
    while len(found) < 2 * count:
        one = draw.customer()
        here = int(draw.network.meters.district[one])
        there = _near(draw, here)
        other = draw.customer_of(there)
        if other is not None:
            found += [Wrong(one, here, there, other), Wrong(other, there, here, one)]
    return found


def _moved(draw: _Draw, count: int) -> list[Wrong]:
    meters = [draw.customer() for _ in range(count)]
    booked = [int(draw.network.meters.district[meter]) for meter in meters]
    return [Wrong(meter, here, _near(draw, here)) for meter, here in zip(meters, booked, strict=True)]


def _near(draw: _Draw, district: int) -> int:
    """Another district close by: of the same feeder mostly, else the nearest of all."""
    table, rng = draw.network.districts, draw.rng
    away = distances_km(table.longitude, table.latitude, district)
    away[district] = np.inf
    same = np.flatnonzero(table.feeder == table.feeder[district])
    same = same[same != district]
    if len(same) and rng.random() < SAME_FEEDER_SHARE:
        return int(same[np.argsort(away[same], kind="stable")[: min(4, len(same))]][rng.integers(min(4, len(same)))])
    return int(np.argmin(away))


def distances_km(longitude: Measures, latitude: Measures, district: int) -> Measures:
    """From one district to all, [d] km, on a plane tangent at it; unknown places are infinitely far."""
    east = (longitude - longitude[district]) * 111.32 * np.cos(np.radians(latitude[district]))
    north = (latitude - latitude[district]) * 110.57
    found: Measures = np.nan_to_num(np.hypot(east, north), nan=np.inf)
    return found


def first_rows(district: np.ndarray, districts: int) -> Counts:
    """Where each district's meters begin, [d + 1]; the rows are sorted by district."""
    found: Counts = np.searchsorted(district, np.arange(districts + 1)).astype(np.int64)
    return found
