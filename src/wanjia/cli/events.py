"""`wanjia events`: make meter events of a storm, with the true outages beside them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pyarrow as pa

from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, progress
from wanjia.cli._sense_report import event_table, iso, outage_table
from wanjia.cli.sense import table_name, written
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import EVENT_KINDS, Plan
from wanjia.kernels.sensing.storms import Storm, make_storm
from wanjia.texts import say

SHARE = click.FloatRange(0.0, 1.0)
COUNT = click.IntRange(0, 10_000)
MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])
DEFAULT_START = datetime(2026, 6, 1, tzinfo=UTC)
"""A made storm has no time of its own; one that is the same every time makes files that can be compared."""
CALM = Storm()


@click.group(name="events")
def command() -> None:
    """Meter events as plain tables: make a storm."""


@command.command(name="make")
@click.argument("network", type=FOLDER)
@click.option("--storm", "outages", type=COUNT, required=True, help="How many outages.")
@click.option("--planned", type=COUNT, default=0, show_default=True, help="How many pieces of planned work.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same storm.")
@click.option("--start", type=MOMENT, default=DEFAULT_START.isoformat(), help="When it begins, ISO 8601 with offset.")
@click.option("--lost", type=SHARE, default=CALM.lost_share, show_default=True, help="Share of events lost.")
@click.option(
    "--duplicated", type=SHARE, default=CALM.duplicated_share, show_default=True, help="Share that come twice."
)
@click.option("--late", type=SHARE, default=CALM.late_share, show_default=True, help="Share that come 1-10 min late.")
@click.option("--stray", type=SHARE, default=CALM.stray_share, show_default=True,
              help="Share of devices that gasp for their own reasons.")  # fmt: skip
@click.option("--silent", type=SHARE, default=CALM.silent_share, show_default=True,
              help="Share of outages with which concentrators fall silent.")  # fmt: skip
@click.option("--silent-districts", type=COUNT, default=0, show_default=True,
              help="Lit districts whose concentrators fall silent.")  # fmt: skip
@click.option("--clocks-off", type=SHARE, default=CALM.clock_off_share, show_default=True,
              help="Share of devices whose clock is off by up to an hour.")  # fmt: skip
@click.option("--heartbeat-minutes", type=click.FloatRange(0.0), default=CALM.heartbeat_seconds / 60, show_default=True,
              help="Between heartbeats of a meter; 0: none.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, callback=table_name,
              help="Where to write the events (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def make(
    network: Path, outages: int, planned: int, seed: int, start: datetime, lost: float, duplicated: float, late: float,
    stray: float, silent: float, silent_districts: int, clocks_off: float, heartbeat_minutes: float, out: Path,
    language: str, as_json: bool,
) -> None:  # fmt: skip
    """Write the meter events of a storm over NETWORK, its true outages and its planned work.

    Beside OUT (say events.csv) stand events_truth.csv, an outage list, and, where there is any, events_planned.csv.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    if read.network is None:
        finish(read.faults, None, "", language)
        return
    storm = replace(
        CALM, outages=outages, planned=planned, lost_share=lost, duplicated_share=duplicated, late_share=late,
        stray_share=stray, silent_share=silent, silent_districts=silent_districts, clock_off_share=clocks_off,
        heartbeat_seconds=60 * heartbeat_minutes,
    )  # fmt: skip
    grid = build_grid(read.network)
    made = make_storm(grid, storm, seed, round(start.timestamp() * 1000))
    files = {name: out.with_name(f"{out.stem}_{name}{out.suffix}") for name in ("truth", "planned")}
    written(out, event_table(made.batch, _ids(grid), EVENT_KINDS, out))
    written(files["truth"], outage_table(made.truth, read.network, files["truth"]))
    if made.plans:
        written(files["planned"], _plan_table(made.plans, set(read.network.districts.ids)))
    counts = {"events": len(made.batch.slot), "outages": sum(not one.planned for one in made.truth)}
    result = {**counts, "planned": len(made.plans), "begins_at": iso(made.begins_at), "ends_at": iso(made.ends_at)}
    summary = say("sense.made", language, **counts, planned=len(made.plans), out=out.name, truth=files["truth"].name)
    finish(read.faults, result if as_json else None, summary, language)


def _ids(grid: Grid) -> list[str]:
    """Device id of every slot."""
    meters = grid.network.meters.ids[grid.meter_at_slot].tolist()
    terminals: list[str] = grid.network.districts.ids[grid.district].tolist()
    return [*meters, *terminals]


def _plan_table(plans: tuple[Plan, ...], districts: set[str]) -> pa.Table:
    return pa.table(
        {
            "branch_id": ["" if one.device_id in districts else one.device_id for one in plans],
            "district_id": [one.device_id if one.device_id in districts else "" for one in plans],
            "starts_at": [iso(one.starts_at) for one in plans],
            "ends_at": [iso(one.ends_at) for one in plans],
        }
    )
