"""Small processes written as one line a flow, for tests that need many of them: `start > fork`, `fork > a`, …

A node's kind follows from its name: `fork`, `and_…` parallel, `or_…` inclusive, `xor_…` exclusive gateways; `start`,
`end…`, `kill…` (a terminate end) events; `stop_x_…` an interrupting boundary event on task x, `beside_x_…` one that
does not interrupt; everything else is a user task. The last way out of a choice is its default.
"""

from collections.abc import Iterable
from itertools import pairwise

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">'
    '<message id="m_called" name="called"/><process id="p" isExecutable="true"><laneSet id="ls"><lane id="clerk">{lane}'
    "</lane></laneSet>"
)
GATEWAYS = {"and": "parallelGateway", "fork": "parallelGateway", "or": "inclusiveGateway", "xor": "exclusiveGateway"}


def drawn(*lines: str) -> bytes:
    """BPMN of flows, each `source > target` or `source > target > next …`; chosen ways get a condition of their own."""
    pairs = [pair for line in lines for pair in _pairs(line)]
    nodes = list(dict.fromkeys(node for pair in pairs for node in pair))
    ways: dict[str, list[str]] = {node: [f"{a}_to_{b}" for a, b in pairs if a == node] for node in nodes}
    lane = "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes)
    body = "".join(_node(node, ways[node]) for node in nodes)
    body += "".join(_flow(a, b, ways[a]) for a, b in pairs)
    return (HEAD.format(lane=lane) + body + "</process></definitions>").encode()


def _pairs(line: str) -> Iterable[tuple[str, str]]:
    return pairwise(name.strip() for name in line.split(">"))


def _node(node: str, ways: list[str]) -> str:
    kind, _, rest = node.partition("_")
    if node == "start":
        return '<startEvent id="start"/>'
    if kind in GATEWAYS:
        default = f' default="{ways[-1]}"' if kind in ("or", "xor") and len(ways) > 1 else ""
        return f'<{GATEWAYS[kind]} id="{node}"{default}/>'
    if kind in ("stop", "beside"):
        message = f'<messageEventDefinition id="e_{node}" messageRef="m_called"/>'
        host, cancels = rest.partition("_")[0], "true" if kind == "stop" else "false"
        return f'<boundaryEvent id="{node}" attachedToRef="{host}" cancelActivity="{cancels}">{message}</boundaryEvent>'
    if node.startswith(("end", "kill")):
        terminate = '<terminateEventDefinition id="k"/>' if node.startswith("kill") else ""
        return f'<endEvent id="{node}">{terminate}</endEvent>'
    return f'<userTask id="{node}"/>'


def _flow(source: str, target: str, ways: list[str]) -> str:
    flow = f"{source}_to_{target}"
    asked = source.startswith(("or_", "xor_")) and len(ways) > 1 and flow != ways[-1]
    condition = f"<conditionExpression>{flow} = true</conditionExpression>" if asked else ""
    return f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'


def choices(bpmn: bytes) -> list[str]:
    """The facts that decide which ways are taken: one for each way with a condition."""
    return [part.partition(" = true")[0] for part in bpmn.decode().split("<conditionExpression>")[1:]]
