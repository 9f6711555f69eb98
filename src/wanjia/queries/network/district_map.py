"""All districts as compact arrays for the live map: the still part is drawn once, the moving part is short."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db.models import Count, Max, Q

from wanjia.queries.network.board import SILENT
from wanjia.queries.network.parts import is_whole
from wanjia.records.network.models import DistrictState, Outage, OutageDistrict, TransformerDistrict

DRAWN_KEPT = 16
"""Answers kept: both languages for a company and for a handful of stations that are being looked at."""
DEGREES_DECIMALS = 5
"""One metre."""
DARK, PLANNED, PART, SILENT_STATE = 1, 2, 3, 4
"""States of a district on the map; whatever is not listed is lit and heard. PART: some of its meters are dark."""

_kept: dict[tuple[object, ...], tuple["Drawn", dict[str, int]]] = {}
_lock = Lock()


@dataclass(frozen=True)
class Drawn:
    """The same document plain and compressed, and the mark by which a browser knows that it has it."""

    body: bytes
    compressed: bytes
    mark: str


def still_map(districts: Q, language: str) -> Drawn:
    """Code, name, place, feeder and customers of every district of the part, column by column, ordered by code."""
    return _drawn(districts, language)[0]


def places(districts: Q, language: str) -> tuple[str, Mapping[str, int]]:
    """The mark of the still part, and the place of every district in it by code."""
    drawn, place_of = _drawn(districts, language)
    return drawn.mark, place_of


def states(districts: Q, language: str) -> dict[str, Any]:
    """`changed`: [place in the still part, state, place in `outages` or -1] of every district that is not just lit."""
    drawn, place_of = _drawn(districts, language)
    numbers: dict[str, int] = {}
    found: dict[int, tuple[int, int, int]] = {}
    for code in _silent(districts):
        if code in place_of:
            found[place_of[code]] = (place_of[code], SILENT_STATE, -1)
    for code, number, planned, is_part in _dark():
        if code not in place_of:
            continue
        state = PLANNED if planned else PART if is_part else DARK
        known = found.get(place_of[code])
        if known is None or known[1] == SILENT_STATE or state == DARK:
            found[place_of[code]] = (place_of[code], state, numbers.setdefault(number, len(numbers)))
    return {"still": drawn.mark, "outages": list(numbers), "changed": [list(found[place]) for place in sorted(found)]}


def _dark() -> list[tuple[str, str, bool, bool]]:
    rows = OutageDistrict.objects.filter(outage__status=Outage.Status.OPEN)
    rows = rows.filter(Q(restored_at=None) | Q(meters_dark__gt=0))
    columns = ("district", "outage__number", "outage__planned", "outage__device_level", "meters_dark")
    found = rows.values_list(*columns)
    return [(code, number, planned, level == "meter" or meters > 0) for code, number, planned, level, meters in found]


def _silent(districts: Q) -> list[str]:
    rows = DistrictState.objects.filter(SILENT)
    if not is_whole(districts):
        rows = rows.filter(district__in=TransformerDistrict.objects.filter(districts).values("pk"))
    return list(rows.values_list("pk", flat=True))


def _drawn(districts: Q, language: str) -> tuple[Drawn, dict[str, int]]:
    stamp = TransformerDistrict.objects.aggregate(rows=Count("pk"), last=Max("pk"))
    key = (TransformerDistrict.objects.db, str(districts), language, stamp["rows"], stamp["last"])
    with _lock:
        kept = _kept.get(key)
    if kept is None:
        kept = _draw(districts, language)
        with _lock:
            while len(_kept) >= DRAWN_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = kept
    return kept


def _draw(districts: Q, language: str) -> tuple[Drawn, dict[str, int]]:
    name = "name_en" if language == "en" else "name_zh"
    columns = ("code", name, "name_zh", "longitude", "latitude", "feeder", "customers")
    rows = list(TransformerDistrict.objects.filter(districts).order_by("code").values_list(*columns))
    feeders = sorted({row[5] for row in rows})
    feeder_at = {code: at for at, code in enumerate(feeders)}
    document = {
        "codes": [row[0] for row in rows],
        "names": [row[1] or row[2] for row in rows],
        "longitudes": [round(row[3], DEGREES_DECIMALS) for row in rows],
        "latitudes": [round(row[4], DEGREES_DECIMALS) for row in rows],
        "feeders": feeders,
        "feeder": [feeder_at[row[5]] for row in rows],
        "customers": [row[6] for row in rows],
    }
    mark = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
    body = json.dumps({"mark": mark, **document}, ensure_ascii=False, separators=(",", ":")).encode()
    return Drawn(body, gzip.compress(body, mtime=0), mark), {row[0]: at for at, row in enumerate(rows)}
