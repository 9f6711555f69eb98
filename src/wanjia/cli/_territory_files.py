"""What `wanjia territory` reads: cells, posts and points, each with the faults found in it."""

import json
from collections.abc import Collection as Container
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.tables import Table, numbers, read_table, repeated, rows, texts
from wanjia.kernels.cover import POST_COLUMNS, Collection, Posts, read_collection, read_posts
from wanjia.model.faults import Fault, Where
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX, LATITUDE_DEGREES_MAX, LONGITUDE_DEGREES_MAX

CELLS_BYTES_MAX = 512 * 1024**2
"""Bytes; GeoJSON takes ten times its size in memory, and a prefecture's 645 cells take a few MB."""
POSTS_MAX = 1_000_000
"""Rows; every post that a province's company had in decades."""
POINTS_MAX = 50_000_000
"""Rows; all customers of a large province, looked up in memory."""
POINT_COLUMNS = ("point_id", "longitude", "latitude")


def read_cells(path: Path) -> Collection:
    """Cells of a GeoJSON file. Raises OSError when the file cannot be opened."""
    if path.stat().st_size > CELLS_BYTES_MAX:
        return _no_cells(path, "territory.cells_too_large", limit_mb=CELLS_BYTES_MAX // 1024**2)
    data = path.read_bytes()
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return _no_cells(path, "territory.cells_not_utf8", line=data.count(b"\n", 0, error.start) + 1)
    except json.JSONDecodeError as error:
        return _no_cells(path, "territory.broken_json", line=error.lineno, reason=error.msg, at=error.colno)
    except (RecursionError, ValueError) as error:
        return _no_cells(path, "territory.broken_json", reason=str(error)[:200], at=0)
    return read_collection(document, path.name)


def _no_cells(path: Path, code: str, line: int = 0, **values: object) -> Collection:
    return Collection(0, (), (), (Fault(code, Where(path.name, line), values),))


def read_posts_file(path: Path, cell_ids: Container[str]) -> tuple[Posts, dict[str, Where]]:
    """Tenures and faults of a table of posts, and where each post stands. Unreadable: no tenures, with the faults."""
    table, faults = read_table(path, POST_COLUMNS)
    if table is None:
        return Posts((), tuple(faults)), {}
    if table.data.num_rows > POSTS_MAX:
        return Posts((), (_too_many(table, POSTS_MAX),)), {}
    posts = read_posts(rows(table, POST_COLUMNS), cell_ids, table.file, first_line=0)
    ids = texts(table, "post_id").to_pylist()
    where = {post_id: table.where(row, "holder") for row, post_id in reversed(list(enumerate(ids)))}
    return Posts(posts.tenures, tuple(_at_line(table, fault) for fault in posts.faults)), where


def _at_line(table: Table, fault: Fault) -> Fault:
    """The kernel counts rows; people count lines of the file."""
    values = dict(fault.values)
    if "line" in values:
        values["line"] = table.line(int(str(values["line"])))
    return Fault(fault.code, table.where(fault.where.line, fault.where.column), values)


def _too_many(table: Table, limit: int) -> Fault:
    return Fault("table.too_many_rows", Where(table.file), {"count": table.data.num_rows, "limit": limit})


def read_points(path: Path) -> tuple[Table | None, list[Fault]]:
    """A table of points, and the faults of its rows; without a table when the file cannot be used at all."""
    table, faults = read_table(path, POINT_COLUMNS)
    if table is None:
        return None, faults
    if table.data.num_rows > POINTS_MAX:
        return None, [_too_many(table, POINTS_MAX)]
    return table, sorted([*_id_faults(table), *_coordinate_faults(table)], key=lambda fault: fault.where)


def _id_faults(table: Table) -> list[Fault]:
    ids = texts(table, "point_id")
    length = pc.utf8_length(ids)
    missing, long = _true(pc.equal(length, 0)), _true(pc.greater(length, IDENTIFIER_CHARACTERS_MAX))
    limit = IDENTIFIER_CHARACTERS_MAX
    return [
        *(Fault("territory.identifier_missing", table.where(row, "point_id")) for row in missing),
        *(
            Fault(
                "territory.identifier_too_long",
                table.where(row, "point_id"),
                {"limit": limit, "count": length[row].as_py()},
            )
            for row in long
        ),
        *(
            Fault(
                "territory.point_twice",
                table.where(row, "point_id"),
                {"point_id": ids[row].as_py(), "line": table.line(earlier)},
            )
            for row, earlier in repeated(ids)
        ),
    ]


def _coordinate_faults(table: Table) -> list[Fault]:
    faults = []
    for column, limit in (("longitude", LONGITUDE_DEGREES_MAX), ("latitude", LATITUDE_DEGREES_MAX)):
        # Written so that NaN fails it.
        for row in np.flatnonzero(~(np.abs(numbers(table, column)) <= limit)).tolist():
            shown = str(table.data[column][row].as_py())[:IDENTIFIER_CHARACTERS_MAX]
            values = {"value": shown, "limit": f"{limit:g}"}
            faults.append(Fault("territory.coordinate", table.where(row, column), values))
    return faults


def _true(mask: pa.ChunkedArray) -> list[int]:
    return np.flatnonzero(mask.to_numpy(zero_copy_only=False)).tolist()
