"""Network folder <-> network: tables in memory become positions and codes, with every fault of every row."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wanjia.adapters.grid_files.columns import Sheet, TableColumns
from wanjia.adapters.grid_files.fields import Findings
from wanjia.adapters.grid_files.soundness import soundness_faults
from wanjia.model.faults import Fault
from wanjia.model.network import (
    AREAS,
    BRANCH_KINDS,
    BRANCHES_MAX,
    DISTRICTS_MAX,
    METER_ROLES,
    METERS_MAX,
    NODE_KINDS,
    NODES_MAX,
    PHASES,
    PRIORITIES,
    Branches,
    Districts,
    Meters,
    Network,
    Nodes,
    Words,
    no_meters,
)

TABLES: Mapping[str, TableColumns] = {
    "nodes": TableColumns(("node_id", "kind"), rows_max=NODES_MAX),
    "branches": TableColumns(
        ("branch_id", "from_node", "to_node", "kind", "closed"), ("feeder_id",), rows_max=BRANCHES_MAX
    ),
    "districts": TableColumns(
        ("district_id", "node_id", "customers"),
        ("feeder_id", "name", "longitude", "latitude", "area", "capacity_kva"),
        rows_max=DISTRICTS_MAX,
    ),
    "meters": TableColumns(
        ("meter_id", "district_id", "role"), ("phase", "priority", "multiplier", "register_digits"),
        rows_max=METERS_MAX, may_lack=True,
    ),
}  # fmt: skip
MULTIPLIER_LEAST, MULTIPLIER_MOST = 0.001, 1_000_000.0
"""A meter that counts watt-hours; ratios of current and voltage transformers together are some hundred thousands."""
REGISTER_DIGITS_MAX = 12


@dataclass(frozen=True)
class Decoded:
    """The network, and every fault found; no network when a row's reference or code cannot be understood.

    `faults` are of values; `unsound` of the network as a whole, which can be traced all the same.
    """

    network: Network | None
    faults: tuple[Fault, ...]
    unsound: tuple[Fault, ...] = ()


def decode(sheets: Mapping[str, Sheet], meters_elsewhere: bool = False) -> Decoded:
    """The network of a folder's tables (`meters` may lack; or is there, but is not wanted here)."""
    findings = Findings()
    nodes = _nodes(sheets["nodes"], findings)
    branches = _branches(sheets["branches"], sheets["nodes"], findings)
    districts = _districts(sheets["districts"], sheets["nodes"], meters_elsewhere or "meters" in sheets, findings)
    meters = _meters(sheets["meters"], sheets["districts"], findings) if "meters" in sheets else no_meters()
    if findings.blocking:
        return Decoded(None, findings.ordered())
    network = Network(nodes, branches, districts, meters)
    return Decoded(network, findings.ordered(), soundness_faults(network, sheets))


def _nodes(sheet: Sheet, findings: Findings) -> Nodes:
    return Nodes(findings.ids(sheet, "node_id"), findings.code(sheet, "kind", NODE_KINDS))


def _branches(sheet: Sheet, nodes: Sheet, findings: Findings) -> Branches:
    return Branches(
        ids=findings.ids(sheet, "branch_id"),
        from_node=findings.reference(sheet, "from_node", nodes, "node_id"),
        to_node=findings.reference(sheet, "to_node", nodes, "node_id"),
        kind=findings.code(sheet, "kind", BRANCH_KINDS),
        closed=findings.truth(sheet, "closed"),
        feeder=findings.words(sheet, "feeder_id"),
    )


def _districts(sheet: Sheet, nodes: Sheet, has_meters: bool, findings: Findings) -> Districts:
    return Districts(
        ids=findings.ids(sheet, "district_id"),
        node=findings.reference(sheet, "node_id", nodes, "node_id"),
        feeder=findings.words(sheet, "feeder_id"),
        name=findings.words(sheet, "name"),
        longitude=findings.measure(sheet, "longitude", -180, 180),
        latitude=findings.measure(sheet, "latitude", -90, 90),
        area=findings.code(sheet, "area", AREAS, empty=-1),
        capacity_kva=findings.measure(sheet, "capacity_kva", 0, np.inf),
        customers=findings.count(sheet, "customers", may_be_empty=has_meters),
    )


def _meters(sheet: Sheet, districts: Sheet, findings: Findings) -> Meters:
    ratio = findings.measure(sheet, "multiplier", MULTIPLIER_LEAST, MULTIPLIER_MOST)
    return Meters(
        ids=findings.ids(sheet, "meter_id"),
        district=findings.reference(sheet, "district_id", districts, "district_id"),
        role=findings.code(sheet, "role", METER_ROLES),
        phase=findings.code(sheet, "phase", PHASES, empty=0),
        priority=findings.code(sheet, "priority", PRIORITIES, empty=0),
        multiplier=np.where(np.isnan(ratio), 1.0, ratio),
        register_digits=findings.digits(sheet, "register_digits", REGISTER_DIGITS_MAX),
    )


def encode(network: Network) -> dict[str, pa.Table]:
    """The tables of a folder; `meters` is left out where the network has none."""
    tables = {
        "nodes": _node_table(network.nodes),
        "branches": _branch_table(network.branches, network.nodes.ids),
        "districts": _district_table(network.districts, network.nodes.ids),
    }
    if len(network.meters.ids):
        tables["meters"] = _meter_table(network.meters, network.districts.ids)
    return tables


def _node_table(nodes: Nodes) -> pa.Table:
    return pa.table({"node_id": _text(nodes.ids), "kind": _named(nodes.kind, NODE_KINDS)})


def _branch_table(branches: Branches, nodes: Words) -> pa.Table:
    return pa.table(
        {
            "branch_id": _text(branches.ids),
            "from_node": _text(nodes[branches.from_node]),
            "to_node": _text(nodes[branches.to_node]),
            "kind": _named(branches.kind, BRANCH_KINDS),
            "closed": branches.closed,
            "feeder_id": _text(branches.feeder),
        }
    )


def _district_table(districts: Districts, nodes: Words) -> pa.Table:
    return pa.table(
        {
            "district_id": _text(districts.ids),
            "node_id": _text(nodes[districts.node]),
            "feeder_id": _text(districts.feeder),
            "name": _text(districts.name),
            "longitude": pa.array(districts.longitude, from_pandas=True),
            "latitude": pa.array(districts.latitude, from_pandas=True),
            "area": _named(districts.area, AREAS),
            "capacity_kva": pa.array(districts.capacity_kva, from_pandas=True),
            "customers": districts.customers,
        }
    )


def _meter_table(meters: Meters, districts: Words) -> pa.Table:
    """Without the columns that say nothing of any meter, so that what they are is told by who has them."""
    columns = {
        "meter_id": _text(meters.ids),
        "district_id": _text(districts[meters.district]),
        "role": _named(meters.role, METER_ROLES),
        "phase": _named(meters.phase, PHASES),
        "priority": _named(meters.priority, PRIORITIES),
    }
    if (meters.multiplier != 1).any():
        columns["multiplier"] = pa.array(meters.multiplier)
    if meters.register_digits.any():
        columns["register_digits"] = pa.array(meters.register_digits, mask=meters.register_digits == 0)
    return pa.table(columns)


def _text(values: Words) -> pa.Array:
    return pa.array(values, type=pa.string())


def _named(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    """Names of codes; -1 is empty."""
    return pa.array(np.array([*names, ""], dtype=object)[codes], type=pa.string())
