"""Crews and means of a company as a plan of works takes them: from their rows, for the days of a horizon."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from wanjia.model.works import Crew, Horizon
from wanjia.model.works import Means as MeansOfPlan
from wanjia.records.network.lookups import parents_of_organisations
from wanjia.records.network.planning import CREW_KINDS, Means


def organisations_below(code: str) -> frozenset[str]:
    """The organisation and all below it."""
    parents = parents_of_organisations()
    found = {code}
    while more := {one for one, above in parents.items() if above in found} - found:
        found |= more
    return frozenset(found)


def crews_and_means(
    organisations: Collection[str], horizon: Horizon
) -> tuple[tuple[Crew, ...], tuple[MeansOfPlan, ...]]:
    """Rows in use of these organisations: one crew for each that is ever there, means with their counts by day."""
    days = [horizon.first_on + timedelta(days=at) for at in range(horizon.days)]
    rows = list(Means.objects.filter(removed_at=None, organisation__in=organisations).order_by("code"))
    crews = tuple(crew for row in rows if row.kind in CREW_KINDS for crew in _crews(row, days))
    return crews, tuple(_means(row, days) for row in rows if row.kind not in CREW_KINDS)


def _crews(row: Means, days: list[date]) -> Iterator[Crew]:
    counts = _counts(row, days)
    for at in range(max(counts, default=0)):
        off = tuple(day for day, count in zip(days, counts, strict=True) if count <= at)
        yield Crew(crew_name(row.code, at), row.kind, row.code, row.longitude, row.latitude, off)


def crew_name(code: str, at: int) -> str:
    """Name of a crew by the row that it belongs to and its place, counted from 0."""
    return f"{code}/{at + 1}"


def _means(row: Means, days: list[date]) -> MeansOfPlan:
    counts = _counts(row, days)
    return MeansOfPlan(
        row.code, row.kind, row.code, row.longitude, row.latitude, max(counts, default=0), tuple(counts),
        row.from_hour, row.until_hour,
    )  # fmt: skip


def _counts(row: Means, days: list[date]) -> list[int]:
    return [count_on(row, day) for day in days]


def count_on(row: Means, day: date) -> int:
    """How many there are on a day."""
    return int(row.by_day.get(day.isoformat(), row.by_weekday[day.weekday()]))
