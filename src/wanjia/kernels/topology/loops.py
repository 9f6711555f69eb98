"""The compiled loops of topology: numbering the base state's forest, and the dark intervals of any switch state.

Numbering: depth-first search (Tarjan 1972) from every source, then from what no source reaches. Positions are
preorder, so whatever hangs below a tree branch is an interval of positions, and a closed branch that is not in the
tree (a loop) always joins a node with one of its own ancestors.

Tracing: every opened tree branch cuts its interval out. The cuts, nested, divide the positions into segments of
pieces, each connected by the tree alone; loops that stay closed and ties that are closed join pieces. A piece is lit
when it is joined with one that holds a source. Work grows with the switches that differ from the base state and with
the loops below them, never with the size of the network.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanjia.compiled import loop

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Bools = NDArray[np.bool_]

NONE = -1
"""No branch, no position."""
LIT, DARK = 0, 1
"""Pieces with a number of their own: what hangs on a source untouched, and what no source reaches untouched."""
FIRST_CUT = 2


@loop()
def adjacency(from_node: Ints, to_node: Ints, use: Bools, nodes: int) -> Any:
    """Branches by node: those of node i stand in `branch` from `first[i]` up to `first[i + 1]`."""
    first = np.zeros(nodes + 2, dtype=np.int64)
    for b in range(len(use)):
        if use[b] and from_node[b] != to_node[b]:
            first[from_node[b] + 2] += 1
            first[to_node[b] + 2] += 1
    for i in range(2, nodes + 2):
        first[i] += first[i - 1]
    branch = np.empty(first[nodes + 1], dtype=np.int32)
    for b in range(len(use)):
        if use[b] and from_node[b] != to_node[b]:
            branch[first[from_node[b] + 1]] = b
            first[from_node[b] + 1] += 1
            branch[first[to_node[b] + 1]] = b
            first[to_node[b] + 1] += 1
    return first[:-1], branch


@loop()
def number(from_node: Ints, to_node: Ints, closed: Bools, roots: Ints, sources: int, nodes: int) -> Any:
    """Preorder of the closed branches' forest; `roots` has the sources first, then all nodes.

    Returns `position[node]`, `end[position]` (of what hangs below), `above[position]` (branch to the parent or NONE),
    `low[position]` (smallest position that a loop from below reaches; NONE where a source hangs below), how many
    positions are lit, and the root's position of every tree that is not.
    """
    first, branch = adjacency(from_node, to_node, closed, nodes)
    position = np.full(nodes, NONE, dtype=np.int32)
    end, above = np.empty(nodes, dtype=np.int32), np.full(nodes, NONE, dtype=np.int32)
    low, parent = np.empty(nodes, dtype=np.int32), np.full(nodes, NONE, dtype=np.int32)
    node_at, todo = np.empty(nodes, dtype=np.int32), first[:-1].copy()
    is_source = np.zeros(nodes, dtype=np.bool_)
    is_source[roots[:sources]] = True
    dead = np.empty(nodes, dtype=np.int32)
    count, lit, dead_count = 0, 0, 0
    for r in range(len(roots)):
        if r == sources:
            lit = count
        if position[roots[r]] != NONE:
            continue
        if r >= sources:
            dead[dead_count] = count
            dead_count += 1
        at = roots[r]
        position[at], node_at[count], low[count] = count, at, NONE if is_source[at] else count
        count += 1
        while True:
            here = position[at]
            if todo[at] < first[at + 1]:
                b = branch[todo[at]]
                todo[at] += 1
                if b == above[here]:
                    continue
                there = to_node[b] if from_node[b] == at else from_node[b]
                if position[there] != NONE:
                    low[here] = min(low[here], position[there])
                    continue
                position[there], node_at[count], above[count] = count, there, b
                parent[count], low[count] = here, NONE if is_source[there] else count
                count += 1
                at = there
                continue
            end[here] = count
            if parent[here] == NONE:
                break
            low[parent[here]] = min(low[parent[here]], low[here])
            at = node_at[parent[here]]
    return position, node_at, end, above, low, lit, dead[:dead_count].copy()


@loop()
def _root(joined: Ints, piece: int) -> int:
    while joined[piece] != piece:
        joined[piece] = joined[joined[piece]]
        piece = joined[piece]
    return piece


@loop()
def _join(joined: Ints, one: int, other: int) -> None:
    """Joins two pieces; the smaller number leads, so whatever is joined with LIT is led by LIT."""
    a, b = _root(joined, one), _root(joined, other)
    if a < b:
        joined[b] = a
    else:
        joined[a] = b


@loop()
def _last_not_after(values: Ints, count: int, wanted: int) -> int:
    """Index of the last of the first `count` ascending values that is not greater; NONE when all are."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low - 1


@loop()
def _cuts(opened: Ints, tied: Ints, child: Ints, ends: Ints, lit: int, dead: Ints, nodes: int) -> Any:
    """Positions at which a piece begins, ascending, each once: opened tree branches and the dead trees they touch.

    A position of at least `nodes` never occurs. `tied` are positions at the ends of ties that are closed now.
    """
    found = np.empty(2 * len(opened) + len(tied), dtype=np.int32)
    count = 0
    for i in range(len(opened)):
        at = child[opened[i]]
        if at != NONE:
            found[count] = at
            count += 1
            if at >= lit:
                found[count] = dead[_last_not_after(dead, len(dead), at)]
                count += 1
    for i in range(len(tied)):
        if tied[i] >= lit:
            found[count] = dead[_last_not_after(dead, len(dead), tied[i])]
            count += 1
    ordered = np.sort(found[:count])
    unique = 0
    for i in range(count):
        if i == 0 or ordered[i] != ordered[i - 1]:
            ordered[unique] = ordered[i]
            unique += 1
    return ordered[:unique]


@loop()
def _segments(cuts: Ints, end: Ints, lit: int, nodes: int) -> Any:
    """The positions as ascending segments, each of one piece: `begin[s]` and `piece[s]`; the last ends at `nodes`."""
    begin, piece = np.empty(2 * len(cuts) + 3, dtype=np.int32), np.empty(2 * len(cuts) + 3, dtype=np.int32)
    stack = np.empty(len(cuts), dtype=np.int32)
    begin[0], piece[0], count, depth, dark_begun = 0, LIT, 1, 0, False
    for i in range(len(cuts) + 1):
        start = cuts[i] if i < len(cuts) else nodes
        while depth and end[cuts[stack[depth - 1]]] <= start:
            depth -= 1
            at = end[cuts[stack[depth]]]
            begin[count] = at
            piece[count] = FIRST_CUT + stack[depth - 1] if depth else (LIT if at < lit else DARK)
            count += 1
            dark_begun = dark_begun or (depth == 0 and at >= lit)
        if depth == 0 and not dark_begun and start >= lit:
            begin[count], piece[count] = lit, DARK
            count += 1
            dark_begun = True
        if i < len(cuts):
            begin[count], piece[count] = start, FIRST_CUT + i
            count += 1
            stack[depth] = i
            depth += 1
    return begin[:count], piece[:count]


@loop()
def _piece_at(begin: Ints, piece: Ints, position: int) -> Any:
    return piece[_last_not_after(begin, len(begin), position)]


@loop()
def _holds(ordered: Ints, value: int) -> bool:
    at = _last_not_after(ordered, len(ordered), value)
    return at != NONE and ordered[at] == value


@loop()
def _join_sources(cuts: Ints, end: Ints, begin: Ints, piece: Ints, source_at: Ints, joined: Ints) -> None:
    """Lights the pieces that hold a source of their own; the others' sources are in the untouched piece anyway."""
    done = 0
    for i in range(len(cuts)):
        if cuts[i] < done:
            continue
        done = end[cuts[i]]
        at = _last_not_after(source_at, len(source_at), cuts[i] - 1) + 1
        while at < len(source_at) and source_at[at] < done:
            _join(joined, LIT, _piece_at(begin, piece, source_at[at]))
            at += 1


@loop()
def _join_loops(
    cuts: Ints,
    end: Ints,
    opened: Ints,
    begin: Ints,
    piece: Ints,
    loop_high: Ints,
    loop_low: Ints,
    loop: Ints,
    joined: Ints,
) -> None:
    """Joins pieces over the loops that stay closed. Only loops from below an outermost cut can join two pieces."""
    done = 0
    for i in range(len(cuts)):
        if cuts[i] < done:
            continue
        done = end[cuts[i]]
        at = _last_not_after(loop_high, len(loop_high), cuts[i] - 1) + 1
        while at < len(loop_high) and loop_high[at] < done:
            if not _holds(opened, loop[at]):
                high, low = _piece_at(begin, piece, loop_high[at]), _piece_at(begin, piece, loop_low[at])
                if high != low:
                    _join(joined, high, low)
            at += 1


@loop()
def dark_intervals(
    opened: Ints,
    ties_from: Ints,
    ties_to: Ints,
    child: Ints,
    end: Ints,
    lit: int,
    dead: Ints,
    source_at: Ints,
    loop_high: Ints,
    loop_low: Ints,
    loop: Ints,
    totals: Longs,
) -> Any:
    """What is dark: intervals of positions, [k, 2], ascending and apart, and `totals` summed over them, [weights].

    `opened`: base-closed branches that are open now, ascending. `ties_*`: positions of the ends of base-open branches
    that are closed now. `totals[position, w]`: weight w of all positions before.
    """
    nodes = len(end)
    cuts = _cuts(opened, np.concatenate((ties_from, ties_to)), child, end, lit, dead, nodes)
    begin, piece = _segments(cuts, end, lit, nodes)
    joined = np.arange(FIRST_CUT + len(cuts)).astype(np.int32)
    _join_sources(cuts, end, begin, piece, source_at, joined)
    _join_loops(cuts, end, opened, begin, piece, loop_high, loop_low, loop, joined)
    for i in range(len(ties_from)):
        _join(joined, _piece_at(begin, piece, ties_from[i]), _piece_at(begin, piece, ties_to[i]))
    return _dark(begin, piece, joined, nodes, totals)


@loop()
def _dark(begin: Ints, piece: Ints, joined: Ints, nodes: int, totals: Longs) -> Any:
    """Segments of pieces that are not joined with LIT, neighbours merged, and their totals."""
    intervals = np.empty((len(begin), 2), dtype=np.int32)
    sums = np.zeros(totals.shape[1], dtype=np.int64)
    count = 0
    for s in range(len(begin)):
        stop = begin[s + 1] if s + 1 < len(begin) else nodes
        if begin[s] == stop or _root(joined, piece[s]) == LIT:
            continue
        for w in range(len(sums)):
            sums[w] += totals[stop, w] - totals[begin[s], w]
        if count and intervals[count - 1, 1] == begin[s]:
            intervals[count - 1, 1] = stop
        else:
            intervals[count, 0], intervals[count, 1] = begin[s], stop
            count += 1
    return intervals[:count], sums


@loop()
def components(from_node: Ints, to_node: Ints, use: Bools, nodes: int) -> Any:
    """The connected component of each node over the branches in use, [nodes], counted from 0, and how many."""
    joined = np.arange(nodes).astype(np.int32)
    for b in range(len(use)):
        if use[b]:
            _join(joined, from_node[b], to_node[b])
    found, count = np.empty(nodes, dtype=np.int32), 0
    for i in range(nodes):
        lead = _root(joined, i)
        if lead == i:
            found[i] = count
            count += 1
        else:
            found[i] = found[lead]
    return found, count


@loop()
def difference(one: Ints, other: Ints, totals: Longs) -> Any:
    """Intervals of `one` less those of `other`, both ascending and apart, [k, 2], and the totals over them."""
    found = np.empty((len(one) + len(other), 2), dtype=np.int32)
    sums = np.zeros(totals.shape[1], dtype=np.int64)
    count, at = 0, 0
    for i in range(len(one)):
        begin, stop = one[i, 0], one[i, 1]
        while at < len(other) and other[at, 1] <= begin:
            at += 1
        look = at
        while look < len(other) and other[look, 0] < stop:
            if other[look, 0] > begin:
                found[count, 0], found[count, 1] = begin, other[look, 0]
                count += 1
            begin = max(begin, other[look, 1])
            look += 1
        if begin < stop:
            found[count, 0], found[count, 1] = begin, stop
            count += 1
    for i in range(count):
        for w in range(len(sums)):
            sums[w] += totals[found[i, 1], w] - totals[found[i, 0], w]
    return found[:count], sums


@loop()
def inserted(ordered: Ints, value: int) -> Ints:
    """Ascending values with one more, which stands in it once."""
    at = _last_not_after(ordered, len(ordered), value) + 1
    if at > 0 and ordered[at - 1] == value:
        return ordered
    found = np.empty(len(ordered) + 1, dtype=np.int32)
    found[:at] = ordered[:at]
    found[at] = value
    found[at + 1 :] = ordered[at:]
    return found
