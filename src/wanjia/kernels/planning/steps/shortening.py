"""The fewest days to take off a plan, and where, so that it ends by a given day.

Each step may be shortened day by day down to its least; every day taken off costs the same. The cost as a function of
the end is found by Fulkerson's network flow (1961): flow is sent along longest paths from the beginning to the end, one
unit at most over a step at its full length and any amount over a step at its least. Flow of each path times its days
above the target adds up to the days that must go (duality of linear programming); the potentials say where.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from wanjia.kernels.planning.steps.critical_path import Step, schedule

_ENDLESS = 10**9
"""Capacity of an arc that takes any amount of flow: above all steps of a plan together."""
_FIRST, _LAST = 0, 1
"""Nodes of the beginning and the end; each step adds one node for its begin and one for its end."""


@dataclass(frozen=True)
class Shortening:
    """What it takes to end within `target_days`: days by step as they then are, and the days taken off in all.

    When even the least days of every step end later, `possible` is False, and the days are those least ones.
    """

    target_days: int
    possible: bool
    days: Mapping[str, int]
    days_off: int


@dataclass
class _Arc:
    """One direction of an arc of the residual network; `twin` is the index of the other."""

    start: int
    end: int
    days: int
    room: int
    twin: int


def shorten(steps: Sequence[Step], target_days: int) -> Shortening:
    """The fewest days off so that the plan takes at most `target_days`. Raises ValueError for what is no plan."""
    least = [replace(step, days=step.least) for step in steps]
    if schedule(least).days > target_days:
        return Shortening(target_days, False, *_taken(steps, {step.id: step.days for step in least}))
    arcs = _network(steps)
    while True:
        reached, by = _longest(arcs, 2 * len(steps) + 2)
        if reached[_LAST] <= target_days:
            break
        _send(arcs, by)
    _add(arcs, _FIRST, _LAST, target_days, _ENDLESS)
    reached, _ = _longest(arcs, 2 * len(steps) + 2)
    room = {step.id: reached[_end(at)] - reached[_begin(at)] for at, step in enumerate(steps)}
    return Shortening(target_days, True, *_taken(steps, {step.id: min(step.days, room[step.id]) for step in steps}))


def shorter_by(steps: Sequence[Step], percent: int) -> Shortening:
    """The fewest days off so that the plan gets at least `percent` shorter; the target is a whole day, rounded down."""
    return shorten(steps, schedule(steps).days * (100 - percent) // 100)


def _taken(steps: Sequence[Step], days: Mapping[str, int]) -> tuple[Mapping[str, int], int]:
    return days, sum(step.days - days[step.id] for step in steps)


def _begin(at: int) -> int:
    return 2 + 2 * at


def _end(at: int) -> int:
    return 3 + 2 * at


def _network(steps: Sequence[Step]) -> list[_Arc]:
    """Each step twice: at its full length for one unit of flow, at its least for any amount."""
    arcs: list[_Arc] = []
    index = {step.id: at for at, step in enumerate(steps)}
    for at, step in enumerate(steps):
        if step.least < step.days:
            _add(arcs, _begin(at), _end(at), step.days, 1)
        _add(arcs, _begin(at), _end(at), step.least, _ENDLESS)
        _add(arcs, _FIRST, _begin(at), 0, _ENDLESS)
        _add(arcs, _end(at), _LAST, 0, _ENDLESS)
        for name in step.after:
            _add(arcs, _end(index[name]), _begin(at), 0, _ENDLESS)
    return arcs


def _add(arcs: list[_Arc], start: int, end: int, days: int, room: int) -> None:
    arcs.append(_Arc(start, end, days, room, len(arcs) + 1))
    arcs.append(_Arc(end, start, -days, 0, len(arcs) - 1))


def _longest(arcs: list[_Arc], nodes: int) -> tuple[list[int], list[int]]:
    """Longest distance in days from the beginning over arcs with room, and the arc by which each node was reached."""
    reached, by = [-_ENDLESS] * nodes, [-1] * nodes
    reached[_FIRST] = 0
    changed = True
    while changed:
        changed = False
        for at, arc in enumerate(arcs):
            if arc.room and reached[arc.start] > -_ENDLESS and reached[arc.start] + arc.days > reached[arc.end]:
                reached[arc.end], by[arc.end], changed = reached[arc.start] + arc.days, at, True
    return reached, by


def _send(arcs: list[_Arc], by: list[int]) -> None:
    """As much flow along the longest path as it has room for: always some, for a path without a bound is the least."""
    path: list[_Arc] = []
    node = _LAST
    while node != _FIRST:
        path.append(arcs[by[node]])
        node = path[-1].start
    amount = min(arc.room for arc in path)
    for arc in path:
        arc.room -= amount
        arcs[arc.twin].room += amount
