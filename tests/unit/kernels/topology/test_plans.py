"""Laws of switching plans on random graphs, and one feeder by hand."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.kernels.topology.test_tracing import Case, cases, flags, searched, state_of
from wanjia.kernels.topology.compiled import Graph, Topology, compile_graph
from wanjia.kernels.topology.plans import Capacity, Zones, isolate, restore, trip
from wanjia.kernels.topology.tracing import BASE, trace


def divided(case: Case, data: st.DataObject) -> Topology:
    """The topology with some branches operable; what is open is always operable."""
    operable = flags(data, case) | ~case.graph.closed
    return compile_graph(case.graph, case.load, operable)


def rounds(graph: Graph, closed: np.ndarray) -> int:
    """How many independent loops the closed branches make."""
    lead = list(range(graph.nodes))

    def root(node: int) -> int:
        while lead[node] != node:
            node = lead[node]
        return node

    found = 0
    for one, other, shut in zip(graph.from_node.tolist(), graph.to_node.tolist(), closed.tolist(), strict=True):
        if shut and one != other:
            a, b = root(one), root(other)
            found += a == b
            lead[a] = b
    return found


@settings(max_examples=200)
@given(cases(), st.data())
def test_a_plan_cuts_the_fault_off_and_feeds_all_who_can_be_fed_without_a_new_loop(
    case: Case, data: st.DataObject
) -> None:
    if not len(case.graph.closed):
        return
    topology, graph = divided(case, data), case.graph
    zones = Zones.of(topology)
    state = state_of(topology, np.where(topology.operable, flags(data, case), graph.closed))
    fault = data.draw(st.integers(0, len(graph.closed) - 1))
    before = trace(topology, state)
    isolation = isolate(zones, state, fault)
    shut = isolation.state.closed_flags(topology)
    border = isolation.out[graph.from_node] != isolation.out[graph.to_node]
    assert not (shut & border).any(), "nothing leads into the faulty zones"
    assert topology.operable[isolation.open].all()
    restoration = restore(zones, isolation, before)
    after = restoration.state.closed_flags(topology)
    assert not (after & border).any()
    assert topology.operable[restoration.close].all() and not shut[restoration.close].any()
    sound = Graph(
        graph.nodes, graph.from_node, graph.to_node, graph.closed, graph.sources[~isolation.out[graph.sources]]
    )
    everything = shut | (topology.operable & ~border)
    reachable = ~searched(sound, everything)
    assert (~searched(sound, after) & ~before.mask == reachable & ~before.mask).all(), "all who can be fed are fed"
    assert rounds(graph, after) == rounds(graph, shut)
    assert set(restoration.left.tolist()) == set(np.flatnonzero(~reachable & ~before.mask & ~isolation.out).tolist())


def chain(ties: list[tuple[int, int]], operable: list[bool]) -> Topology:
    """0 - 1 - 2 - 3 - 4 with the source at 0 and node 5 a second source; ties are open."""
    ends = [(0, 1), (1, 2), (2, 3), (3, 4), *ties]
    closed = [True] * 4 + [False] * len(ties)
    columns = (np.array([end[i] for end in ends], dtype=np.int32) for i in (0, 1))
    graph = Graph(6, *columns, np.array(closed), np.array([0, 5], dtype=np.int32))
    return compile_graph(graph, operable=np.array(operable + [True] * len(ties)))


def test_a_fault_between_two_switches_leaves_only_its_own_zone_dark() -> None:
    topology = chain([(4, 5)], [True, False, True, True])
    zones = Zones.of(topology)
    isolation = isolate(zones, BASE, 1)
    assert isolation.open.tolist() == [0, 2]
    assert np.flatnonzero(isolation.out).tolist() == [1, 2]
    restoration = restore(zones, isolation, trace(topology, BASE))
    assert restoration.close.tolist() == [4]
    assert np.flatnonzero(restoration.dark.mask).tolist() == [1, 2]


def test_with_a_capacity_the_tie_with_most_to_spare_feeds_and_none_is_overloaded() -> None:
    topology = chain([(4, 5), (3, 5)], [True, True, False, True])
    zones = Zones.of(topology)
    isolation = isolate(zones, BASE, 0)
    demand = np.array([0, 0, 0, 100.0, 100.0, 0])

    def closing(first_spare: float, second_spare: float) -> list[int]:
        spare = np.array([np.inf] * 4 + [first_spare, second_spare])
        return restore(zones, isolation, trace(topology, BASE), Capacity(demand, spare)).close.tolist()

    assert closing(150, 250) == [5]
    assert closing(250, 150) == [4]
    assert closing(150, 150) == []


def test_a_fuse_clears_a_lateral_and_a_breaker_the_rest() -> None:
    topology = chain([], [True, True, True, True])
    protecting = np.array([True, False, True, False])
    protected = Zones.protected(topology, protecting, BASE)
    beyond = trip(protected, BASE, 3)
    assert beyond.devices.tolist() == [2] and np.flatnonzero(beyond.dark).tolist() == [3, 4]
    before = trip(protected, BASE, 1)
    assert before.devices.tolist() == [0] and np.flatnonzero(before.dark).tolist() == [1, 2, 3, 4]


def test_a_closed_loop_is_cleared_from_both_sides() -> None:
    topology = chain([(4, 5)], [True, True, True, True])
    state = state_of(topology, np.array([True] * 5))
    protected = Zones.protected(topology, np.array([True, False, False, False, True]), state)
    assert trip(protected, state, 2).devices.tolist() == [0, 4]
