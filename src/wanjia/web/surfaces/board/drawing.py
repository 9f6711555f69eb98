"""The one-line diagram of an outage's feeder, when a network is installed."""

import logging
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from wanjia.model.faults import Refused
from wanjia.model.network import Network
from wanjia.queries.network.feeder_diagram import Diagram, feeder_diagram, feeder_of_device
from wanjia.queries.network.outage_page import OutagePage, feeder_state
from wanjia.wiring.network import active_digest, active_network

NETWORKS_KEPT = 2
"""The active network, and the one before it while pages of both are open."""


def drawing_of(request: HttpRequest, page: OutagePage) -> Diagram | None:
    """None where no network is installed, or the outage is above all feeders."""
    network = active_lines()
    if network is None:
        return None
    feeder = page.feeder or feeder_of_device(network, page.line.device_id)
    if not feeder:
        return None
    state = feeder_state(feeder, page.line.number, request.language)
    return feeder_diagram(network, feeder, state.open_devices, set(state.dark), state.names)


def active_lines() -> Network | None:
    """The active network without its meters; None where none is installed, or its folder cannot be read now."""
    digest = active_digest()
    try:
        return _network(digest) if digest else None
    except (Refused, OSError) as refused:  # the page has everything else to show
        logging.getLogger(__name__).warning("the network %s cannot be drawn: %s", digest[:12], refused)
        return None


@lru_cache(maxsize=NETWORKS_KEPT)
def _network(digest: str) -> Network | None:
    found = active_network(settings.HOME, with_meters=False)
    return found.network if found and found.digest == digest else None
