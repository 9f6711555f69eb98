"""The grid's tenures as the cover kernel's values: who answers for which cell from when to when."""

from datetime import date

from wanjia.model.places import DayRange
from wanjia.model.places import Tenure as Held
from wanjia.records.territory.holders import GRID_ROLES
from wanjia.records.territory.models import Tenure


def grid_tenures(since: date | None = None) -> tuple[Held, ...]:
    """All tenures of posts that answer for a cell; with `since` only those that still hold on that day or later."""
    rows = Tenure.objects.filter(post__role__in=GRID_ROLES.values()).exclude(post__cell_code="")
    if since is not None:
        rows = rows.exclude(ends_on__lt=since)
    values = rows.values_list("post__code", "post__cell_code", "post__role", "person", "starts_on", "ends_on")
    return tuple(
        Held(post, cell, role, f"person:{person}", DayRange(starts_on, ends_on))
        for post, cell, role, person, starts_on, ends_on in values.iterator()
    )
