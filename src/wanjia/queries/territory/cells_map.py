"""The cells of a day as GeoJSON for maps, with as few corners as the eye needs."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely

from wanjia.records.territory.grid import cells_on

TOLERANCE_DEGREES = {1: 0.002, 2: 0.0008, 3: 0.0003}
"""Largest shift of a border on the map, by level: about 200, 80 and 30 metres, below a pixel at the level's zoom."""


def cells_map(
    on: date, level: int, language: str, values: Mapping[str, Any] | None = None, within: str = ""
) -> dict[str, Any]:
    """FeatureCollection of one level; `values` by cell code go into the properties, `within` keeps one parent's cells.

    Borders are thinned as one coverage, so that neighbours still meet.
    """
    cells = [cell for cell in cells_on(on) if cell.level == level and within in ("", cell.parent_code, cell.code)]
    shapes = shapely.from_wkb([bytes(cell.geometry_wkb) for cell in cells])
    thinned = shapely.coverage_simplify(shapes, TOLERANCE_DEGREES.get(level, 0.0003)) if len(cells) else shapes
    rounded = shapely.set_precision(thinned, 1e-5)
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": cell.code,
                "name": cell.name_en if language == "en" and cell.name_en else cell.name_zh,
                **dict((values or {}).get(cell.code, {})),
            },
            "geometry": shapely.geometry.mapping(shape),
        }
        for cell, shape in zip(cells, rounded, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
