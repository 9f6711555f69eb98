"""A made prefecture is radial, wholly lit, every feeder behind its breaker and tied to neighbours."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.topology.islands import components, dark_nodes
from wanjia.kernels.topology.making import make_network
from wanjia.model.network import BRANCH_KINDS, SOURCE


@settings(max_examples=20)
@given(st.integers(1, 300), st.integers(0, 2**32))
def test_any_size_is_radial_and_lit_and_has_just_the_districts_asked_for(districts: int, seed: int) -> None:
    network = make_network(districts, np.random.default_rng(seed))
    branches, nodes = network.branches, network.nodes
    assert len(network.districts.ids) == districts
    assert len(set(nodes.ids)) == len(nodes.ids) and len(set(branches.ids)) == len(branches.ids)
    assert not dark_nodes(network, branches.closed).any()
    lead = components(len(nodes.ids), branches.from_node[branches.closed], branches.to_node[branches.closed])
    trees = len(np.unique(lead))
    assert trees == np.count_nonzero(nodes.kind == SOURCE)
    assert np.count_nonzero(branches.closed) == len(nodes.ids) - trees, "no loop"


def test_a_prefecture_has_about_two_million_customers() -> None:
    network = make_network(9087, np.random.default_rng(1))
    assert 1_900_000 < network.districts.customers.sum() < 2_100_000
    assert 20_000 < len(network.nodes.ids) < 40_000
    breakers = np.count_nonzero(network.branches.kind == BRANCH_KINDS.index("breaker"))
    assert breakers == len(set(network.districts.feeder))
    assert set(network.districts.area.tolist()) == {0, 1, 2}
