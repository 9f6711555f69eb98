"""驳回 on tokens: where a task may go back to, and what is left standing when it does.

A token goes back within its own scope or to one around it, never out of a multi-instance branch. Whatever lies ahead of
the target is taken away, what runs beside it stays; joins keep, or get back, the tokens of the branches that the target
does not touch, so that they fire again. When the target was done in an earlier round of a loop, the whole round goes.
"""

from wanjia.engine.process.diagram import Diagram
from wanjia.engine.process.tokens import Token, all_tokens, exchanged, path_to


def allowed_targets(diagram: Diagram, tokens: tuple[Token, ...], key: str, candidates: list[str]) -> list[str]:
    """Those of the candidate steps that the task may go back to, in their order."""
    return [step for step in candidates if _depth(diagram, path_to(tokens, key), step) is not None]


def returned(diagram: Diagram, tokens: tuple[Token, ...], key: str, target: str) -> tuple[Token, ...]:
    """The tokens after the return; the target's token is fresh. Raises ValueError for a target that is not allowed."""
    path = path_to(tokens, key)
    depth = _depth(diagram, path, target)
    if depth is None:
        raise ValueError(f"{target} is not before {key}")
    around = path[:depth]
    inner = _inner(tokens, around)
    round_again = path[depth].node not in diagram.ahead(target)
    gone = {target, *(diagram.after(target) if round_again else diagram.ahead(target))}
    kept = tuple(token for token in inner if (token.came_from or token.node) not in gone)
    fresh = (Token(target, fresh=True),)
    return exchanged(tokens, around, kept + _arrivals(diagram, target, kept) + fresh)


def restarted(diagram: Diagram, target: str) -> tuple[Token, ...]:
    """Tokens of an ended case that begins again at `target`: branches that it does not touch count as done."""
    return (*_arrivals(diagram, target, ()), Token(target, fresh=True))


def _depth(diagram: Diagram, path: tuple[Token, ...], target: str) -> int | None:
    """How many tokens of the path stay around the target; None when it cannot be reached backwards."""
    for depth in range(len(path) - 1, -1, -1):
        here = path[depth]
        if here.index is not None:
            # Only what lies inside this instance may go back; the instance itself stands for one item.
            return None
        node = diagram.nodes[here.node]
        same_scope = diagram.nodes[target].scope == node.scope
        if same_scope and here.node in diagram.after(target):
            return depth
    return None


def _inner(tokens: tuple[Token, ...], around: tuple[Token, ...]) -> tuple[Token, ...]:
    return (around[-1].inside or ()) if around else tokens


def _arrivals(diagram: Diagram, target: str, kept: tuple[Token, ...]) -> tuple[Token, ...]:
    """Tokens of finished branches that joins ahead of the target have used up and will need again.

    A kept token that waits at a join belongs to where it came from, hence `came_from` above.
    """
    ahead = diagram.ahead(target)
    coming = {target, *ahead}
    for token in all_tokens(kept):
        coming |= {token.node, *diagram.ahead(token.node)}
    there = {(token.node, token.came_from) for token in kept}
    return tuple(
        Token(join, came_from=source)
        for join in sorted(ahead)
        if diagram.nodes[join].tag == "parallelGateway"
        for source in diagram.inputs(join)
        if source not in coming and (join, source) not in there
    )
