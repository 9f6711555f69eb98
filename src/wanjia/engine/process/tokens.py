"""The saved form of a moving case: tokens on nodes. Nothing of the library is in it, so it outlives its versions.

One JSON object a token, short keys because it is written at every step:
`n` node, `k` task key, `p` node it came from (joins only), `s` tokens inside a sub-process,
`i` items of a multi-instance activity, `d` finished ones, `c` its open instances, `x` which item an instance has.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from wanjia.model.jsonvalue import Facts, Json


@dataclass(frozen=True)
class Token:
    """One token. `inside` is None unless the node is a sub-process or call; `items` None unless multi-instance.

    A `fresh` token has yet to enter its node; it exists only until the next move and is never saved.
    """

    node: str
    key: str = ""
    came_from: str = ""
    index: int | None = None
    inside: tuple["Token", ...] | None = None
    items: tuple[Facts, ...] | None = None
    finished: tuple[int, ...] = ()
    instances: tuple["Token", ...] = ()
    fresh: bool = False

    def to_json(self) -> Facts:
        saved: Facts = {"n": self.node}
        if self.key:
            saved["k"] = self.key
        if self.came_from:
            saved["p"] = self.came_from
        if self.index is not None:
            saved["x"] = self.index
        if self.inside is not None:
            saved["s"] = tokens_to_json(self.inside)
        if self.items is not None:
            saved["i"], saved["d"] = list(self.items), list(self.finished)
            saved["c"] = tokens_to_json(self.instances)
        return saved


def tokens_to_json(tokens: Iterable[Token]) -> list[Json]:
    return [token.to_json() for token in tokens]


def tokens_from_json(saved: Json) -> tuple[Token, ...]:
    """Inverse of `tokens_to_json`. Raises TypeError or KeyError for anything else."""
    if not isinstance(saved, list):
        raise TypeError("saved tokens are a list")
    return tuple(_token(row) for row in saved if isinstance(row, dict))


def _token(row: Facts) -> Token:
    items = row.get("i")
    index = row.get("x")
    finished = row.get("d") or []
    return Token(
        node=str(row["n"]),
        key=str(row.get("k", "")),
        came_from=str(row.get("p", "")),
        index=index if isinstance(index, int) else None,
        inside=tokens_from_json(row["s"]) if "s" in row else None,
        items=tuple(dict(item) for item in items if isinstance(item, dict)) if isinstance(items, list) else None,
        finished=tuple(n for n in finished if isinstance(n, int)) if isinstance(finished, list) else (),
        instances=tokens_from_json(row.get("c", [])),
    )


def all_tokens(tokens: Iterable[Token]) -> Iterator[Token]:
    """Every token at every depth, outer before inner."""
    for token in tokens:
        yield token
        yield from all_tokens(token.inside or ())
        yield from all_tokens(token.instances)


def path_to(tokens: tuple[Token, ...], key: str) -> tuple[Token, ...]:
    """Tokens from the outermost to the one with `key`; empty when there is none."""
    for token in tokens:
        if token.key == key:
            return (token,)
        for deeper in (token.inside or (), token.instances):
            rest = path_to(deeper, key)
            if rest:
                return (token, *rest)
    return ()


def branch_of(path: Iterable[Token]) -> str:
    """The multi-instance branch at the end of a path of tokens, `reviews[2]` or `reviews[2]/parts[0]`; "" outside."""
    return "/".join(f"{token.node}[{token.index}]" for token in path if token.index is not None)


def branches(tokens: Iterable[Token], around: tuple[Token, ...] = ()) -> Iterator[str]:
    """Every branch that is still under way."""
    for token in tokens:
        path = (*around, token)
        if token.index is not None:
            yield branch_of(path)
        yield from branches(token.inside or (), path)
        yield from branches(token.instances, path)


def branches_of_items(tokens: Iterable[Token], wanted: Facts, around: tuple[Token, ...] = ()) -> Iterator[str]:
    """Branches under way whose item has all the wanted values."""
    for token in tokens:
        path = (*around, token)
        for instance in token.instances:
            item = (token.items or ())[instance.index or 0]
            if all(item.get(name) == value for name, value in wanted.items()):
                yield branch_of((*path, instance))
        yield from branches_of_items(token.inside or (), wanted, path)
        yield from branches_of_items(token.instances, wanted, path)


def inner_branches_of(node: str, around: str) -> str:
    """What the branches of a multi-instance activity, itself in the branch `around`, begin with."""
    return f"{around}/{node}[" if around else f"{node}["


def outward(branch: str) -> Iterator[str]:
    """The branch and those around it, inner first; "" (the case) last."""
    while branch:
        yield branch
        branch = branch.rpartition("/")[0]
    yield ""


def renamed_branch(branch: str, names: Mapping[str, str]) -> str:
    """The same branch after steps got other names."""
    parts = (part.partition("[") for part in branch.split("/") if part)
    return "/".join(f"{names.get(node, node)}[{rest}" for node, _, rest in parts)


def exchanged(tokens: tuple[Token, ...], path: tuple[Token, ...], inner: tuple[Token, ...]) -> tuple[Token, ...]:
    """The same tokens, with what lies inside the last token of `path` exchanged for `inner`."""
    if not path:
        return inner
    here, rest = path[0], path[1:]
    if rest and rest[0] in here.instances:
        new = replace(here, instances=exchanged(here.instances, rest, inner))
    else:
        new = replace(here, inside=exchanged(here.inside or (), rest, inner))
    return tuple(new if token is here else token for token in tokens)
