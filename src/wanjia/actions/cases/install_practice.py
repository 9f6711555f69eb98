"""Install a practice version: it passes its own checks, or nothing changes."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.capabilities import SIGNATURES
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.checker import check
from wanjia.practice.reader import read
from wanjia.practice.stored import settings_faults, text_files
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import PracticeVersion


def install_practice(
    files: Mapping[str, bytes], settings: Facts, actor: Actor, now: datetime, run_scenarios: bool = True,
    candidate: bool = False,
) -> PracticeVersion:  # fmt: skip
    """Install and activate the version; the same content again is a no-op. Raises Refused with every fault.

    A candidate is installed beside the active version: no case begins on it until somebody activates it.
    """
    require(actor, "practice", "install")
    reading = read(files)
    faults = check(files, SIGNATURES, work_calendar()) if run_scenarios else reading.faults
    if faults or reading.practice is None:
        raise Refused(faults)
    practice = reading.practice
    faults = settings_faults(practice, settings)
    if faults:
        raise Refused(faults)
    with transaction.atomic():
        known = PracticeVersion.objects.select_for_update().filter(name=practice.name)
        same = known.filter(digest=practice.digest).first()
        if same is None and known.filter(version=practice.version).exists():
            values = {"practice": practice.name, "version": practice.version}
            raise Refused([Fault("practice.version_taken", Where("practice.yaml", 0, "version"), values)])
        row = same or PracticeVersion(name=practice.name, version=practice.version, digest=practice.digest)
        active = not candidate or (same is not None and same.active)
        if active:
            known.update(active=False)
        row.files, row.settings, row.active, row.installed_at = text_files(files), settings, active, now
        row.save()
        data: Facts = {"version": practice.version, "digest": practice.digest}
        if candidate:
            data["candidate"] = True
        write_history(f"practice:{practice.name}", actor, now, [("practice_installed", data)])
        return row
