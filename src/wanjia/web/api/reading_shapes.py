"""What goes in and comes out about measurements."""

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from wanjia.web.api.shapes import Body


class Reading(Body):
    """One reading: the end of its interval (ISO 8601 with offset), and either its energy or the register at its end.

    kWh as the meter counts; the multiplier of its transformers is the register's.
    """

    meter_id: str = Field(min_length=1, max_length=64)
    read_at: str = Field(max_length=40)
    energy_kwh: float | None = None
    register_kwh: float | None = None
    quality: Literal["measured", "estimated"] = "measured"


class Readings(Body):
    """A batch; `source` says which system it comes from."""

    source: str = Field(min_length=1, max_length=100)
    readings: list[Reading] = Field(min_length=1)


class ReceiptOut(Schema):
    """What is on disk for good: readings, their days, files that came in, and those that were there already."""

    readings: int
    days: list[date]
    arrivals: list[str]
    repeated: list[str]


class Computation(Schema):
    """The day to compute, in the company's zone."""

    day: date


class RunOut(Schema):
    """A computation: waiting, running, done or failed; `share` of it is done."""

    id: int
    day: date
    state: str
    stage: str
    share: float | None
    remaining_seconds: float | None
    asked_at: datetime
    ended_at: datetime | None
    outcome: dict[str, int]
    faults: list[str]


class LossOut(Schema):
    """A district's balance; kWh, the rate and the coverage as shares. `reasons`, `cause` and `action` are codes."""

    district: str
    name: str
    organisation: str
    energy_in_kwh: float | None
    energy_out_kwh: float | None
    loss_kwh: float | None
    loss_rate: float | None
    band: str
    coverage: float | None
    reasons: list[str]
    cause: str
    action: str
    case_number: str


class LossesOut(Schema):
    """A day: its districts worst first, and their sums; `compliance` = qualified / expected."""

    day: date
    districts: list[LossOut]
    expected: int
    computable: int
    qualified: int
    loss_rate: float | None
    compliance: float | None
    collection: float | None
