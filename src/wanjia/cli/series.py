"""`wanjia series`: a store of readings in a folder, taken in, put in order by day, checked."""

from datetime import date, datetime
from pathlib import Path

import click

from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER
from wanjia.cli._series_check import check_command
from wanjia.cli._series_compact import compact_days
from wanjia.cli._series_ingest import ingest_files

STORE = click.Path(file_okay=False, path_type=Path)
READINGS = click.Path(exists=True, readable=True, path_type=Path)


@click.group(name="series")
def command() -> None:
    """Readings of meters: check them, take them in, put them in order."""


@command.command(name="ingest")
@click.argument("store", type=STORE)
@click.argument("readings", nargs=-1, required=True, type=READINGS)
@click.option("--timezone", "zone", default="", help="Zone of a new store's days, like Asia/Shanghai (default: UTC).")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def ingest(store: Path, readings: tuple[Path, ...], zone: str, language: str, as_json: bool) -> None:
    """Take READINGS into the folder STORE, which is made where there is none.

    Each of READINGS is a table (.csv or .parquet) or a folder of tables. Long: meter_id, read_at (end of the interval,
    with offset), energy_kwh or register_kwh, and perhaps quality (measured, estimated). Wide: meter_id, day, slot_00 to
    slot_95. Readings may be late, out of order, corrected, or there already. When any row has a fault, all faults are
    listed and nothing is taken in. What was taken in is on disk when the command ends.

    Exit status: 0 taken in, 1 faults are listed and nothing is changed, 2 wrong use.
    """
    ingest_files(store, readings, zone, language, as_json)


@command.command(name="compact")
@click.argument("store", type=FOLDER)
@click.argument("network", type=FOLDER)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only this day (default: every day with new readings).")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with what changed.")
def compact(store: Path, network: Path, day: datetime | None, language: str, as_json: bool) -> None:
    """Put the readings of STORE in order, day by day, by the meters of the folder NETWORK.

    NETWORK's table of meters may also have multiplier (kWh for each kWh that the meter counts) and register_digits
    (whole digits, after which the register begins again); the table replacements says which meters were replaced. A day
    that was compacted before is compared with what it was: meters and slots, before and after. Meters that NETWORK
    lacks, and registers that went backwards, are listed; their readings are kept.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    compact_days(store, network, None if day is None else date(day.year, day.month, day.day), language, as_json)


command.add_command(check_command)
