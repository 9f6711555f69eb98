"""The company's quiet hours."""

from django.conf import settings

from wanjia.model.quiet_hours import DEFAULT_BEGINS, DEFAULT_ENDS, QuietHours


def quiet_hours() -> QuietHours:
    """The hours in force, in the company's zone."""
    return QuietHours(DEFAULT_BEGINS, DEFAULT_ENDS, settings.TIME_ZONE)
