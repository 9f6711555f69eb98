"""`wanjia trace`: what is dark with these branches open and those closed."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click
import numpy as np

from wanjia.adapters.grid_files.folder import read_network
from wanjia.cli._language import language_option
from wanjia.cli._output import FOLDER, finish, progress
from wanjia.kernels.topology.islands import dark_nodes
from wanjia.model.network import Flags, Network, customers_by_district
from wanjia.texts import say

DISTRICTS_SHOWN_MAX = 20
"""Districts named in the sentence for people; `--json` has them all."""


def _branch_ids(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> list[str]:
    """B1,B2 and the option given twice are the same."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


@click.command(name="trace")
@click.argument("network", type=FOLDER)
@click.option("--open", "opened", multiple=True, callback=_branch_ids, metavar="B1,B2", help="Branches that are open.")
@click.option("--close", "closed", multiple=True, callback=_branch_ids, metavar="B3", help="Branches that are closed.")
@language_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(network: Path, opened: list[str], closed: list[str], language: str, as_json: bool) -> None:
    """Who is dark when these branches of NETWORK are open and those closed; all others are as they normally are.

    NETWORK is a folder with the tables nodes, branches, districts and perhaps meters, each .csv or .parquet. Any branch
    may be named, lines and transformers too. Parts that are dark in the normal state are counted.

    Exit status: 0 done, 1 faults are listed, 2 wrong use.
    """
    progress("network.reading", language, folder=network.name)
    read = read_network(network)
    if read.network is None:
        finish(read.faults, None, "", language)
        return
    result = _answer(read.network, _state(read.network, opened, closed, language))
    finish(read.faults, result if as_json else None, _summary(result, language), language)


def _state(network: Network, opened: Sequence[str], closed: Sequence[str], language: str) -> Flags:
    """The state of every branch. Raises UsageError with all names that are not branches, or stand on both sides."""
    row_of = {name: row for row, name in enumerate(network.branches.ids.tolist())}
    faults = [_unknown(name, row_of, language) for name in (*opened, *closed) if name not in row_of]
    faults += [say("trace.both", language, branch=name) for name in opened if name in closed]
    if faults:
        raise click.UsageError("\n".join(faults))
    flags = network.branches.closed.copy()
    flags[[row_of[name] for name in opened]] = False
    flags[[row_of[name] for name in closed]] = True
    return flags


def _unknown(name: str, row_of: dict[str, int], language: str) -> str:
    near = get_close_matches(name, row_of, n=3)
    if not near:
        return say("trace.unknown_branch", language, branch=name)
    return say("trace.unknown_branch_like", language, branch=name, like=", ".join(near))


def _answer(network: Network, closed: Flags) -> dict[str, Any]:
    """The object of `--json`."""
    dark = dark_nodes(network, closed)
    districts = dark[network.districts.node]
    return {
        "districts": sorted(network.districts.ids[districts].tolist()),
        "customers": int(customers_by_district(network)[districts].sum()),
        "meters": int(np.count_nonzero(districts[network.meters.district])),
        "nodes": int(dark.sum()),
    }


def _summary(result: dict[str, Any], language: str) -> str:
    districts = result["districts"]
    if not result["nodes"]:
        return say("trace.nothing_dark", language)
    shown = ", ".join(districts[:DISTRICTS_SHOWN_MAX]) + (" …" if len(districts) > DISTRICTS_SHOWN_MAX else "")
    counts = {name: result[name] for name in ("customers", "meters", "nodes")}
    return say("trace.dark", language, districts=len(districts), shown=shown or "-", **counts)
