"""Gateways that wait for each other, found without running anything: every way that tokens can take is tried.

Control flow only: a choice may fall any way, a message may come or not. A process or sub-process is looked at by
itself; an activity takes a token and gives one back, or its boundary event does. What is searched for (soundness of
workflow nets, van der Aalst 1997): a state in which tokens are left and none can move, and two tokens in one place.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TypeAlias

from wanjia.engine.process.diagram import GATEWAYS, Diagram, Flow, Node, Scope
from wanjia.model.faults import Fault, Where

MARKINGS_MAX = 20_000
"""States of one scope that are looked at; beyond that only what was found so far is told."""
CHOICES_TOLD_MAX = 8
"""Turns of the way that are told in a fault; the last ones lead there."""


@dataclass(frozen=True, order=True)
class Mark:
    """A token on its way along a flow, before what the flow leads to.

    `fired`: boundary events that have happened beside the work at hand. `side`: it came from such an event, so that a
    second one in the same place is no second run of the work.
    """

    flow: str
    side: bool = False
    fired: tuple[str, ...] = ()


Marking: TypeAlias = frozenset[Mark]
Step: TypeAlias = tuple[str, Marking]
"""The turn that was taken (empty when there was no choice) and where the tokens are then."""


def soundness_faults(diagram: Diagram, file: str) -> list[Fault]:
    """Faults of every scope: joins that may wait for ever, and places that two tokens reach at once.

    For a diagram without other faults.
    """
    return [fault for scope in diagram.scopes.values() for fault in _Search(diagram, scope, file).faults()]


class _Search:
    """All markings of one scope, nearest first, so that the way told in a fault is a shortest one."""

    def __init__(self, diagram: Diagram, scope: Scope, file: str) -> None:
        self.diagram, self.scope, self.file = diagram, scope, file
        self.flows = {flow.id: flow for flow in diagram.flows if flow.scope == scope.id}
        self.came: dict[Marking, tuple[Marking | None, str]] = {}
        self.found: dict[tuple[str, str], Fault] = {}

    def faults(self) -> list[Fault]:
        start = next(node for node in self.diagram.within(self.scope.id) if node.tag == "startEvent")
        first = frozenset(Mark(flow.id) for flow in self.diagram.outgoing[start.id])
        self.came[first] = (None, start.id)
        waiting = deque([first])
        while waiting:
            if len(self.came) > MARKINGS_MAX:
                break
            marking = waiting.popleft()
            steps = self._steps(marking)
            if marking and not steps:
                self._stuck(marking)
            for turn, after in steps:
                if after not in self.came:
                    self.came[after] = (marking, turn)
                    waiting.append(after)
        return list(self.found.values())

    # Where tokens go

    def _steps(self, marking: Marking) -> list[Step]:
        """What moves by itself first, as the engine does it: one thing after the other; then whatever anybody does."""
        marks = sorted(marking)
        for mark in marks:
            node = self._at(mark)
            if node.tag == "exclusiveGateway":
                return self._choice(marking, mark, node)
            if node.tag == "parallelGateway" and (taken := self._all_in(marking, node)):
                return [("", self._put(marking - taken, self.diagram.outgoing[node.id], _side(taken)))]
            if node.tag == "endEvent":
                return [("", frozenset() if node.event in ("terminate", "error") else marking - {mark})]
        for mark in marks:
            node = self._at(mark)
            if node.tag == "inclusiveGateway" and not self._more_to_come(marking, node):
                return self._some_out(marking, node)
        return [step for mark in marks for step in self._work(marking, mark)]

    def _choice(self, marking: Marking, mark: Mark, node: Node) -> list[Step]:
        flows = self.diagram.outgoing[node.id]
        told = len(flows) > 1
        return [(flow.id if told else "", self._put(marking - {mark}, [flow], mark.side)) for flow in flows]

    def _all_in(self, marking: Marking, join: Node) -> Marking:
        """One token from every way in; empty when some are missing."""
        by_flow = {mark.flow: mark for mark in sorted(marking, reverse=True)}
        ways = [flow.id for flow in self.diagram.incoming[join.id]]
        return frozenset(by_flow[way] for way in ways) if all(way in by_flow for way in ways) else frozenset()

    def _more_to_come(self, marking: Marking, join: Node) -> bool:
        """The standard's rule for inclusive joins, as the engine follows it: see `library.InclusiveGateway`."""
        ways = {flow.id: flow.source for flow in self.diagram.incoming[join.id]}
        full = {ways[mark.flow] for mark in marking if mark.flow in ways}
        empty = set(ways.values()) - full
        under_way = {self._at(mark).id for mark in marking if mark.flow not in ways}
        return any(
            self._comes_to(node, empty, join.id) and not self._comes_to(node, full, join.id) for node in under_way
        )

    def _comes_to(self, node: str, wanted: set[str], without: str) -> bool:
        seen, waiting = {without}, [node]
        while waiting:
            here = waiting.pop()
            if here in wanted:
                return True
            if here not in seen:
                seen.add(here)
                waiting.extend(self.diagram.next_of(here))
        return False

    def _some_out(self, marking: Marking, node: Node) -> list[Step]:
        ways = {flow.id for flow in self.diagram.incoming[node.id]}
        taken = frozenset(mark for mark in marking if mark.flow in ways)
        flows = self.diagram.outgoing[node.id]
        if len(flows) == 1:
            return [("", self._put(marking - taken, flows, _side(taken)))]
        chosen = [flow for flow in flows if flow.id != node.default]
        some = [subset for size in range(1, len(chosen) + 1) for subset in combinations(chosen, size)]
        default = [flow for flow in flows if flow.id == node.default]
        return [
            ("+".join(flow.id for flow in subset), self._put(marking - taken, subset, _side(taken)))
            for subset in (*some, default)
            if subset
        ]

    def _work(self, marking: Marking, mark: Mark) -> Iterator[Step]:
        """An activity or a wait ends; or a boundary event takes its place, or comes beside it once."""
        node = self._at(mark)
        if node.tag in GATEWAYS:
            return
        yield "", self._put(marking - {mark}, self.diagram.outgoing[node.id], mark.side)
        for event in self.diagram.boundaries.get(node.id, ()):
            flows = self.diagram.outgoing[event.id]
            if event.interrupting:
                yield event.id, self._put(marking - {mark}, flows, mark.side)
            elif event.id not in mark.fired:
                stays = replace(mark, fired=tuple(sorted({*mark.fired, event.id})))
                yield event.id, self._put((marking - {mark}) | {stays}, flows, True)

    def _put(self, rest: Marking, flows: Iterable[Flow], side: bool) -> Marking:
        """The tokens with new ones; two that count in one place are told, and go on as one."""
        new = frozenset(Mark(flow.id, side) for flow in flows)
        if not side:
            for mark in new:
                self._note_meeting(rest, mark)
        return rest | new

    # What is wrong

    def _note_meeting(self, rest: Marking, mark: Mark) -> None:
        """Told where ways come together; that what lies behind is reached twice follows from it."""
        node, source = self._at(mark), self.diagram.nodes[self.flows[mark.flow].source]
        works = node.tag not in GATEWAYS and node.tag != "endEvent"
        merges = source.tag in GATEWAYS and len(self.diagram.incoming[source.id]) > 1
        for other in rest:
            if other.side:
                continue
            if other.flow == mark.flow and merges:
                self._tell("engine.twice_at_once", source, flows=_names(self.diagram.incoming[source.id]))
            elif other.flow != mark.flow and works and self._at(other).id == node.id:
                self._tell("engine.twice_at_once", node, flows=_names(self.diagram.incoming[node.id]))

    def _stuck(self, marking: Marking) -> None:
        way = " → ".join(self._way(marking))
        for join in dict.fromkeys(self._at(mark).id for mark in sorted(marking)):
            full = {mark.flow for mark in marking}
            missing = [flow.source for flow in self.diagram.incoming[join] if flow.id not in full]
            self._tell("engine.waits_for_ever", self.diagram.nodes[join], missing=", ".join(missing), way=way)

    def _way(self, marking: Marking) -> list[str]:
        turns: list[str] = []
        here: Marking | None = marking
        while here is not None:
            here, turn = self.came[here]
            turns += [turn] if turn else []
        shown = turns[:CHOICES_TOLD_MAX][::-1]
        return shown if len(turns) <= CHOICES_TOLD_MAX else ["…", *shown]

    def _tell(self, code: str, node: Node, **values: str) -> None:
        values = {"id": node.id, **values}
        self.found.setdefault((code, node.id), Fault(code, Where(self.file, node.line), values))

    def _at(self, mark: Mark) -> Node:
        return self.diagram.nodes[self.flows[mark.flow].target]


def _names(flows: Iterable[Flow]) -> str:
    return ", ".join(flow.id for flow in flows)


def _side(taken: Iterable[Mark]) -> bool:
    """What is joined counts when one of its parts does."""
    return all(mark.side for mark in taken)
