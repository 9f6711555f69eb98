"""`wanjia balance`: what went into every transformer district on a day, what came out, and what that says."""

from datetime import date
from pathlib import Path

import click

from wanjia.adapters.grid_files.metering import Metering, read_metering
from wanjia.adapters.tables import TABLE_ENDINGS
from wanjia.cli._balance_report import Asked, answer, balance_table, summary, write_balance
from wanjia.cli._balance_run import Balanced, balance_readings
from wanjia.cli._balance_told import told_of
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._zone import zone_option
from wanjia.kernels.balance.day.bands import EDITIONS, Edition
from wanjia.model.faults import Fault
from wanjia.texts import say

ANY_PATH = click.Path(exists=True, readable=True, path_type=Path)


def _day(_: click.Context, __: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value} is no day; write one like 2026-06-01") from error


def _out(_: click.Context, __: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in TABLE_ENDINGS:
        raise click.BadParameter(f"the name {path.name} must end in {' or '.join(TABLE_ENDINGS)}")
    return path


def _bands(_: click.Context, __: click.Parameter, name: str) -> Edition:
    return next(each for each in EDITIONS if each.edition == name)


@click.command(name="balance")
@click.argument("network", type=FOLDER)
@click.argument("readings", type=ANY_PATH)
@click.option("--day", required=True, callback=_day, metavar="YYYY-MM-DD", help="The day that is balanced.")
@click.option("-o", "out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), callback=_out,
              help="Where the table of districts is written (.csv or .parquet).")  # fmt: skip
@zone_option
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
              help="duckdb: in this process; spark: summed on a cluster.")  # fmt: skip
@click.option("--bands", type=click.Choice([each.edition for each in EDITIONS]), default=EDITIONS[0].edition,
              show_default=True, callback=_bands, help="Bands of loss rates, in percent.")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(
    network: Path, readings: Path, day: date, out: Path, timezone: str | None, engine: str, bands: Edition,
    language: str, as_json: bool,
) -> None:  # fmt: skip
    """Energy in against energy out of every transformer district on one day.

    NETWORK is a network folder; its tables districts and meters are read. READINGS is a table (long: meter_id, read_at,
    energy_kwh, perhaps quality; wide: meter_id, day, slot_00 to slot_95; .csv or .parquet), a folder of such tables,
    one with a folder day=YYYY-MM-DD for each day, or a measurement store. Rows with faults are listed and left out.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("balance.network", language, folder=network.name)
    metering, faults = read_metering(network)
    if metering is None:
        finish(faults, None, say("balance.nothing_written", language, out=out.name), language)
        return
    every = [*faults, *_without_meters(metering)]
    with told_of(language) as told:
        balanced = balance_readings(readings, metering, day, timezone, bands, engine, told)
    every += balanced.faults
    if balanced.found is None:
        finish(every, None, say("balance.nothing_written", language, out=out.name), language)
        return
    _written(balanced, Asked(day, balanced.zone, bands), metering, every, (out, language, as_json))


def _written(
    balanced: Balanced, asked: Asked, metering: Metering, faults: list[Fault], how: tuple[Path, str, bool]
) -> None:
    """The table on disk, then the answer."""
    out, language, as_json = how
    found = balanced.found
    assert found is not None
    try:
        table = balance_table(found, metering.district_ids)
        write_balance(out, table)
    except OSError as error:
        raise click.UsageError(say("balance.cannot_write", language, out=str(out), reason=error.strerror)) from error
    result = answer(asked, found, metering, balanced.rows)
    plain = None
    if as_json:
        plain = {**result, "districts": table.to_pylist(), "faults": plain_faults(faults, language)}
    finish(faults, plain, summary(result, out.name, language), language)


def _without_meters(metering: Metering) -> list[Fault]:
    return [] if metering.has_meters else [Fault("balance.no_meters")]
