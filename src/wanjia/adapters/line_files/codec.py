"""GeoJSON bytes -> lines as they were handed in; what cannot be understood comes back as faults, all at once."""

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from wanjia.kernels.zones.entry import LineEntry
from wanjia.model.faults import Fault, Where

LINES_BYTES_MAX = 256 * 1024**2
"""Bytes; all lines of a province, drawn every few metres."""


def read_lines(data: bytes, file: str) -> tuple[tuple[LineEntry, ...], tuple[Fault, ...]]:
    """Entries in the order of the file, and faults; a feature with a number that is none is left out of the entries."""
    if len(data) > LINES_BYTES_MAX:
        return (), (Fault("lines.not_geojson", Where(file), {"reason": f"> {LINES_BYTES_MAX // 1024**2} MB"}),)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        return (), (Fault("lines.not_geojson", Where(file), {"reason": str(error)[:200]}),)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        return (), (Fault("lines.not_geojson", Where(file), {"reason": "features"}),)
    entries: list[LineEntry] = []
    faults: list[Fault] = []
    for row, feature in enumerate(features, start=1):
        _read(row, feature if isinstance(feature, dict) else {}, file, entries, faults)
    return tuple(entries), tuple(faults)


def _read(row: int, feature: Mapping[str, Any], file: str, entries: list[LineEntry], faults: list[Fault]) -> None:
    said = feature.get("properties")
    properties: Mapping[str, Any] = said if isinstance(said, dict) else {}
    code = str(properties.get("id") or feature.get("id") or "").strip()
    numbers: dict[str, float] = {}
    for column, default in (("voltage_kv", None), ("edge_m", 0.0)):
        value = properties.get(column, default)
        if _is_number(value):
            numbers[column] = float(value)
        else:
            values = {"line": code, "column": column, "value": str(value)[:40]}
            faults.append(Fault("lines.number", Where(file, row, column), values))
    if len(numbers) == 2:
        names = [str(properties.get(name) or "").strip() for name in ("name", "name_en", "feeder")]
        laid = str(properties.get("laid") or "overhead")
        geometry = _geometry(feature.get("geometry"))
        entry = LineEntry(
            row, code, names[0], names[1], numbers["voltage_kv"], laid, numbers["edge_m"], names[2], geometry
        )
        entries.append(entry)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _geometry(value: object) -> BaseGeometry | None:
    """A line or several; None when it is anything else."""
    if not isinstance(value, dict) or value.get("type") not in ("LineString", "MultiLineString"):
        return None
    try:
        return shapely.from_geojson(json.dumps(value))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        return None
