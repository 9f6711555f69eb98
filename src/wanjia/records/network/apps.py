"""Django's name for the rows of this subject."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """Rows of the subject `network`."""

    name = "wanjia.records.network"
    label = "network"
    default_auto_field = "django.db.models.BigAutoField"
