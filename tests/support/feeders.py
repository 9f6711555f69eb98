"""Small distribution networks by formula: feeders of sections in a row, districts on each section, meters in each."""

import numpy as np

from wanjia.model.network import (
    BRANCH_KINDS,
    CUSTOMER_METER,
    DISTRICT,
    NODE_KINDS,
    SOURCE,
    Branches,
    Districts,
    Meters,
    Network,
    Nodes,
    words,
)

FEEDERS = {
    "town, 100 meters": (3, 4, 4, 100),
    "village, 20 meters": (2, 6, 3, 20),
    "one meter per district": (3, 6, 6, 1),
}
"""Name -> feeders, sections per feeder, districts per section, meters per district."""


def feeders(name: str) -> Network:
    """One of FEEDERS."""
    return made(*FEEDERS[name])


def made(feeder_count: int, sections: int, districts: int, meters: int) -> Network:
    """A source; per feeder a breaker, then sections behind a switch each, with districts behind lines of their own."""
    nodes, kinds = ["source"], [SOURCE]
    branches: list[tuple[str, int, int, str, str]] = []
    places: list[tuple[int, str]] = []
    for f in range(feeder_count):
        feeder, above = f"F{f}", 0
        for s in range(sections):
            nodes.append(f"j{f}.{s}")
            kinds.append(NODE_KINDS.index("junction"))
            here, kind = len(nodes) - 1, "switch" if s else "breaker"
            branches.append((f"{kind}{f}.{s}", above, here, kind, feeder))
            above = here
            for d in range(districts):
                nodes.append(f"t{f}.{s}.{d}")
                kinds.append(DISTRICT)
                branches.append((f"line{f}.{s}.{d}", here, len(nodes) - 1, "line", feeder))
                places.append((len(nodes) - 1, feeder))
    return _network(nodes, kinds, branches, places, meters)


def _network(
    nodes: list[str], kinds: list[int], branches: list[tuple[str, int, int, str, str]],
    places: list[tuple[int, str]], meters: int,
) -> Network:  # fmt: skip
    count = len(places)
    ids, begin, end, kind, feeder = zip(*branches, strict=True)
    zeros = np.zeros(count)
    no_code = np.zeros(count * meters, dtype=np.int8)
    return Network(
        Nodes(words(nodes), np.array(kinds, np.int8)),
        Branches(
            words(list(ids)), np.array(begin, np.int32), np.array(end, np.int32),
            np.array([BRANCH_KINDS.index(one) for one in kind], np.int8), np.ones(len(ids), np.bool_),
            words(list(feeder)),
        ),
        Districts(
            words([nodes[at] for at, _ in places]), np.array([at for at, _ in places], np.int32),
            words([name for _, name in places]), words([""] * count), zeros, zeros, np.zeros(count, np.int8), zeros,
            np.full(count, meters),
        ),
        Meters(
            words([f"m{i}" for i in range(count * meters)]), np.repeat(np.arange(count, dtype=np.int32), meters),
            np.full(count * meters, CUSTOMER_METER, np.int8), no_code, no_code,
            np.ones(count * meters), no_code,
        ),
    )  # fmt: skip
