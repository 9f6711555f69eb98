"""The demo's lines: every feeder from its substation to its districts, and the network above that feeds substations."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray

from wanjia.actions.network.enter_lines import enter_lines
from wanjia.kernels.zones.entry import LineEntry
from wanjia.model.actors import SYSTEM
from wanjia.records.network.models import Feeder, TransformerDistrict
from wanjia.records.territory.models import Organisation

Places = NDArray[np.float64]

URBAN_SHARE = 0.5
"""A feeder with more urban districts than this lies in the ground."""
EDGE_M = {10.0: 0.6, 35.0: 2.0, 110.0: 4.0, 220.0: 6.5}
"""Metres from the middle to the outermost conductor, as towers of that voltage commonly are."""
SHARE_110 = 0.45
"""Of the lines between substations; the rest has 35 kV."""


def make_lines(chance: Generator, now: datetime) -> int:
    """Enter them all; returns how many."""
    columns = ("feeder_id", "organisation_id", "area_class", "longitude", "latitude")
    rows = list(TransformerDistrict.objects.order_by("code").values_list(*columns))
    substations = _substations(rows)
    entries = [*_feeders(rows, substations), *_between(substations, chance)]
    return enter_lines([LineEntry(at, *entry) for at, entry in enumerate(entries, start=1)], SYSTEM, now)


_Entry = tuple[str, str, str, float, str, float, str, shapely.MultiLineString]


def _substations(rows: list[tuple[str, str, str, float, float]]) -> dict[str, Places]:
    """Every station's substation stands in the middle of its districts."""
    found: dict[str, list[tuple[float, float]]] = {}
    for _, station, _, longitude, latitude in rows:
        found.setdefault(station, []).append((longitude, latitude))
    return {station: np.array(places).mean(axis=0) for station, places in sorted(found.items())}


def _feeders(rows: list[tuple[str, str, str, float, float]], substations: dict[str, Places]) -> Iterator[_Entry]:
    names = {code: (zh, en) for code, zh, en in Feeder.objects.values_list("code", "name_zh", "name_en")}
    members: dict[str, list[tuple[str, str, str, float, float]]] = {}
    for row in rows:
        members.setdefault(row[0], []).append(row)
    for code, mine in sorted(members.items()):
        places = np.array([substations[mine[0][1]], *((row[3], row[4]) for row in mine)])
        urban = sum(row[2] == "urban" for row in mine) > URBAN_SHARE * len(mine)
        laid, edge = ("cable", 0.0) if urban else ("overhead", EDGE_M[10.0])
        yield code, *names[code], 10.0, laid, edge, code, _tree(places)


def _between(substations: dict[str, Places], chance: Generator) -> Iterator[_Entry]:
    """35 and 110 kV from each substation to its nearest ones; 220 kV across, from the first to the farthest."""
    names = dict(Organisation.objects.values_list("code", "name_zh"))
    english = dict(Organisation.objects.values_list("code", "name_en"))
    stations = list(substations)
    places = np.array([substations[station] for station in stations])
    pairs = [(*pair, 110.0 if chance.random() < SHARE_110 else 35.0) for pair in _edges(places)]
    if len(stations) > 1:
        pairs.append((0, int(np.argmax(((places - places[0]) ** 2).sum(axis=1))), 220.0))
    for at, (one, other, voltage_kv) in enumerate(pairs, start=1):
        short = [names[stations[end]].removesuffix("供电所") for end in (one, other)]
        plain = [english[stations[end]].removesuffix(" Supply Station") for end in (one, other)]
        zh, en = f"{voltage_kv:g}千伏{short[0]}{short[1]}线", f"{voltage_kv:g} kV {plain[0]}-{plain[1]}"
        yield f"HV{at:03d}", zh, en, voltage_kv, "overhead", EDGE_M[voltage_kv], "", _lines(places, [(one, other)])


def _tree(places: Places) -> shapely.MultiLineString:
    return _lines(places, _edges(places))


def _lines(places: Places, edges: list[tuple[int, int]]) -> shapely.MultiLineString:
    return shapely.multilinestrings([shapely.linestrings(places[[one, other]]) for one, other in edges])


def _edges(places: Places) -> list[tuple[int, int]]:
    """The shortest tree through all places, from the first (Prim)."""
    shrink = np.array([np.cos(np.radians(places[:, 1].mean())), 1.0])
    flat = places * shrink
    away = ((flat - flat[0]) ** 2).sum(axis=1)
    by, inside = np.zeros(len(places), dtype=np.int64), np.zeros(len(places), dtype=bool)
    inside[0] = True
    edges = []
    for _ in range(len(places) - 1):
        nearest = int(np.argmin(np.where(inside, np.inf, away)))
        inside[nearest] = True
        edges.append((int(by[nearest]), nearest))
        closer = ((flat - flat[nearest]) ** 2).sum(axis=1)
        by[closer < away] = nearest
        away = np.minimum(away, closer)
    return edges
