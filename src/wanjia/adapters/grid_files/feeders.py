"""Which feeder everything is on, for grids whose own software knows no feeders.

The substation is what a source reaches through transformers and switches alone. Each line or cable that leaves it, and
each distribution transformer that stands in it, is a feeder's head and gives the feeder its name. A feeder is what its
head reaches in the normal state, in a closed ring the nearer head's; what stays dark has none, nor has the substation.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from wanjia.model.network import BRANCH_KINDS, SOURCE, Network, words

LINES = (BRANCH_KINDS.index("line"), BRANCH_KINDS.index("cable"))


def with_feeders(network: Network) -> Network:
    """The same network, every branch and district with the id of its feeder; empty where there is none."""
    found = _Feeders(network)
    return replace(
        network,
        branches=replace(network.branches, feeder=words(found.of_branches())),
        districts=replace(network.districts, feeder=words([found.of[n] for n in network.districts.node.tolist()])),
    )


@dataclass
class _Feeders:
    """`of`: feeder by node, empty for none; `inside`: nodes of substations."""

    network: Network
    of: list[str] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        branches = self.network.branches
        self.ends = list(zip(branches.from_node.tolist(), branches.to_node.tolist(), strict=True))
        suppliers = np.isin(branches.ids, self.network.districts.ids)
        self.heads = (np.isin(branches.kind, LINES) | suppliers).tolist()
        self.at: list[list[int]] = [[] for _ in self.network.nodes.ids]
        for row in np.flatnonzero(branches.closed).tolist():
            for node in set(self.ends[row]):
                self.at[node].append(row)
        self.of = [""] * len(self.at)
        sources = np.flatnonzero(self.network.nodes.kind == SOURCE).tolist()
        self.inside = set(sources) | set(self._reached(sources, lambda row: not self.heads[row]))
        self._spread()

    def _reached(self, begin: Iterable[int], through: Callable[[int], bool]) -> Iterable[int]:
        """Nodes beyond the first ones, nearest first."""
        seen, todo = set(begin), deque(begin)
        while todo:
            node = todo.popleft()
            for row in self.at[node]:
                beyond = self._beyond(row, node)
                if beyond not in seen and through(row):
                    seen.add(beyond)
                    todo.append(beyond)
                    yield beyond

    def _beyond(self, row: int, node: int) -> int:
        start, end = self.ends[row]
        return end if node == start else start

    def _spread(self) -> None:
        """From every head at once, so that the nearest wins; a district in a substation is its transformer's."""
        todo: deque[int] = deque()
        for node in sorted(self.inside):
            for row in self.at[node]:
                beyond = self._beyond(row, node)
                if self.heads[row] and beyond not in self.inside and not self.of[beyond]:
                    self.of[beyond] = str(self.network.branches.ids[row])
                    todo.append(beyond)
        while todo:
            node = todo.popleft()
            for row in self.at[node]:
                beyond = self._beyond(row, node)
                if beyond not in self.inside and not self.of[beyond]:
                    self.of[beyond] = self.of[node]
                    todo.append(beyond)

    def of_branches(self) -> list[str]:
        """A tie between two feeders is on neither; a feeder's own switch in the substation is on it."""
        closed = self.network.branches.closed.tolist()
        return [self._of_branch(start, end, closed[row]) for row, (start, end) in enumerate(self.ends)]

    def _of_branch(self, start: int, end: int, is_closed: bool) -> str:
        one, other = self.of[start] or self._only(start), self.of[end] or self._only(end)
        if start in self.inside and end in self.inside:
            return one if one and not other else other if other and not one else ""
        if one == other or not is_closed:
            return one if one == other else ""
        return self.of[start] or self.of[end]

    def _only(self, node: int) -> str:
        """The feeder of a substation's node that leads to one head and back: the node beyond a feeder's own switch."""
        rows = self.at[node]
        beyond = [self.of[self._beyond(row, node)] for row in rows if self.heads[row]]
        return beyond[0] if len(rows) == 2 and len(beyond) == 1 and node in self.inside else ""
