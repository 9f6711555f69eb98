"""A network compiled once for its base state, so that any other switch state is answered in microseconds."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.topology import loops
from wanjia.kernels.topology.loops import Bools, Ints, Longs
from wanjia.model.network import SOURCE, Network, customers_by_district, switching

NODE_TOTAL, DISTRICT_TOTAL, CUSTOMER_TOTAL, METER_TOTAL = 0, 1, 2, 3
"""Columns of `Topology.totals`."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes 0..n-1 joined by branches; what `compile_graph` needs. `closed` is the base state, `sources` nodes."""

    nodes: int
    from_node: Ints
    to_node: Ints
    closed: Bools
    sources: Ints


@dataclass(frozen=True, eq=False)
class Topology:
    """The base state's forest in preorder. What hangs below position p is the interval p .. end[p].

    position[node] and node_at[position] turn nodes into positions and back; the first `lit` positions are energised
    in the base state, `dead` are the root positions of the other trees. child[branch] is the position below a tree
    branch, NONE for others. The loops (closed, not in the tree) are sorted by their upper end: loop_high, loop_low,
    loop (branch). totals[p, w] is weight w of all positions before p. order_of_districts and order_of_meters list rows
    by position, so the rows of an interval are a slice whose ends are totals.
    """

    graph: Graph
    position: Ints
    node_at: Ints
    end: Ints
    above: Ints
    low: Ints
    lit: int
    dead: Ints
    child: Ints
    source_at: Ints
    loop_high: Ints
    loop_low: Ints
    loop: Ints
    totals: Longs
    order_of_districts: Ints
    order_of_meters: Ints
    operable: Bools

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return self.graph.nodes


@dataclass(frozen=True, eq=False)
class Load:
    """What hangs on the nodes: node of each district, customers of each, district of each meter."""

    district_node: Ints
    district_customers: Longs
    meter_district: Ints


NO_LOAD = Load(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int32))


def compile_network(network: Network) -> Topology:
    """The topology of a network that has no faults: every position in it is in range."""
    sources = np.flatnonzero(network.nodes.kind == SOURCE).astype(np.int32)
    branches = network.branches
    graph = Graph(len(network.nodes.ids), branches.from_node, branches.to_node, branches.closed, sources)
    load = Load(network.districts.node, customers_by_district(network), network.meters.district)
    return compile_graph(graph, load, switching(branches))


def compile_graph(graph: Graph, load: Load = NO_LOAD, operable: Bools | None = None) -> Topology:
    """The topology of a bare graph; `operable` (default: all) are the branches that plans may open and close."""
    roots = np.concatenate((graph.sources, np.arange(graph.nodes, dtype=np.int32)))
    position, node_at, end, above, low, lit, dead = loops.number(
        graph.from_node, graph.to_node, graph.closed, roots, len(graph.sources), graph.nodes
    )
    child = np.full(len(graph.closed), loops.NONE, dtype=np.int32)
    below = np.flatnonzero(above != loops.NONE).astype(np.int32)
    child[above[below]] = below
    high, low_end, loop = _loops(graph, position, child)
    totals, districts, meters = _totals(graph.nodes, position, load)
    return Topology(
        graph=graph,
        position=position,
        node_at=node_at,
        end=end,
        above=above,
        low=low,
        lit=int(lit),
        dead=dead,
        child=child,
        source_at=np.sort(position[graph.sources]),
        loop_high=high,
        loop_low=low_end,
        loop=loop,
        totals=totals,
        order_of_districts=districts,
        order_of_meters=meters,
        operable=np.ones(len(graph.closed), dtype=np.bool_) if operable is None else operable,
    )


def _loops(graph: Graph, position: Ints, child: Ints) -> tuple[Ints, Ints, Ints]:
    """Closed branches that are not in the tree: position below, position above, branch; by position below."""
    loop = np.flatnonzero(graph.closed & (child == loops.NONE) & (graph.from_node != graph.to_node)).astype(np.int32)
    one, other = position[graph.from_node[loop]], position[graph.to_node[loop]]
    high, low = np.maximum(one, other), np.minimum(one, other)
    order = np.argsort(high, kind="stable")
    return high[order], low[order], loop[order]


def _totals(nodes: int, position: Ints, load: Load) -> tuple[Longs, Ints, Ints]:
    """Sums over all positions before, [nodes + 1, 4], and the rows of districts and meters by position."""
    district_at = position[load.district_node]
    districts = np.argsort(district_at, kind="stable").astype(np.int32)
    meter_at = district_at[load.meter_district]
    meters = np.argsort(meter_at, kind="stable").astype(np.int32)
    totals = np.zeros((nodes + 1, 4), dtype=np.int64)
    totals[1:, NODE_TOTAL] = 1
    totals[1:, DISTRICT_TOTAL] = np.bincount(district_at, minlength=nodes)
    np.add.at(totals[:, CUSTOMER_TOTAL], district_at + 1, load.district_customers)
    totals[1:, METER_TOTAL] = np.bincount(meter_at, minlength=nodes)
    return np.cumsum(totals, axis=0), districts, meters
