"""Reads once, when a web process starts, what the first visitor would otherwise wait for. Import after set-up."""

from django.utils import timezone

from wanjia.practice.stored import stored_practice
from wanjia.records.cases.models import PracticeVersion
from wanjia.records.territory.grid import grid_on


def warm() -> None:
    """The active practices and today's grid; both are kept in memory afterwards."""
    for row in PracticeVersion.objects.filter(active=True):
        stored_practice(row.digest, row.files)
    grid_on(timezone.localdate())
