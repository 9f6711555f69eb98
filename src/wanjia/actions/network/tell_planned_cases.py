"""Cases whose works a plan in force holds hear when they take place, once their customers have been told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from wanjia.actions.cases.practices import FILES_LEFT_OUT, practice_of
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, News
from wanjia.records.network.planning import PlannedItem

WORK_PLANNED = "work_planned"


def tell_planned_cases(items: Iterable[PlannedItem], now: datetime) -> int:
    """How many are told: running cases that listen. Called with the plan's last step, so each plan tells once."""
    by_case = {item.request.case_number: item for item in items if item.request.case_number and not item.faults}
    rows = Case.objects.filter(number__in=by_case, status=Case.Status.RUNNING).select_related("practice")
    news = [
        News(case=case, about=case, name=WORK_PLANNED, payload=_told(by_case[case.number], now), branch="",
             created_at=now)
        for case in rows.defer(FILES_LEFT_OUT, "state")
        if WORK_PLANNED in practice_of(case.practice).messages
    ]  # fmt: skip
    News.objects.bulk_create(news)
    return len(news)


def _told(item: PlannedItem, now: datetime) -> Facts:
    keys = [f"plan:{code}:planned:" for code in item.planned_works]
    told = sum(Delivery.objects.filter(idempotency_key__startswith=key).count() for key in keys[:1])
    return {
        "starts_at": _local(item.starts_at), "until_at": _local(item.ends_at), "told_count": told,
        "plan_code": ", ".join(item.planned_works),
        "notice_hours": round((item.starts_at - now) / timedelta(hours=1), 2),
    }  # fmt: skip


def _local(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="minutes")
