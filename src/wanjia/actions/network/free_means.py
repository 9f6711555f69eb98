"""Which means a company has free on a day: those of its bases, less what plans in force send out."""

from collections import Counter
from datetime import date, datetime

from django.utils import timezone

from wanjia.actions.network.plan_means import count_on, organisations_below
from wanjia.records.network.lookups import parents_of_organisations
from wanjia.records.network.planning import IN_FORCE, Means, PlannedItem


def free_means(organisation: str, day: date) -> Counter[str] | None:
    """By kind, of the county that the body belongs to; None where no means are registered at all: nobody can say."""
    above = parents_of_organisations().get(organisation) or organisation
    rows = {row.code: row for row in Means.objects.filter(removed_at=None, organisation__in=organisations_below(above))}
    if not rows:
        return None
    free: Counter[str] = Counter()
    for row in rows.values():
        free[row.kind] += count_on(row, day)
    for code, count in _sent_out(day):
        if code in rows:
            free[rows[code].kind] -= count
    return free


def _sent_out(day: date) -> list[tuple[str, int]]:
    items = PlannedItem.objects.filter(plan__state__in=IN_FORCE, starts_at__date=day)
    return [
        (str(one["means"]), int(one["count"]))
        for item in items for one in item.means
        if timezone.localtime(datetime.fromisoformat(str(one["leaves_at"]))).date() == day
    ]  # fmt: skip
