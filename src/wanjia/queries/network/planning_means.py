"""Crews and means by base, and times in which districts must stay lit."""

from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.queries.network.month_plan import allow
from wanjia.queries.network.plan_shapes import MeansLine, Window
from wanjia.records.network.models import TransformerDistrict
from wanjia.records.network.planning import Means, SupplyDemand


def means(actor: Actor, language: str) -> list[MeansLine]:
    """Those in use, by kind and code. Raises Denied."""
    allow(actor)
    rows = Means.objects.filter(removed_at=None).select_related("organisation")
    return [_means(row, language) for row in rows]


def demands(actor: Actor, now: datetime) -> list[Window]:
    """Those that are not over, nearest first. Raises Denied."""
    allow(actor)
    rows = SupplyDemand.objects.filter(withdrawn_at=None, until_at__gt=now).prefetch_related("districts")
    found = [(row, tuple(sorted(one.district_id for one in row.districts.all()))) for row in rows]
    codes = {code for _, some in found for code in some}
    feeders = dict(TransformerDistrict.objects.filter(demands__demand__in=[row.pk for row, _ in found]).values_list(
        "code", "feeder_id"
    )) if codes else {}  # fmt: skip
    return [
        Window(
            row.number, row.kind, row.reason, row.from_at, row.until_at, some,
            tuple(sorted({feeders[code] for code in some if feeders.get(code)})), row.case_number,
        )
        for row, some in found
    ]  # fmt: skip


def _means(row: Means, language: str) -> MeansLine:
    where = row.organisation
    days = sorted((date.fromisoformat(day), int(count)) for day, count in row.by_day.items())
    return MeansLine(
        row.code, row.kind, (row.name_en if language == "en" else "") or row.name_zh, where.code,
        (where.name_en if language == "en" else "") or where.name_zh, row.longitude, row.latitude,
        tuple(row.by_weekday), tuple(days), row.from_hour, row.until_hour, row.kva,
    )  # fmt: skip
