"""Which declared messages a case waits for now, and in which multi-instance branches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from wanjia.engine.nouns import CaseState, CaseStatus, Definition
from wanjia.engine.process.diagram import Diagram
from wanjia.engine.process.plan import plan_of
from wanjia.engine.process.tokens import Token, branch_of, tokens_from_json
from wanjia.model.jsonvalue import Facts


@dataclass(frozen=True)
class Awaited:
    """Somebody waits for this message in the branch; `item` is the branch's own, None outside of any."""

    name: str
    branch: str
    item: Facts | None


def awaited(definition: Definition, state: CaseState) -> tuple[Awaited, ...]:
    """Every message that would be taken now, each once for a branch, outermost first."""
    if state.status is not CaseStatus.RUNNING or not isinstance(state.process, dict):
        return ()
    tokens = tokens_from_json(state.process.get("tokens", []))
    found = _waiting(plan_of(definition.process).diagram, tokens, (), None)
    return tuple({(one.name, one.branch): one for one in found}.values())


def _waiting(
    diagram: Diagram, tokens: Iterable[Token], around: tuple[Token, ...], item: Facts | None
) -> Iterator[Awaited]:
    for token in tokens:
        path = (*around, token)
        yield from (Awaited(name, branch_of(path), item) for name in _messages(diagram, token))
        yield from _waiting(diagram, token.inside or (), path, item)
        for instance in token.instances:
            yield from _waiting(diagram, (instance,), path, (token.items or ())[instance.index or 0])


def _messages(diagram: Diagram, token: Token) -> Iterator[str]:
    """Messages for which a token's node waits itself, and those that its boundary events wait for."""
    here = diagram.nodes[token.node]
    at_edge = diagram.boundaries.get(here.id, ()) if token.index is None else ()
    yield from (node.ref for node in (here, *at_edge) if node.event == "message" and node.ref)
