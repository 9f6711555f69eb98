"""Works to be planned: modes, crews, means, what must not go dark, the horizon; and the plan that comes out.

Days are the company's days, hours are hours of such a day (8.5 is half past eight). A district is a transformer
district (台区), one medium-voltage customer: district-hours are the field's 时户数, household-hours stand beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

ModeKind: TypeAlias = Literal["outage", "live_line", "bypass", "generator", "transfer"]
BlackoutKind: TypeAlias = Literal["exam", "guarantee", "harvest", "hospital"]

MODES: tuple[ModeKind, ...] = ("outage", "live_line", "bypass", "generator", "transfer")
BLACKOUT_KINDS: tuple[BlackoutKind, ...] = ("exam", "guarantee", "harvest", "hospital")

NOTICE_DAYS = 7
"""Days between the notice of a planned outage and the outage (电力供应与使用条例 art. 28)."""
WORKS_MAX = 5_000
"""Works of one list; a prefecture plans some 300 a month."""
MODES_MAX = 12
"""Modes of one work; five kinds, some with several ties or trucks."""
DAYS_MAX = 400
"""Days of a horizon: a year and its notice."""
SLOTS_A_DAY_MAX = 96
"""Quarter hours of a day."""

HoursOf: TypeAlias = tuple[float, float]
"""Hours from the start of a work: from, until."""


@dataclass(frozen=True, slots=True)
class Need:
    """So many of a kind of means at once, all from one base."""

    means: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do a work.

    `dark` are the districts without supply during `dark_hours` (empty: the whole work); `gap` are those that only
    notice the switching, during `gap_hours`. Both in hours from the start, stretched with the work's duration.
    `takes_over` are kVA by tie; `cuts` are ties that nobody can rely on meanwhile. `section` is what is cut off from
    the network (empty: nothing); works in one section share an outage. `out` says that the feeder counts as out (two
    feeders that back each other up are never out together). `crews` of the work's kind are needed, and `effort` is
    what the means cost, in the units of the weights: a truck is not sent out for less.
    """

    kind: ModeKind
    hours: float
    needs: tuple[Need, ...] = ()
    dark: tuple[str, ...] = ()
    dark_hours: tuple[HoursOf, ...] = ()
    gap: tuple[str, ...] = ()
    gap_hours: tuple[HoursOf, ...] = ()
    takes_over: tuple[tuple[str, float], ...] = ()
    cuts: tuple[str, ...] = ()
    section: str = ""
    out: bool = False
    crews: int = 1
    effort: float = 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """A work on a device: it takes place once, wholly inside one day's working hours, in one of its modes.

    `earliest_on` and `latest_on` (both included) bound its day, None by the horizon alone. `start_hours` are the hours
    of day at which it may start, empty: any slot. `urgency` is what a working day of waiting costs, in the units of the
    weights. `fixed_start` and `fixed_mode` (position in `modes`) leave it no choice.
    """

    id: str
    title: str
    device: str
    feeder: str
    longitude: float
    latitude: float
    modes: tuple[Mode, ...]
    earliest_on: date | None = None
    latest_on: date | None = None
    start_hours: tuple[float, ...] = ()
    crew_kind: str = "line"
    urgency: float = 0.0
    fixed_start: datetime | None = None
    fixed_mode: int | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """`count` of a kind at a base; `count_by_day` says it for each day of the horizon where it is not the same.

    Out and back take distance over `speed_kmh` each way, both inside `from_hour` .. `until_hour`.
    """

    id: str
    kind: str
    base: str
    longitude: float
    latitude: float
    count: int = 1
    count_by_day: tuple[int, ...] = ()
    from_hour: float = 0.0
    until_hour: float = 24.0
    speed_kmh: float = 40.0


@dataclass(frozen=True, slots=True)
class Crew:
    """One crew; crews of a kind at one base stand for each other, apart from their days off."""

    id: str
    kind: str
    base: str
    longitude: float
    latitude: float
    days_off: tuple[date, ...] = ()
    speed_kmh: float = 40.0


@dataclass(frozen=True, slots=True)
class ServedDistrict:
    """A transformer district: households below it, kVA it asks for, how heavily its hours weigh.

    `dark_days_before` were had since the count of repeated outages began.
    """

    id: str
    households: int
    kva: float = 0.0
    weight: float = 1.0
    dark_days_before: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie between feeders and the kVA that may be taken over through it."""

    id: str
    spare_kva: float


@dataclass(frozen=True, slots=True)
class Blackout:
    """Nobody of these districts goes dark from `from_at` until `until_at`: no outage, not even a gap."""

    id: str
    kind: BlackoutKind
    districts: tuple[str, ...]
    from_at: datetime
    until_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DoubleSource:
    """A customer fed from several sources, each a set of districts: they are never all dark at once."""

    customer: str
    sources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class BackUp:
    """Feeders that back each other up: never all out at once."""

    feeders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Season:
    """Days of a name, both included."""

    name: str
    from_on: date
    until_on: date


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two works never overlap, in any part of a season (empty: never at all)."""

    one: str
    other: str
    season: str = ""


@dataclass(frozen=True, slots=True)
class Precedence:
    """`after` starts at least `gap_hours` working hours after `before` has ended."""

    before: str
    after: str
    gap_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """A start on these days between these hours takes `factor` times as long in these modes; 0: it may not start.

    Rain that forbids live-line work, short winter days, heat at noon.
    """

    modes: tuple[ModeKind, ...]
    from_on: date
    until_on: date
    from_hour: float
    until_hour: float
    factor: float


@dataclass(frozen=True, slots=True)
class Horizon:
    """Days that are planned, and the working hours of each; `days_off` have none."""

    first_on: date
    days: int
    slot_minutes: int = 30
    day_from_hour: float = 8.0
    day_until_hour: float = 18.0
    days_off: tuple[date, ...] = ()
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How heavily an hour of darkness weighs when load and weather turn out so.

    `level_by_hour` has 24 factors, `level_by_day` one for each day of the horizon (empty: 1).
    """

    name: str
    share: float
    level_by_hour: tuple[float, ...] = ()
    level_by_day: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Weights:
    """What is made least: a district-hour, a household-hour, and how mean and tail of the scenarios are mixed."""

    district_hour: float = 1.0
    household_hour: float = 0.005
    mean_share: float = 0.5
    quantile: float = 0.95


@dataclass(frozen=True, slots=True)
class WorkList:
    """All that a plan is made from. `repeat_limit` is days dark per district, -1: none; `drafted_on` is today."""

    horizon: Horizon
    works: tuple[Work, ...]
    crews: tuple[Crew, ...] = ()
    means: tuple[Means, ...] = ()
    districts: tuple[ServedDistrict, ...] = ()
    ties: tuple[Tie, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    double_sources: tuple[DoubleSource, ...] = ()
    back_ups: tuple[BackUp, ...] = ()
    seasons: tuple[Season, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    precedences: tuple[Precedence, ...] = ()
    paces: tuple[Pace, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    weights: Weights = field(default_factory=Weights)
    drafted_on: date | None = None
    notice_days: int = NOTICE_DAYS
    repeat_limit: int = -1
    budget_district_hours: float | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """Means on their way: which, how many, when they leave the base and when they are back."""

    means: str
    count: int
    leaves_at: datetime
    back_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """A work in the plan: the mode (position in `Work.modes`, and its kind), when, by whom, from which base."""

    work: str
    mode: ModeKind
    mode_at: int
    starts_at: datetime
    ends_at: datetime
    crews: tuple[str, ...] = ()
    crew_base: str = ""
    means: tuple[Used, ...] = ()


@dataclass(frozen=True, slots=True)
class Figures:
    """What a plan costs those it serves, as a union: two works in one outage count once."""

    district_hours: float = 0.0
    household_hours: float = 0.0


@dataclass(frozen=True, slots=True)
class Saving:
    """What the works of one mode spare against doing each of them as an outage, alone."""

    mode: ModeKind
    works: int
    saved: Figures


@dataclass(frozen=True)
class Reason:
    """Why a work stands where it stands: a stable code whose sentence is in the texts, and its values."""

    work: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Every work placed; `cost`, `bound` and `gap` in the units of the weights.

    `naive` are the figures of the earliest-date plan with the same crews, in which `naive_left` works found no place
    and so count as outages by themselves; `shared` is what works that share an outage spare (一停多用); `savings` by
    mode.
    """

    placed: tuple[Placed, ...]
    figures: Figures
    cost: float
    bound: float
    gap: float
    is_optimal: bool = False
    naive: Figures | None = None
    naive_left: tuple[str, ...] = ()
    shared: Figures = field(default_factory=Figures)
    savings: tuple[Saving, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def district_hours(self) -> float:
        """Customer-hours in the field's sense (时户数)."""
        return self.figures.district_hours

    @property
    def household_hours(self) -> float:
        """Hours without supply summed over households."""
        return self.figures.household_hours
