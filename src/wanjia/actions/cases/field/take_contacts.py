"""Whom to call and visit, taken along on a device: shown as on a case's page, and written down as read."""

from datetime import datetime, timedelta

from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, NotFound
from wanjia.records.cases.models import Task

NOTED_EVERY = timedelta(hours=12)
"""Once a shift: a device that synchronises every ten minutes looks at the same data, not again."""


def take_contacts(numbers: list[str], reason: str, actor: Actor, now: datetime) -> dict[str, dict[str, str]]:
    """Case number -> name, phone, address, for cases of which the actor has an open task and may read them."""
    held = Task.objects.filter(case__number__in=numbers, status=Task.Status.OPEN)
    mine = held.filter(holder=actor.person_id) | held.filter(delegated_to=actor.person_id)
    found: dict[str, dict[str, str]] = {}
    for number in sorted(set(mine.values_list("case__number", flat=True))):
        try:
            found[number] = reveal_personal_data(number, reason, actor, now, NOTED_EVERY)
        except (Denied, NotFound):
            continue
    return found
