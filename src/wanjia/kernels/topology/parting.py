"""A part of a network by itself: some feeders, whole."""

from dataclasses import replace

import numpy as np

from wanjia.model.network import Branches, Districts, Flags, Indexes, Meters, Network, Nodes


def part_of(network: Network, feeders: frozenset[str]) -> Network:
    """The named feeders with the nodes at their branches, their districts and those districts' meters.

    Ties to other feeders are left out; rows keep their order and their names. Feeders that do not occur add nothing.
    """
    branches, districts, meters = network.branches, network.districts, network.meters
    kept = _in(branches.feeder, feeders)
    nodes = np.zeros(len(network.nodes.ids), dtype=np.bool_)
    nodes[branches.from_node[kept]] = nodes[branches.to_node[kept]] = True
    here = _in(districts.feeder, feeders) & nodes[districts.node]
    node_at, district_at = _places(nodes), _places(here)
    metered = here[meters.district]
    columns = {name: column[here] for name, column in vars(districts).items()}
    picked = Meters(**{name: column[metered] for name, column in vars(meters).items()})
    return Network(
        Nodes(network.nodes.ids[nodes], network.nodes.kind[nodes]),
        Branches(
            branches.ids[kept], node_at[branches.from_node[kept]], node_at[branches.to_node[kept]],
            branches.kind[kept], branches.closed[kept], branches.feeder[kept],
        ),
        Districts(**{**columns, "node": node_at[districts.node[here]]}),
        replace(picked, district=district_at[picked.district]),
    )  # fmt: skip


def _in(names: np.ndarray, wanted: frozenset[str]) -> Flags:
    return np.fromiter((name in wanted for name in names.tolist()), dtype=np.bool_, count=len(names))


def _places(kept: Flags) -> Indexes:
    """New row of every old one that is kept."""
    places: Indexes = (np.cumsum(kept) - 1).astype(np.int32)
    return places
