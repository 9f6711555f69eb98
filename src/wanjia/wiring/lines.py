"""Where actions and queries find the network that is installed."""

from importlib import import_module

from wanjia.model.network import Network
from wanjia.records.network.opening import bind


def bind_network() -> None:
    """From now on they find it; it is read at first use, and its rows exist only once Django is set up."""
    bind(_lines)


def _lines() -> Network | None:
    found: Network | None = import_module("wanjia.wiring.network").active_lines()
    return found
