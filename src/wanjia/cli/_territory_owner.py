"""The answers of `wanjia territory owner`: one row per point, cell and holder at every level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from wanjia.adapters.tables import Table, numbers, texts
from wanjia.cli._territory_files import POINT_COLUMNS
from wanjia.kernels.cover import NOBODY, CellIndex, Posts, holders_on
from wanjia.model.faults import Fault, Where


@dataclass(frozen=True)
class Answers:
    """The table to be written, the faults met on the way, and the counts of `--json`."""

    out: pa.Table
    faults: list[Fault]
    counts: dict[str, Any]


def answer(index: CellIndex, points: Table, posts: Posts, day: date, where: Mapping[str, Where]) -> Answers:
    """Cell and holder of every point at every level on a day. Where several hold a cell nobody answers alone: empty."""
    holders = holders_on(posts.tenures, day)
    # One entry more than cells, empty: NOBODY (-1) finds it.
    ids = pa.array([*index.ids, None], pa.string())
    alone = pa.array([_only(holders.get(cell_id, ())) for cell_id in (*index.ids, "")], pa.string())
    found = index.locate(numbers(points, "longitude"), numbers(points, "latitude"))
    columns: dict[str, Any] = {"point_id": texts(points, "point_id")}
    for level, cells in enumerate(found, start=1):
        at = pa.array(np.where(cells == NOBODY, len(index.ids), cells))
        columns[f"cell_{level}"], columns[f"holder_{level}"] = ids.take(at), alone.take(at)
    faults = [*_several(posts, holders, day, where), *_clashes(points, columns)]
    extra = [name for name in points.data.column_names if name not in columns and name not in POINT_COLUMNS]
    out = pa.table(columns | {name: points.data[name] for name in extra})
    return Answers(out, faults, _counts(out, index.levels))


def _only(holders: Sequence[str]) -> str | None:
    return holders[0] if len(holders) == 1 else None


def _several(posts: Posts, holders: Mapping[str, Sequence[str]], day: date, where: Mapping[str, Where]) -> list[Fault]:
    """A fault for every cell that more than one person holds on the day, at the first of their posts."""
    on_day: dict[str, list[str]] = {}
    for one in posts.tenures:
        if one.holder and one.days.holds(day):
            on_day.setdefault(one.cell_id, []).append(one.post_id)
    several = {cell_id: on_day[cell_id] for cell_id, names in holders.items() if len(names) > 1}
    return [
        Fault(
            "territory.several_answer",
            where.get(ids[0], Where()),
            {"cell_id": cell_id, "day": day.isoformat(), "posts": ", ".join(ids)},
        )
        for cell_id, ids in several.items()
    ]


def _clashes(points: Table, columns: Mapping[str, Any]) -> list[Fault]:
    """Extra columns of the points that bear the name of an answer; the answer stands, and the loss is told."""
    names = [name for name in points.data.column_names if name in columns and name not in POINT_COLUMNS]
    return [Fault("territory.column_taken", Where(points.file, 0, name), {"column": name}) for name in names]


def _counts(out: pa.Table, levels: int) -> dict[str, Any]:
    def filled(name: str) -> list[int]:
        columns = [out[f"{name}_{level}"] for level in range(1, levels + 1)]
        return [len(column) - column.null_count for column in columns]

    return {
        "points": out.num_rows,
        "levels": levels,
        "cells_found": filled("cell"),
        "holders_found": filled("holder"),
    }
