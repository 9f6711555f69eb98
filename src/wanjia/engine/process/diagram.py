"""A process diagram as plain nouns: scopes, nodes, flows, and the questions asked of them (what follows what)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

ACTIVITIES = frozenset(
    {
        "userTask",
        "manualTask",
        "serviceTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "callActivity",
    }
)
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
PEOPLE = frozenset({"userTask", "manualTask"})
WORKERS = {"serviceTask": "capability", "businessRuleTask": "decision", "sendTask": "letter"}


@dataclass(frozen=True)
class Node:
    """One flow element. `event` is its event definition's kind ("" if none), `ref` the message name or error code."""

    id: str
    tag: str
    line: int
    scope: str
    lane: str = ""
    attached_to: str = ""
    interrupting: bool = True
    event: str = ""
    ref: str | None = None
    implementation: str = ""
    called: str = ""
    default: str = ""
    multi: str = ""
    mi_input: str = ""
    mi_output: str = ""
    mi_item: str = ""


@dataclass(frozen=True)
class Flow:
    """One sequence flow; `condition` is the text of its expression, None when it has none."""

    id: str
    source: str
    target: str
    scope: str
    line: int
    condition: str | None = None


@dataclass(frozen=True)
class Scope:
    """A process or an embedded sub-process; `parent` is the scope around it, "" for a process."""

    id: str
    line: int
    parent: str = ""
    executable: bool = True


@dataclass(frozen=True)
class Diagram:
    """A whole file. `main` is the process a case starts in; `refused` ids of elements left out with a fault."""

    main: str
    scopes: Mapping[str, Scope]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    lanes: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    reach: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Flow, ...]]:
        """Sequence flows by the node that they leave, in the order of the file."""
        return {node: tuple(f for f in self.flows if f.source == node) for node in self.nodes}

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Flow, ...]]:
        """Sequence flows by the node that they enter, in the order of the file."""
        return {node: tuple(f for f in self.flows if f.target == node) for node in self.nodes}

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Node, ...]]:
        """Boundary events by the activity that they are attached to."""
        attached: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.tag == "boundaryEvent":
                attached.setdefault(node.attached_to, []).append(node)
        return {activity: tuple(events) for activity, events in attached.items()}

    def within(self, scope: str) -> list[Node]:
        """Nodes directly inside one scope."""
        return [node for node in self.nodes.values() if node.scope == scope]

    def next_of(self, node: str) -> list[str]:
        """Nodes one move later: by sequence flow, or by a boundary event of the activity."""
        return [flow.target for flow in self.outgoing.get(node, ())] + [
            event.id for event in self.boundaries.get(node, ())
        ]

    def after(self, node: str) -> frozenset[str]:
        """Every node that a token on `node` can come to in its own scope; `node` itself only if it lies on a loop."""
        if node not in self.reach:
            self.reach[node] = frozenset(spread(self.next_of(node), self.next_of))
        return self.reach[node]

    @cached_property
    def back_flows(self) -> frozenset[tuple[str, str]]:
        """Moves that lead back into a loop: found once, walking from each start in the order of the file."""
        found: set[tuple[str, str]] = set()
        done: set[str] = set()
        for start in (node.id for node in self.nodes.values() if node.tag == "startEvent"):
            line, waiting = [start], [iter(self.next_of(start))]
            while line:
                node = next(waiting[-1], None)
                if node is None:
                    done.add(line.pop())
                    waiting.pop()
                elif node in line:
                    found.add((line[-1], node))
                elif node not in done:
                    line.append(node)
                    waiting.append(iter(self.next_of(node)))
        return frozenset(found)

    @cached_property
    def side_ends(self) -> frozenset[str]:
        """Ends that only a non-interrupting boundary event leads to: they are never what came of the case."""
        starts = [node.id for node in self.nodes.values() if node.tag == "startEvent"]
        reached = spread(starts, lambda node: [n for n in self.next_of(node) if self.nodes[n].interrupting])
        return frozenset(n.id for n in self.nodes.values() if n.tag == "endEvent" and n.id not in reached)

    def ahead(self, node: str) -> frozenset[str]:
        """Every node that lies after `node` without going round a loop again."""
        key = f"{node} ahead"
        if key not in self.reach:
            self.reach[key] = frozenset(spread(self._next_ahead(node), self._next_ahead))
        return self.reach[key]

    def _next_ahead(self, node: str) -> list[str]:
        return [other for other in self.next_of(node) if (node, other) not in self.back_flows]

    def inputs(self, join: str) -> list[str]:
        """Nodes from which a flow enters `join`."""
        return [flow.source for flow in self.incoming[join]]

    def scope_line(self, scope: str) -> list[str]:
        """The scope and those around it, inner first; a called process ends the line."""
        line = [scope]
        while self.scopes[line[-1]].parent:
            line.append(self.scopes[line[-1]].parent)
        return line


def spread(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    """Everything reachable from `start` (included) by the function `following`."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(following(node))
    return seen
