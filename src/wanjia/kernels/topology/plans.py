"""Switching plans: cut a fault off, bring back whoever can be fed another way, and keep the network radial.

A zone is what no switch, breaker or fuse divides. A faulty zone stays dark until it is repaired; everything else that
went dark may come back through open switches whose zones are sound.
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.topology import loops
from wanjia.kernels.topology.compiled import Topology
from wanjia.kernels.topology.loops import Bools, Ints
from wanjia.kernels.topology.tracing import Dark, SwitchState, trace
from wanjia.model.network import Measures


@dataclass(frozen=True, eq=False)
class Zones:
    """zone[node], and how many: what holds together whatever its `dividing` branches do."""

    topology: Topology
    zone: Ints
    count: int

    @staticmethod
    def of(topology: Topology) -> "Zones":
        """Zones between operable branches: what a crew can cut off."""
        return Zones._between(topology, topology.operable, topology.graph.closed)

    @staticmethod
    def protected(topology: Topology, protecting: Bools, state: SwitchState) -> "Zones":
        """Zones between protecting branches in a state: what goes dark together on a fault."""
        return Zones._between(topology, protecting, state.closed_flags(topology))

    @staticmethod
    def _between(topology: Topology, dividing: Bools, closed: Bools) -> "Zones":
        graph = topology.graph
        zone, count = loops.components(graph.from_node, graph.to_node, closed & ~dividing, graph.nodes)
        return Zones(topology, zone, int(count))

    def at_branch(self, branch: int) -> Ints:
        """The zones that a fault on a branch puts out: its own, or the two that it divides."""
        graph = self.topology.graph
        return np.unique(self.zone[[graph.from_node[branch], graph.to_node[branch]]]).astype(np.int32)

    def around(self, zones: Ints) -> Ints:
        """Branches with just one end in these zones, ascending."""
        graph = self.topology.graph
        inside = np.zeros(self.count, dtype=np.bool_)
        inside[zones] = True
        border = inside[self.zone[graph.from_node]] != inside[self.zone[graph.to_node]]
        return np.flatnonzero(border).astype(np.int32)

    def nodes_of(self, zones: Ints) -> Bools:
        """Whether each node lies in these zones, [nodes]."""
        return np.isin(self.zone, zones)


@dataclass(frozen=True, eq=False)
class Isolation:
    """`open`: what to open; `locked`: what must stay open until the repair; `out`: nodes of the faulty zones."""

    open: Ints
    locked: Ints
    out: Bools
    state: SwitchState


@dataclass(frozen=True, eq=False)
class Restoration:
    """`close`: what to close, in this order; `state` and `dark` afterwards; `left` are districts' nodes not fed."""

    close: Ints
    state: SwitchState
    dark: Dark
    left: Ints


def isolate(zones: Zones, state: SwitchState, branch: int) -> Isolation:
    """Cuts a fault on a branch off with the nearest operable branches, all around."""
    topology = zones.topology
    faulty = zones.at_branch(branch)
    border = zones.around(faulty)
    closed = state.closed_flags(topology)
    opening = border[closed[border]]
    after = SwitchState.of(topology, np.union1d(state.opened, opening), np.setdiff1d(state.closed, opening))
    return Isolation(opening, border, zones.nodes_of(faulty), after)


@dataclass(frozen=True, eq=False)
class Capacity:
    """kVA: what each node asks for, [nodes], and what may be taken over through each branch, [branches]."""

    demand_kva: Measures
    spare_kva: Measures


def restore(zones: Zones, isolation: Isolation, before: Dark, capacity: Capacity | None = None) -> Restoration:
    """Closes open operable branches until nobody more can be fed; each one feeds a part that was dark, so no loop.

    Parts nearer to a fed part come first and only branches that lead to somebody who was fed `before` are closed. With
    a capacity, the tie with most to spare comes first and a part is taken only while its first tie can carry it
    (a greedy rule: it may leave out a part that a cleverer order would have fed).
    """
    topology = zones.topology
    parts = _Parts.of(zones, isolation, before, capacity)
    feeder = parts.grow()
    close = parts.needed(feeder)
    state = _reclosed(topology, isolation.state, close)
    dark = trace(topology, state)
    left = np.flatnonzero(dark.mask & ~isolation.out & ~before.mask).astype(np.int32)
    return Restoration(close, state, dark, left)


def _reclosed(topology: Topology, state: SwitchState, close: Ints) -> SwitchState:
    """The state with these branches closed, whatever they were in the base state."""
    opened = np.setdiff1d(state.opened, close).astype(np.int32)
    return SwitchState.of(topology, opened, np.union1d(state.closed, close).astype(np.int32))


@dataclass(frozen=True, eq=False)
class _Parts:
    """What holds together after the isolation: part[node]; per part whether it is fed, wanted, and what it asks for."""

    count: int
    fed: Bools
    wanted: Bools
    demand_kva: Measures
    ties: Ints
    ends: Ints
    spare_kva: Measures

    @staticmethod
    def of(zones: Zones, isolation: Isolation, before: Dark, capacity: Capacity | None) -> "_Parts":
        topology, graph = zones.topology, zones.topology.graph
        closed = isolation.state.closed_flags(topology)
        part, count = loops.components(graph.from_node, graph.to_node, closed, graph.nodes)
        usable = topology.operable & ~closed
        usable[isolation.locked] = False
        ties = np.flatnonzero(usable).astype(np.int32)
        ends = np.stack((part[graph.from_node[ties]], part[graph.to_node[ties]]), axis=1)
        apart = ends[:, 0] != ends[:, 1]
        ties, ends = ties[apart], ends[apart]
        demand = np.zeros(graph.nodes) if capacity is None else capacity.demand_kva
        spare = np.full(len(ties), np.inf) if capacity is None else capacity.spare_kva[ties]
        order = np.argsort(-spare, kind="stable")
        out = np.bincount(part[isolation.out], minlength=count) > 0
        wanted = np.bincount(part[~before.mask], minlength=count) > 0
        fed = np.zeros(count, dtype=np.bool_)
        fed[part[graph.sources]] = True
        return _Parts(
            count=int(count),
            fed=fed & ~out,
            wanted=wanted & ~fed & ~out,
            demand_kva=np.bincount(part, weights=demand, minlength=count).astype(np.float64),
            ties=ties[order],
            ends=ends[order].astype(np.int32),
            spare_kva=spare[order].copy(),
        )

    def grow(self) -> list[tuple[int, int, int]]:
        """(tie, part that feeds, part that is fed), breadth first from what is fed."""
        fed, root = self.fed.copy(), np.full(self.count, loops.NONE, dtype=np.int32)
        spare = self.spare_kva.copy()
        found: list[tuple[int, int, int]] = []
        grew = True
        while grew:
            grew = False
            before = fed.copy()
            for at in np.flatnonzero(before[self.ends[:, 0]] != before[self.ends[:, 1]]).tolist():
                one, other = self.ends[at].tolist()
                near, far = (one, other) if before[one] else (other, one)
                first = at if root[near] == loops.NONE else int(root[near])
                if fed[far] or spare[first] < self.demand_kva[far] or spare[at] < self.demand_kva[far]:
                    continue
                fed[far], root[far], grew = True, first, True
                spare[first] -= self.demand_kva[far]
                found.append((int(self.ties[at]), near, far))
        return found

    def needed(self, grown: list[tuple[int, int, int]]) -> Ints:
        """The ties of a growth that lead to somebody, in its order."""
        wanted = self.wanted.copy()
        kept: list[int] = []
        for tie, near, far in reversed(grown):
            if wanted[far]:
                wanted[near] = True
                kept.append(tie)
        return np.array(kept[::-1], dtype=np.int32)


@dataclass(frozen=True, eq=False)
class Trip:
    """What opens by itself on a fault, and the nodes that go dark with it (the part that shorts included)."""

    devices: Ints
    dark: Bools


def trip(protected: Zones, state: SwitchState, branch: int) -> Trip:
    """Which protecting devices clear a fault on a branch: those around it behind which there is a source.

    `protected` are the zones between breakers and fuses in that state. Where the zone holds a source itself, whatever
    protects that source clears the fault: the zone is dark. A faulty breaker or fuse shorts on both its sides.
    """
    topology, graph = protected.topology, protected.topology.graph
    faulty = protected.at_branch(branch)
    closed = state.closed_flags(topology)
    border = protected.around(faulty)
    border = border[closed[border]]
    shut = SwitchState.of(topology, np.union1d(state.opened, border), np.setdiff1d(state.closed, border))
    inside = protected.nodes_of(faulty)
    dark = trace(topology, shut).mask | inside
    outer = np.where(inside[graph.from_node[border]], graph.to_node[border], graph.from_node[border])
    return Trip(border[~dark[outer]], dark)
