"""The cells of today as GeoJSON bytes, drawn once until a cell changes."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from datetime import date
from threading import Lock

from wanjia.kernels.cover.index import CellIndex
from wanjia.queries.territory.cells_map import cells_map
from wanjia.records.territory.grid import grid_on

DRAWN_KEPT = 32
"""Answers kept: three levels in two languages, and the pieces that pages of single stations ask for."""

_kept: dict[tuple[int, str, str], tuple[CellIndex, "Drawn"]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Drawn:
    """The same document plain and compressed, and the mark by which a browser knows that it has it."""

    body: bytes
    compressed: bytes
    mark: str


def cells_geojson(on: date, level: int, language: str, within: str = "") -> Drawn:
    """The cells of one level; `within` keeps those of one parent."""
    grid, key = grid_on(on), (level, language, within)
    with _lock:
        kept = _kept.get(key)
    if kept is not None and kept[0] is grid:
        return kept[1]
    drawn = _draw(on, level, language, within)
    with _lock:
        _kept.pop(key, None)
        while len(_kept) >= DRAWN_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[key] = (grid, drawn)
    return drawn


def _draw(on: date, level: int, language: str, within: str) -> Drawn:
    cells = cells_map(on, level, language, within=within)
    body = json.dumps(cells, ensure_ascii=False, separators=(",", ":")).encode()
    return Drawn(body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:32])
