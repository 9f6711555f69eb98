"""What goes in and comes out about works and plans."""

from datetime import date, datetime

from ninja import Schema
from pydantic import ConfigDict, Field

from wanjia.web.api.shapes import FaultOut


class Dated(Schema):
    """A body that holds only what it may hold; days and instants come as texts."""

    model_config = ConfigDict(extra="forbid")


class RequestIn(Dated):
    """A work that is asked for. Hours with supply stopped; empty `modes`: all may be proposed; days both included."""

    device_id: str = Field(min_length=1, max_length=64)
    title_zh: str = Field(min_length=1, max_length=120)
    kind: str = Field(max_length=24)
    hours: float
    earliest_on: date
    latest_on: date
    crew_kind: str = Field("line", max_length=24)
    title_en: str = Field("", max_length=160)
    modes: list[str] = Field(default_factory=list, max_length=5)
    urgent: bool = False


class RequestOut(Schema):
    """A work that was asked for: open, planned or withdrawn; the plan in which it stands, and from when."""

    number: str
    state: str
    organisation: str
    device_id: str
    feeder: str
    title: str
    kind: str
    hours: float
    modes: list[str]
    earliest_on: date
    latest_on: date
    crew_kind: str
    urgent: bool
    districts: int
    households: int
    plan: str
    starts_at: datetime | None


class PlanIn(Dated):
    """Any day of the month, whose plan it is, seconds for the solver, and its seed."""

    month: date
    organisation: str = Field(min_length=1, max_length=64)
    seconds: float = 60.0
    seed: int = 1


class LostDayIn(Dated):
    """The day on which nothing can be done, and why."""

    day: date
    reason: str = Field(min_length=1, max_length=200)


class MoveIn(Dated):
    """Where a work would go; without `mode` (place among its modes) it keeps its own."""

    item: int
    starts_at: datetime
    mode: int | None = None


class PlanOut(Schema):
    """One version of a plan. Hours are district-hours unless named otherwise; `gap` is a share.

    State: draft, computing, proposed, adopting, adopted, superseded, dropped, failed; `share`: how much is computed.
    """

    number: str
    month: date
    organisation: str
    version: int
    state: str
    lost_on: date | None
    based_on: str
    works: int
    outages: int
    district_hours: float | None
    household_hours: float | None
    naive_hours: float | None
    gap: float | None
    asked_at: datetime
    ended_at: datetime | None
    adopted_at: datetime | None
    stage: str
    share: float | None
    remaining_seconds: float | None
    faults: list[str]


class PlansOut(Schema):
    """Versions, newest month first, and how many there are."""

    total: int
    plans: list[PlanOut]


class ItemOut(Schema):
    """A work of a plan: when, by which mode and crews, who is dark. `notice`: none, due, told, short."""

    id: int
    request: str
    title: str
    device_id: str
    feeder: str
    mode: int
    mode_kind: str
    starts_at: datetime
    ends_at: datetime
    crews: list[str]
    districts: list[str]
    households: int
    district_hours: float
    locked: bool
    notice: str
    planned_work: str


class PlanPageOut(Schema):
    """A plan with its works; `unplaced` are requests that no day, mode and means allow."""

    plan: PlanOut
    items: list[ItemOut]
    unplaced: list[str]


class PriceOut(Schema):
    """What a move would do: hours of the whole plan before and after, what it would break."""

    item: int
    mode: int
    starts_at: datetime
    ends_at: datetime
    allowed: bool
    district_hours: float
    district_hours_before: float
    change: float
    household_hours: float
    household_hours_before: float
    faults: list[FaultOut]


class ComparedOut(Schema):
    """A work in two plans. `change`: same, moved, mode, added, dropped."""

    request: str
    title: str
    change: str
    before_at: datetime | None
    after_at: datetime | None


class ComparisonOut(Schema):
    """Two plans beside each other; works that differ first."""

    before: PlanOut
    after: PlanOut
    moved: int
    same: int
    works: list[ComparedOut]
