"""A network in parts that know nothing of each other: each sensed alone gives what the whole gives.

A part is what one outermost device feeds in the base state: all feeders of one source, since the loss of the source
darkens them together and the kernel weighs them together; a single feeder only where it is alone on its source. Open
ties join nothing. So a part is the smallest key under which sensing can be distributed without becoming another
sensing; nothing in `look`, `settle` and `choose` reaches from one part into another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wanjia.kernels.sensing.grid import NONE, Grid
from wanjia.kernels.sensing.nouns import Change, Ints, Outage, Plan
from wanjia.model.network import Network, no_meters


@dataclass(frozen=True, eq=False)
class Part:
    """The ranks begin .. end of the whole grid as a grid of its own. Districts keep their rows of the whole table."""

    begin: int
    end: int
    grid: Grid


def parts_of(grid: Grid) -> tuple[Part, ...]:
    """The parts of a grid in order of rank; together they hold every district once."""
    bare = replace(grid.network, meters=no_meters())
    return tuple(_part(grid, bare, int(g)) for g in np.flatnonzero(grid.parent == NONE))


def _part(grid: Grid, bare: Network, tree: int) -> Part:
    """The sub-grid of an outermost candidate; its candidates follow it without a gap."""
    begin, end = int(grid.begin[tree]), int(grid.end[tree])
    inside = slice(tree, int(np.searchsorted(grid.begin, end)))
    first, last = int(grid.first_meter[begin]), int(grid.first_meter[end])
    rank, meters = grid.rank - begin, np.arange(last - first, dtype=np.int32)
    branch_ranks = grid.branch_ranks - begin
    branch_ranks[(grid.branch_ranks[:, 0] < begin) | (grid.branch_ranks[:, 1] > end)] = 0
    return Part(begin, end, Grid(
        bare, grid.district[begin:end], np.where((rank >= 0) & (rank < end - begin), rank, NONE).astype(np.int32),
        grid.first_meter[begin : end + 1] - first, meters, grid.meter_at_slot[first:last],
        (grid.begin[inside] - begin).astype(np.int32), (grid.end[inside] - begin).astype(np.int32),
        np.maximum(grid.parent[inside] - tree, NONE).astype(np.int32), grid.leaf[begin:end] - tree,
        grid.tree[begin:end] - tree, grid.device_ids[inside], grid.level[inside], grid.switching[inside],
        grid.customers[begin:end], branch_ranks,
    ))  # fmt: skip


def places_of(grid: Grid, parts: Sequence[Part]) -> tuple[Ints, Ints]:
    """For every slot of the whole memory the part and the slot in it, [meters + districts] each."""
    sizes = np.array([part.end - part.begin for part in parts], np.int64)
    part_of_rank = np.repeat(np.arange(len(parts), dtype=np.int32), sizes)
    part = np.concatenate((np.repeat(part_of_rank, np.diff(grid.first_meter)), part_of_rank))
    begins = np.array([part.begin for part in parts], np.int64)
    first, meters = grid.first_meter[begins], np.array([part.grid.meters for part in parts], np.int64)
    of_meter = np.arange(grid.meters) - first[part[: grid.meters]]
    of_terminal = meters[part_of_rank] + np.arange(grid.districts) - begins[part_of_rank]
    return part, np.concatenate((of_meter, of_terminal)).astype(np.int32)


def plans_within(part: Part, plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """The plans that concern a part, in its ranks. None concerns two: one device feeds what a plan darkens."""
    return tuple(
        replace(plan, begin=plan.begin - part.begin, end=plan.end - part.begin)
        for plan in plans
        if part.begin <= plan.begin and plan.end <= part.end
    )


def joined(changes: Iterable[tuple[int, Change]]) -> list[Change]:
    """The changes of all parts as of one network, given as (part, change), each part's in their order.

    Ordered by time, at one time by part; outages are numbered anew by their first change in that order.
    """
    numbers: dict[tuple[int, int], int] = {}
    found = []
    for part, change in sorted(changes, key=lambda one: (one[1].at, one[0])):
        numbers.setdefault((part, change.outage.number), len(numbers) + 1)
        found.append(replace(change, outage=_renumbered(change.outage, part, numbers)))
    return found


def _renumbered(outage: Outage, part: int, numbers: dict[tuple[int, int], int]) -> Outage:
    parent = None if outage.parent is None else numbers[part, outage.parent]
    into = None if outage.merged_into is None else numbers[part, outage.merged_into]
    return replace(outage, number=numbers[part, outage.number], parent=parent, merged_into=into)
