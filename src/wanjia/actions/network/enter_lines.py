"""Lines and the way they run become rows, from which protection zones are built."""

from collections.abc import Collection, Sequence
from datetime import datetime

import shapely
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from wanjia.actions.permission import require
from wanjia.kernels.zones.entry import LineEntry
from wanjia.kernels.zones.widths import LAID, zone_metres
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX, Position
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import Feeder, PowerLine

EDGE_M_MAX = 30.0
"""Metres from the middle to the outermost conductor; a 1,000 kV tower has some 25."""
ROWS_PER_STATEMENT = 200
COLUMNS = (
    "name_zh", "name_en", "voltage_kv", "laid", "edge_m", "feeder", "geometry_wkb", "west", "south", "east", "north",
    "entered_at",
)  # fmt: skip


def enter_lines(entries: Sequence[LineEntry], actor: Actor, now: datetime) -> int:
    """Make or bring up to date a row for every line; returns how many. Raises Denied, Refused with all faults.

    Lines that the input no longer has stay: what was found beside them names them.
    """
    require(actor, "network", "install")
    feeders = set(Feeder.objects.values_list("code", flat=True))
    faults = [fault for entry in entries for fault in _faults(entry, feeders)]
    if faults := [*faults, *_repeated(entries)]:
        raise Refused(faults)
    rows = [_row(entry, now) for entry in entries]
    with transaction.atomic():
        PowerLine.objects.bulk_create(
            rows, ROWS_PER_STATEMENT, update_conflicts=True, unique_fields=["code"], update_fields=COLUMNS
        )
        write_history("network:lines", actor, now, [("lines_entered", {"lines": len(rows)})])
    return len(rows)


def _faults(entry: LineEntry, feeders: Collection[str]) -> list[Fault]:
    found: list[tuple[str, str, dict[str, object]]] = []
    if not 0 < len(entry.code) <= IDENTIFIER_CHARACTERS_MAX:
        found.append(("lines.code", "id", {"characters_max": IDENTIFIER_CHARACTERS_MAX}))
    if entry.laid not in LAID:
        found.append(("lines.laid", "laid", {"laid": entry.laid, "known": ", ".join(LAID)}))
    elif zone_metres(entry.voltage_kv, "cable" if entry.laid == "cable" else "overhead") is None:
        found.append(("lines.voltage", "voltage_kv", {"voltage_kv": entry.voltage_kv}))
    if not 0 <= entry.edge_m <= EDGE_M_MAX:
        found.append(("lines.edge", "edge_m", {"edge_m": entry.edge_m, "edge_m_max": EDGE_M_MAX}))
    if entry.feeder and entry.feeder not in feeders:
        found.append(("lines.feeder", "feeder", {"feeder": entry.feeder}))
    if not _runs(entry.geometry):
        found.append(("lines.geometry", "geometry", {}))
    return [Fault(code, Where("", entry.row, column), {"line": entry.code, **values}) for code, column, values in found]


def _runs(geometry: BaseGeometry | None) -> bool:
    """A line or several with some length, everywhere in the world."""
    if geometry is None or geometry.geom_type not in ("LineString", "MultiLineString") or not geometry.length > 0:
        return False
    return all(Position(x, y).inside_the_world() for x, y in shapely.get_coordinates(geometry).tolist())


def _repeated(entries: Sequence[LineEntry]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for entry in entries:
        if entry.code in seen:
            faults.append(Fault("lines.repeated", Where("", entry.row, "id"), {"line": entry.code}))
        seen.add(entry.code)
    return faults


def _row(entry: LineEntry, now: datetime) -> PowerLine:
    west, south, east, north = shapely.bounds(entry.geometry).tolist()
    return PowerLine(
        code=entry.code, name_zh=entry.name_zh or entry.code, name_en=entry.name_en, voltage_kv=entry.voltage_kv,
        laid=entry.laid, edge_m=entry.edge_m, feeder_id=entry.feeder or None,
        geometry_wkb=shapely.to_wkb(entry.geometry), west=west, south=south, east=east, north=north, entered_at=now,
    )  # fmt: skip
