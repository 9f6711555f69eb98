"""`wanjia network`: check a network folder, make one up, or convert other software's grids into one."""

from pathlib import Path
from typing import Any

import click
import numpy as np

from wanjia.cli._network_files import read_network
from wanjia.cli._network_output import FOLDER, finish, plain_faults, progress, spoken
from wanjia.model.network import SOURCE, Network, customers_by_district
from wanjia.texts import LANGUAGES, say


@click.group(name="network")
def command() -> None:
    """Networks as plain tables: check, make, convert."""


@command.command(name="check")
@click.argument("network", type=FOLDER)
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the messages (default: the shell's).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def check(network: Path, language: str | None, as_json: bool) -> None:
    """List every fault of the folder NETWORK.

    NETWORK has the tables nodes, branches, districts and perhaps meters, each .csv or .parquet. Besides values that
    cannot be understood, the list has branches that lead back to their own node, open lines, district nodes without a
    district, parts without a source, districts dark in the normal state, and feeders that disagree.

    Exit status: 0 no fault, 1 faults are listed, 2 wrong use.
    """
    tongue = spoken(language)
    progress("network.reading", tongue, folder=network.name)
    read = read_network(network)
    faults = [*read.faults, *read.unsound]
    counts = _counts(read.network) if read.network else {}
    key = "network.sound" if not faults else "network.unsound" if read.network else "network.unreadable"
    summary = say(key, tongue, faults=len(faults), **counts)
    result = {**counts, "faults": plain_faults(faults, tongue)} if as_json else None
    finish(faults, result, summary, tongue)


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
