"""Rows of a network that is being made: nodes, branches, and feeders laid from a substation outwards."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from wanjia.model.network import BRANCH_KINDS, NODE_KINDS, Branches, Nodes, words

POLES_A_SECTION = 3
"""Poles of the main line between two switches."""
LATERAL_SIZES = (1, 2, 3, 4)
"""Districts behind one fuse."""
LATERAL_SHARES = (0.4, 0.3, 0.2, 0.1)
"""How often each size occurs."""


@dataclass
class Rows:
    """Rows so far; `district_nodes` and `district_feeders` in the order in which districts were laid."""

    node_ids: list[str] = field(default_factory=list)
    node_kinds: list[int] = field(default_factory=list)
    branch_rows: list[tuple[str, int, int, int, bool, str]] = field(default_factory=list)
    district_nodes: list[int] = field(default_factory=list)
    district_feeders: list[str] = field(default_factory=list)

    def node(self, name: str, kind: str = "junction") -> int:
        """Adds a node; returns its row."""
        self.node_ids.append(name)
        self.node_kinds.append(NODE_KINDS.index(kind))
        return len(self.node_ids) - 1

    def branch(self, name: str, start: int, end: int, kind: str, feeder: str, closed: bool = True) -> None:
        """Adds a branch between two rows of nodes."""
        self.branch_rows.append((name, start, end, BRANCH_KINDS.index(kind), closed, feeder))

    def nodes(self) -> Nodes:
        """The table of nodes."""
        return Nodes(words(self.node_ids), np.array(self.node_kinds, dtype=np.int8))

    def branches(self) -> Branches:
        """The table of branches."""
        names, starts, ends, kinds, closed, feeders = zip(*self.branch_rows, strict=True)
        return Branches(
            words(list(names)),
            np.array(starts, dtype=np.int32),
            np.array(ends, dtype=np.int32),
            np.array(kinds, dtype=np.int8),
            np.array(closed, dtype=np.bool_),
            words(list(feeders)),
        )


def draw_laterals(size: int, rng: np.random.Generator) -> list[int]:
    """How many districts hang on each lateral of a feeder of `size`, from the substation outwards."""
    laterals: list[int] = []
    while size:
        laterals.append(min(size, int(rng.choice(LATERAL_SIZES, p=LATERAL_SHARES))))
        size -= laterals[-1]
    return laterals


def lay_feeder(rows: Rows, feeder: str, source: int, laterals: Sequence[int], line: str = "line") -> int:
    """Breaker, main line with a switch every few poles, a lateral of so many districts at each pole.

    `line` is the kind of its spans. Returns the row of the node at its end.
    """
    at = rows.node(f"{feeder}-N0")
    rows.branch(f"{feeder}-CB", source, at, "breaker", feeder)
    for pole, size in enumerate(laterals, start=1):
        if pole > 1 and pole % POLES_A_SECTION == 1:
            beyond = rows.node(f"{feeder}-N{pole}S")
            rows.branch(f"{feeder}-SW{pole}", at, beyond, "switch", feeder)
            at = beyond
        nearer, at = at, rows.node(f"{feeder}-N{pole}")
        rows.branch(f"{feeder}-L{pole}", nearer, at, line, feeder)
        _lay_lateral(rows, feeder, pole, at, size, line)
    return at


def _lay_lateral(rows: Rows, feeder: str, pole: int, at: int, size: int, line: str) -> None:
    """A fuse, then one span and one transformer for each district."""
    name = f"{feeder}-P{pole}"
    behind = rows.node(f"{name}-0")
    rows.branch(f"{name}-FU", at, behind, "fuse", feeder)
    for number in range(1, size + 1):
        if number > 1:
            nearer, behind = behind, rows.node(f"{name}-{number - 1}")
            rows.branch(f"{name}-L{number - 1}", nearer, behind, line, feeder)
        low = rows.node(f"{name}-D{number}", "district")
        rows.branch(f"{name}-T{number}", behind, low, "transformer", feeder)
        rows.district_nodes.append(low)
        rows.district_feeders.append(feeder)
