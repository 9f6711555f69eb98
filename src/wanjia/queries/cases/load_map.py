"""A load view as a map: the cells of an organisation with a figure each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wanjia.queries.cases.load import Load
from wanjia.queries.territory.cells_map import cells_map
from wanjia.records.territory.models import Cell, Organisation

FIGURES = ("overdue", "open", "today")


def load_map(load: Load, figure: str, on: date, language: str, links: Mapping[str, str]) -> dict[str, Any]:
    """Cells (of a station) or station areas (of a company) with the figure as `value`; `links` by the line's key."""
    station = load.kind == Organisation.Kind.STATION
    level = 3 if station else 1
    rows = {row.key: row for row in load.places}
    owners = dict(Cell.objects.filter(level=level).values_list("code", "organisation"))
    keys = {code: code if station else owner for code, owner in owners.items()}
    shown = {code: key for code, key in keys.items() if key in rows}
    values = {
        code: {"value": getattr(rows[key], figure), "href": links.get(key, "")} for code, key in shown.items()
    }  # fmt: skip
    drawn = cells_map(on, level, language, values)
    return {**drawn, "features": [one for one in drawn["features"] if one["properties"]["id"] in shown]}
