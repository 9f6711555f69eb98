"""Feeders laid through districts that stand somewhere already: which hangs where, what ties to what.

A territory says where its districts are and which feeder serves each; how the line runs is made up, but so that it
could be: outwards from the substation, neighbours in one lateral, the ends tied to the nearest other end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanjia.kernels.topology.rows import Rows, draw_laterals, lay_feeder
from wanjia.model.network import AREAS, Codes, Counts, Districts, Indexes, Measures, Network, Words, no_meters

URBAN = AREAS.index("urban")
TIE_SHARE = 0.9
"""Feeders whose end is tied to the nearest end of another."""
NEIGHBOURS = 4
"""Ends that are looked at before a feeder counts as without a neighbour of another substation."""


@dataclass(frozen=True, eq=False)
class Sites:
    """Districts as they stand, one entry each; `feeder` and `substation` are names. Degrees, kVA, codes of AREAS."""

    ids: Words
    name: Words
    feeder: Words
    substation: Words
    longitude: Measures
    latitude: Measures
    area: Codes
    capacity_kva: Measures
    customers: Counts


@dataclass(frozen=True)
class _End:
    """Where a feeder's main line ends: its node, and degrees."""

    feeder: str
    substation: str
    node: int
    longitude: float
    latitude: float


def lay_network(sites: Sites, rng: np.random.Generator) -> Network:
    """The network of these districts, without meters; its table of districts has the order of `sites`.

    Radial: each substation is a source, each feeder hangs on the substation of its first district.
    """
    rows, ends = Rows(), []
    node = np.empty(len(sites.ids), dtype=np.int32)
    for substation, feeders in _substations(sites).items():
        source = rows.node(substation, "source")
        everybody = np.concatenate(feeders)
        place = float(sites.longitude[everybody].mean()), float(sites.latitude[everybody].mean())
        for members in feeders:
            order = _outwards(sites, members, place)
            tail = _lay(rows, sites, order, source, rng)
            node[order] = rows.district_nodes[-len(order) :]
            ends.append(_end(sites, order, substation, tail))
    _tie(rows, ends, rng)
    return Network(rows.nodes(), rows.branches(), _table(sites, node), no_meters())


def _substations(sites: Sites) -> dict[str, list[Indexes]]:
    """Rows of each feeder, by substation; both in the order of their first district."""
    members: dict[str, list[int]] = {}
    for row, feeder in enumerate(sites.feeder.tolist()):
        members.setdefault(feeder, []).append(row)
    found: dict[str, list[Indexes]] = {}
    for rows in members.values():
        found.setdefault(str(sites.substation[rows[0]]), []).append(np.array(rows, dtype=np.int32))
    return found


def _outwards(sites: Sites, members: Indexes, place: tuple[float, float]) -> Indexes:
    """A feeder's rows along the line from its substation to its farthest district."""
    shrink = np.cos(np.radians(place[1]))
    east, north = (sites.longitude[members] - place[0]) * shrink, sites.latitude[members] - place[1]
    far = int(np.argmax(np.hypot(east, north)))
    along = east * east[far] + north * north[far]
    order: Indexes = members[np.argsort(along, kind="stable")]
    return order


def _lay(rows: Rows, sites: Sites, order: Indexes, source: int, rng: np.random.Generator) -> int:
    """Cable where most of the districts are urban, overhead line elsewhere."""
    is_urban = np.count_nonzero(sites.area[order] == URBAN) * 2 > len(order)
    line = "cable" if is_urban else "line"
    return lay_feeder(rows, str(sites.feeder[order[0]]), source, draw_laterals(len(order), rng), line)


def _end(sites: Sites, order: Indexes, substation: str, tail: int) -> _End:
    last = order[-1]
    return _End(str(sites.feeder[last]), substation, tail, float(sites.longitude[last]), float(sites.latitude[last]))


def _tie(rows: Rows, ends: list[_End], rng: np.random.Generator) -> None:
    """Normally open switches between neighbouring ends, each pair once."""
    done: set[tuple[int, int]] = set()
    for one, other in _neighbours(ends):
        pair = (min(one, other), max(one, other))
        if pair not in done and rng.random() < TIE_SHARE:
            done.add(pair)
            first, second = ends[pair[0]], ends[pair[1]]
            rows.branch(f"TIE-{first.feeder}-{second.feeder}", first.node, second.node, "switch", "", closed=False)


def _neighbours(ends: list[_End]) -> Iterator[tuple[int, int]]:
    """For every end the nearest other one; of the few nearest, rather one that another substation feeds."""
    if len(ends) < 2:
        return
    shrink = np.cos(np.radians(np.mean([end.latitude for end in ends])))
    place = np.array([[end.longitude * shrink, end.latitude] for end in ends])
    for number, end in enumerate(ends):
        away = ((place - place[number]) ** 2).sum(axis=1)
        away[number] = np.inf
        nearest = np.argsort(away, kind="stable")[: min(NEIGHBOURS, len(ends) - 1)].tolist()
        elsewhere = [other for other in nearest if ends[other].substation != end.substation]
        yield number, (elsewhere or nearest)[0]


def _table(sites: Sites, node: Indexes) -> Districts:
    return Districts(
        sites.ids, node, sites.feeder, sites.name, sites.longitude, sites.latitude, sites.area, sites.capacity_kva,
        sites.customers,
    )  # fmt: skip
