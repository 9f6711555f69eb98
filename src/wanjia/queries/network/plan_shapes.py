"""What the reads of planning give: plain values for pages, island, API, calendar files and letters."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.faults import Fault


@dataclass(frozen=True)
class PlanLine:
    """One version of a plan, as a list shows it. Hours are district-hours unless named otherwise.

    `state`: draft (waits for a worker), computing, proposed, adopting, adopted, superseded, dropped (given up before it
    was in force), failed.
    `naive_hours` is the earliest-date plan with the same crews; `gap` a share, None while there is no bound.
    `share` of the computation that is done and `remaining_seconds`, None unless it is under way.
    """

    number: str
    month: date
    days: int
    organisation: str
    organisation_name: str
    version: int
    state: str
    lost_on: date | None
    based_on: str
    works: int
    outages: int
    district_hours: float | None
    household_hours: float | None
    naive_hours: float | None
    bound: float | None
    gap: float | None
    seconds: float
    seed: int
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None
    adopted_by: str
    adopted_at: datetime | None
    stage: str
    share: float | None
    remaining_seconds: float | None
    best: float | None
    faults: tuple[Fault, ...]

    @property
    def saved_share(self) -> float | None:
        """Of the naive plan's district-hours."""
        if self.district_hours is None or not self.naive_hours:
            return None
        return 1 - self.district_hours / self.naive_hours


@dataclass(frozen=True)
class Reason:
    """Why a work stands where it stands, or why it cannot: a code (`plan.reason.<code>` in texts) and its values."""

    code: str
    values: dict[str, object]


@dataclass(frozen=True)
class ModeChoice:
    """A mode that a work could take: place among its modes, kind, hours, districts dark, what it needs."""

    at: int
    kind: str
    hours: float
    districts: int
    district_hours: float
    needs: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Item:
    """A work of the plan. `crews` are codes of means, `crew_names` in the reader's language.

    `shares_with`: numbers of requests whose outage it shares (一停多用). `notice`: none (nobody is dark), due, told,
    short. `modes` are the other ways that it could be done.
    """

    id: int
    request: str
    title: str
    kind: str
    device_id: str
    feeder: str
    feeder_name: str
    longitude: float
    latitude: float
    mode: int
    mode_kind: str
    starts_at: datetime
    ends_at: datetime
    crews: tuple[str, ...]
    crew_names: tuple[str, ...]
    districts: tuple[str, ...]
    households: int
    district_hours: float
    locked: bool
    moved_by: str
    planned_work: str
    notice: str
    urgent: bool
    earliest_on: date
    latest_on: date
    shares_with: tuple[str, ...]
    reasons: tuple[Reason, ...]
    modes: tuple[ModeChoice, ...]
    case_number: str


@dataclass(frozen=True)
class GanttRow:
    """A row of the chart: a feeder or a crew, and the ids of its items, by start."""

    key: str
    label: str
    items: tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A time in which districts must stay lit; `feeders` are those that it touches."""

    number: str
    kind: str
    reason: str
    from_at: datetime
    until_at: datetime
    districts: tuple[str, ...]
    feeders: tuple[str, ...]
    case_number: str


@dataclass(frozen=True)
class PlanDay:
    """A day of the calendar: its items, how many districts and households are dark, hours lost, whether lost."""

    day: date
    items: tuple[int, ...]
    districts: int
    households: int
    district_hours: float
    windows: tuple[str, ...]
    is_workday: bool
    is_lost: bool


@dataclass(frozen=True)
class ModeSaving:
    """What a mode saved against doing its works with supply stopped; hours."""

    kind: str
    works: int
    district_hours: float
    household_hours: float


@dataclass(frozen=True)
class Figures:
    """Sums of a plan; each opens to its rows: `items` that are dark, `modes`. Repeats: districts dark on several days.

    The union counts a district once however many works share its outage; `sum_hours` counts them apart.
    """

    district_hours: float
    household_hours: float
    naive_district_hours: float
    naive_household_hours: float
    bound: float | None
    gap: float | None
    sum_hours: float
    districts_dark: int
    districts_repeated: int
    works: int
    outages: int
    modes: tuple[ModeSaving, ...]


@dataclass(frozen=True)
class Change:
    """A work that stands elsewhere than in the plan before; None where it stands in one only.

    `why`: lost (its day), room (made for others), new, dropped. `announced`: customers know the time before.
    """

    request: str
    title: str
    why: str
    announced: bool
    before: "Place | None"
    after: "Place | None"


@dataclass(frozen=True)
class Place:
    """Where a work stands: item, mode, from when until when."""

    id: int
    mode_kind: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Changes:
    """What planning a lost day again changed. `is_fewest`: proven that no plan changes less; None where unknown."""

    works: tuple[Change, ...]
    unchanged: int
    is_fewest: bool | None
    reason: str
    district_hours_before: float | None


@dataclass(frozen=True)
class Move:
    """A move by hand, newest first on the page; the newest that is not undone can be undone."""

    id: int
    item: int
    request: str
    from_at: datetime
    to_at: datetime
    from_kind: str
    to_kind: str
    district_hours: float
    moved_by: str
    moved_at: datetime
    undone: bool


@dataclass(frozen=True)
class PlanPage:
    """Everything of one plan. `slot_minutes`: the grid on which works are moved; hours of the working day."""

    line: PlanLine
    figures: Figures | None
    items: tuple[Item, ...]
    by_feeder: tuple[GanttRow, ...]
    by_crew: tuple[GanttRow, ...]
    days: tuple[PlanDay, ...]
    windows: tuple[Window, ...]
    unplaced: tuple[tuple[str, str, tuple[Reason, ...]], ...]
    moves: tuple[Move, ...]
    slot_minutes: int
    day_from_hour: float
    day_until_hour: float
    may_plan: bool
    may_adopt: bool
    changes: Changes | None = None


@dataclass(frozen=True)
class MovePrice:
    """What a move would do, before anything is written: hours of the whole plan, and what it would break.

    `allowed` is False when there are faults; `move_planned_item` then refuses with the same list.
    """

    item: int
    mode: int
    starts_at: datetime
    ends_at: datetime
    district_hours: float
    district_hours_before: float
    faults: tuple[Fault, ...]
    household_hours: float = 0.0
    household_hours_before: float = 0.0

    @property
    def change(self) -> float:
        """District-hours; less is better."""
        return self.district_hours - self.district_hours_before

    @property
    def household_change(self) -> float:
        """Household-hours; less is better."""
        return self.household_hours - self.household_hours_before

    @property
    def allowed(self) -> bool:
        """Nothing would be broken."""
        return not self.faults


@dataclass(frozen=True)
class Compared:
    """A work in two plans; None where it stands in one only. `change`: same, moved, mode, added, dropped."""

    request: str
    title: str
    change: str
    before: Item | None
    after: Item | None


@dataclass(frozen=True)
class Comparison:
    """Two plans beside each other; `works` those that differ first."""

    before: PlanLine
    after: PlanLine
    before_figures: Figures | None
    after_figures: Figures | None
    works: tuple[Compared, ...]
    moved: int
    same: int


@dataclass(frozen=True)
class Notice:
    """An outage of a plan as its customers are told: who, until when at the latest, whether it has happened.

    `state`: draft (the plan is not in force), due, told, short (fewer than seven days). `told` of `receivers` texts
    have gone out; `priority` counts customers who cannot bear it. `spans`: when supply is off, several where a
    generator or a bypass is put in and taken out.
    """

    item: int
    request: str
    title: str
    planned_work: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    state: str
    districts: tuple[tuple[str, str], ...]
    households: int
    receivers: int
    told: int
    priority: dict[str, int]
    spans: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True)
class Announced:
    """An outage as the public hears of it: when, who is dark, for which works; works that share it stand together."""

    spans: tuple[tuple[datetime, datetime], ...]
    title: str
    districts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NoticeReceiver:
    """One address of a notice; the person's data are masked."""

    number: str
    name: str
    phone: str
    district: str
    priority: str
    told_at: datetime | None


@dataclass(frozen=True)
class DayMap:
    """A day of a plan on the map: GeoJSON feature collections in degrees WGS 84.

    `works`: points with `id`, `request`, `title`, `mode`, `from`, `until`, `feeder`. `dark`: points of districts with
    `code`, `name`, `from`, `until`, `households`, `works`. `means`: points of bases used that day.
    """

    day: date
    works: dict[str, object]
    dark: dict[str, object]
    means: dict[str, object]


@dataclass(frozen=True)
class RequestLine:
    """A work that was asked for. `plan`: number of the plan in force or proposed last that has it, with its start."""

    number: str
    state: str
    organisation: str
    organisation_name: str
    device_id: str
    feeder: str
    feeder_name: str
    title: str
    kind: str
    hours: float
    modes: tuple[str, ...]
    earliest_on: date
    latest_on: date
    crew_kind: str
    urgent: bool
    districts: int
    households: int
    case_number: str
    asked_by: str
    asked_at: datetime
    plan: str
    starts_at: datetime | None


@dataclass(frozen=True)
class MeansLine:
    """Crews or trucks of one base."""

    code: str
    kind: str
    name: str
    organisation: str
    organisation_name: str
    longitude: float
    latitude: float
    by_weekday: tuple[int, ...]
    by_day: tuple[tuple[date, int], ...]
    from_hour: float
    until_hour: float
    kva: float
