"""Django's name for the rows of this subject."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Rows of the subject `cases`."""

    name = "wanjia.records.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
