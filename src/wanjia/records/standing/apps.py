"""Django's name for the rows of this subject."""

from django.apps import AppConfig


class StandingConfig(AppConfig):
    """Rows of the subject `standing`."""

    name = "wanjia.records.standing"
    label = "standing"
    default_auto_field = "django.db.models.BigAutoField"
