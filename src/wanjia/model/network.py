"""A distribution network as plain columns: nodes, branches, transformer districts, meters. One array entry per row.

Rows point at each other by position, not by name, so that two million meters stay cheap. Names are kept beside.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.object_]
Codes = NDArray[np.int8]
Indexes = NDArray[np.int32]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Measures = NDArray[np.float64]

NODE_KINDS = ("source", "junction", "district")
BRANCH_KINDS = ("line", "cable", "switch", "breaker", "fuse", "transformer")
AREAS = ("urban", "rural", "remote")
METER_ROLES = ("master", "customer", "generation")
PHASES = ("", "A", "B", "C", "ABC")
PRIORITIES = ("ordinary", "sensitive", "life_support")

SWITCHING_KINDS = ("switch", "breaker", "fuse")
"""What a person or a relay opens and closes in place; lines, cables and transformers are only ever broken."""
PROTECTING_KINDS = ("breaker", "fuse")
"""What opens by itself on a short circuit."""

SOURCE = NODE_KINDS.index("source")
DISTRICT = NODE_KINDS.index("district")
CUSTOMER_METER = METER_ROLES.index("customer")

NODES_MAX = 5_000_000
"""Nodes; twice the meters of a large prefecture drawn one by one, and still compiled in memory."""
BRANCHES_MAX = 10_000_000
"""Branches; two for each node."""
DISTRICTS_MAX = 1_000_000
"""Transformer districts; a hundred times a prefecture's 9,087."""
METERS_MAX = 50_000_000
"""Meters; all those of a large province."""


@dataclass(frozen=True, eq=False)
class Nodes:
    """Rows of the table `nodes`; `kind` counts in NODE_KINDS."""

    ids: Words
    kind: Codes


@dataclass(frozen=True, eq=False)
class Branches:
    """Rows of `branches`: positions of both nodes, `kind` in BRANCH_KINDS, normal state, feeder (empty: none)."""

    ids: Words
    from_node: Indexes
    to_node: Indexes
    kind: Codes
    closed: Flags
    feeder: Words


@dataclass(frozen=True, eq=False)
class Districts:
    """Rows of `districts`: position of the node; degrees WGS 84 and kVA, NaN where the table is silent; customers."""

    ids: Words
    node: Indexes
    feeder: Words
    name: Words
    longitude: Measures
    latitude: Measures
    area: Codes
    capacity_kva: Measures
    customers: Counts


@dataclass(frozen=True, eq=False)
class Meters:
    """Rows of `meters`: position of the district, codes in METER_ROLES, PHASES and PRIORITIES.

    multiplier: kWh for each kWh that the meter counts (ratio of its transformers); 1 without any.
    register_digits: whole digits of its register; 0 where they are not known.
    """

    ids: Words
    district: Indexes
    role: Codes
    phase: Codes
    priority: Codes
    multiplier: Measures
    register_digits: Codes


@dataclass(frozen=True, eq=False)
class Network:
    """A network folder in memory; `meters` has no rows where the folder has no such table."""

    nodes: Nodes
    branches: Branches
    districts: Districts
    meters: Meters


def words(values: list[str]) -> Words:
    """An array of texts; NumPy's own text type would pad each to the longest."""
    array: Words = np.empty(len(values), dtype=np.object_)
    array[:] = values
    return array


def no_meters() -> Meters:
    """The table of a folder that lists no meters."""
    none = np.empty(0, dtype=np.int8)
    return Meters(words([]), np.empty(0, dtype=np.int32), none, none, none, np.empty(0), none)


def customers_by_district(network: Network) -> Counts:
    """Customers of each district, [districts]: its customer meters, or the table's count where it lists no meter."""
    count, meters = len(network.districts.ids), network.meters
    listed = np.bincount(meters.district, minlength=count)
    customer = np.bincount(meters.district[meters.role == CUSTOMER_METER], minlength=count)
    found: Counts = np.where(listed > 0, customer, network.districts.customers).astype(np.int64)
    return found


def switching(branches: Branches) -> Flags:
    """True for the branches that can be opened and closed in place, [branches]."""
    return np.isin(branches.kind, [BRANCH_KINDS.index(kind) for kind in SWITCHING_KINDS])


def protecting(branches: Branches) -> Flags:
    """True for the branches that open by themselves on a fault, [branches]."""
    return np.isin(branches.kind, [BRANCH_KINDS.index(kind) for kind in PROTECTING_KINDS])
