"""Laws of the trace, on random meshed graphs, against a plain graph search."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.topology.compiled import Graph, Load, Topology, compile_graph
from wanjia.kernels.topology.tracing import (
    BASE,
    SwitchState,
    base_downstream,
    difference,
    downstream,
    live,
    switch,
    trace,
)


@dataclass(frozen=True)
class Case:
    """A random graph with loads; branch states are drawn apart."""

    graph: Graph
    load: Load


@st.composite
def cases(draw: st.DrawFn, nodes_max: int = 14, branches_max: int = 26) -> Case:
    """Any graph: loops, parallel branches, self-loops, islands, several sources or none."""
    nodes = draw(st.integers(1, nodes_max))
    node = st.integers(0, nodes - 1)
    branches = draw(st.lists(st.tuples(node, node, st.sampled_from([True, True, True, False])), max_size=branches_max))
    sources = draw(st.lists(node, max_size=3, unique=True))
    districts = draw(st.lists(st.tuples(node, st.integers(0, 9)), max_size=8))
    meters = draw(st.lists(st.integers(0, len(districts) - 1), max_size=10)) if districts else []
    graph = Graph(
        nodes,
        np.array([b[0] for b in branches], dtype=np.int32),
        np.array([b[1] for b in branches], dtype=np.int32),
        np.array([b[2] for b in branches], dtype=np.bool_),
        np.array(sources, dtype=np.int32),
    )
    load = Load(
        np.array([d[0] for d in districts], dtype=np.int32),
        np.array([d[1] for d in districts], dtype=np.int64),
        np.array(meters, dtype=np.int32),
    )
    return Case(graph, load)


def searched(graph: Graph, closed: np.ndarray) -> np.ndarray:
    """Dark nodes by plain search from the sources, [nodes]."""
    dark = np.ones(graph.nodes, dtype=bool)
    todo = graph.sources.tolist()
    dark[todo] = False
    while todo:
        at = todo.pop()
        for one, other, shut in zip(graph.from_node.tolist(), graph.to_node.tolist(), closed.tolist(), strict=True):
            for near, far in ((one, other), (other, one)):
                if shut and near == at and dark[far]:
                    dark[far] = False
                    todo.append(far)
    return dark


def state_of(topology: Topology, closed: np.ndarray) -> SwitchState:
    branches = np.arange(len(closed), dtype=np.int32)
    return SwitchState.of(topology, branches[~closed], branches[closed])


def flags(data: st.DataObject, case: Case) -> np.ndarray:
    count = len(case.graph.closed)
    return np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=bool)


@settings(max_examples=400)
@given(cases(), st.data())
def test_any_state_of_any_graph_is_that_of_a_plain_search(case: Case, data: st.DataObject) -> None:
    topology = compile_graph(case.graph, case.load)
    closed = flags(data, case)
    dark = trace(topology, state_of(topology, closed))
    expected = searched(case.graph, closed)
    assert dark.mask.tolist() == expected.tolist()
    assert dark.nodes == expected.sum()
    rows = np.flatnonzero(expected[case.load.district_node])
    assert sorted(dark.district_rows().tolist()) == rows.tolist()
    assert dark.districts == len(rows)
    assert dark.customers == case.load.district_customers[rows].sum()
    meters = np.flatnonzero(np.isin(case.load.meter_district, rows))
    assert sorted(dark.meter_rows().tolist()) == meters.tolist()
    assert dark.meters == len(meters)
    assert (dark.intervals[1:, 0] > dark.intervals[:-1, 1]).all()


@settings(max_examples=100)
@given(cases(), st.data())
def test_opening_energises_nothing_and_closing_darkens_nothing(case: Case, data: st.DataObject) -> None:
    topology = compile_graph(case.graph, case.load)
    closed = flags(data, case)
    state = state_of(topology, closed)
    for branch in range(len(closed)):
        one = trace(topology, state.switched(topology, branch, True)).mask
        other = trace(topology, state.switched(topology, branch, False)).mask
        assert (one <= other).all()


@settings(max_examples=100)
@given(cases(), st.lists(st.tuples(st.integers(0, 25), st.booleans()), max_size=25))
def test_switch_by_switch_is_the_state_computed_anew(case: Case, events: list[tuple[int, bool]]) -> None:
    topology = compile_graph(case.graph, case.load)
    now, closed = live(topology), case.graph.closed.copy()
    for number, shut in events:
        if not len(closed):
            break
        branch = number % len(closed)
        before = now.dark.mask
        now, change = switch(now, branch, shut)
        closed[branch] = shut
        rebuilt = compile_graph(
            Graph(case.graph.nodes, case.graph.from_node, case.graph.to_node, closed, case.graph.sources)
        )
        assert now.dark.mask.tolist() == trace(rebuilt, BASE).mask.tolist()
        assert change.darkened.mask.tolist() == (now.dark.mask & ~before).tolist()
        assert change.restored.mask.tolist() == (before & ~now.dark.mask).tolist()
        assert now.state.closed_flags(topology).tolist() == closed.tolist()


@settings(max_examples=100)
@given(cases(), st.data())
def test_putting_every_branch_back_restores_the_base_state(case: Case, data: st.DataObject) -> None:
    topology = compile_graph(case.graph, case.load)
    now = live(topology, state_of(topology, flags(data, case)))
    for branch in data.draw(st.permutations(range(len(case.graph.closed)))):
        now, _ = switch(now, branch, bool(case.graph.closed[branch]))
    assert now.dark.intervals.tolist() == trace(topology, BASE).intervals.tolist()
    assert not len(now.state.opened) and not len(now.state.closed)


@settings(max_examples=100)
@given(cases(), st.data())
def test_relabelling_changes_nothing(case: Case, data: st.DataObject) -> None:
    graph, closed = case.graph, flags(data, case)
    new_node = np.array(data.draw(st.permutations(range(graph.nodes))), dtype=np.int32)
    old_branch = np.array(data.draw(st.permutations(range(len(closed)))), dtype=np.int32)
    renamed = Graph(
        graph.nodes,
        new_node[graph.to_node[old_branch]],
        new_node[graph.from_node[old_branch]],
        graph.closed[old_branch],
        new_node[graph.sources][::-1].copy(),
    )
    load = Load(new_node[case.load.district_node], case.load.district_customers, case.load.meter_district)
    one, other = compile_graph(graph, case.load), compile_graph(renamed, load)
    here, there = trace(one, state_of(one, closed)), trace(other, state_of(other, closed[old_branch]))
    assert here.mask.tolist() == there.mask[new_node].tolist()
    assert here.sums.tolist() == there.sums.tolist()


@settings(max_examples=100)
@given(cases())
def test_base_intervals_are_what_goes_dark_when_one_branch_opens(case: Case) -> None:
    topology = compile_graph(case.graph, case.load)
    base = trace(topology, BASE).mask
    for branch, (begin, stop) in enumerate(base_downstream(topology).tolist()):
        closed = case.graph.closed.copy()
        closed[branch] = False
        expected = searched(case.graph, closed) & ~base
        assert sorted(topology.node_at[begin:stop].tolist()) == np.flatnonzero(expected).tolist()
        assert sorted(downstream(topology, branch).node_rows().tolist()) == np.flatnonzero(expected).tolist()


@settings(max_examples=50)
@given(cases(), st.data())
def test_difference_of_intervals_is_difference_of_sets(case: Case, data: st.DataObject) -> None:
    topology = compile_graph(case.graph, case.load)
    one = trace(topology, state_of(topology, flags(data, case)))
    other = trace(topology, state_of(topology, flags(data, case)))
    found = difference(one, other)
    assert found.mask.tolist() == (one.mask & ~other.mask).tolist()
    assert found.nodes == found.mask.sum()


def test_a_long_chain_needs_no_deep_stack() -> None:
    nodes = 300_000
    first = np.arange(nodes - 1, dtype=np.int32)
    graph = Graph(nodes, first, first + 1, np.ones(nodes - 1, dtype=bool), np.array([0], dtype=np.int32))
    topology = compile_graph(graph)
    assert trace(topology, SwitchState.of(topology, np.array([nodes - 2, 9], dtype=np.int32))).nodes == nodes - 10
