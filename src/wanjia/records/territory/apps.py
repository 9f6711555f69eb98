"""Django's name for the rows of this subject."""

from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    """Rows of the subject `territory`."""

    name = "wanjia.records.territory"
    label = "territory"
    default_auto_field = "django.db.models.BigAutoField"
