"""Customers who cannot bear an outage, by district."""

from wanjia.records.network.lookups import CODES_IN_QUERY_MAX
from wanjia.records.network.models import Customer

PRIORITIES = ("life_support", "sensitive")
"""In the order in which they are called."""


def priority_customers(codes: set[str]) -> list[Customer]:
    """Who cannot bear an outage in these districts: life support first."""
    rows = Customer.objects.filter(priority__in=PRIORITIES)
    if len(codes) <= CODES_IN_QUERY_MAX:
        rows = rows.filter(district__in=codes)
    found = [row for row in rows.select_related("district").order_by("pk") if row.district_id in codes]
    return sorted(found, key=lambda row: PRIORITIES.index(row.priority))


def priority_counts(codes: set[str]) -> dict[str, int]:
    """How many of each kind."""
    kinds = [row.priority for row in priority_customers(codes)]
    return {kind: kinds.count(kind) for kind in PRIORITIES}
