"""Grids of other software become networks: by plain rows, and by the software itself where it is installed."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import wanjia.adapters.grid_files
from tests.support.machine import needs
from wanjia.adapters.grid_files.driver import read_grid
from wanjia.adapters.grid_files.opendss_codec import Circuit, Element, decode_opendss
from wanjia.adapters.grid_files.pandapower_codec import decode_pandapower
from wanjia.kernels.topology.islands import dark_nodes
from wanjia.model.faults import Refused
from wanjia.model.network import BRANCH_KINDS, METER_ROLES, NODE_KINDS, PHASES, Network

VILLAGE = Path(wanjia.adapters.grid_files.__file__).parent / "fixtures/village.dss"


def bus(index: int, volts: float, **more: Any) -> dict[str, Any]:
    return {"index": index, "vn_kv": volts, "in_service": True, **more}


def line(index: int, start: int, end: int, **more: Any) -> dict[str, Any]:
    return {"index": index, "from_bus": start, "to_bus": end, "in_service": True, **more}


def standing(index: int, at: int, element: int, kind: str, closed: bool = True, **more: Any) -> dict[str, Any]:
    return {"index": index, "bus": at, "element": element, "et": kind, "closed": closed, **more}


def rows_of_a_grid() -> dict[str, list[dict[str, Any]]]:
    """Station 0 - line 3 (switches 7 and 8 at its ends) - bus 1 - transformer 5 - bus 2 - bus 4; load on 6."""
    return {
        "bus": [
            bus(0, 20.0), bus(1, 20.0, geo='{"coordinates":[7.5,48.2]}'), bus(2, 0.4), bus(4, 0.4), bus(6, 20.0),
            bus(9, 20.0, in_service=False),
        ],
        "ext_grid": [{"index": 0, "bus": 0, "in_service": True}],
        "line": [line(3, 0, 1), line(4, 2, 4, type="cs"), line(8, 0, 6, in_service=False), line(9, 1, 9)],
        "switch": [
            standing(7, 0, 3, "l", type="CB"), standing(8, 1, 3, "l", type="LBS"), standing(9, 1, 6, "b", False),
            standing(10, 1, 5, "t"),
        ],
        "trafo": [{"index": 5, "hv_bus": 1, "lv_bus": 2, "sn_mva": 0.4, "name": "Mill", "in_service": True}],
        "load": [{"index": n, "bus": at, "in_service": n != 13} for n, at in ((11, 4), (12, 6), (13, 4))],
        "sgen": [{"index": 1, "bus": 2, "in_service": True}],
    }  # fmt: skip


def named(network: Network) -> dict[str, tuple[str, str, str, bool]]:
    """Branches by id: ends, kind, state."""
    nodes, branches = network.nodes.ids, network.branches
    return {
        branches.ids[row]: (
            nodes[branches.from_node[row]], nodes[branches.to_node[row]], BRANCH_KINDS[branches.kind[row]],
            bool(branches.closed[row]),
        )
        for row in range(len(branches.ids))
    }  # fmt: skip


def metered(network: Network) -> dict[str, tuple[str, str, str]]:
    meters = network.meters
    return {
        meters.ids[row]: (
            network.districts.ids[meters.district[row]], METER_ROLES[meters.role[row]], PHASES[meters.phase[row]]
        )
        for row in range(len(meters.ids))
    }  # fmt: skip


def test_a_grid_of_plain_rows() -> None:
    network = decode_pandapower(rows_of_a_grid())
    assert named(network) == {
        "switch-9": ("bus-1", "bus-6", "switch", False),
        "switch-7": ("bus-0", "switch-7-line-3", "breaker", True),
        "switch-8": ("bus-1", "switch-8-line-3", "switch", True),
        "line-3": ("switch-7-line-3", "switch-8-line-3", "line", True),
        "line-4": ("bus-2", "bus-4", "cable", True),
        "switch-10": ("bus-1", "switch-10-trafo-5", "switch", True),
        "trafo-5": ("switch-10-trafo-5", "bus-2", "transformer", True),
    }
    kinds = dict(zip(network.nodes.ids, (NODE_KINDS[kind] for kind in network.nodes.kind), strict=True))
    assert (kinds["bus-0"], kinds["bus-1"], kinds["bus-2"], kinds["bus-6"]) == (
        "source",
        "junction",
        "district",
        "district",
    )
    assert "bus-9" not in kinds
    assert metered(network) == {
        "load-11": ("trafo-5", "customer", "ABC"),
        "load-12": ("bus-6", "customer", "ABC"),
        "sgen-1": ("trafo-5", "generation", "ABC"),
    }
    districts = network.districts
    assert districts.ids.tolist() == ["trafo-5", "bus-6"]
    assert (districts.name[0], districts.capacity_kva[0], districts.customers.tolist()) == ("Mill", 400, [1, 1])
    dark = dark_nodes(network, network.branches.closed)
    assert network.nodes.ids[dark].tolist() == ["bus-6"]


def on_feeders(network: Network) -> dict[str, str]:
    """Feeder of every branch and district."""
    names = (*network.branches.ids.tolist(), *network.districts.ids.tolist())
    return dict(zip(names, (*network.branches.feeder, *network.districts.feeder), strict=True))


def test_feeders_begin_at_the_lines_that_leave_a_substation() -> None:
    on = on_feeders(decode_pandapower(rows_of_a_grid()))
    assert {on[name] for name in ("switch-7", "line-3", "switch-8", "switch-10", "trafo-5", "line-4")} == {"line-3"}
    assert (on["switch-9"], on["bus-6"]) == ("", "")
    assert set(on_feeders(decode_opendss(village())).values()) == {"line.main-1"}


def test_a_busbar_behind_a_transformer_is_the_substations_and_a_tie_is_on_no_feeder() -> None:
    tables = {
        "bus": [bus(n, 110.0 if n == 0 else 20.0) for n in range(6)],
        "ext_grid": [{"index": 0, "bus": 0, "in_service": True}],
        "trafo": [{"index": 0, "hv_bus": 0, "lv_bus": 1, "in_service": True}],
        "line": [line(0, 1, 2), line(1, 2, 3), line(2, 1, 4), line(3, 3, 5)],
        "switch": [standing(0, 4, 5, "b", False), standing(1, 1, 0, "l", type="CB")],
        "load": [{"index": n, "bus": n, "in_service": True} for n in (1, 2, 3, 4)],
    }
    on = on_feeders(decode_pandapower(tables))
    assert {name: on[name] for name in ("bus-1", "bus-2", "bus-3", "bus-4", "trafo-0", "switch-0", "switch-1")} == {
        "bus-1": "", "bus-2": "line-0", "bus-3": "line-0", "bus-4": "line-2", "trafo-0": "", "switch-0": "",
        "switch-1": "line-0",
    }  # fmt: skip


def test_a_grid_of_low_voltage_alone_makes_each_transformer_a_district() -> None:
    tables = rows_of_a_grid()
    tables["line"] = [line(4, 2, 4)]
    tables["load"], tables["sgen"] = [], []
    assert decode_pandapower(tables).districts.ids.tolist() == ["trafo-5"]


def test_an_asymmetric_load_names_no_phase_and_three_windings_meet_in_a_node() -> None:
    tables = rows_of_a_grid()
    tables["trafo3w"] = [{"index": 1, "hv_bus": 0, "mv_bus": 6, "lv_bus": 1, "in_service": True}]
    tables["asymmetric_load"] = [{"index": 2, "bus": 4, "in_service": True}]
    network = decode_pandapower(tables)
    assert named(network)["trafo3w-1-mv"] == ("trafo3w-1", "bus-6", "transformer", True)
    assert metered(network)["asymmetric_load-2"] == ("trafo-5", "customer", "")


def village() -> Circuit:
    """What the engine says of `fixtures/village.dss`."""
    three = ".1.2.3"
    elements = (
        Element("vsource.source", (f"station{three}", "station.0.0.0")),
        Element("line.head", (f"station{three}", f"a{three}")),
        Element("line.main-1", (f"a{three}", f"b{three}")),
        Element("line.sw1", (f"b{three}", f"c{three}"), is_switch=True),
        Element("line.lateral", ("b.2", "d.2")),
        Element("line.tie", (f"c{three}", f"a{three}"), is_open=True, is_switch=True),
        Element("transformer.t1", (f"c{three}", f"e{three}.0"), capacity_kva=315),
        Element("line.lv1", (f"e{three}", f"f{three}")),
        Element("load.house1", ("f.1",)),
        Element("load.house2", ("f.3",)),
        Element("load.pump", ("d.2",)),
        Element("pvsystem.roof", ("f",)),
    )
    volts = dict.fromkeys(("station", "a", "b", "c", "d"), 10.0) | {"e": 0.4, "f": 0.4}
    return Circuit(elements, volts, {"line.head": "breaker", "line.lateral": "fuse"})


def check_village(network: Network) -> None:
    assert named(network) == {
        "line.head": ("station", "a", "breaker", True),
        "line.main-1": ("a", "b", "line", True),
        "line.sw1": ("b", "c", "switch", True),
        "line.lateral": ("b", "d", "fuse", True),
        "line.tie": ("c", "a", "switch", False),
        "transformer.t1": ("c", "e", "transformer", True),
        "line.lv1": ("e", "f", "line", True),
    }
    assert metered(network) == {
        "load.house1": ("transformer.t1", "customer", "A"),
        "load.house2": ("transformer.t1", "customer", "C"),
        "load.pump": ("d", "customer", "B"),
        "pvsystem.roof": ("transformer.t1", "generation", "ABC"),
    }
    districts = network.districts
    assert dict(zip(districts.ids, districts.customers.tolist(), strict=True)) == {"transformer.t1": 2, "d": 1}
    assert districts.capacity_kva[0] == 315
    assert network.nodes.ids[network.nodes.kind == 0].tolist() == ["station"]


def test_a_circuit_of_plain_elements() -> None:
    check_village(decode_opendss(village()))


@needs("readers")
def test_the_same_circuit_through_its_engine() -> None:
    check_village(read_grid(str(VILLAGE)))


@pytest.mark.heavy
@needs("readers")
@pytest.mark.parametrize(
    ("source", "districts", "customers"),
    [
        ("pandapower:mv_oberrhein", 159, 147),
        ("pandapower:ieee_european_lv_asymmetric", 1, 55),
        ("simbench:1-LV-rural1--0-sw", 1, 13),
        ("simbench:1-MV-rural--0-sw", None, None),
    ],
)
def test_shipped_grids_are_sound(source: str, districts: int | None, customers: int | None) -> None:
    network = read_grid(source)
    assert len(set(network.nodes.ids)) == len(network.nodes.ids)
    assert len(set(network.branches.ids)) == len(network.branches.ids)
    assert not dark_nodes(network, network.branches.closed).any()
    if districts is not None:
        assert len(network.districts.ids) == districts
        assert np.count_nonzero(network.meters.role == METER_ROLES.index("customer")) == customers


@pytest.mark.heavy
@needs("readers")
@pytest.mark.parametrize("opened", [[3], [7, 40], [0, 1, 2, 100, 200, 300]])
def test_what_is_dark_is_what_pandapower_finds_unsupplied(opened: list[int]) -> None:
    grid = import_module("pandapower.networks").mv_oberrhein()
    grid.switch.loc[opened, "closed"] = False
    expected = {f"bus-{at}" for at in import_module("pandapower.topology").unsupplied_buses(grid)}
    network = read_grid("pandapower:mv_oberrhein")
    closed = network.branches.closed & ~np.isin(network.branches.ids, [f"switch-{at}" for at in opened])
    dark = network.nodes.ids[dark_nodes(network, closed)].tolist()
    assert {name for name in dark if name.startswith("bus-")} == expected


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("grid.xlsx", "network.source_unknown"),
        ("nowhere.json", "network.source_missing"),
        ("nowhere.dss", "network.source_missing"),
    ],
)
def test_a_source_that_cannot_be_read_says_why(source: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_grid(source)
    assert [fault.code for fault in refused.value.faults] == [code]
