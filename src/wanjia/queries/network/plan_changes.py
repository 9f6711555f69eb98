"""What planning a lost day again changed: every work that stands elsewhere, where it stood and where it stands."""

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings

from wanjia.queries.network.plan_shapes import Change, Changes, Place
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.planning import MonthPlan, PlannedItem


def changes_of(row: MonthPlan, rows: list[PlannedItem], language: str) -> Changes | None:
    """Against the plan before; None for a plan that was not made because of a lost day."""
    if row.lost_on is None or row.based_on is None or not row.figures:
        return None
    was = {one.request.number: one for one in row.based_on.items.select_related("request")}
    will = {one.request.number: one for one in rows}
    works = tuple(
        _change(number, was.get(number), will.get(number), row.lost_on, language)
        for number in dict.fromkeys([*was, *will])
        if _stands(was.get(number)) != _stands(will.get(number))
    )
    return Changes(
        tuple(sorted(works, key=_by_time)), len(will) - sum(one.after is not None for one in works),
        row.figures.get("changed_is_fewest"), _reason(row.number), row.based_on.figures.get("district_hours"),
    )  # fmt: skip


def _change(
    number: str, before: PlannedItem | None, after: PlannedItem | None, lost_on: date, language: str
) -> Change:  # fmt: skip
    known = after or before
    assert known is not None
    request = known.request
    title = (request.title_en if language == "en" else "") or request.title_zh
    announced = before is not None and bool(before.planned_works)
    return Change(number, title, _why(before, after, lost_on), announced, _place(before), _place(after))


def _why(before: PlannedItem | None, after: PlannedItem | None, lost_on: date) -> str:
    if before is None or after is None:
        return "new" if before is None else "dropped"
    return "lost" if before.starts_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date() == lost_on else "room"


def _stands(item: PlannedItem | None) -> tuple[object, ...]:
    return () if item is None else (item.mode, item.starts_at)


def _place(item: PlannedItem | None) -> Place | None:
    return None if item is None else Place(item.pk, item.mode_kind, item.starts_at, item.ends_at)


def _by_time(one: Change) -> tuple[object, ...]:
    place = one.before or one.after
    return (place.starts_at, one.request) if place else ()


def _reason(number: str) -> str:
    """Why the day was lost, as whoever entered it wrote."""
    rows = HistoryEntry.objects.filter(subject=f"plan:{number}", verb="plan_day_lost")
    return str((rows.values_list("data", flat=True).first() or {}).get("reason", ""))
