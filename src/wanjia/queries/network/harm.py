"""How much an open outage harms: who cannot bear it first, then customers times the hours they still have to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PROMISED_HOURS = 5.5
"""Without an estimate: the longest promised time from call to supply: 90 minutes' way, 4 hours' work (rural)."""
HOURS_MIN = 0.25
"""An outage past its time still lasts some minutes."""


@dataclass(frozen=True)
class Harm:
    """`customer_hours` still to come; `until` is the time that this reckons with; `said`: somebody estimated it."""

    customer_hours: float
    until: datetime
    said: bool


def harm(customers: int, starts_at: datetime, estimated_at: datetime | None, now: datetime) -> Harm:
    """Customers dark now, times the hours until the estimate or, without one, until the promised time."""
    until = estimated_at or starts_at + timedelta(hours=PROMISED_HOURS)
    hours = max((until - now) / timedelta(hours=1), HOURS_MIN)
    return Harm(customers * hours, until, estimated_at is not None)


def order(planned: bool, priority_customers: int, customer_hours: float) -> tuple[bool, bool, float, int]:
    """Sorting key, worst first: unplanned before planned, with priority customers before without, then by harm."""
    return planned, priority_customers == 0, -customer_hours, -priority_customers
