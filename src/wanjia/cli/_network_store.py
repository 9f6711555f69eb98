"""The store behind `network install` and `network lines`: Django is set up first, its rows are loaded after."""

import os
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from wanjia.adapters.grid_files.keeping import keep_network
from wanjia.model.actors import SYSTEM
from wanjia.model.faults import Refused
from wanjia.model.network import Network
from wanjia.wiring import migrate, ready


def install(network: Network) -> Any:
    """Keep the tables in the data folder, enter their districts, activate the network. Raises Refused."""
    ready()
    migrate()
    now = datetime.now(UTC)
    today = import_module("django.utils.timezone").localdate()
    enter = import_module("wanjia.actions.network.enter_districts").enter_districts
    activate = import_module("wanjia.actions.network.install_network").install_network
    with import_module("django.db.transaction").atomic():
        enter(network, SYSTEM, now, today)
        digest, folder = keep_network(Path(os.environ.get("WANJIA_HOME", "var")).resolve(), network)
        return activate(network, digest, folder, SYSTEM, now)


def enter_lines(file: Path) -> int:
    """Enter the lines of a GeoJSON file; returns how many. Raises Refused with the faults of file and values."""
    ready()
    migrate()
    entries, faults = import_module("wanjia.adapters.line_files.driver").read_lines_file(file)
    if faults:
        raise Refused(faults)
    entered: int = import_module("wanjia.actions.network.enter_lines").enter_lines(entries, SYSTEM, datetime.now(UTC))
    return entered
