"""The ways to do a work on a device of the network: who is dark when its section is cut off, and who need not be.

What a method costs in time and means is a table with its source, so that a company puts its own figures there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from wanjia.kernels.topology.compiled import Topology, compile_network
from wanjia.kernels.topology.loops import Bools, Ints
from wanjia.kernels.topology.plans import Capacity, Isolation, Restoration, Zones, isolate, restore
from wanjia.kernels.topology.tracing import BASE, Dark, difference, downstream, trace
from wanjia.model.network import BRANCH_KINDS, Measures, Network, customers_by_district
from wanjia.model.works import MODES, HoursOf, Mode, ModeKind, Need, ServedDistrict, Tie

LOAD_SHARE = 0.6
"""Load of a district as a share of its transformer's kVA where nobody measured it (M: own reckoning)."""
CAPACITY_KVA = 315.0
"""kVA of a transformer of which the table is silent (M): a common size of a public one."""
TIE_SPARE_KVA = 3000.0
"""kVA that a tie may take over where nothing is said (M): half of a 10 kV feeder of some 350 A."""
TRUCKS_OFFERED = (1, 2, 4)
"""Numbers of trucks that are offered for one work."""


@dataclass(frozen=True, slots=True)
class Method:
    """What one way of working takes: hours as `factor` x the work's hours + `more`, gaps at both ends, means, effort.

    `branches` are the kinds of device it can be used on. `districts_most` is how many districts of the section one set
    keeps lit, `unit_kva` what one truck can feed. `source` says where the figures come from; (M) marks our own.
    """

    kind: ModeKind
    factor: float
    more_hours: float
    gap_hours: float
    needs: tuple[Need, ...]
    crews: int
    effort: float
    branches: tuple[str, ...]
    source: str
    districts_most: int = 0
    unit_kva: float = 0.0


METHODS: tuple[Method, ...] = (
    Method("outage", 1.0, 0.0, 0.0, (), 1, 0.0, BRANCH_KINDS, "the work's own hours"),
    Method("live_line", 1.5, 0.5, 0.0, (Need("live_line_team"),), 0, 0.5, ("line", "switch", "fuse"),
           "GB/T 18857 for the way of working; hours, effort (M)"),
    Method("bypass", 1.0, 1.0, 0.0, (Need("bypass_set"),), 1, 2.0, ("line", "cable", "switch", "breaker"),
           "GB/T 34577: joined and parted live, so no gap; hours, districts, effort (M)", districts_most=6),
    Method("generator", 1.0, 0.5, 0.25, (Need("generator_truck"),), 1, 1.0, BRANCH_KINDS,
           "a 400 kW truck on the low-voltage side; gap, hours, effort (M)", unit_kva=500.0),
    Method("transfer", 1.0, 0.5, 0.25, (Need("switching_team"),), 1, 0.2, BRANCH_KINDS,
           "dead transfer, open before close; gap, hours, effort (M)"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """A work before its modes are known: the branch, hours with everybody dark, and the kinds that may be proposed.

    A mode that takes more than `hours_most`, the working hours of a day, is not proposed.
    """

    device: str
    hours: float
    kinds: tuple[ModeKind, ...] = MODES
    hours_most: float = 24.0


@dataclass(frozen=True, eq=False)
class Grid:
    """A network ready to be asked: kVA by district and by branch, who is dark anyway."""

    network: Network
    topology: Topology
    zones: Zones
    before: Dark
    district_kva: Measures
    households: Ints
    capacity: Capacity
    row_of_branch: dict[str, int]

    @staticmethod
    def of(network: Network, spare_kva: Mapping[str, float] | None = None) -> "Grid":
        """A network without faults; `spare_kva` by tie, TIE_SPARE_KVA for the others."""
        topology, ids = compile_network(network), network.branches.ids.tolist()
        kva = np.nan_to_num(network.districts.capacity_kva, nan=CAPACITY_KVA) * LOAD_SHARE
        demand = np.bincount(network.districts.node, weights=kva, minlength=topology.nodes).astype(np.float64)
        known = spare_kva or {}
        spare = np.array([known.get(name, TIE_SPARE_KVA) for name in ids], dtype=np.float64)
        rows = {name: row for row, name in enumerate(ids)}
        households = customers_by_district(network).astype(np.int32)
        capacity = Capacity(demand, spare)
        return Grid(network, topology, Zones.of(topology), trace(topology, BASE), kva, households, capacity, rows)

    def names(self, rows: Ints) -> tuple[str, ...]:
        """Ids of districts, sorted."""
        return tuple(sorted(self.network.districts.ids[rows].tolist()))

    def place(self, device: str) -> tuple[str, float, float]:
        """Feeder of a branch, and where its work is: next to a district it feeds, or else to one of its feeder."""
        branch, table = self.row_of_branch[device], self.network.districts
        feeder = str(self.network.branches.feeder[branch])
        below = downstream(self.topology, branch).district_rows()
        known = (*below.tolist(), *np.flatnonzero(table.feeder == feeder).tolist())
        near = next((row for row in known if np.isfinite(table.longitude[row] + table.latitude[row])), None)
        if near is None:
            return feeder, 0.0, 0.0
        return feeder, float(table.longitude[near]), float(table.latitude[near])

    def served(self) -> tuple[ServedDistrict, ...]:
        """Every district, as a work list wants it."""
        table = self.network.districts
        columns = (table.ids, self.households, self.district_kva, table.name)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return tuple(ServedDistrict(name, int(count), round(kva, 1), name=called) for name, count, kva, called in rows)

    def ties(self) -> tuple[Tie, ...]:
        """Every open switch, and what may be taken over through it."""
        open_now = np.flatnonzero(self.topology.operable & ~self.topology.graph.closed).tolist()
        ids = self.network.branches.ids
        return tuple(Tie(ids[row], float(self.capacity.spare_kva[row])) for row in open_now)


@dataclass(frozen=True, eq=False)
class _Site:
    """A device's section: who is dark with it cut off, who of them lies in it, what others can take over."""

    grid: Grid
    name: str
    isolation: Isolation
    dark: Ints
    inside: Ints
    restored: Restoration

    @staticmethod
    def at(grid: Grid, branch: int) -> "_Site":
        isolation = isolate(grid.zones, BASE, branch)
        dark = difference(trace(grid.topology, isolation.state), grid.before).district_rows()
        inside = dark[isolation.out[grid.network.districts.node[dark]]]
        restored = restore(grid.zones, isolation, grid.before, grid.capacity)
        first = [int(np.flatnonzero(grid.zones.zone == zone)[0]) for zone in grid.zones.at_branch(branch)]
        name = "+".join(grid.network.nodes.ids[first].tolist())
        return _Site(grid, name, isolation, dark, inside, restored)

    def left(self) -> Ints:
        """Districts still dark when everything that can be taken over has been."""
        mask = self.restored.dark.mask
        kept: Ints = self.dark[mask[self.grid.network.districts.node[self.dark]]]
        return kept

    def taken_over(self) -> tuple[tuple[str, float], ...]:
        """kVA through each tie that is closed: what goes dark when it alone opens again."""
        grid, found = self.grid, []
        for tie in self.restored.close.tolist():
            without = trace(grid.topology, self.restored.state.switched(grid.topology, tie, False))
            rows = difference(without, self.restored.dark).district_rows()
            found.append((str(grid.network.branches.ids[tie]), round(float(grid.district_kva[rows].sum()), 1)))
        return tuple(found)

    def cuts(self, dead: Bools) -> tuple[str, ...]:
        """Open switches with an end among the nodes that are dead."""
        graph, operable = self.grid.topology.graph, self.grid.topology.operable
        ends = dead[graph.from_node] | dead[graph.to_node]
        return tuple(sorted(self.grid.network.branches.ids[operable & ~graph.closed & ends].tolist()))

    def dead_nodes(self) -> Bools:
        """Nodes that lose their supply when the section is cut off, before anybody is taken over."""
        return self.isolation.out | (trace(self.grid.topology, self.isolation.state).mask & ~self.grid.before.mask)


def propose(grid: Grid, job: Job, methods: Sequence[Method] = METHODS) -> tuple[Mode, ...]:
    """The modes of a work, its outage first. Raises KeyError for a device that the network does not have.

    Whoever is taken over or fed by a truck notices the switching at both ends; a bypass is joined and parted live. A
    truck feeds the districts with most households first, after the ties have taken over what they can.
    """
    branch = grid.row_of_branch[job.device]
    site, kind = _Site.at(grid, branch), BRANCH_KINDS[int(grid.network.branches.kind[branch])]
    ready = [one for one in methods if one.kind in job.kinds and kind in one.branches]
    found = [mode for one in ready for mode in _PROPOSERS[one.kind](site, job, one)]
    fitting = [mode for mode in found if mode.hours <= job.hours_most]
    return tuple(sorted(fitting, key=lambda mode: MODES.index(mode.kind)))


def _plain(site: _Site, job: Job, method: Method) -> Mode:
    """A mode with the method's hours and means, and nobody dark yet."""
    hours = round(job.hours * method.factor + method.more_hours, 4)
    return Mode(method.kind, hours, method.needs, crews=method.crews, effort=method.effort, section=site.name)


def _outage(site: _Site, job: Job, method: Method) -> list[Mode]:
    cuts = site.cuts(site.dead_nodes())
    return [replace(_plain(site, job, method), dark=site.grid.names(site.dark), cuts=cuts, out=True)]


def _live_line(site: _Site, job: Job, method: Method) -> list[Mode]:
    return [replace(_plain(site, job, method), section="")] if len(site.dark) else []


def _bypass(site: _Site, job: Job, method: Method) -> list[Mode]:
    """What lies beyond the section is fed past it, its own districts from the cable as far as one set reaches."""
    if not len(site.dark):
        return []
    dark = _largest(site, site.inside)[method.districts_most :]
    cuts = site.cuts(site.isolation.out)
    return [replace(_plain(site, job, method), dark=site.grid.names(dark), cuts=cuts)]


def _generator(site: _Site, job: Job, method: Method) -> list[Mode]:
    left = _largest(site, site.left())
    trucks = [ceil(kva / method.unit_kva) for kva in site.grid.district_kva[left].tolist()]
    found: list[Mode] = []
    counts = sorted({min(count, sum(trucks)) for count in TRUCKS_OFFERED})
    for count in counts if trucks else []:
        fed = int(np.searchsorted(np.cumsum(trucks), count, side="right"))
        needs = tuple(replace(need, count=need.count * count) for need in method.needs)
        plain = replace(_plain(site, job, method), needs=needs, effort=method.effort * count)
        if fed:
            found.append(_switched(site, plain, left[fed:], method))
    return found


def _transfer(site: _Site, job: Job, method: Method) -> list[Mode]:
    left = site.left()
    return [_switched(site, _plain(site, job, method), left, method)] if len(left) < len(site.dark) else []


def _switched(site: _Site, plain: Mode, dark: Ints, method: Method) -> Mode:
    """All but `dark` are fed another way, with a gap at both ends."""
    kept = np.setdiff1d(site.dark, dark).astype(np.int32)
    gap_hours: tuple[HoursOf, ...] = ()
    if method.gap_hours:
        gap_hours = ((0.0, method.gap_hours), (round(plain.hours - method.gap_hours, 4), plain.hours))
    mode = replace(plain, dark=site.grid.names(dark), takes_over=site.taken_over(), out=True)
    gap = site.grid.names(kept) if gap_hours else ()
    return replace(mode, gap=gap, gap_hours=gap_hours, cuts=site.cuts(site.dead_nodes()))


def _largest(site: _Site, rows: Ints) -> Ints:
    """Districts with most households first."""
    ordered: Ints = rows[np.lexsort((rows, -site.grid.households[rows]))]
    return ordered


_PROPOSERS = {
    "outage": _outage,
    "live_line": _live_line,
    "bypass": _bypass,
    "generator": _generator,
    "transfer": _transfer,
}
