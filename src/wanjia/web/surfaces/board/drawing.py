"""The one-line diagram of an outage's feeder, when a network is installed."""

from django.http import HttpRequest

from wanjia.queries.network.feeder_diagram import Diagram, feeder_diagram, feeder_of_device
from wanjia.queries.network.outage_page import OutagePage, feeder_state
from wanjia.wiring.network import active_lines


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
