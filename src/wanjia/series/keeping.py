"""The results of a day: the district table and the districts' curves, by revision, and which figures changed."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.series.disk import got_json, made_folder, only_one, put_json, sync_file
from wanjia.series.layout import CURRENT_FILE, RESULTS, days_of, folder_of
from wanjia.series.port import CHANGES_MAX, Figure, Kept
from wanjia.series.revisions import begin_revision, drop_others, end_revision, next_revision

DISTRICTS_FILE, CURVES_FILE = "districts.parquet", "curves.parquet"
CURVE_GROUP_ROWS = 1_024
"""Districts of a row group of curves: one district is read without the others."""
LOCK = "results.lock"


def keep_results(root: Path, day: date, districts: pa.Table, curves: pa.Table | None) -> Kept:
    """Keeps the tables, sorted by district, beside those before; says which figures of which districts changed."""
    made_folder(root)
    with only_one(root / LOCK):
        folder = made_folder(folder_of(root, RESULTS, day))
        previous = current_revision(root, day)
        revision = next_revision(folder)
        unfinished = begin_revision(folder, revision)
        table = districts.sort_by("district_id").combine_chunks()
        pq.write_table(table, unfinished / DISTRICTS_FILE, compression="zstd")
        sync_file(unfinished / DISTRICTS_FILE)
        if curves is not None:
            pq.write_table(
                curves.sort_by("district_id"), unfinished / CURVES_FILE, compression="zstd",
                row_group_size=CURVE_GROUP_ROWS,
            )  # fmt: skip
            sync_file(unfinished / CURVES_FILE)
        end_revision(unfinished)
        before = pq.read_table(folder / previous / DISTRICTS_FILE) if previous else None
        put_json(folder / CURRENT_FILE, {"revision": revision, "previous": previous})
        drop_others(folder, revision, previous)
    changed, figures = (0, []) if before is None else _changes(before, table)
    return Kept(day, revision, previous, changed, tuple(figures))


def current_revision(root: Path, day: date) -> str:
    """The revision of the day's results that counts; empty: none."""
    found = got_json(folder_of(root, RESULTS, day) / CURRENT_FILE)
    return "" if found is None else str(found["revision"])


def result_paths(root: Path, first: date, last: date, name: str) -> list[tuple[date, Path]]:
    """The files of these days' results that count."""
    found = []
    for day in days_of(root, RESULTS):
        if first <= day <= last and (revision := current_revision(root, day)):
            path = folder_of(root, RESULTS, day) / revision / name
            found += [(day, path)] if path.is_file() else []
    return found


def _changes(before: pa.Table, after: pa.Table) -> tuple[int, list[Figure]]:
    """Districts of which any figure differs; the figures, CHANGES_MAX of them."""
    ids = pc.unique(pa.chunked_array([*before["district_id"].chunks, *after["district_id"].chunks], pa.string()))
    at = [pc.index_in(ids, value_set=table["district_id"]) for table in (before, after)]
    columns = [name for name in after.column_names if name != "district_id"]
    changed: set[int] = set()
    figures: list[Figure] = []
    for name in columns:
        old = before[name].take(at[0]).to_pylist() if name in before.column_names else [None] * len(ids)
        new = after[name].take(at[1]).to_pylist()
        for row, pair in enumerate(zip(old, new, strict=True)):
            if pair[0] != pair[1]:
                changed.add(row)
                figures.append(Figure(ids[row].as_py(), name, *pair))
    return len(changed), figures[:CHANGES_MAX]
