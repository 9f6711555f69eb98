"""A GeoJSON FeatureCollection, already parsed, becomes cells; what cannot be a cell is listed with its row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wanjia.kernels.cover.hierarchy import InvalidCell
from wanjia.kernels.cover.shapes import CellShape
from wanjia.model.faults import Fault, Where
from wanjia.model.places import CELLS_MAX

ACCEPTED_CRS = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")
"""WGS 84, and CGCS2000, which agrees with it to a few centimetres; the older `crs` member may name nothing else."""


@dataclass(frozen=True)
class Collection:
    """What a document held: `count` features, the cells among them, the features that are none, faults of the file."""

    count: int
    cells: tuple[CellShape, ...]
    rejected: tuple[InvalidCell, ...] = ()
    faults: tuple[Fault, ...] = ()


def read_collection(document: Any, file: str = "") -> Collection:
    """Cells of a parsed GeoJSON document; never raises. Faults of the whole file come with no cells."""
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        return _refused("territory.not_a_collection", file)
    named = _crs_name(document)
    if named and not named.endswith(ACCEPTED_CRS):
        return _refused("territory.crs", file, crs=named)
    if len(features) > CELLS_MAX:
        return _refused("territory.too_many_cells", file, count=len(features), limit=CELLS_MAX)
    if not features:
        return _refused("territory.no_cells", file)
    return _read_features(features)


def _refused(code: str, file: str, **values: object) -> Collection:
    return Collection(0, (), (), (Fault(code, Where(file), values),))


def _crs_name(document: Mapping[str, Any]) -> str:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, Mapping) else None
    return str(properties.get("name", "")) if isinstance(properties, Mapping) else ""


def _read_features(features: list[Any]) -> Collection:
    cells: list[CellShape] = []
    rejected: list[InvalidCell] = []
    for row, feature in enumerate(features, start=1):
        found = _read_feature(feature, row)
        if isinstance(found, CellShape):
            cells.append(found)
        else:
            rejected.extend(found)
    return Collection(len(features), tuple(cells), tuple(rejected))


def _read_feature(feature: Any, row: int) -> CellShape | list[InvalidCell]:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping):
        return [InvalidCell("", "not_a_feature", None, row)]
    cell_id, parent_id = _text(properties.get("cell_id")), _text(properties.get("parent_id"))
    level = _level(properties.get("level"))
    reasons = ["id_not_text"] if cell_id is None else []
    reasons += ["level_not_a_number"] if level is None else []
    reasons += ["parent_not_text"] if parent_id is None else []
    if cell_id is None or level is None or parent_id is None:
        return [InvalidCell(cell_id or "", reason, None, row) for reason in reasons]
    return CellShape(cell_id, level, parent_id, _text(properties.get("name")) or "", feature.get("geometry"), row)


def _text(value: Any) -> str | None:
    """Text as it stands; whole numbers as their digits (GIS tools write them so); null as empty; else None."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def _level(value: Any) -> int | None:
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value
    return int(value) if whole and abs(value) < 10**9 and value == int(value) else None
