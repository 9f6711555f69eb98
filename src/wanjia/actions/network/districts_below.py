"""Which districts a device feeds alone: those that are dark when it is open and lit when it is not."""

import numpy as np

from wanjia.actions.network.customers import district_codes
from wanjia.kernels.topology.islands import dark_nodes
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Network


def districts_below(network: Network | None, device_id: str, codes: frozenset[str]) -> frozenset[str]:
    """Codes of the districts; a device that is a district (one of `codes`) is its own. Raises Refused."""
    if device_id in codes:
        return frozenset({device_id})
    if network is None:
        raise Refused([Fault("outage.no_network", Where("device_id"))])
    rows = np.flatnonzero(network.branches.ids == device_id)
    if not len(rows):
        raise Refused([Fault("outage.device_unknown", Where("device_id"), {"device": device_id})])
    closed = network.branches.closed.copy()
    before = dark_nodes(network, closed)
    closed[rows] = False
    dark = dark_nodes(network, closed) & ~before
    found = np.flatnonzero(dark[network.districts.node])
    if not len(found):
        raise Refused([Fault("outage.device_feeds_none", Where("device_id"), {"device": device_id})])
    names = district_codes(network)
    return frozenset(names[row] for row in found.tolist())
