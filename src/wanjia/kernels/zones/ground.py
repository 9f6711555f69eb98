"""Degrees to metres on the ground around a place: a plane that touches the WGS 84 ellipsoid there.

East and north are scaled by the radii of curvature at the place, so a straight line between two positions stays
straight, as GeoJSON (RFC 7946, 3.1.1) means it. Within 1 km of the place, up to 60 degrees of latitude, a distance is
off by less than 0.03 %.
"""

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

Metres = NDArray[np.float64]
Degrees = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.00669437999014
"""Of the WGS 84 ellipsoid."""


@dataclass(frozen=True)
class Ground:
    """The plane at a place: metres for a degree to the east and to the north there."""

    longitude: float
    latitude: float
    east_m: float
    north_m: float

    def metres(self, degrees: Degrees) -> Metres:
        """[n, 2] longitude and latitude -> [n, 2] metres east and north of the place."""
        scaled: Metres = (degrees - (self.longitude, self.latitude)) * (self.east_m, self.north_m)
        return scaled

    def degrees(self, metres: Metres) -> Degrees:
        """The way back."""
        scaled: Degrees = metres / (self.east_m, self.north_m) + (self.longitude, self.latitude)
        return scaled


def ground_at(longitude: float, latitude: float) -> Ground:
    """The plane at a place between 89 degrees south and north: meridian and prime-vertical radii of the ellipsoid."""
    phi = radians(max(-89.0, min(89.0, latitude)))
    flat = 1.0 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_M / sqrt(flat)
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / flat**1.5
    return Ground(longitude, latitude, radians(1.0) * prime_vertical * cos(phi), radians(1.0) * meridian)
