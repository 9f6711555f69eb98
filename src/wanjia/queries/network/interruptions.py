"""Interruptions out of the outages' rows: the columns that the reliability kernel computes from, each with its row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db.models import Count, DateTimeField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest

from wanjia.kernels.reliability.nouns import Interruptions, Places, Served
from wanjia.model.network import words
from wanjia.queries.network.parts import is_whole
from wanjia.records.network.models import Outage, OutageDistrict, TransformerDistrict

USERS = ("districts", "households")
"""Who is counted: transformer districts as DL/T 836 does in medium voltage, or the households in them."""

BELOW_DISTRICT = ("part_of_district", "still_dark")
"""Hints of the sensor by which a part of a district was dark, not the district."""

_COLUMNS = (
    "pk", "outage__number", "district", "starts_at", "restored_at", "customers", "outage__planned", "outage__external",
    "outage__cause", "outage__device_level", "district__organisation", "district__cell_code", "district__feeder",
    "district__customers", "district__capacity_kva",
)  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One district dark in one outage; `ends_at` is now while it is still dark."""

    pk: int
    number: str
    district: str
    starts_at: datetime
    restored_at: datetime | None
    customers: int
    planned: bool
    external: bool
    cause: str
    level: str
    organisation: str
    cell: str
    feeder: str
    district_customers: int
    capacity_kva: int
    ends_at: datetime

    @property
    def minutes(self) -> float:
        """How long it has lasted."""
        return max(self.ends_at - self.starts_at, timedelta(0)) / timedelta(minutes=1)


def steps(districts: Q, begin: datetime, end: datetime, now: datetime, users: str) -> list[Step]:
    """The interruptions of the part that began from `begin` up to `end`, oldest first.

    An outage that was merged into another is counted there only, a false alarm nowhere.
    Of districts as users a fault at a part of its meters is none. What is still dark counts up to now.
    """
    rows = _rows(districts, users).filter(starts_at__gte=begin, starts_at__lt=end).order_by("starts_at", "pk")
    until = Greatest(Coalesce("restored_at", now), "starts_at", output_field=DateTimeField())
    return [Step(*row) for row in rows.annotate(until=until).values_list(*_COLUMNS, "until")]


def first_start(districts: Q, users: str) -> datetime | None:
    """When the oldest interruption on record began."""
    return _rows(districts, users).order_by("starts_at").values_list("starts_at", flat=True).first()


def table_of(found: Sequence[Step], users: str) -> Interruptions:
    """The steps as the kernel's columns, row by row."""
    codes = sorted({one.district for one in found})
    place_of = {code: place for place, code in enumerate(codes)}
    every = {one.district: one.district_customers for one in found}
    single = users == "districts"
    counts = [1 if single else one.customers for one in found]
    return Interruptions(
        words([one.number for one in found]), _instants([one.starts_at for one in found]),
        _instants([one.ends_at for one in found]), np.array(counts, dtype=np.int64),
        np.full(len(found), -1, dtype=np.int8), np.array([one.planned for one in found], dtype=np.bool_),
        np.array([one.external for one in found], dtype=np.bool_), None,
        np.array([float(one.capacity_kva) for one in found]),
        Places(
            words(codes), np.arange(len(found) + 1, dtype=np.int64),
            np.array([place_of[one.district] for one in found], dtype=np.int32),
            np.array([1 if single else every[code] for code in codes], dtype=np.int64),
        ),
    )  # fmt: skip


def served(districts: Q, users: str) -> Served:
    """Everybody of the part who could have been hit."""
    rows = TransformerDistrict.objects.all()
    if not is_whole(districts):
        rows = rows.filter(districts)
    found = rows.aggregate(districts=Count("pk"), households=Sum("customers"), load=Sum("capacity_kva"))
    return Served(found[users] or 0, float(found["load"] or 0) or None)


def served_by(districts: Q, users: str, column: str) -> Mapping[str, Served]:
    """The same by organisation, cell or feeder (a column of the districts)."""
    rows = TransformerDistrict.objects.all()
    if not is_whole(districts):
        rows = rows.filter(districts)
    grouped = rows.order_by(column).values(column).annotate(
        districts=Count("pk"), households=Sum("customers"), load=Sum("capacity_kva")
    )  # fmt: skip
    return {row[column]: Served(row[users] or 0, float(row["load"] or 0) or None) for row in grouped}


def _rows(districts: Q, users: str) -> QuerySet[OutageDistrict]:
    rows = OutageDistrict.objects.filter(outage__status__in=(Outage.Status.OPEN, Outage.Status.RESTORED))
    if users == "districts":
        rows = rows.exclude(outage__device_level="meter").exclude(outage__cause_hint__in=BELOW_DISTRICT)
    if is_whole(districts):
        return rows
    return rows.filter(district__in=TransformerDistrict.objects.filter(districts).values("pk"))


def _instants(moments: Sequence[datetime]) -> np.ndarray:
    return np.array([round(at.timestamp() * 1e6) for at in moments], dtype=np.int64)
