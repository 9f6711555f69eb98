"""A network as nested candidates: whatever could have opened, each an interval of districts in preorder."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.sensing.nouns import DISTRICT, FEEDER, SECTION, SOURCE, Bools, Bytes, Ints, Longs
from wanjia.kernels.topology.compiled import DISTRICT_TOTAL, Topology, compile_network
from wanjia.kernels.topology.tracing import base_downstream
from wanjia.model.network import Network, customers_by_district, switching

NONE = -1


@dataclass(frozen=True, eq=False)
class Grid:
    """Districts by rank (preorder), meters by rank of their district, candidates by (begin, longest first).

    `district[rank]` and `rank[district row]`; meters of rank r have the slots first_meter[r] .. first_meter[r + 1], the
    terminal of rank r the slot `meters + r`. Candidate g holds the ranks begin[g] .. end[g]; parent[g] is the smallest
    candidate around it, `leaf[rank]` the candidate of one district alone, `tree[rank]` the outermost around it.
    branch_ranks[branch row] is the interval of what a branch alone feeds (0, 0: nothing).

    Candidates with the same districts are one: it bears the name of the most upstream device that can open, else of a
    single district itself, else of the most upstream branch.
    """

    network: Network
    district: Ints
    rank: Ints
    first_meter: Longs
    slot_of_meter: Ints
    meter_at_slot: Ints
    begin: Ints
    end: Ints
    parent: Ints
    leaf: Ints
    tree: Ints
    device_ids: tuple[str, ...]
    level: Bytes
    switching: Bools
    customers: Longs
    branch_ranks: Longs

    @property
    def meters(self) -> int:
        """How many meters there are; terminals come after them."""
        return len(self.slot_of_meter)

    @property
    def districts(self) -> int:
        """How many districts there are."""
        return len(self.district)

    @property
    def slot_of_terminal(self) -> Ints:
        """Slot of the terminal of each row of the table of districts, [districts]."""
        slots: Ints = (self.rank + self.meters).astype(np.int32)
        return slots


@dataclass(frozen=True, eq=False)
class _Candidates:
    """Before those with the same districts are made one: interval, position, branch or NONE, source node or NONE."""

    begin: Longs
    end: Longs
    position: Longs
    branch: Longs
    source: Longs


def build_grid(network: Network) -> Grid:
    """The candidates of a network without faults, in its base state. What no source reaches there is no candidate."""
    topology = compile_network(network)
    district = topology.order_of_districts
    rank = np.empty(len(district), dtype=np.int32)
    rank[district] = np.arange(len(district), dtype=np.int32)
    of_meter = rank[network.meters.district]
    at_slot = np.argsort(of_meter, kind="stable").astype(np.int32)
    slot = np.empty(len(at_slot), dtype=np.int32)
    slot[at_slot] = np.arange(len(at_slot), dtype=np.int32)
    first = np.zeros(len(district) + 1, dtype=np.int64)
    first[1:] = np.cumsum(np.bincount(of_meter, minlength=len(district)))
    found = _candidates(network, topology)
    chosen, level, ids, switch = _named(network, district, found)
    begin, end = found.begin[chosen].astype(np.int32), found.end[chosen].astype(np.int32)
    parent, leaf, tree = _nest(begin, end, len(district))
    return Grid(
        network, district, rank, first, slot, at_slot, begin, end, parent, leaf, tree, ids, level, switch,
        customers_by_district(network)[district], topology.totals[base_downstream(topology), DISTRICT_TOTAL],
    )  # fmt: skip


def _candidates(network: Network, topology: Topology) -> _Candidates:
    """Branches that alone feed a district or more, sources alone in their tree, and every district by itself."""
    before = topology.totals[:, DISTRICT_TOTAL]
    intervals = base_downstream(topology).astype(np.int64)
    branch = np.flatnonzero(before[intervals[:, 1]] > before[intervals[:, 0]])
    roots = topology.source_at[topology.above[topology.source_at] == NONE].astype(np.int64)
    ends = topology.end[roots].astype(np.int64)
    inside = np.searchsorted(topology.source_at, ends) - np.searchsorted(topology.source_at, roots)
    alone = (inside == 1) & (before[ends] > before[roots])
    roots, ends = roots[alone], ends[alone]
    districts = np.arange(len(topology.order_of_districts), dtype=np.int64)
    none_b, none_s, none_d = (np.full(n, NONE, np.int64) for n in (len(branch), len(roots), len(districts)))
    return _Candidates(
        np.concatenate((before[roots], before[intervals[branch, 0]], districts)),
        np.concatenate((before[ends], before[intervals[branch, 1]], districts + 1)),
        np.concatenate((roots, intervals[branch, 0], np.full(len(districts), topology.nodes, np.int64))),
        np.concatenate((none_s, branch, none_d)),
        np.concatenate((topology.node_at[roots].astype(np.int64), none_b, none_d)),
    )


def _named(network: Network, district: Ints, found: _Candidates) -> tuple[Longs, Bytes, tuple[str, ...], Bools]:
    """One candidate for each set of districts, outermost first, with level, name and whether it can open."""
    can_open = np.zeros(len(found.begin), dtype=np.bool_)
    can_open[found.branch != NONE] = switching(network.branches)[found.branch[found.branch != NONE]]
    is_district = (found.branch == NONE) & (found.source == NONE)
    # Of the same districts: what can open, then (for one district) the district itself, then what lies most upstream.
    single = found.end - found.begin == 1
    # A district's own name goes before lines, a line before a source's name.
    worth = np.where(can_open, 0, np.where(single & is_district, 1, np.where(found.source == NONE, 2, 3)))
    order = np.lexsort((found.position, worth, -found.end, found.begin))
    same = (np.diff(found.begin[order]) == 0) & (np.diff(found.end[order]) == 0)
    chosen = order[np.concatenate(([True], ~same))] if len(order) else order
    ids = tuple(_device_id(network, district, found, int(i)) for i in chosen)
    level = _levels(network, district, found, chosen)
    return chosen, level, ids, can_open[chosen] | is_district[chosen] | (found.source[chosen] != NONE)


def _device_id(network: Network, district: Ints, found: _Candidates, i: int) -> str:
    if found.branch[i] != NONE:
        return str(network.branches.ids[found.branch[i]])
    if found.source[i] != NONE:
        return str(network.nodes.ids[found.source[i]])
    return str(network.districts.ids[district[found.begin[i]]])


def _levels(network: Network, district: Ints, found: _Candidates, chosen: Longs) -> Bytes:
    """By how many whole feeders lie below: several are a source, one is a feeder, part of one a section or a district.

    A district without feeder_id counts to the outermost candidate below its source, which then is its feeder.
    """
    begin, end = found.begin[chosen], found.end[chosen]
    feeder = _feeders(network, district, begin, end, found.source[chosen] != NONE)
    first = np.full(int(feeder.max(initial=0)) + 1, len(feeder), dtype=np.int64)
    last = np.full(len(first), -1, dtype=np.int64)
    np.minimum.at(first, feeder, np.arange(len(feeder)))
    np.maximum.at(last, feeder, np.arange(len(feeder)))
    whole = (first[feeder[begin]] >= begin) & (last[feeder[begin]] < end)
    several = feeder[begin] != feeder[end - 1]
    is_district = (found.branch[chosen] == NONE) & (found.source[chosen] == NONE)
    level = np.where(several, SOURCE, np.where(whole, FEEDER, SECTION))
    level[(end - begin == 1) & ~(whole & ~is_district)] = DISTRICT
    level[found.source[chosen] != NONE] = SOURCE
    return level.astype(np.int8)


def _feeders(network: Network, district: Ints, begin: Longs, end: Longs, source: Bools) -> Longs:
    names = network.districts.feeder[district]
    outer = np.arange(len(district), dtype=np.int64)
    for b, e in zip(begin[~source].tolist()[::-1], end[~source].tolist()[::-1], strict=True):
        outer[b:e] = b
    labels = [name or f"\0{at}" for name, at in zip(names.tolist(), outer.tolist(), strict=True)]
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    return np.array([numbers[label] for label in labels], dtype=np.int64)


def _nest(begin: Ints, end: Ints, districts: int) -> tuple[Ints, Ints, Ints]:
    """Parent of every candidate, the innermost and the outermost candidate of every district."""
    parent = np.full(len(begin), NONE, dtype=np.int32)
    leaf, tree = np.empty(districts, dtype=np.int32), np.empty(districts, dtype=np.int32)
    around: list[int] = []
    for g, (b, e) in enumerate(zip(begin.tolist(), end.tolist(), strict=True)):
        while around and end[around[-1]] <= b:
            around.pop()
        if around:
            parent[g] = around[-1]
        else:
            tree[b:e] = g
        around.append(g)
        if e - b == 1:
            leaf[b] = g
    return parent, leaf, tree
