"""Several made networks as one: each on a source of its own, nothing between them."""

from typing import Any

import numpy as np

from tests.support.feeders import made
from wanjia.model.network import Branches, Districts, Meters, Network, Nodes, words


def made_towns(*sizes: tuple[int, int, int, int]) -> Network:
    """Networks of `made`, side by side; ids begin with the town's number."""
    towns = [made(*each) for each in sizes]
    nodes = np.cumsum([0, *(len(one.nodes.ids) for one in towns)])
    districts = np.cumsum([0, *(len(one.districts.ids) for one in towns)])
    return Network(
        _joined(Nodes, [one.nodes for one in towns], {}),
        _joined(Branches, [one.branches for one in towns], {"from_node": nodes, "to_node": nodes}),
        _joined(Districts, [one.districts for one in towns], {"node": nodes}),
        _joined(Meters, [one.meters for one in towns], {"district": districts}),
    )


def _joined(kind: type, tables: list[Any], shifts: dict[str, np.ndarray]) -> Any:
    """One table of several; `shifts`: columns of positions, with what to add for each town."""
    columns = {}
    for name in vars(tables[0]):
        parts = [getattr(one, name) for one in tables]
        if name in ("ids", "feeder"):
            columns[name] = words([f"{town}-{value}" for town, part in enumerate(parts) for value in part])
        elif name in shifts:
            moved = [part + shift for part, shift in zip(parts, shifts[name], strict=False)]
            columns[name] = np.concatenate(moved).astype(np.int32)
        else:
            columns[name] = np.concatenate(parts)
    return kind(**columns)
