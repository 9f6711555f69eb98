"""Throw away uploads whose form was never sent."""

from datetime import datetime, timedelta

from wanjia.records.cases.models import Paper

UNCLAIMED_HOURS_MAX = 24
"""Long enough to finish a form the next morning; no longer, because nobody answers for such a paper."""


def discard_unclaimed_papers(now: datetime) -> int:
    """Delete uploads without a case that are older than a day; returns how many."""
    before = now - timedelta(hours=UNCLAIMED_HOURS_MAX)
    deleted, _ = Paper.objects.filter(case=None, added_at__lt=before).delete()
    return deleted
