"""The company's quiet hours, by dated editions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from wanjia.model.quiet_hours import DEFAULT_BEGINS, DEFAULT_ENDS, QuietHours
from wanjia.records.cases.models import QuietHoursEdition


def quiet_hours(at: datetime) -> QuietHours:
    """The hours in force at an instant, in the company's zone; the default until the company has entered its own."""
    day = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    edition = QuietHoursEdition.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    if edition is None:
        return QuietHours(DEFAULT_BEGINS, DEFAULT_ENDS, settings.TIME_ZONE)
    return QuietHours(edition.begins, edition.ends, settings.TIME_ZONE)
