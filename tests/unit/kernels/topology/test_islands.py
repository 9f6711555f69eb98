"""The plain reference: against a search, and the compiled trace against it on the golden network."""

import json
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.kernels.topology.test_tracing import Case, cases, flags, searched, state_of
from wanjia.adapters.grid_files.folder import read_network
from wanjia.kernels.topology.compiled import compile_network
from wanjia.kernels.topology.islands import components, dark_nodes
from wanjia.kernels.topology.tracing import trace

GOLDEN = Path(__file__).parents[3] / "cases/topology/ring_of_two_feeders"


@given(cases(), st.data())
def test_components_are_those_of_a_search(case: Case, data: st.DataObject) -> None:
    graph, closed = case.graph, flags(data, case)
    lead = components(graph.nodes, graph.from_node[closed], graph.to_node[closed])
    reached = np.zeros(graph.nodes, dtype=bool)
    reached[lead[graph.sources]] = True
    assert (~reached[lead]).tolist() == searched(graph, closed).tolist()
    assert (lead[lead] == lead).all() and (lead <= np.arange(graph.nodes)).all()


def test_the_compiled_trace_agrees_on_the_golden_network() -> None:
    network = read_network(GOLDEN / "network").network
    assert network is not None
    topology = compile_network(network)
    row_of = {name: row for row, name in enumerate(network.branches.ids)}
    for state in json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8")):
        closed = network.branches.closed.copy()
        closed[[row_of[name] for name in state["open"]]] = False
        closed[[row_of[name] for name in state["close"]]] = True
        dark = trace(topology, state_of(topology, closed))
        assert dark.mask.tolist() == dark_nodes(network, closed).tolist()
        assert sorted(network.districts.ids[dark.district_rows()]) == state["dark"]["districts"]
        expected = state["dark"]
        assert (dark.customers, dark.meters, dark.nodes) == (
            expected["customers"],
            expected["meters"],
            expected["nodes"],
        )
