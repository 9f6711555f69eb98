"""Django's name for the pages."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Pages, components and template tags."""

    name = "wanjia.web"
    label = "web"
