"""The one-line diagram of a feeder as places on paper: its tree laid out from the tables of the installed network.

From left to right: away from the supply. A run of line without a switch or a branching is one line. On a feeder with
more than `DISTRICTS_DRAWN_MAX` districts a branch in which nothing is dark is drawn as one box with its number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np

from wanjia.model.network import BRANCH_KINDS, SOURCE, SWITCHING_KINDS, Network

DISTRICTS_DRAWN_MAX = 200
STEP_X, STEP_Y = 96, 30
"""Pixels from one level to the next, and from one leaf to the next."""
MARGIN = 24
NAME_WIDTH = 190
NONE = -1


@dataclass(frozen=True)
class Mark:
    """A device, a district or a closed-up branch at a point. `kind`: source, breaker, switch, fuse, district, group."""

    kind: str
    x: int
    y: int
    id: str
    name: str
    dark: bool = False
    open: bool = False
    count: int = 0
    tie: bool = False


@dataclass(frozen=True)
class Line:
    """A piece of line; `cut` is broken (an open device that is no switch)."""

    points: str
    dark: bool
    cut: bool = False
    cut_x: int = 0
    cut_y: int = 0


@dataclass(frozen=True)
class Diagram:
    """What the page draws, in pixels."""

    feeder: str
    width: int
    height: int
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    districts: int
    dark: int
    summarised: bool


@dataclass
class _Node:
    """One place of the tree that is drawn."""

    node: int
    branch: int
    below: list["_Node"] = field(default_factory=list)
    above: "_Node | None" = None
    districts: int = 0
    dark: int = 0
    group: bool = False
    x: int = 0
    y: int = 0


@dataclass(frozen=True, eq=False)
class _Links:
    """Of every node its branches: `branch[first[node] : first[node + 1]]`; and the district standing on a node."""

    first: np.ndarray
    branch: np.ndarray
    district: np.ndarray


_links_of: "WeakKeyDictionary[Network, _Links]" = WeakKeyDictionary()


def feeder_of_device(network: Network, device_id: str) -> str:
    """The feeder of a branch or district; empty when there is none."""
    for table in (network.branches, network.districts):
        found = np.flatnonzero(table.ids == device_id)
        if found.size:
            return str(table.feeder[found[0]])
    return ""


def feeder_diagram(
    network: Network, feeder: str, open_devices: Sequence[str], dark: set[str], names: Mapping[str, str]
) -> Diagram | None:
    """The feeder's tree; `dark` are codes of dark districts, `names` their names. None for an unknown feeder."""
    links = _links(network)
    root = _tree(network, links, feeder)
    if root is None:
        return None
    opened = {int(at) for device in open_devices for at in np.flatnonzero(network.branches.ids == device)}
    total, gone = _count(network, links, root, dark)
    summarised = total > DISTRICTS_DRAWN_MAX
    if summarised:
        _summarise(root, opened)
    _thin(network, links, root, opened)
    leaves = _place(root)
    drawn = list(_walk(root))
    marks = [mark for one in drawn for mark in _marks(network, links, one, opened, set(open_devices), dark, names)]
    lines = [line for one in drawn if one.above is not None for line in _lines(network, one, opened)]
    lines.sort(key=lambda line: not line.dark)  # where both share a piece, the lit one is on top
    width = max(one.x for one in drawn) + NAME_WIDTH
    return Diagram(feeder, width, leaves * STEP_Y + 2 * MARGIN, tuple(lines), tuple(marks), total, gone, summarised)


def _links(network: Network) -> _Links:
    """Kept as long as the network is."""
    found = _links_of.get(network)
    if found is None:
        ends = np.concatenate([network.branches.from_node, network.branches.to_node])
        branch = np.tile(np.arange(len(network.branches.ids), dtype=np.int32), 2)
        order = np.argsort(ends, kind="stable")
        first = np.searchsorted(ends[order], np.arange(len(network.nodes.ids) + 1))
        district = np.full(len(network.nodes.ids), NONE, dtype=np.int32)
        district[network.districts.node] = np.arange(len(network.districts.ids), dtype=np.int32)
        found = _links_of[network] = _Links(first, branch[order], district)
    return found


def _tree(network: Network, links: _Links, feeder: str) -> _Node | None:
    """From the feeder's end that is nearest to a source, along its closed branches; open ties are leaves."""
    mine = network.branches.feeder == feeder
    if not mine.any():
        return None
    start = _head(network, links, mine)
    root = _Node(start, NONE)
    seen, queue = {start}, [root]
    for here in queue:
        for branch in links.branch[links.first[here.node] : links.first[here.node + 1]].tolist():
            if not mine[branch] or branch == here.branch:
                continue
            other = _other(network, branch, here.node)
            closed = bool(network.branches.closed[branch])
            if closed and other in seen:
                continue
            child = _Node(other, branch, above=here)
            here.below.append(child)
            if closed:
                seen.add(other)
                queue.append(child)
    return root


def _head(network: Network, links: _Links, mine: np.ndarray) -> int:
    """A source on the feeder, else the node where it joins what is not its own and lies nearer to a source."""
    nodes = np.unique(np.concatenate([network.branches.from_node[mine], network.branches.to_node[mine]]))
    sources = nodes[network.nodes.kind[nodes] == SOURCE]
    if sources.size:
        return int(sources[0])
    for node in nodes.tolist():
        around = links.branch[links.first[node] : links.first[node + 1]]
        if (~mine[around] & network.branches.closed[around]).any():
            return int(node)
    return int(nodes[0])


def _other(network: Network, branch: int, node: int) -> int:
    begin, end = int(network.branches.from_node[branch]), int(network.branches.to_node[branch])
    return end if begin == node else begin


def _walk(root: _Node) -> Iterator[_Node]:
    stack = [root]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.below))


def _count(network: Network, links: _Links, root: _Node, dark: set[str]) -> tuple[int, int]:
    """Districts, and dark ones, below every place; those of the whole feeder."""
    for here in reversed(list(_walk(root))):
        is_tie = here.branch != NONE and not network.branches.closed[here.branch]
        district = NONE if is_tie else int(links.district[here.node])
        here.districts = sum(one.districts for one in here.below) + (district != NONE)
        is_dark = district != NONE and network.districts.ids[district] in dark
        here.dark = sum(one.dark for one in here.below) + is_dark
    return root.districts, root.dark


def _summarise(root: _Node, opened: set[int]) -> None:
    """Close up every branch without anything dark or open in it."""
    for here in list(_walk(root)):
        if here.above is None or here.dark or here.group:
            continue
        if here.below and not any(one.branch in opened for one in _walk(here)):
            here.below, here.group = [], True


def _thin(network: Network, links: _Links, root: _Node, opened: set[int]) -> None:
    """Leave out places where nothing happens: one line in, one line out, no switch, no district."""
    for here in reversed(list(_walk(root))):
        above = here.above
        if above is None or len(here.below) != 1 or here.group or links.district[here.node] != NONE:
            continue
        if here.branch in opened or _is_device(network, here.branch):
            continue
        child = here.below[0]
        if _is_device(network, child.branch) or child.branch in opened:
            continue
        child.above = above
        above.below[above.below.index(here)] = child


def _is_device(network: Network, branch: int) -> bool:
    return branch != NONE and BRANCH_KINDS[int(network.branches.kind[branch])] in SWITCHING_KINDS


def _place(root: _Node) -> int:
    """x by the level; y by the leaves, a parent in the middle of its first and last child. Returns the leaves."""
    leaves = 0
    for here in reversed(list(_walk(root))):
        here.x = MARGIN + STEP_X * _depth(here)
    for here in _after(root):
        if here.below:
            here.y = here.below[0].y
        else:
            here.y = MARGIN + STEP_Y * leaves
            leaves += 1
    return leaves


def _depth(here: _Node) -> int:
    depth = 0
    while here.above is not None:
        here, depth = here.above, depth + 1
    return depth


def _after(root: _Node) -> Iterator[_Node]:
    """Children before their parent, in the order in which they are drawn."""
    stack: list[tuple[_Node, bool]] = [(root, False)]
    while stack:
        here, done = stack.pop()
        if done:
            yield here
            continue
        stack.append((here, True))
        stack.extend((one, False) for one in reversed(here.below))


def _lines(network: Network, here: _Node, opened: set[int]) -> Iterator[Line]:
    """Down from the parent, then across; what has only dark districts below is dark, and so is what hangs on that.

    Up to the device that is open here the line is still as its parent is.
    """
    above = here.above
    assert above is not None
    corner = _corner(here)
    middle = (corner + here.x) // 2
    before, after = _is_dark(above), _is_dark(here) if here.districts else _is_dark(above)
    cut = here.branch in opened and not _is_device(network, here.branch)
    start = f"{above.x},{above.y} {corner},{above.y} {corner},{here.y}"
    if here.branch not in opened or not after:
        yield Line(f"{start} {here.x},{here.y}", after, cut, middle, here.y)
        return
    yield Line(f"{start} {middle},{here.y}", before and above.above is not None, cut, middle, here.y)
    yield Line(f"{middle},{here.y} {here.x},{here.y}", True)


def _corner(here: _Node) -> int:
    """Where the line leaves its parent's level."""
    above = here.above
    assert above is not None
    return above.x if above.below[0] is here else above.x + STEP_X // 4


def _is_dark(here: _Node) -> bool:
    return here.districts > 0 and here.dark == here.districts


def _marks(
    network: Network, links: _Links, here: _Node, opened: set[int], devices: set[str], dark: set[str],
    names: Mapping[str, str],
) -> Iterator[Mark]:  # fmt: skip
    if here.above is None:
        yield Mark("source", here.x, here.y, str(network.nodes.ids[here.node]), "")
    if _is_device(network, here.branch):
        closed = bool(network.branches.closed[here.branch])
        kind = BRANCH_KINDS[int(network.branches.kind[here.branch])]
        yield Mark(
            kind, (_corner(here) + here.x) // 2, here.y, str(network.branches.ids[here.branch]), "",
            _is_dark(here), here.branch in opened or not closed, 0, not closed,
        )  # fmt: skip
        if not closed:
            return
    if here.group:
        yield Mark("group", here.x, here.y, str(network.nodes.ids[here.node]), "", False, False, here.districts)
        return
    district = int(links.district[here.node])
    if district != NONE:
        code = str(network.districts.ids[district])
        name = names.get(code) or str(network.districts.name[district]) or code
        yield Mark("district", here.x, here.y, code, name, code in dark, code in devices)
