"""`wanjia sense`: which outages do these meter events tell of."""

from pathlib import Path

import click
import pyarrow as pa

from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.tables import TABLE_ENDINGS, write_table
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._sense_files import Events, read_events, read_plans
from wanjia.cli._sense_report import final, outage_table, plain_result
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Change, Plan
from wanjia.kernels.sensing.step import Sensor, begin_state, sensor_of, step
from wanjia.texts import say

TABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


def table_name(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """A table's name must say its format, and its folder must be there."""
    if path is None:
        return None
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise click.BadParameter(f"the name {path.name} must end in {' or '.join(TABLE_ENDINGS)}")
    if not path.resolve().parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist")
    return path


def written(path: Path, data: pa.Table) -> None:
    """Writes a table; a place that cannot be written to is wrong use."""
    try:
        write_table(path, data)
    except (OSError, pa.ArrowException) as error:
        raise click.UsageError(f"{path.name}: {error}") from error


@click.command(name="sense")
@click.argument("network", type=FOLDER)
@click.argument("events", type=TABLE, callback=table_name)
@click.option("--planned", type=TABLE, callback=table_name, help="Planned work (.csv or .parquet).")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, callback=table_name,
              help="Where to write the outage list (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with evidence and history.")
def command(network: Path, events: Path, planned: Path | None, out: Path, language: str, as_json: bool) -> None:
    """Write the outages that EVENTS tell of: which device opened, when, who is dark, and how sure that is.

    NETWORK is a network folder. EVENTS has device_id (a meter, or a district's own id for its terminal), kind
    (last_gasp, restored, heartbeat), occurred_at (the device's clock) and received_at; it is read in order of arrival.
    The table of planned work has branch_id or district_id, starts_at, ends_at. Rows with faults are listed and left
    out; nothing is written when a file cannot be read at all.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    if read.network is None:
        finish(read.faults, None, "", language)
        return
    grid = build_grid(read.network)
    progress("sense.reading", language, file=events.name)
    found, faults = read_events(events, grid)
    plans, plan_faults = read_plans(planned, grid) if planned else ((), [])
    faults = [*read.faults, *faults, *plan_faults]
    if found is None:
        finish(faults, None, say("sense.nothing_written", language, out=out.name), language)
        return
    changes = _sensed(grid, found, plans)
    outages = final(changes)
    written(out, outage_table(outages, read.network, out))
    result = {**plain_result(found.rows, changes, read.network), "faults": plain_faults(faults, language)}
    alarms = sum(not one.planned for one in outages)
    summary = say(
        "sense.done", language, events=found.rows, outages=alarms, planned=len(outages) - alarms, out=out.name
    )
    finish(faults, result if as_json else None, summary, language)


def _sensed(grid: Grid, events: Events, plans: tuple[Plan, ...]) -> list[Change]:
    """All changes up to the longest settling time after the last arrival."""
    received = events.batch.received
    if not len(received):
        return []
    sensor: Sensor = sensor_of(grid, plans)
    parameters = sensor.model.parameters
    last = int(received[-1]) + round(1000 * (parameters.settle_seconds_max + 2 * parameters.tick_seconds))
    _, changes = step(sensor, begin_state(grid, int(received[0]) - 1), events.batch, last)
    return changes
