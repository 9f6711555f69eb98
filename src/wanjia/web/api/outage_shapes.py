"""What goes out about outages."""

from datetime import date, datetime

from ninja import Schema


class PublicOutageOut(Schema):
    """An open outage as everybody may know it; `households` is rounded up to tens."""

    number: str
    places: list[str]
    households: int
    starts_at: datetime
    estimated_at: datetime | None
    cause: str
    planned: bool


class PlaceOut(Schema):
    """What is known of a place. `certain`: by customer number, else by the nearest district."""

    area: str
    certain: bool
    outage: PublicOutageOut | None
    back_at: datetime | None


class OutageOut(Schema):
    """An outage as staff see it; `status` is open, restored, merged or false."""

    number: str
    status: str
    level: str
    device_id: str
    place: str
    organisation: str
    starts_at: datetime
    ends_at: datetime | None
    districts: int
    customers: int
    priority: int
    estimated_at: datetime | None
    planned: bool
    cause: str
    confidence: float
    case_number: str


class BoardOut(Schema):
    """The counters of the board: open sudden outages, coverage in percent, today's indices by district or household."""

    outages: int
    districts: int
    customers: int
    priority: int
    overdue: int
    planned: int
    coverage_percent: float | None
    silent_districts: int
    missing_messages: int
    users: str
    saidi_minutes: float | None
    saifi: float | None
    asai: float | None
    heard_at: datetime | None


class IndicesOut(Schema):
    """Reliability of a period; `users` says who was counted."""

    first: date
    last: date
    users: str
    users_served: int
    interruptions: int
    saidi_minutes: float | None
    saifi: float | None
    caidi_minutes: float | None
    asai: float | None
    maifi: float | None
    user_hours: float
    major_days: list[date]
    saidi_minutes_without_major: float | None
