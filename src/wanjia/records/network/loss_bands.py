"""The company's bands of loss rates, by dated editions."""

from datetime import date

from wanjia.kernels.balance.day.bands import FOUR_AND_SIX, Edition, Range
from wanjia.records.network.models import LossBandEdition


def loss_bands(day: date) -> Edition:
    """The bands in force on a day; the shipped default until the company has entered its own."""
    row = LossBandEdition.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    return FOUR_AND_SIX if row is None else edition_of(row)


def edition_of(row: LossBandEdition) -> Edition:
    """A row as the kernel takes it."""
    ranges = (
        Range("economic", row.economic_from_percent / 100, row.economic_to_percent / 100),
        Range("high", least=row.high_from_percent / 100, without_least=row.high_begins_above),
        Range("negative", most=row.negative_to_percent / 100, without_most=row.negative_begins_below),
    )
    least = row.coverage_least_percent / 100
    return Edition(row.starts_on.isoformat(), row.starts_on, row.source, ranges, least, least)
