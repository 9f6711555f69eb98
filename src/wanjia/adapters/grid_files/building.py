"""A network while it is put together from another software's elements: by name, with districts found at the end."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from wanjia.adapters.grid_files.feeders import with_feeders
from wanjia.model.network import (
    BRANCH_KINDS,
    METER_ROLES,
    NODE_KINDS,
    PHASES,
    Branches,
    Districts,
    Meters,
    Network,
    Nodes,
    words,
)

LOW_VOLTAGE_KV_MAX = 1.0
"""kV; low voltage ends at 1 kV (IEC 60038)."""


@dataclass(frozen=True)
class Branch:
    """A branch by names."""

    branch_id: str
    from_node: str
    to_node: str
    kind: str
    closed: bool = True
    feeder: str = ""


@dataclass(frozen=True)
class Supplier:
    """A distribution transformer: its branch, the node on its low side, kVA (NaN unknown), name."""

    branch_id: str
    node: str
    capacity_kva: float
    name: str


@dataclass(frozen=True)
class Metered:
    """A load or generator that becomes a meter at a node."""

    meter_id: str
    node: str
    role: str
    phase: str


@dataclass
class Building:
    """Elements so far. `positions` are WGS 84 degrees by node, where known."""

    sources: set[str] = field(default_factory=set)
    nodes: dict[str, None] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)
    suppliers: list[Supplier] = field(default_factory=list)
    metered: list[Metered] = field(default_factory=list)
    positions: dict[str, tuple[float, float]] = field(default_factory=dict)

    def network(self, keep_idle_suppliers: bool) -> Network:
        """The network: each transformer that supplies somebody is a district (or each at all), and each node where
        somebody is connected with no such transformer in between."""
        owner = self._owners()
        suppliers = {one.branch_id: one for one in self.suppliers}
        wanted = dict.fromkeys(one.branch_id for one in self.suppliers if keep_idle_suppliers)
        # A busbar fed by several transformers is the first one's; a node of its own where there is none.
        places = [owner.get(meter.node, meter.node) for meter in self.metered]
        wanted.update(dict.fromkeys(places))
        ids = [one.branch_id for one in self.suppliers if one.branch_id in wanted]
        ids += [place for place in wanted if place not in suppliers]
        return with_feeders(self._assembled(ids, suppliers, places))

    def _owners(self) -> dict[str, str]:
        """The transformer that supplies each node in the normal state, nearest first; nodes without one are absent."""
        neighbours = self._neighbours({one.branch_id for one in self.suppliers})
        owner: dict[str, str] = {}
        todo: deque[str] = deque()
        for one in self.suppliers:
            if one.node not in owner:
                owner[one.node] = one.branch_id
                todo.append(one.node)
        while todo:
            at = todo.popleft()
            for beyond in neighbours.get(at, ()):
                if beyond not in owner:
                    owner[beyond] = owner[at]
                    todo.append(beyond)
        return owner

    def _neighbours(self, without: set[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for branch in self.branches:
            if branch.closed and branch.branch_id not in without:
                found.setdefault(branch.from_node, []).append(branch.to_node)
                found.setdefault(branch.to_node, []).append(branch.from_node)
        return found

    def _assembled(self, ids: Sequence[str], suppliers: dict[str, Supplier], places: Sequence[str]) -> Network:
        node_row = {name: row for row, name in enumerate(self.nodes)}
        stands_at = [suppliers[name].node if name in suppliers else name for name in ids]
        district_row = {name: row for row, name in enumerate(ids)}
        return Network(
            self._nodes(set(stands_at)),
            self._branches(node_row),
            self._districts(ids, stands_at, suppliers, node_row, places),
            _meters(self.metered, [district_row[place] for place in places]),
        )

    def _nodes(self, district_nodes: set[str]) -> Nodes:
        """A source stays one even where a district stands on it."""
        kinds = [
            "source" if name in self.sources else "district" if name in district_nodes else "junction"
            for name in self.nodes
        ]
        return Nodes(words(list(self.nodes)), _codes(kinds, NODE_KINDS))

    def _branches(self, node_row: dict[str, int]) -> Branches:
        rows = self.branches
        return Branches(
            ids=words([one.branch_id for one in rows]),
            from_node=np.array([node_row[one.from_node] for one in rows], dtype=np.int32),
            to_node=np.array([node_row[one.to_node] for one in rows], dtype=np.int32),
            kind=_codes((one.kind for one in rows), BRANCH_KINDS),
            closed=np.array([one.closed for one in rows], dtype=np.bool_),
            feeder=words([one.feeder for one in rows]),
        )

    def _districts(
        self,
        ids: Sequence[str],
        stands_at: Sequence[str],
        suppliers: dict[str, Supplier],
        node_row: dict[str, int],
        places: Sequence[str],
    ) -> Districts:
        customers = dict.fromkeys(ids, 0)
        for place, meter in zip(places, self.metered, strict=True):
            customers[place] += meter.role == "customer"
        nowhere = (np.nan, np.nan)
        positions = [self.positions.get(node, nowhere) for node in stands_at]
        return Districts(
            ids=words(list(ids)),
            node=np.array([node_row[node] for node in stands_at], dtype=np.int32),
            feeder=words([""] * len(ids)),
            name=words([suppliers[name].name if name in suppliers else name for name in ids]),
            longitude=np.array([position[0] for position in positions], dtype=np.float64),
            latitude=np.array([position[1] for position in positions], dtype=np.float64),
            area=np.full(len(ids), -1, dtype=np.int8),
            capacity_kva=np.array([suppliers[n].capacity_kva if n in suppliers else np.nan for n in ids], np.float64),
            customers=np.array([customers[name] for name in ids], dtype=np.int64),
        )


def _meters(metered: Sequence[Metered], district: Sequence[int]) -> Meters:
    return Meters(
        ids=words([one.meter_id for one in metered]),
        district=np.array(district, dtype=np.int32),
        role=_codes((one.role for one in metered), METER_ROLES),
        phase=_codes((one.phase for one in metered), PHASES),
        priority=np.zeros(len(metered), dtype=np.int8),
        multiplier=np.ones(len(metered)),
        register_digits=np.zeros(len(metered), dtype=np.int8),
    )


def _codes(names: Iterable[str], known: tuple[str, ...]) -> np.ndarray:
    return np.array([known.index(name) for name in names], dtype=np.int8)
