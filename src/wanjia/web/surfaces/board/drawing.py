"""The one-line diagram of an outage's feeder, when a network is installed."""

from django.http import HttpRequest

from wanjia.queries.network.feeder_diagram import Diagram
from wanjia.queries.network.outage_page import OutagePage


def drawing_of(request: HttpRequest, page: OutagePage) -> Diagram | None:
    """None where no network is installed, or the outage is above all feeders."""
    return None
