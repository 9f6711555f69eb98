"""All that is known of a transformer district on a day: curve, year, coverage, findings, events, works, neighbours."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.queries.network.losses import Curve, DayPoint, DistrictDay, FlagCount


@dataclass(frozen=True)
class Owner:
    """Who answers at one level of the grid: level 3 is the district's manager. Empty person: nobody does."""

    level: int
    role: str
    cell: str
    person: str
    phone: str


@dataclass(frozen=True)
class MeterFinding:
    """A meter with what was found of it on the day: a lead with its evidence, never a verdict.

    `meter` is masked (`****1234`), `key` is what `reveal_meter_curve` takes. `code` names the finding, `values` what
    its sentence speaks of (numbers with their unit last in the name). `points` is the weight, 0-100, highest first.
    """

    key: str
    meter: str
    role: str
    code: str
    values: dict[str, object]
    points: float


@dataclass(frozen=True)
class Event:
    """An outage that touched the district lately; `minutes` up to now where it is open."""

    number: str
    starts_at: datetime
    ends_at: datetime | None
    minutes: float
    planned: bool
    cause: str


@dataclass(frozen=True)
class Work:
    """Planned work that stops supply here, running or coming."""

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Neighbour:
    """Another district of the feeder, nearest first, with its balance of the day (None: not in collection)."""

    code: str
    name: str
    distance_m: float
    day: DistrictDay | None


@dataclass(frozen=True)
class DistrictCase:
    """A case that was opened from this district's balance."""

    number: str
    practice: str
    status: str
    reason: str
    day: date
    opened_at: datetime


@dataclass(frozen=True)
class Change:
    """What a later computation of the same day changed in the district's figures; texts, empty where there was none."""

    revision: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class DistrictPage:
    """The page. `day` is the day shown (the last computed one unless asked); None in `line`: not computed that day."""

    code: str
    name: str
    organisation: str
    organisation_name: str
    feeder: str
    feeder_name: str
    area: str
    capacity_kva: int
    customers: int
    meters: int
    in_collection_since: date | None
    owners: tuple[Owner, ...]
    day: date
    first_day: date | None
    last_day: date | None
    line: DistrictDay | None
    revision: str
    computed_at: datetime | None
    curve: Curve | None
    year: tuple[DayPoint, ...]
    flags: tuple[FlagCount, ...]
    findings: tuple[MeterFinding, ...]
    events: tuple[Event, ...]
    works: tuple[Work, ...]
    neighbours: tuple[Neighbour, ...]
    cases: tuple[DistrictCase, ...]
    changes: tuple[Change, ...]
    may_open_case: bool
    may_see_curves: bool


def district_page(code: str, day: date | None, actor: Actor, now: datetime, language: str) -> DistrictPage:
    """The page of a district that the actor may see. Raises NotFound, Denied."""
    raise NotImplementedError
