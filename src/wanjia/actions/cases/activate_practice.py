"""Choose which installed version of a practice new cases begin on; running ones stay on theirs."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeVersion


def activate_practice(name: str, version: str, actor: Actor, now: datetime) -> PracticeVersion:
    """Make an installed version the active one. Raises Refused when there is no such version."""
    require(actor, "practice", "install")
    with transaction.atomic():
        versions = PracticeVersion.objects.select_for_update().filter(name=name)
        row = versions.filter(version=version).first()
        if row is None:
            raise NotFound("practice", f"{name} {version}")
        if not row.active:
            versions.update(active=False)
            PracticeVersion.objects.filter(pk=row.pk).update(active=True)
            row.active = True
            write_history(f"practice:{name}", actor, now, [("practice_activated", {"version": version})])
        return row
