"""Crews and means as resources: who can serve a mode, from which base, how long on the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from math import asin, ceil, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from wanjia.kernels.planning.works.slots import Slots
from wanjia.model.works import Crew, Means, Mode, Work

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
ROAD_FACTOR = 1.3
"""Kilometres of road for one as the crow flies: a common planning figure, no norm."""
BASES_MAX = 2
"""Nearest bases that are considered for each need."""
VARIANTS_MAX = 4
"""Combinations of bases considered for one mode, those with the least travel."""
CREW = "crew:"
"""Put before a kind of crew, so that it never meets a kind of means."""


@dataclass(frozen=True, eq=False)
class Supplier:
    """One row of resources: means of one id, or crews of a kind at one base; `counts` by working day.

    `names`: the crews' ids, or the means' one id.
    """

    kind: str
    names: tuple[str, ...]
    base: str
    longitude: float
    latitude: float
    speed_kmh: float
    counts: NDArray[np.float64]
    from_hour: float = 0.0
    until_hour: float = 24.0

    @property
    def is_crew(self) -> bool:
        """Whether these are crews."""
        return self.kind.startswith(CREW)

    def travel_hours(self, longitude: float, latitude: float) -> float:
        """One way."""
        return ROAD_FACTOR * distance_km(self.longitude, self.latitude, longitude, latitude) / self.speed_kmh


@dataclass(frozen=True, slots=True)
class Use:
    """So many of one supplier (row of resources), busy `travel` slots before and after the work too."""

    supplier: int
    count: int
    travel: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A mode of a work served from certain bases."""

    work: int
    mode: int
    uses: tuple[Use, ...]


def distance_km(longitude: float, latitude: float, to_longitude: float, to_latitude: float) -> float:
    """Great circle between two points (haversine)."""
    half_north, half_east = radians(to_latitude - latitude) / 2, radians(to_longitude - longitude) / 2
    along = sin(half_north) ** 2 + cos(radians(latitude)) * cos(radians(to_latitude)) * sin(half_east) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(along)))


def suppliers(slots: Slots, crews: Sequence[Crew], means: Sequence[Means]) -> tuple[Supplier, ...]:
    """Crews by kind and base, then means, in the order of the lists."""
    groups: dict[tuple[str, str, float, float, float], list[Crew]] = {}
    for crew in crews:
        key = (crew.kind, crew.base, crew.longitude, crew.latitude, crew.speed_kmh)
        groups.setdefault(key, []).append(crew)
    return (*(_crews(slots, group) for group in groups.values()), *(_means(slots, one) for one in means))


def _crews(slots: Slots, group: Sequence[Crew]) -> Supplier:
    first = group[0]
    counts = np.array([sum(day not in crew.days_off for crew in group) for day in slots.days], dtype=np.float64)
    names = tuple(crew.id for crew in group)
    place = first.longitude, first.latitude
    return Supplier(CREW + first.kind, names, first.base, *place, first.speed_kmh, counts)


def _means(slots: Slots, one: Means) -> Supplier:
    by_day = one.count_by_day or (one.count,) * slots.horizon.days
    counts = np.array([by_day[place] for place in slots.place_in_horizon()], dtype=np.float64)
    place = one.longitude, one.latitude
    return Supplier(one.kind, (one.id,), one.base, *place, one.speed_kmh, counts, one.from_hour, one.until_hour)


def demands(work: Work, mode: Mode) -> dict[str, int]:
    """How many of each kind of crew and means a mode takes."""
    found = {CREW + work.crew_kind: mode.crews} if mode.crews else {}
    for need in mode.needs:
        found[need.means] = found.get(need.means, 0) + need.count
    return found


def variants(slots: Slots, known: Sequence[Supplier], work: Work, places: tuple[int, int]) -> list[Variant]:
    """The ways to serve a mode (`places`: of the work, of its mode) from the nearest bases, least travel first."""
    mode = work.modes[places[1]]
    choices = [_nearest(slots, known, work, kind, count) for kind, count in demands(work, mode).items()]
    combined = sorted(product(*choices), key=lambda uses: sum(use.travel for use in uses))
    return [Variant(*places, tuple(uses)) for uses in combined[:VARIANTS_MAX]]


def _nearest(slots: Slots, known: Sequence[Supplier], work: Work, kind: str, count: int) -> list[Use]:
    able: Iterable[tuple[float, int]] = (
        (one.travel_hours(work.longitude, work.latitude), row)
        for row, one in enumerate(known)
        if one.kind == kind and one.counts.max(initial=0) >= count
    )
    near = sorted(able)[:BASES_MAX]
    return [Use(row, count, ceil(hours / slots.hours - 1e-9)) for hours, row in near]
