"""The limits of the bands that are in force on a day, as a chart draws them."""

from dataclasses import dataclass
from datetime import date

from wanjia.model.actors import Actor
from wanjia.queries.network.loss_rows import allow
from wanjia.records.network.loss_bands import loss_bands


@dataclass(frozen=True)
class BandLimits:
    """Shares (0.06 is 6 %): high from here on, economic up to here, negative down from here; and who says so."""

    high_least: float
    economic_most: float
    negative_most: float
    edition: str
    from_on: date
    source: str


def band_limits(day: date, actor: Actor) -> BandLimits:
    """The edition in force on the day. Raises Denied."""
    allow(actor)
    edition = loss_bands(day)
    ranges = {one.band: one for one in edition.ranges}
    return BandLimits(
        ranges["high"].least, ranges["economic"].most, ranges["negative"].most, edition.edition, edition.from_on,
        edition.source,
    )  # fmt: skip
