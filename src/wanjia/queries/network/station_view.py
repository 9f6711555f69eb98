"""A station's districts in bands, worst first, and its month; a company's stations beside each other."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.queries.network.losses import BandCount, DayRates, DistrictDay, Rates
from wanjia.queries.network.parts import Part


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
    raise NotImplementedError


def company_view(actor: Actor, part: Part, day: date | None, now: datetime, language: str) -> CompanyView:
    """The same by stations. Raises Denied."""
    raise NotImplementedError
