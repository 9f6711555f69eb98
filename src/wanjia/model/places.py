"""Where things are and who answers there: positions, days and tenures. Longitude and latitude are WGS 84 degrees."""

from dataclasses import dataclass
from datetime import date

LONGITUDE_DEGREES_MAX = 180.0
LATITUDE_DEGREES_MAX = 90.0
IDENTIFIER_CHARACTERS_MAX = 64
"""Identifiers are read aloud, printed on cards and indexed: longer ones are a sign of a wrong column."""
LEVELS_MAX = 8
"""Deepest service grid: province to household group needs six; more is a sign of a wrong column."""
CELLS_MAX = 200_000
"""Most cells in one territory, in cells; 300 times a prefecture's 645, and still proved in memory."""


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the ground: WGS 84, degrees."""

    longitude: float
    latitude: float

    def inside_the_world(self) -> bool:
        """True for finite coordinates within +-180 and +-90 degrees; NaN is outside."""
        return abs(self.longitude) <= LONGITUDE_DEGREES_MAX and abs(self.latitude) <= LATITUDE_DEGREES_MAX


@dataclass(frozen=True, slots=True, order=True)
class DayRange:
    """Days from `starts_on` to `ends_on`, both included; None means without limit on that side."""

    starts_on: date | None
    ends_on: date | None

    def holds(self, day: date) -> bool:
        """True when `day` lies in the range, its two ends included."""
        after_start = self.starts_on is None or self.starts_on <= day
        return after_start and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Tenure:
    """One post on one cell, held by one person for a range of days; an empty `holder` is a vacant post."""

    post_id: str
    cell_id: str
    role: str
    holder: str
    days: DayRange
