"""The bands of loss rates: the limits in force on a day, as a chart draws them, and all editions."""

from dataclasses import dataclass
from datetime import date

from wanjia.kernels.balance.day.bands import FOUR_AND_SIX, Edition
from wanjia.model.actors import Actor
from wanjia.queries.network.loss_rows import allow
from wanjia.records.network.loss_bands import edition_of, loss_bands
from wanjia.records.network.models import LossBandEdition


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


@dataclass(frozen=True)
class BandEdition:
    """One edition of bands in percent; `is_own`: entered by the company, else it ships. `in_force` on the day asked."""

    starts_on: date | None
    negative_to: float
    economic_from: float
    economic_to: float
    high_from: float
    high_begins_above: bool
    negative_begins_below: bool
    coverage_least: float
    source: str
    is_own: bool
    in_force: bool


def band_editions(day: date, actor: Actor) -> tuple[BandEdition, ...]:
    """The company's editions, newest first, and last what holds before the first of them. Raises Denied."""
    allow(actor)
    rows = list(LossBandEdition.objects.order_by("-starts_on"))
    force = next((row.starts_on for row in rows if row.starts_on <= day), None)
    own = [_edition(edition_of(row), row.starts_on, row.starts_on == force) for row in rows]
    return (*own, _edition(FOUR_AND_SIX, None, force is None))


def _edition(edition: Edition, starts_on: date | None, in_force: bool) -> BandEdition:
    ranges = {one.band: one for one in edition.ranges}
    economic, high, negative = (ranges[name] for name in ("economic", "high", "negative"))
    return BandEdition(
        starts_on, 100 * negative.most, 100 * economic.least, 100 * economic.most, 100 * high.least, high.without_least,
        negative.without_most, 100 * edition.coverage_least, edition.source, starts_on is not None, in_force,
    )  # fmt: skip
