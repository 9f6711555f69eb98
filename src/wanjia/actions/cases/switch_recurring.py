"""Switch off, or on again, that a practice's cases begin by themselves."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor, may
from wanjia.model.faults import NotFound
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeVersion, RecurringSwitch


def switch_recurring(name: str, on: bool, actor: Actor, now: datetime) -> None:
    """From today on; what was due while it was off is not made up for. Raises Denied, NotFound."""
    if not may(actor, "practice", "edit"):
        require(actor, "practice", "install")
    with transaction.atomic():
        if not PracticeVersion.objects.filter(name=name).exists():
            raise NotFound("practice", name)
        day = work_calendar().day_of(now)
        RecurringSwitch.objects.update_or_create(practice=name, defaults={"on": on, "since_on": day})
        verb = "recurring_on" if on else "recurring_off"
        write_history(f"practice:{name}", actor, now, [(verb, {})])
