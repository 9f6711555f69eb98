"""A line as a company hands it in, before anybody has judged it."""

from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class LineEntry:
    """One line as it was handed in; `row` is its place in the input, from 1. Geometry in degrees."""

    row: int
    code: str
    name_zh: str
    name_en: str
    voltage_kv: float
    laid: str
    edge_m: float
    feeder: str
    geometry: BaseGeometry | None
