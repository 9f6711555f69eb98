"""What is dark in a switch state, what one more switch changes, what hangs below a device."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from wanjia.kernels.topology import loops
from wanjia.kernels.topology.compiled import (
    CUSTOMER_TOTAL,
    DISTRICT_TOTAL,
    METER_TOTAL,
    NODE_TOTAL,
    Topology,
)
from wanjia.kernels.topology.loops import Bools, Ints, Longs

_NOBODY = np.empty(0, dtype=np.int32)


@dataclass(frozen=True, eq=False)
class SwitchState:
    """Branches that are not as in the base state, each ascending: those open now, those closed now."""

    opened: Ints
    closed: Ints

    @staticmethod
    def of(topology: Topology, opened: Ints, closed: Ints = _NOBODY) -> "SwitchState":
        """The state with these branches opened and then those closed; a branch already so changes nothing."""
        base = topology.graph.closed
        opening, closing = np.unique(opened).astype(np.int32), np.unique(closed).astype(np.int32)
        opening = np.setdiff1d(opening, closing, assume_unique=True)
        return SwitchState(opening[base[opening]], closing[~base[closing]])

    def is_closed(self, topology: Topology, branch: int) -> bool:
        """Whether the branch is closed in this state."""
        if topology.graph.closed[branch]:
            return not _holds(self.opened, branch)
        return _holds(self.closed, branch)

    def closed_flags(self, topology: Topology) -> Bools:
        """Every branch's state, [branches]."""
        flags = topology.graph.closed.copy()
        flags[self.opened] = False
        flags[self.closed] = True
        return flags

    def switched(self, topology: Topology, branch: int, closed: bool) -> "SwitchState":
        """The state after one more switch."""
        if topology.graph.closed[branch]:
            return replace(self, opened=_without(self.opened, branch) if closed else _with(self.opened, branch))
        return replace(self, closed=_with(self.closed, branch) if closed else _without(self.closed, branch))


BASE = SwitchState(_NOBODY, _NOBODY)
"""The normal state of every switch."""


def _holds(ordered: Ints, value: int) -> bool:
    at = int(np.searchsorted(ordered, value))
    return at < len(ordered) and int(ordered[at]) == value


def _with(ordered: Ints, value: int) -> Ints:
    found: Ints = loops.inserted(ordered, value)
    return found


def _without(ordered: Ints, value: int) -> Ints:
    kept: Ints = ordered[ordered != value]
    return kept


@dataclass(frozen=True, eq=False)
class Dark:
    """What is dark: intervals of positions, [k, 2], ascending and apart, and the sums over them."""

    topology: Topology
    intervals: Ints
    sums: Longs

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return int(self.sums[NODE_TOTAL])

    @property
    def districts(self) -> int:
        """How many transformer districts."""
        return int(self.sums[DISTRICT_TOTAL])

    @property
    def customers(self) -> int:
        """How many customers."""
        return int(self.sums[CUSTOMER_TOTAL])

    @property
    def meters(self) -> int:
        """How many meters."""
        return int(self.sums[METER_TOTAL])

    def node_rows(self) -> Ints:
        """Rows of the nodes, by position."""
        return _slices(self.topology.node_at, self.intervals)

    def district_rows(self) -> Ints:
        """Rows of the districts, by position."""
        return _slices(self.topology.order_of_districts, self.topology.totals[self.intervals, DISTRICT_TOTAL])

    def meter_rows(self) -> Ints:
        """Rows of the meters, by position."""
        return _slices(self.topology.order_of_meters, self.topology.totals[self.intervals, METER_TOTAL])

    def holds(self, position: int) -> bool:
        """Whether one position is dark."""
        at = int(np.searchsorted(self.intervals[:, 0], position, side="right")) - 1
        return at >= 0 and position < int(self.intervals[at, 1])

    @cached_property
    def mask(self) -> Bools:
        """Whether each node is dark, [nodes]."""
        found = np.zeros(self.topology.nodes, dtype=np.bool_)
        found[self.node_rows()] = True
        return found


def _slices(rows: Ints, ends: Ints | Longs) -> Ints:
    parts = [rows[begin:stop] for begin, stop in ends.tolist()]
    return np.concatenate(parts) if parts else _NOBODY


def trace(topology: Topology, state: SwitchState) -> Dark:
    """All that no source reaches in a state, islands of the base state included."""
    graph, position = topology.graph, topology.position
    intervals, sums = loops.dark_intervals(
        state.opened,
        position[graph.from_node[state.closed]],
        position[graph.to_node[state.closed]],
        topology.child,
        topology.end,
        topology.lit,
        topology.dead,
        topology.source_at,
        topology.loop_high,
        topology.loop_low,
        topology.loop,
        topology.totals,
    )
    return Dark(topology, intervals, sums)


@dataclass(frozen=True, eq=False)
class Live:
    """A state and what is dark in it."""

    state: SwitchState
    dark: Dark


@dataclass(frozen=True, eq=False)
class Change:
    """What one switch did: nodes that went dark, nodes that came back; either may be nothing."""

    darkened: Dark
    restored: Dark


def live(topology: Topology, state: SwitchState = BASE) -> Live:
    """Where following a network's switches begins."""
    return Live(state, trace(topology, state))


def switch(before: Live, branch: int, closed: bool) -> tuple[Live, Change]:
    """One more switch. Most change nothing, and that is seen from the two ends alone."""
    topology = before.dark.topology
    state = before.state.switched(topology, branch, closed)
    if _changes_nothing(before, branch, closed):
        nothing = _nothing(topology)
        return Live(state, before.dark), Change(nothing, nothing)
    after = trace(topology, state)
    change = Change(difference(after, before.dark), difference(before.dark, after))
    return Live(state, after), change


def _changes_nothing(before: Live, branch: int, closed: bool) -> bool:
    """A branch closed between two nodes of one fate, opened in the dark, or already so, changes nobody's fate."""
    topology = before.dark.topology
    graph, position = topology.graph, topology.position
    if before.state.is_closed(topology, branch) == closed:
        return True
    one = before.dark.holds(int(position[graph.from_node[branch]]))
    other = before.dark.holds(int(position[graph.to_node[branch]]))
    return one == other if closed else one


def difference(one: Dark, other: Dark) -> Dark:
    """What is in `one` and not in `other`."""
    topology = one.topology
    return Dark(topology, *loops.difference(one.intervals, other.intervals, topology.totals))


def _nothing(topology: Topology) -> Dark:
    return Dark(topology, np.empty((0, 2), dtype=np.int32), np.zeros(topology.totals.shape[1], dtype=np.int64))


def downstream(topology: Topology, branch: int, state: SwitchState = BASE) -> Dark:
    """What goes dark when this branch alone opens in a state; nothing when it is open, or fed from both sides."""
    if not state.is_closed(topology, branch):
        return _nothing(topology)
    return difference(trace(topology, state.switched(topology, branch, False)), trace(topology, state))


def base_downstream(topology: Topology) -> Ints:
    """For every branch the interval of positions that it alone feeds in the base state, [branches, 2]; else 0, 0.

    A branch feeds alone when no loop leads out from below it and no source lies below (Tarjan's bridges).
    """
    intervals = np.zeros((len(topology.child), 2), dtype=np.int32)
    below = topology.child
    alone = (below != loops.NONE) & (below < topology.lit)
    alone[alone] = topology.low[below[alone]] >= below[alone]
    intervals[alone, 0], intervals[alone, 1] = below[alone], topology.end[below[alone]]
    return intervals
