"""What long lists share: filters from the address, times for a spreadsheet."""

from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from django.http import HttpRequest
from django.utils import timezone

Filters = TypeVar("Filters")
FILTER_CHARACTERS_MAX = 80


def filters_from(request: HttpRequest, kind: type[Filters]) -> Filters:
    """A frozen dataclass of texts and days, filled from the address; what is no day is left out."""
    values: dict[str, object] = {}
    for one in fields(kind):  # type: ignore[arg-type]
        text = request.GET.get(one.name, "").strip()[:FILTER_CHARACTERS_MAX]
        values[one.name] = day_of(text) if "date" in str(one.type) else text
    return kind(**values)


def day_of(text: str) -> date | None:
    """A day written YYYY-MM-DD, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_begin(at: datetime, days: int = 0) -> datetime:
    """Midnight of the company's day of a moment, or of a day so many later."""
    day = timezone.localdate(at) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(0)))


def local(at: datetime | None) -> str:
    """A moment in the company's zone as a spreadsheet reads it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def export_url(request: HttpRequest) -> str:
    """The same list as CSV."""
    query = request.GET.copy()
    query.pop("page", None)
    query["export"] = "csv"
    return f"?{query.urlencode()}"
