"""`wanjia stream`: which outages do the event files of a folder tell of, in Spark, for as long as files come."""

from pathlib import Path

import click

from wanjia import wiring
from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._sense_files import read_plans
from wanjia.cli._sense_report import final, outage_table, plain_result
from wanjia.cli.sense import TABLE, table_name, written
from wanjia.kernels.sensing.grid import build_grid
from wanjia.model.faults import Refused
from wanjia.texts import say

FORMATS = ("parquet", "csv", "json")


@click.command(name="stream")
@click.argument("network", type=FOLDER)
@click.argument("events", type=FOLDER)
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="What the stream remembers; with it a later run goes on where this one ended.")  # fmt: skip
@click.option("--planned", type=TABLE, callback=table_name, help="Planned work (.csv or .parquet); may only grow.")
@click.option("--files", "file_format", type=click.Choice(FORMATS), default=FORMATS[0], show_default=True,
              help="Format of the event files.")  # fmt: skip
@click.option("--late", type=click.FloatRange(0.0, 3600.0), default=0.0, show_default=True,
              help="Seconds by which a file may hold older arrivals than the files before it.")  # fmt: skip
@click.option("--batch-files", type=click.IntRange(1, 100_000), default=1000, show_default=True,
              help="Files taken in at once, at most.")  # fmt: skip
@click.option("--follow", is_flag=True, help="Go on until stopped; else end when all files are read.")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, callback=table_name,
              help="Where to write the outage list at the end (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with evidence and history.")
def command(
    network: Path, events: Path, keep: Path, planned: Path | None, file_format: str, late: float, batch_files: int,
    follow: bool, out: Path, language: str, as_json: bool,
) -> None:  # fmt: skip
    """Sense outages from the event files in the folder EVENTS with Spark Structured Streaming.

    The files have the columns that `wanjia sense` reads, and are moved into the folder whole, in order of arrival. A
    row of the kind `mark` without a device says that everything up to its received_at has arrived. Outages are judged
    up to the newest arrival. The state is keyed by what one source feeds; the result is that of one process. Killed at
    any point and started again with the same --keep, it loses nothing and says nothing twice. WANJIA_SPARK_MASTER names
    the cluster, else Spark runs on this machine.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    if read.network is None:
        finish(read.faults, None, "", language)
        return
    grid = build_grid(read.network)
    plans, plan_faults = read_plans(planned, grid) if planned else ((), [])
    try:
        stream = wiring.new_stream(keep, grid, plans)
    except Refused as refused:
        finish(refused.faults, None, "", language)
        return
    progress("stream.starting", language)
    stream.run(events.resolve(), file_format, late, batch_files, follow)
    changes, counts, faults = stream.changes(), stream.counts(), [*read.faults, *plan_faults]
    outages = final(changes)
    written(out, outage_table(outages, read.network, out))
    result = {**plain_result(0, changes, read.network), **counts, "faults": plain_faults(faults, language)}
    del result["events"]
    alarms = sum(not one.planned for one in outages)
    summary = say("stream.done", language, outages=alarms, planned=len(outages) - alarms, out=out.name, **counts)
    finish(faults, result if as_json else None, summary, language)
