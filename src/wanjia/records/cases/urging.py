"""How often somebody may press for an answer (催办)."""

from datetime import datetime, timedelta

from wanjia.records.cases.models import HistoryEntry

URGE_AGAIN_MINUTES = 120
"""Between two of a requester's presses: long enough for whoever was pressed to answer. Staff wait ten minutes."""


def urge_again_at(case_id: int, now: datetime) -> datetime | None:
    """When the requester may press again; None when at once."""
    last = HistoryEntry.objects.filter(subject=f"case:{case_id}", verb="urged").order_by("-sequence").first()
    again_at = last.at + timedelta(minutes=URGE_AGAIN_MINUTES) if last else now
    return again_at if again_at > now else None
