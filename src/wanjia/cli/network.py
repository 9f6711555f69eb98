"""`wanjia network`: check a network folder, make one up, convert other software's grids, install one; enter lines."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from wanjia.adapters.grid_files.driver import read_grid
from wanjia.adapters.grid_files.folder import read_network, rival_tables, write_network
from wanjia.cli import _network_store
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, plain_faults, progress
from wanjia.kernels.topology.making import make_network
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import SOURCE, Network, customers_by_district
from wanjia.texts import fault_sentence, say

DISTRICTS_MADE_MAX = 100_000
"""Districts; eleven prefectures, and some 22 million meters."""


@click.group(name="network")
def command() -> None:
    """Networks as plain tables: check, make, convert, install."""


@command.command(name="check")
@click.argument("network", type=FOLDER)
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def check(network: Path, language: str, as_json: bool) -> None:
    """List every fault of the folder NETWORK.

    NETWORK has the tables nodes, branches, districts and perhaps meters, each .csv or .parquet. Besides values that
    cannot be understood, the list has branches that lead back to their own node, open lines, district nodes without a
    district, parts without a source, districts dark in the normal state, and feeders that disagree.

    Exit status: 0 no fault, 1 faults are listed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    faults = [*read.faults, *read.unsound]
    counts = _counts(read.network) if read.network else {}
    key = "network.sound" if not faults else "network.unsound" if read.network else "network.unreadable"
    summary = say(key, language, faults=len(faults), **counts)
    result = {**counts, "faults": plain_faults(faults, language)} if as_json else None
    finish(faults, result, summary, language)


def _counts(network: Network) -> dict[str, Any]:
    """Rows by table, customers and sources."""
    return {
        "nodes": len(network.nodes.ids),
        "branches": len(network.branches.ids),
        "districts": len(network.districts.ids),
        "meters": len(network.meters.ids),
        "customers": int(customers_by_district(network).sum()),
        "sources": int(np.count_nonzero(network.nodes.kind == SOURCE)),
        "ties": int(np.count_nonzero(~network.branches.closed)),
    }


def _ending(_: click.Context, __: click.Parameter, value: str) -> str:
    return f".{value}"


def _write(folder: Path, network: Network, ending: str, language: str, as_json: bool) -> None:
    """Writes the folder and says so. A folder with tables of the other format is left alone."""
    if rivals := rival_tables(folder, ending):
        fault = Fault("network.folder_has_tables", Where(folder.name), {"names": ", ".join(rivals)})
        raise click.UsageError(fault_sentence(fault, language))
    try:
        write_network(folder, network, ending)
    except OSError as error:
        raise click.UsageError(f"{folder}: {error}") from error
    counts = _counts(network)
    finish([], counts if as_json else None, say("network.written", language, folder=folder.name, **counts), language)


@command.command(name="convert")
@click.argument("source")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--format", "ending", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True,
              callback=_ending, help="Format of the tables.")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def convert(source: str, out: Path, ending: str, language: str, as_json: bool) -> None:
    """Make the network folder OUT from another software's grid.

    SOURCE is pandapower:NAME (a grid shipped with pandapower), simbench:CODE, a pandapower .json, or an OpenDSS .dss.
    Identifiers keep their origin: bus-12, line-3, switch-7, trafo-1; line.ln5815900-1. Each needs its own software:
    the packages pandapower, simbench, OpenDSSDirect.py.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("network.converting", language, source=source)
    try:
        network = read_grid(source)
    except Refused as refused:
        finish(refused.faults, None, "", language)
        return
    _write(out, network, ending, language, as_json)


@command.command(name="make")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--districts", type=click.IntRange(1, DISTRICTS_MADE_MAX), default=9087, show_default=True,
              help="Transformer districts.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Same seed, same prefecture.")
@click.option("--meters", "with_meters", is_flag=True, help="Also the table of meters, some 220 a district.")
@click.option("--format", "ending", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True,
              callback=_ending, help="Format of the tables.")  # fmt: skip
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def make(out: Path, districts: int, seed: int, with_meters: bool, ending: str, language: str, as_json: bool) -> None:
    """Make up a prefecture and write it to the network folder OUT.

    Substations, radial feeders with breakers, switches and fuses, open ties between neighbours, districts, meters.

    Exit status: 0 done, 2 wrong use.
    """
    progress("network.making", language, districts=districts)
    _write(out, make_network(districts, np.random.default_rng(seed), with_meters), ending, language, as_json)


@command.command(name="install")
@click.argument("network", type=FOLDER)
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def install(network: Path, language: str, as_json: bool) -> None:
    """Make the folder NETWORK the one that outages are sensed on.

    Its districts become rows, each in the cell in which it stands, so the territory must be there first. The tables
    are copied into the data folder; the network that was active before stays there. A folder with faults, a district
    outside the territory or without a feeder refuses the whole, with the list.

    Exit status: 0 installed, 1 faults are listed and nothing is changed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    faults = [*read.faults, *read.unsound]
    if faults or read.network is None:
        finish(faults, None, say("network.not_installed", language), language)
        return
    try:
        installed = _network_store.install(read.network)
    except Refused as refused:
        finish(refused.faults, None, say("network.not_installed", language), language)
        return
    counts = _counts(read.network)
    result = {**counts, "digest": installed.model.digest, "orphaned_plans": list(installed.orphaned_plans)}
    finish([], result if as_json else None, say("network.installed", language, **counts), language)


@command.command(name="lines")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def lines(file: Path, language: str, as_json: bool) -> None:
    """Enter the lines of the GeoJSON FILE, from which protection zones are built.

    Each feature is a LineString or MultiLineString with the properties id, voltage_kv, and where known name, name_en,
    laid (overhead or cable), edge_m (from the drawn middle to the outermost conductor) and feeder. Lines known by
    their id are brought up to date; lines that the file does not have stay.

    Exit status: 0 entered, 1 faults are listed and nothing is changed, 2 wrong use.
    """
    progress("network.reading", language, folder=file.name)
    try:
        entered = _network_store.enter_lines(file)
    except Refused as refused:
        finish(refused.faults, None, say("network.not_installed", language), language)
        return
    finish([], {"lines": entered} if as_json else None, say("network.lines_entered", language, lines=entered), language)
