"""Django's name for the pages."""

from django.apps import AppConfig

from wanjia.wiring.lines import bind_network
from wanjia.wiring.series import bind_series


class WebConfig(AppConfig):
    """Pages, components and template tags."""

    name = "wanjia.web"
    label = "web"

    def ready(self) -> None:
        """Whoever sets Django up, a test too, finds the measurement store and the network of the installation."""
        bind_series()
        bind_network()
