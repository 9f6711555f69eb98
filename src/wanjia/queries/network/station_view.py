"""A station's districts in bands, worst first, and its month; a company's stations beside each other."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.queries.network.loss_rows import (
    OBJECT,
    Days,
    Known,
    allow,
    band_counts,
    days_to_show,
    known_districts,
    lines,
    rates,
    results,
    worst_first,
)
from wanjia.queries.network.losses import BandCount, DayRates, DistrictDay, Rates
from wanjia.queries.network.parts import Part, seen_districts
from wanjia.records.network.collection import collection_starts
from wanjia.records.territory.models import Organisation


@dataclass(frozen=True)
class StationView:
    """One day of a part of the network; `lines` are its districts in collection, worst first, narrowed by `band`.

    `rates` and `bands` are of all of them, whatever `band` asks. `month` has a line for every computed day of the
    day's month, `month_rates` their sum. `waiting` districts are not in collection yet.
    """

    day: date
    first_day: date | None
    last_day: date | None
    rates: Rates
    bands: tuple[BandCount, ...]
    lines: tuple[DistrictDay, ...]
    month: tuple[DayRates, ...]
    month_rates: Rates
    waiting: int


@dataclass(frozen=True)
class StationLine:
    """One station of the company's list."""

    code: str
    name: str
    rates: Rates
    bands: tuple[BandCount, ...]
    in_collection_since: date | None


@dataclass(frozen=True)
class CompanyView:
    """All stations that the actor may see: those with the lowest compliance first, those not in collection last."""

    day: date
    first_day: date | None
    last_day: date | None
    rates: Rates
    bands: tuple[BandCount, ...]
    stations: tuple[StationLine, ...]


def station_view(
    actor: Actor, part: Part, day: date | None, now: datetime, language: str, band: str = "", text: str = ""
) -> StationView:
    """The districts of the part that the actor may see, on a day (the last computed one). Raises Denied."""
    allow(actor)
    days, known = _asked(actor, part, day, now, language)
    month = results(days.shown.replace(day=1), _month_end(days.shown), known)
    table = month.filter(pc.equal(month["day"], pa.scalar(days.shown, month["day"].type)))
    found = worst_first(lines(_chosen(table, known, band, text), known))
    return StationView(
        days.shown, days.first, days.last, rates(table), band_counts(table), tuple(found), by_day(month), rates(month),
        len(known) - table.num_rows,
    )  # fmt: skip


def company_view(actor: Actor, part: Part, day: date | None, now: datetime, language: str) -> CompanyView:
    """The same by stations. Raises Denied."""
    allow(actor)
    days, known = _asked(actor, part, day, now, language)
    table, begun = results(days.shown, days.shown, known), collection_starts()
    members: dict[str, list[int]] = {one.organisation: [] for one in known.values()}
    for row, code in enumerate(table["district_id"].to_pylist()):
        members[known[code].organisation].append(row)
    column = "name_en" if language == "en" else "name_zh"
    names = dict(Organisation.objects.filter(code__in=members).values_list("code", column))
    stations = [
        _station(code, names.get(code, code), table.take(pa.array(rows, pa.int64())), begun.get(code))
        for code, rows in members.items()
    ]
    return CompanyView(
        days.shown, days.first, days.last, rates(table), band_counts(table), tuple(sorted(stations, key=_lowest_first))
    )


def by_day(table: pa.Table) -> tuple[DayRates, ...]:
    """The sums of each day, oldest first."""
    found = pc.unique(table["day"])
    return tuple(
        DayRates(one.as_py(), rates(table.filter(pc.equal(table["day"], one))))
        for one in found.take(pc.sort_indices(found))
    )


def _asked(actor: Actor, part: Part, day: date | None, now: datetime, language: str) -> tuple[Days, dict[str, Known]]:
    days = days_to_show(day, timezone.localdate(now))
    return days, known_districts(seen_districts(actor, part, OBJECT), language)


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _chosen(table: pa.Table, known: dict[str, Known], band: str, text: str) -> pa.Table:
    if band:
        table = table.filter(pc.equal(table["band"].cast(pa.string()), band))
    if text:
        wanted = text.strip().lower()
        fits = [code for code, one in known.items() if wanted in code.lower() or wanted in one.name.lower()]
        table = table.filter(pc.is_in(table["district_id"].cast(pa.string()), pa.array(fits, pa.string())))
    return table


def _station(code: str, name: str, table: pa.Table, since: date | None) -> StationLine:
    return StationLine(code, name, rates(table), band_counts(table), since)


def _lowest_first(one: StationLine) -> tuple[bool, float, str]:
    return one.rates.expected == 0, one.rates.compliance or 0.0, one.code
