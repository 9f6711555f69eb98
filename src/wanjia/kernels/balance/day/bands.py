"""Bands of loss rates: dated editions of data, each with its source. No norm fixes them, every company sets its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from wanjia.model.network import Codes, Flags, Measures

BANDS = ("economic", "normal", "high", "negative", "not_computable")
NORMAL, NOT_COMPUTABLE = BANDS.index("normal"), BANDS.index("not_computable")


@dataclass(frozen=True)
class Range:
    """The loss rates of one band; both ends belong to it unless said otherwise. Infinite ends are open anyway."""

    band: str
    least: float = -np.inf
    most: float = np.inf
    without_least: bool = False
    without_most: bool = False

    def holds(self, rate: Measures) -> Flags:
        """Which rates lie in it; NaN never does."""
        above = rate > self.least if self.without_least else rate >= self.least
        below = rate < self.most if self.without_most else rate <= self.most
        return np.asarray(above & below, dtype=np.bool_)


@dataclass(frozen=True)
class Edition:
    """Bands that hold from a day on; what lies in no range is normal. Shares, not percent.

    coverage_least, master_least: shares of the customers', and of the masters' and generation meters', readings below
    which a balance says nothing and the district is not computable.
    """

    edition: str
    from_on: date
    source: str
    ranges: tuple[Range, ...]
    coverage_least: float = 0.98
    master_least: float = 0.98

    def band_of(self, rate: Measures) -> Codes:
        """The band of each rate, in BANDS; NaN is not computable."""
        found = np.full(rate.shape, NORMAL, dtype=np.int8)
        for each in reversed(self.ranges):
            found[each.holds(rate)] = BANDS.index(each.band)
        found[np.isnan(rate)] = NOT_COMPUTABLE
        return found


FOUR_AND_SIX = Edition(
    "4-6",
    date(2000, 1, 1),
    "One company's practice: economic 0-4 %, high from 6 %, negative to -1 %; coverage below 98 % is not computable",
    (Range("economic", 0.0, 0.04), Range("high", least=0.06), Range("negative", most=-0.01)),
)
SEVEN_AND_TEN = Edition(
    "7-10",
    date(2000, 1, 1),
    "Another company's practice: 0-7 %, 7-10 % and above 10 %; coverage below 98 % is not computable",
    (Range("economic", 0.0, 0.07), Range("high", least=0.10, without_least=True),
     Range("negative", most=0.0, without_most=True)),
)  # fmt: skip
EDITIONS = (FOUR_AND_SIX, SEVEN_AND_TEN)
"""What ships; a company's own take their place by day."""


def edition_on(day: date, editions: Sequence[Edition]) -> Edition:
    """The edition in force: the latest that began on the day or before. Raises ValueError where none did."""
    begun = [each for each in editions if each.from_on <= day]
    if not begun:
        raise ValueError(f"no bands are in force on {day}")
    return max(begun, key=lambda each: each.from_on)
