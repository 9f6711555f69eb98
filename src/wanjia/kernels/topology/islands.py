"""What holds together, in plain NumPy: for one look at a network, where loading Numba takes longer than the work."""

import numpy as np

from wanjia.model.network import SOURCE, Flags, Indexes, Network


def components(nodes: int, from_node: Indexes, to_node: Indexes) -> Indexes:
    """The smallest node that each node is connected with, [nodes]: hook roots onto smaller ones, then flatten."""
    lead = np.arange(nodes, dtype=np.int32)
    one, other = from_node, to_node
    while True:
        a, b = lead[one], lead[other]
        apart = a != b
        if not apart.any():
            return lead
        one, other = one[apart], other[apart]
        np.minimum.at(lead, np.maximum(a, b)[apart], np.minimum(a, b)[apart])
        lead = _flat(lead)


def _flat(lead: Indexes) -> Indexes:
    while True:
        further = lead[lead]
        if np.array_equal(further, lead):
            return lead
        lead = further


def dark_nodes(network: Network, closed: Flags) -> Flags:
    """Nodes that no source reaches over the closed branches, [nodes]; the reference for `tracing.trace`."""
    branches, nodes = network.branches, network.nodes
    lead = components(len(nodes.ids), branches.from_node[closed], branches.to_node[closed])
    lit = np.zeros(len(nodes.ids), dtype=np.bool_)
    lit[lead[nodes.kind == SOURCE]] = True
    return ~lit[lead]
