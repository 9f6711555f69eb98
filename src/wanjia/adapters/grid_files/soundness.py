"""What can be wrong with a network whose every value is understood: loops to itself, islands, feeders that disagree."""

from collections.abc import Iterator, Mapping

import numpy as np

from wanjia.adapters.grid_files.columns import Sheet
from wanjia.kernels.topology.islands import components, dark_nodes
from wanjia.model.faults import Fault
from wanjia.model.network import DISTRICT, SOURCE, Flags, Network, Words, switching


def soundness_faults(network: Network, sheets: Mapping[str, Sheet]) -> tuple[Fault, ...]:
    """Every fault of the network as a whole, by table."""
    checks = (_sources, _self_loops, _open_lines, _district_nodes, _islands, _dark_districts, _feeders)
    return tuple(fault for check in checks for fault in check(network, sheets))


def _sources(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    if not (network.nodes.kind == SOURCE).any() and len(network.nodes.ids):
        yield Fault("network.no_source", sheets["nodes"].where(0, "kind"), {})


def _self_loops(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    branches = network.branches
    for row in np.flatnonzero(branches.from_node == branches.to_node).tolist():
        values = {"branch": branches.ids[row], "node": network.nodes.ids[branches.to_node[row]]}
        yield Fault("network.self_loop", sheets["branches"].where(row, "to_node"), values)


def _open_lines(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    branches = network.branches
    for row in np.flatnonzero(~branches.closed & ~switching(branches)).tolist():
        yield Fault("network.open_line", sheets["branches"].where(row, "closed"), {"branch": branches.ids[row]})


def _district_nodes(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    """Districts stand on nodes of their kind, and each such node has one."""
    nodes, districts = network.nodes, network.districts
    for row in np.flatnonzero(nodes.kind[districts.node] != DISTRICT).tolist():
        values = {"district": districts.ids[row], "node": nodes.ids[districts.node[row]]}
        yield Fault("network.node_is_no_district", sheets["districts"].where(row, "node_id"), values)
    without = nodes.kind == DISTRICT
    without[districts.node] = False
    for row in np.flatnonzero(without).tolist():
        yield Fault("network.node_without_district", sheets["nodes"].where(row, "node_id"), {"node": nodes.ids[row]})


def _islands(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    """Parts that no source reaches even with every switch closed; one fault for each part."""
    nodes, branches = network.nodes, network.branches
    if not (nodes.kind == SOURCE).any():
        return
    lead = components(len(nodes.ids), branches.from_node, branches.to_node)
    reached = np.zeros(len(nodes.ids), dtype=np.bool_)
    reached[lead[nodes.kind == SOURCE]] = True
    count = np.bincount(lead, minlength=len(nodes.ids))
    for row in np.flatnonzero((count > 0) & ~reached).tolist():
        values = {"node": nodes.ids[row], "count": int(count[row])}
        yield Fault("network.island", sheets["nodes"].where(row, "node_id"), values)


def _dark_districts(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    """Districts that a source could reach but that the normal state leaves dark."""
    nodes, branches, districts = network.nodes, network.branches, network.districts
    if not (nodes.kind == SOURCE).any():
        return
    every = np.ones(len(branches.ids), dtype=np.bool_)
    dark: Flags = dark_nodes(network, branches.closed) & ~dark_nodes(network, every)
    for row in np.flatnonzero(dark[districts.node]).tolist():
        values = {"district": districts.ids[row]}
        yield Fault("network.district_dark", sheets["districts"].where(row, "node_id"), values)


def _feeders(network: Network, sheets: Mapping[str, Sheet]) -> Iterator[Fault]:
    """A district's feeder is one of a branch at its node, where those name any, and one that some branch names."""
    branches, districts = network.branches, network.districts
    known = set(branches.feeder.tolist()) - {""}
    at_node = _feeders_at_nodes(network)
    for row, (feeder, node) in enumerate(zip(districts.feeder.tolist(), districts.node.tolist(), strict=True)):
        values = {"district": districts.ids[row], "feeder": feeder}
        if not feeder or not known:
            continue
        if feeder not in known:
            yield Fault("network.feeder_unknown", sheets["districts"].where(row, "feeder_id"), values)
        elif at_node.get(node) and feeder not in at_node[node]:
            found = {**values, "found": ", ".join(sorted(at_node[node]))}
            yield Fault("network.feeder_mismatch", sheets["districts"].where(row, "feeder_id"), found)


def _feeders_at_nodes(network: Network) -> dict[int, set[str]]:
    """Feeders that the closed branches at each district's node name."""
    branches = network.branches
    wanted = np.zeros(len(network.nodes.ids), dtype=np.bool_)
    wanted[network.districts.node] = True
    found: dict[int, set[str]] = {}
    for ends in (branches.from_node, branches.to_node):
        rows = np.flatnonzero(wanted[ends] & branches.closed)
        _collect(found, ends[rows].tolist(), branches.feeder[rows])
    return found


def _collect(found: dict[int, set[str]], nodes: list[int], feeders: Words) -> None:
    for node, feeder in zip(nodes, feeders.tolist(), strict=True):
        if feeder:
            found.setdefault(node, set()).add(feeder)
