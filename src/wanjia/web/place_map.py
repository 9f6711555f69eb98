"""What the map beside a case draws: its place as a point among the lowest cells of its area."""

from typing import Any
from urllib.parse import urlencode

from wanjia.queries.cases.case_head import Head

LOWEST_LEVEL, AREA = 3, 1
"""Which cells are drawn, and where in a case's path of cells the area stands that they are drawn of."""


def place_map(head: Head, cells_address: str) -> dict[str, Any] | None:
    """The data of the map island; None when the case has no place."""
    if head.longitude is None or head.latitude is None:
        return None
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [head.longitude, head.latitude]},
        "properties": {"id": head.number, "name": head.address or head.number, "label": head.address, "tone": "brand"},
    }
    area = head.cell_path[AREA] if len(head.cell_path) > AREA else ""
    return {
        "cells_url": f"{cells_address}?{urlencode({'level': LOWEST_LEVEL, 'within': area})}",
        "points": {"type": "FeatureCollection", "features": [point]},
    }
