"""`wanjia territory`: is a territory exact, and who answers for each of many points, on plain files."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pyarrow as pa

from wanjia.adapters.tables import TABLE_ENDINGS, write_table
from wanjia.cli._language import language_option
from wanjia.cli._output import finish, progress
from wanjia.cli._territory_files import read_cells, read_points, read_posts_file
from wanjia.cli._territory_owner import answer
from wanjia.cli._territory_report import as_plain, plain_faults
from wanjia.kernels.cover import CellIndex, invalid_cells, prove, unheld
from wanjia.kernels.cover.faults import cover_faults, invalid_fault, unheld_faults
from wanjia.texts import say

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def _table_name(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """A table's name must say its format, and where it is written must be there, before any work is done."""
    if path is None:
        return None
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise click.BadParameter(f"the name {path.name} must end in {' or '.join(TABLE_ENDINGS)}")
    if not path.resolve().parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist")
    return path


def _write(out: Path, answers: pa.Table) -> None:
    """A place that cannot be written to, or a column that CSV cannot hold, is wrong use: exit status 2."""
    try:
        write_table(out, answers)
    except (OSError, pa.ArrowException) as error:
        raise click.UsageError(f"{out.name}: {error}") from error


@click.group(name="territory", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Is a territory exact, and who answers for each point."""


@command.command(name="check")
@click.argument("cells", type=READABLE)
@click.option("--posts", type=READABLE, callback=_table_name, help="Posts (.csv or .parquet); lists unheld days.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def check(cells: Path, posts: Path | None, language: str, as_json: bool) -> None:
    """Prove that the cells of CELLS cover each level's parents exactly, without gap or overlap.

    CELLS is a GeoJSON FeatureCollection (WGS 84) of polygons with the properties cell_id, level, parent_id and name.
    Every gap, overlap, invalid cell and day without exactly one holder is listed on standard error.

    Exit status: 0 no fault, 1 faults are listed, 2 wrong use.
    """
    progress("territory.reading", language, file=cells.name)
    collection = read_cells(cells)
    progress("territory.proving", language, count=collection.count)
    report = prove(collection.cells, collection.rejected)
    faults = [*collection.faults, *cover_faults(report, collection.cells, cells.name)]
    without_one = []
    if posts is not None and collection.cells:
        ids = list(dict.fromkeys(cell.cell_id for cell in collection.cells if cell.cell_id))
        read, where = read_posts_file(posts, set(ids))
        without_one = list(unheld(ids, read.tenures)) if where or not read.faults else []
        faults += [*read.faults, *unheld_faults(without_one, where, posts.name)]
    plain = as_plain(report, without_one)
    counts = {name: len(plain[name]) for name in ("gaps", "overlaps", "invalid", "unheld")}
    verdict = "territory.exact" if report.exact else "territory.not_exact"
    summary = say(verdict, language, cells=report.cells, levels=report.levels, **counts)
    result = {**plain, "faults": plain_faults(faults, language)} if as_json else None
    finish(faults, result, summary, language)


@command.command(name="owner")
@click.argument("cells", type=READABLE)
@click.argument("posts", type=READABLE, callback=_table_name)
@click.option("--points", type=READABLE, required=True, callback=_table_name, help="Points (.csv or .parquet).")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day, YYYY-MM-DD.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, callback=_table_name,
              help="Where to write the answers (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def owner(cells: Path, posts: Path, points: Path, day: datetime, out: Path, language: str, as_json: bool) -> None:
    """Write for each point of POINTS the cell at every level, and who answers there on a day.

    POSTS has the columns post_id, cell_id, role, holder, starts_on, ends_on; POINTS has point_id, longitude, latitude.
    The result has point_id, then cell_n and holder_n for every level n, then what other columns POINTS had. Rows with
    faults are listed and left empty; nothing is written when a file cannot be read at all.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("territory.reading", language, file=cells.name)
    collection = read_cells(cells)
    read, where = read_posts_file(posts, {cell.cell_id for cell in collection.cells})
    progress("territory.reading", language, file=points.name)
    table, point_faults = read_points(points)
    wrong = [*collection.rejected, *invalid_cells(collection.cells)]
    faults = [*collection.faults, *(invalid_fault(cells.name, one) for one in wrong)]
    faults += [*read.faults, *point_faults]
    summary = say("territory.nothing_written", language, out=out.name)
    plain: dict[str, Any] = {"points": 0, "levels": 0, "cells_found": [], "holders_found": []}
    posts_unusable = bool(read.faults) and not where
    if table is not None and collection.cells and not posts_unusable:
        progress("territory.locating", language, count=table.data.num_rows)
        answered = answer(CellIndex.build(collection.cells), table, read, day.date(), where)
        _write(out, answered.out)
        faults += answered.faults
        plain = answered.counts
        summary = say("territory.answered", language, points=table.data.num_rows, out=out.name)
    result = {**plain, "faults": plain_faults(faults, language)} if as_json else None
    finish(faults, result, summary, language)
