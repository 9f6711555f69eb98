"""`wanjia series check`: what looks wrong in readings over many days, meter by meter, with figure and evidence."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import numpy as np

from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli._balance_sources import is_store
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.cli._series_estimates import Estimates
from wanjia.cli._series_findings import Checked, findings_table, told
from wanjia.cli._series_readings import Loaded, load
from wanjia.cli._series_stored import stored_readings, stored_zone
from wanjia.cli._zone import zone_option
from wanjia.cli.sense import table_name, written
from wanjia.kernels.balance.readings.checking_meters import (
    CONNECTION_KW,
    Known,
    check_meters,
    limits_kw,
    unknown_meters,
)
from wanjia.model.faults import Fault, Refused
from wanjia.model.network import Network

READINGS = click.Path(exists=True, readable=True, path_type=Path)


@click.command(name="check")
@click.argument("readings", type=READINGS)
@click.option("--network", type=FOLDER, help="Network folder: districts, master meters, capacity of transformers.")
@zone_option
@click.option("--connection-kw", type=click.FloatRange(0, min_open=True), default=CONNECTION_KW, show_default=True,
              help="What a customer's connection can carry.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), callback=table_name,
              help="Where to write the findings (.csv or .parquet).")  # fmt: skip
@click.option("--estimates", type=click.Path(dir_okay=False, path_type=Path), callback=table_name,
              help="Where to write estimates for gaps, negatives and spikes (.csv or .parquet).")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output, with all findings.")
def check_command(
    readings: Path, network: Path | None, timezone: str | None, connection_kw: float, out: Path | None,
    estimates: Path | None, language: str, as_json: bool,
) -> None:  # fmt: skip
    """List what looks wrong in READINGS: gaps, negatives, spikes, zeros, stuck values, moved clocks, multipliers.

    READINGS is a table with meter_id, read_at (end of the interval), energy_kwh and perhaps quality, or one with
    meter_id, day, slot_00 to slot_95 (.csv or .parquet), a folder of such tables, or a measurement store, whose
    compacted days are checked. Nothing is changed. Findings are the result, not faults: rows that cannot be read are.
    The table of estimates holds the changed values only, each with its method and the value before.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("series.reading", language, file=readings.name)
    grid, faults = _network(network)
    try:
        zone, parts, found = _parts(readings, timezone)
        checked = Checked(zone, Estimates() if estimates else None)
        if not network or grid is not None:
            _check(checked, parts, grid, connection_kw, language)
    except Refused as refused:
        checked, found = None, list(refused.faults)
    faults += found
    if checked is None or not checked.meters:
        nothing = [] if faults else [Fault("series.no_table")]
        finish([*faults, *nothing], None, "", language)
        return
    if out is not None:
        written(out, findings_table(checked.rows, out))
    if estimates is not None and checked.estimates is not None:
        written(estimates, checked.estimates.table(estimates))
    result = {**checked.plain(), "findings": checked.rows, "faults": plain_faults(faults, language)}
    finish(faults, result if as_json else None, told(checked, language), language)


def _parts(readings: Path, zone: str | None) -> tuple[str, Iterator[Loaded], list[Fault]]:
    """The zone of the days, the readings part by part, faults of plain tables. Raises Refused for a store's own."""
    if is_store(readings):
        own = stored_zone(readings, zone)
        return own, stored_readings(readings), []
    loaded, faults = load(readings, zone or "UTC")
    return zone or "UTC", iter([] if loaded is None else [loaded]), faults


def _check(
    checked: Checked, parts: Iterator[Loaded], network: Network | None, connection_kw: float, language: str
) -> None:
    """Checks part by part; a city's readings are never in memory together."""
    for loaded in parts:
        progress("series.checking", language, meters=checked.meters + len(loaded.meter_ids))
        known, districts = _known(loaded, network, connection_kw)
        ids = [districts[at] if at >= 0 else "" for at in known.district.tolist()]
        checked.add(loaded, check_meters(loaded.curves, known), ids)


def _network(folder: Path | None) -> tuple[Network | None, list[Fault]]:
    if folder is None:
        return None, []
    read = read_network(folder)
    return read.network, list(read.faults)


def _known(loaded: Loaded, network: Network | None, connection_kw: float) -> tuple[Known, Sequence[str]]:
    """What the network says of the meters with readings, else the store; others are customers of no district."""
    count = len(loaded.meter_ids)
    if network is None and loaded.hung is not None:
        hung = loaded.hung
        nowhere = np.full(len(hung.district_ids), np.nan)
        return Known(hung.role, hung.district, limits_kw(hung.role, hung.district, nowhere, connection_kw)), (
            hung.district_ids
        )
    plain = unknown_meters(count, connection_kw)
    if network is None:
        return plain, ()
    rows = {str(name): at for at, name in enumerate(network.meters.ids)}
    at = np.array([rows.get(name, -1) for name in loaded.meter_ids], np.int64)
    role, district = plain.role.copy(), plain.district.copy()
    role[at >= 0], district[at >= 0] = network.meters.role[at[at >= 0]], network.meters.district[at[at >= 0]]
    limit = limits_kw(role, district, network.districts.capacity_kva, connection_kw)
    return Known(role, district, limit), [str(name) for name in network.districts.ids]
