"""Change a company's figures of an installed practice; cases that begin from now on run with them."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound, Refused
from wanjia.model.jsonvalue import Facts
from wanjia.practice.stored import settings_faults, stored_practice
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeVersion


def change_settings(name: str, version: str, settings: Facts, actor: Actor, now: datetime) -> PracticeVersion:
    """Replace the settings of a version; running cases keep theirs. Raises Refused with every fault."""
    require(actor, "practice", "install")
    with transaction.atomic():
        row = PracticeVersion.objects.select_for_update().filter(name=name, version=version).first()
        if row is None:
            raise NotFound("practice", f"{name} {version}")
        faults = settings_faults(stored_practice(row.digest, row.files), settings)
        if faults:
            raise Refused(faults)
        data: Facts = {"version": version, "from": row.settings, "to": settings}
        row.settings = settings
        row.save(update_fields=["settings"])
        write_history(f"practice:{name}", actor, now, [("settings_changed", data)])
        return row
