"""Where a place is when there is no map to point at: by cell, or by customer number."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from wanjia.records.network.models import Customer
from wanjia.records.territory.models import Cell


@dataclass(frozen=True)
class Point:
    """Degrees, WGS 84."""

    longitude: float
    latitude: float


def area_choices(on: date, language: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The finest cells with their names, grouped by the cell above them."""
    rows = _drawn_on(on).order_by("code").values_list("code", "level", "parent_code", "name_zh", "name_en")
    cells = [(code, level, parent, en if language == "en" and en else zh) for code, level, parent, zh, en in rows]
    finest = max((level for _, level, _, _ in cells), default=0)
    names = {code: name for code, _, _, name in cells}
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, level, parent, name in cells:
        if level == finest:
            groups.setdefault(parent, []).append((code, name))
    return tuple((names.get(parent, ""), tuple(members)) for parent, members in sorted(groups.items()))


def point_of_area(code: str, on: date) -> Point | None:
    """A point inside the cell."""
    cell = _drawn_on(on).filter(code=code).only("longitude", "latitude").first()
    return Point(cell.longitude, cell.latitude) if cell else None


def point_of_customer(number: str) -> Point | None:
    """Where the customer's meter is. For finding who answers; the address itself is not given away for a number."""
    found = Customer.objects.filter(number=number.strip()).only("longitude", "latitude").first() if number else None
    return Point(found.longitude, found.latitude) if found else None


def _drawn_on(day: date) -> QuerySet[Cell]:
    return Cell.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
