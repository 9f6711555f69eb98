"""Feeders laid through districts: radial, lit, each district where it was, each feeder on one substation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.sensing.grid import build_grid
from wanjia.kernels.topology.islands import components, dark_nodes
from wanjia.kernels.topology.laying import Sites, lay_network
from wanjia.kernels.topology.making import make_meters
from wanjia.kernels.topology.parting import part_of
from wanjia.model.network import BRANCH_KINDS, SOURCE, Network, words


def sites(count: int, feeders: int, substations: int, seed: int) -> Sites:
    """Districts anywhere, of feeders drawn at random, each feeder of one substation."""
    rng = np.random.default_rng(seed)
    feeder = rng.integers(0, feeders, count)
    return Sites(
        words([f"T{at:04d}" for at in range(count)]),
        words([f"name {at}" for at in range(count)]),
        words([f"F{at:03d}" for at in feeder.tolist()]),
        words([f"SS{at % substations:02d}" for at in feeder.tolist()]),
        rng.uniform(119, 120, count),
        rng.uniform(28, 29, count),
        rng.integers(0, 3, count).astype(np.int8),
        np.full(count, 400.0),
        rng.integers(1, 9, count),
    )


def with_meters(network: Network, seed: int) -> Network:
    meters = make_meters(network.districts.customers, np.random.default_rng(seed))
    return Network(network.nodes, network.branches, network.districts, meters)


sizes = st.tuples(st.integers(1, 120), st.integers(1, 12), st.integers(1, 4), st.integers(0, 2**32))


@settings(max_examples=25)
@given(sizes)
def test_what_is_laid_is_radial_and_lit_and_keeps_every_district(size: tuple[int, int, int, int]) -> None:
    wanted = sites(*size)
    network = lay_network(wanted, np.random.default_rng(size[3]))
    branches, nodes, districts = network.branches, network.nodes, network.districts
    assert all((getattr(districts, name) == getattr(wanted, name)).all() for name in ("ids", "feeder", "longitude"))
    assert len(set(nodes.ids)) == len(nodes.ids) and len(set(branches.ids)) == len(branches.ids)
    assert len(set(districts.node.tolist())) == len(districts.ids)
    assert not dark_nodes(network, branches.closed).any()
    lead = components(len(nodes.ids), branches.from_node[branches.closed], branches.to_node[branches.closed])
    trees = len(np.unique(lead))
    assert trees == np.count_nonzero(nodes.kind == SOURCE) == len(set(wanted.substation.tolist()))
    assert np.count_nonzero(branches.closed) == len(nodes.ids) - trees, "no loop"


@settings(max_examples=25)
@given(sizes)
def test_opening_a_breaker_darkens_just_its_feeder(size: tuple[int, int, int, int]) -> None:
    network = lay_network(sites(*size), np.random.default_rng(size[3]))
    branches, districts = network.branches, network.districts
    for row in np.flatnonzero(branches.kind == BRANCH_KINDS.index("breaker")).tolist():
        closed = branches.closed.copy()
        closed[row] = False
        dark = dark_nodes(network, closed)[districts.node]
        assert (dark == (districts.feeder == branches.feeder[row])).all()


@settings(max_examples=25)
@given(sizes, st.data())
def test_a_part_has_the_same_devices_around_the_same_districts(
    size: tuple[int, int, int, int], data: st.DataObject
) -> None:
    network = with_meters(lay_network(sites(*size), np.random.default_rng(size[3])), size[3])
    feeders = sorted(set(network.districts.feeder.tolist()))
    chosen = frozenset(data.draw(st.lists(st.sampled_from(feeders), min_size=1, unique=True)))
    part = part_of(network, chosen)
    assert not dark_nodes(part, part.branches.closed).any()
    whole, inside = (fed(one, chosen) for one in (network, part))
    assert whole == inside
    assert metered(network, chosen) == metered(part, chosen)


def fed(network: Network, feeders: frozenset[str]) -> dict[str, frozenset[str]]:
    """Districts behind every device that can open and whose districts are all of these feeders."""
    grid = build_grid(network)
    found = {}
    for g, name in enumerate(grid.device_ids):
        rows = grid.district[grid.begin[g] : grid.end[g]]
        if set(network.districts.feeder[rows].tolist()) <= feeders and name in set(network.branches.ids):
            found[name] = frozenset(network.districts.ids[rows].tolist())
    return found


def metered(network: Network, feeders: frozenset[str]) -> dict[str, str]:
    """District of every meter of these feeders."""
    district = network.meters.district
    return {
        meter: network.districts.ids[row]
        for meter, row in zip(network.meters.ids.tolist(), district.tolist(), strict=True)
        if network.districts.feeder[row] in feeders
    }


def test_the_same_seed_lays_the_same_network() -> None:
    one, other = (lay_network(sites(90, 7, 2, 5), np.random.default_rng(5)) for _ in range(2))
    assert one.branches.ids.tolist() == other.branches.ids.tolist()
    assert one.branches.to_node.tolist() == other.branches.to_node.tolist()
