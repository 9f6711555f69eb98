"""Which districts take part in collection on a day: those of organisations whose meters are read by then."""

from datetime import date

from django.db.models import Q

from wanjia.records.network.lookups import line_of, parents_of_organisations
from wanjia.records.network.models import CollectionStart


def collecting(day: date) -> Q:
    """Filter of `TransformerDistrict` rows: those whose readings are expected on the day."""
    return Q(organisation__in=[code for code, since in collection_starts().items() if since <= day])


def collection_starts() -> dict[str, date]:
    """Since when, by code, of every organisation that takes part: the earliest of its own and those above it."""
    begun = dict(CollectionStart.objects.values_list("organisation", "since_on"))
    if not begun:
        return {}
    parents = parents_of_organisations()
    found: dict[str, date] = {}
    for code in parents:
        days = [begun[above] for above in line_of(code, parents) if above in begun]
        if days:
            found[code] = min(days)
    return found
