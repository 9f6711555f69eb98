"""Who is dark with 20 switches open and 5 ties closed: ours beside graph libraries and grid software in the same run.

Run: `.venv/bin/python benchmarks/trace.py [DISTRICTS] [--quick]` (9,087 districts with two million meters; 900 when
quick). Two graphs of one made-up prefecture: its medium-voltage network, and the same with every meter drawn as a node
of its own. Each peer gets the graph ready built in its own form and answers with the dark nodes; those that are not
installed (`make bench` installs them) or that need more memory than there is are named and left out. All answers are
compared, those of a peer that takes longer than five seconds in one state instead of five.
"""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from wanjia.kernels.topology.compiled import Graph, Load, Topology, compile_graph
from wanjia.kernels.topology.making import make_network
from wanjia.kernels.topology.tracing import SwitchState, live, switch, trace
from wanjia.model.network import SOURCE, Network, switching

SEED = 20_240_601
OPENED, TIED, STATES = 20, 5, 5
GOAL_MS, GOAL_RATIO = 0.2, 10
SLOW_SECONDS = 5.0
"""A peer that takes longer is asked once."""
PANDAPOWER_BYTES_A_NODE = 5000
"""pandapower builds a graph of Python objects at every question."""
Peer = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Opened and closed branches -> dark nodes, [nodes] bool."""


def with_meters_as_nodes(network: Network, graph: Graph) -> Graph:
    """The graph with one more node and line for every meter."""
    count = len(network.meters.ids)
    meters = np.arange(graph.nodes, graph.nodes + count, dtype=np.int32)
    at = network.districts.node[network.meters.district]
    return Graph(
        graph.nodes + count,
        np.concatenate((graph.from_node, at)).astype(np.int32),
        np.concatenate((graph.to_node, meters)).astype(np.int32),
        np.concatenate((graph.closed, np.ones(count, dtype=bool))),
        graph.sources,
    )


def state_flags(graph: Graph, opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
    flags = graph.closed.copy()
    flags[opened] = False
    flags[closed] = True
    return flags


def scipy_peer(graph: Graph) -> Peer:
    sparse, search = import_module("scipy.sparse"), import_module("scipy.sparse.csgraph")

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        use = state_flags(graph, opened, closed)
        ends = graph.from_node[use], graph.to_node[use]
        matrix = sparse.coo_matrix((np.ones(len(ends[0]), np.int8), ends), (graph.nodes, graph.nodes)).tocsr()
        count, label = search.connected_components(matrix, directed=False)
        lit = np.zeros(count, dtype=bool)
        lit[label[graph.sources]] = True
        return ~lit[label]

    return dark


def igraph_peer(graph: Graph) -> Peer:
    igraph = import_module("igraph")
    base = np.flatnonzero(graph.closed)
    ready = igraph.Graph(graph.nodes, np.stack((graph.from_node[base], graph.to_node[base]), axis=1))
    edge_of = np.full(len(graph.closed), -1)
    edge_of[base] = np.arange(len(base))

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        now = ready.copy()
        now.add_edges(list(zip(graph.from_node[closed].tolist(), graph.to_node[closed].tolist(), strict=True)))
        now.delete_edges(edge_of[opened].tolist())
        label = np.array(now.connected_components().membership)
        lit = np.zeros(label.max() + 1, dtype=bool)
        lit[label[graph.sources]] = True
        return ~lit[label]

    return dark


def rustworkx_peer(graph: Graph) -> Peer:
    rustworkx = import_module("rustworkx")
    ready, every = rustworkx.PyGraph(), graph.nodes
    ready.add_nodes_from(range(graph.nodes + 1))
    base = np.flatnonzero(graph.closed)
    ends = zip(graph.from_node[base].tolist(), graph.to_node[base].tolist(), strict=True)
    ready.add_edges_from_no_data([*ends, *((every, source) for source in graph.sources.tolist())])
    pairs = list(zip(graph.from_node.tolist(), graph.to_node.tolist(), strict=True))

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        ready.remove_edges_from([pairs[row] for row in opened])
        ready.add_edges_from_no_data([pairs[row] for row in closed])
        lit = np.fromiter(rustworkx.node_connected_component(ready, every), dtype=np.int64)
        ready.remove_edges_from([pairs[row] for row in closed])
        ready.add_edges_from_no_data([pairs[row] for row in opened])
        return _all_but(graph.nodes, lit)

    return dark


def networkx_peer(graph: Graph) -> Peer:
    networkx = import_module("networkx")
    ready, every = networkx.Graph(), graph.nodes
    ready.add_nodes_from(range(graph.nodes + 1))
    pairs = list(zip(graph.from_node.tolist(), graph.to_node.tolist(), strict=True))
    ready.add_edges_from(pairs[row] for row in np.flatnonzero(graph.closed).tolist())
    ready.add_edges_from((every, source) for source in graph.sources.tolist())

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        ready.remove_edges_from([pairs[row] for row in opened])
        ready.add_edges_from([pairs[row] for row in closed])
        lit = np.fromiter(networkx.node_connected_component(ready, every), dtype=np.int64)
        ready.remove_edges_from([pairs[row] for row in closed])
        ready.add_edges_from([pairs[row] for row in opened])
        return _all_but(graph.nodes, lit)

    return dark


def pandapower_peer(graph: Graph) -> Peer:
    """Every branch a switch between buses, the quickest that `unsupplied_buses` can be asked."""
    pandapower, topology = import_module("pandapower"), import_module("pandapower.topology")
    if graph.nodes * PANDAPOWER_BYTES_A_NODE > free_bytes():
        raise MemoryError
    pandas = import_module("pandas")
    grid = pandapower.create_empty_network()
    grid.bus = pandas.DataFrame({"name": "", "vn_kv": 10.0, "in_service": True}, index=range(graph.nodes))
    ends = {"bus": graph.from_node.astype(np.int64), "element": graph.to_node.astype(np.int64)}
    grid.switch = pandas.DataFrame({**ends, "et": "b", "closed": graph.closed, "z_ohm": 0.0})
    for source in graph.sources.tolist():
        pandapower.create_ext_grid(grid, source)

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        grid.switch["closed"] = state_flags(graph, opened, closed)
        found = np.zeros(graph.nodes, dtype=bool)
        found[list(topology.unsupplied_buses(grid))] = True
        return found

    return dark


def power_grid_model_peer(graph: Graph) -> Peer:
    """A linear power flow without load; it says which nodes are energised."""
    pgm = import_module("power_grid_model")
    node = pgm.initialize_array(pgm.DatasetType.input, pgm.ComponentType.node, graph.nodes)
    node["id"], node["u_rated"] = np.arange(graph.nodes), 10e3
    link = pgm.initialize_array(pgm.DatasetType.input, pgm.ComponentType.link, len(graph.closed))
    link["id"] = graph.nodes + np.arange(len(graph.closed))
    link["from_node"], link["to_node"] = graph.from_node, graph.to_node
    link["from_status"] = link["to_status"] = graph.closed
    source = pgm.initialize_array(pgm.DatasetType.input, pgm.ComponentType.source, len(graph.sources))
    source["id"] = graph.nodes + len(graph.closed) + np.arange(len(graph.sources))
    source["node"], source["status"], source["u_ref"] = graph.sources, 1, 1.0
    model = pgm.PowerGridModel({"node": node, "link": link, "source": source})

    def dark(opened: np.ndarray, closed: np.ndarray) -> np.ndarray:
        change = pgm.initialize_array(pgm.DatasetType.update, pgm.ComponentType.link, len(graph.closed))
        change["id"] = link["id"]
        change["from_status"] = change["to_status"] = state_flags(graph, opened, closed)
        model.update(update_data={"link": change})
        method = pgm.CalculationMethod.linear
        result = model.calculate_power_flow(calculation_method=method, output_component_types=["node"])
        return result["node"]["energized"] == 0

    return dark


def _all_but(nodes: int, lit: np.ndarray) -> np.ndarray:
    dark = np.ones(nodes + 1, dtype=bool)
    dark[lit] = False
    return dark[:nodes]


PEERS: dict[str, Callable[[Graph], Peer]] = {
    "scipy": scipy_peer,
    "igraph": igraph_peer,
    "rustworkx": rustworkx_peer,
    "networkx": networkx_peer,
    "power_grid_model": power_grid_model_peer,
    "pandapower": pandapower_peer,
}


def free_bytes() -> float:
    """Memory that is left, where the machine tells."""
    info = Path("/proc/meminfo")
    if not info.exists():
        return float("inf")
    found = dict(line.split(":", 1) for line in info.read_text(encoding="ascii").splitlines())
    return 1024.0 * int(found["MemAvailable"].split()[0])


def median_ms(work: Callable[[], Any], runs: int) -> float:
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return 1000 * statistics.median(times)


def states(graph: Graph, operable: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(SEED)
    can_open, can_close = np.flatnonzero(operable & graph.closed), np.flatnonzero(~graph.closed)
    chosen = ((rng.choice(can_open, OPENED, False), rng.choice(can_close, TIED, False)) for _ in range(STATES))
    return [(opened.astype(np.int32), closed.astype(np.int32)) for opened, closed in chosen]


def ours(topology: Topology, asked: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float, float, float]:
    """Milliseconds: intervals and sums; with rows of the dark nodes; with a flag for every node; one more switch."""
    ready = [SwitchState.of(topology, opened, closed) for opened, closed in asked]
    plain = median_ms(lambda: [trace(topology, state) for state in ready], 200) / len(ready)
    rows = median_ms(lambda: [trace(topology, state).node_rows() for state in ready], 50) / len(ready)
    masks = median_ms(lambda: [trace(topology, state).mask for state in ready], 50) / len(ready)
    now, branch = live(topology, ready[0]), int(asked[1][0][0])
    return plain, rows, masks, median_ms(lambda: switch(now, branch, False), 200)


def measure(title: str, graph: Graph, load: Load, operable: np.ndarray) -> None:
    begun = time.perf_counter()
    topology = compile_graph(graph, load, operable)
    compiled = time.perf_counter() - begun
    asked = states(graph, operable)
    expected = [trace(topology, SwitchState.of(topology, *one)).mask for one in asked]
    plain, rows, masks, more = ours(topology, asked)
    print(f"\n{title}: {graph.nodes:,} nodes, {len(graph.closed):,} branches; {OPENED} open, {TIED} ties closed")
    print(f"  compiled once in {1000 * compiled:.0f} ms; {expected[0].sum():,} nodes dark in the first state")
    print(f"  {'':34}{'ms':>12}{'x ours':>10}")
    print(f"  {'ours: intervals and sums':34}{plain:12.4f}")
    print(f"  {'ours: and rows of the dark nodes':34}{rows:12.4f}{rows / masks:10.1f}")
    print(f"  {'ours: and a flag for every node':34}{masks:12.4f}{1:10.1f}")
    print(f"  {'ours: one more switch':34}{more:12.4f}")
    best = min((found for name, make in PEERS.items() if (found := peer(name, make, graph, asked, expected, masks))),
               default=None)  # fmt: skip
    if best is not None:
        print(f"  best peer / ours: {best / masks:.0f} (goal {GOAL_RATIO}); {best / plain:.0f} by intervals and sums")
    met = [name for name, took in (("sums", plain), ("rows", rows), ("flags", masks)) if took <= GOAL_MS]
    print(f"  goal {GOAL_MS} ms met by: {', '.join(met) or 'none'}")


def peer(
    name: str,
    make: Callable[[Graph], Peer],
    graph: Graph,
    asked: list[tuple[np.ndarray, np.ndarray]],
    expected: list[np.ndarray],
    base_ms: float,
) -> float | None:
    """Milliseconds of one peer, whose answers must be ours; None when it is not installed."""
    try:
        dark = make(graph)
    except ImportError:
        print(f"  {name:34}{'not installed':>12}")
        return None
    except MemoryError:
        print(f"  {name:34}{'too large':>12}")
        return None
    seconds = []
    for one, known in zip(asked, expected, strict=True):
        begun = time.perf_counter()
        answer = dark(*one)
        seconds.append(time.perf_counter() - begun)
        assert (answer == known).all(), f"{name} disagrees"
        if seconds[-1] > SLOW_SECONDS:
            break
    found = 1000 * statistics.median(seconds)
    print(f"  {name:34}{found:12.3f}{found / base_ms:10.0f}", flush=True)
    return found


def main() -> None:
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    districts = numbers[0] if numbers else 900 if "--quick" in sys.argv else 9087
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}")  # fmt: skip
    network = make_network(districts, np.random.default_rng(SEED), with_meters=True)
    sources = np.flatnonzero(network.nodes.kind == SOURCE).astype(np.int32)
    branches = network.branches
    graph = Graph(len(network.nodes.ids), branches.from_node, branches.to_node, branches.closed, sources)
    load = Load(network.districts.node, network.districts.customers, network.meters.district)
    operable = switching(branches)
    compile_graph(graph, load, operable)  # Numba's own compiling is not what is measured
    measure(f"{districts:,} districts, meters as sums", graph, load, operable)
    drawn = with_meters_as_nodes(network, graph)
    more = np.concatenate((operable, np.zeros(len(network.meters.ids), dtype=bool)))
    measure(f"{len(network.meters.ids):,} meters as nodes", drawn, load, more)


if __name__ == "__main__":
    main()
