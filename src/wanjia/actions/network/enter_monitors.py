"""Monitors become rows: where each stands, which gateway speaks for it, and who is called."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from wanjia.actions.network.safety_consent import purposes_in_force
from wanjia.actions.network.safety_nouns import MonitorEntry
from wanjia.actions.network.safety_scenes import AT_HOME, PHASES, SCENES
from wanjia.actions.permission import require
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.places import Position
from wanjia.records.cases.history import write_history
from wanjia.records.network.models import SafetyMonitor, TransformerDistrict

CODE_CHARACTERS_MAX = 24
NAME = re.compile(rf"[A-Za-z0-9._:-]{{1,{CODE_CHARACTERS_MAX}}}", re.ASCII)
"""As gateways call themselves and their monitors."""
MONITORS_MAX = 20_000
"""In one list; the article's 219 are a pilot."""
SILENT_HOURS_MAX = 168.0
COLUMNS = (
    "gateway", "scene", "phase", "name_zh", "name_en", "district", "address", "longitude", "latitude", "contact_name",
    "contact_phone", "helper_name", "helper_phone", "consent_case", "silent_hours", "entered_at", "removed_at",
)  # fmt: skip


def enter_monitors(entries: Sequence[MonitorEntry], actor: Actor, now: datetime) -> int:
    """Make or bring up to date a row for every monitor; gives how many. Raises Denied, Refused with all faults."""
    require(actor, "network", "install")
    if len(entries) > MONITORS_MAX:
        raise Refused([Fault("safety.too_many_monitors", Where(), {"limit": MONITORS_MAX})])
    known = set(
        TransformerDistrict.objects.filter(code__in={one.district for one in entries}).values_list("code", flat=True)
    )
    faults = [fault for entry in entries for fault in monitor_faults(entry, known, now)] + _repeated(entries)
    if faults:
        raise Refused(faults)
    rows = [monitor_row(entry, now) for entry in entries]
    with transaction.atomic():
        SafetyMonitor.objects.bulk_create(
            rows, 200, update_conflicts=True, unique_fields=["code"], update_fields=COLUMNS
        )  # fmt: skip
        write_history("safety:monitors", actor, now, [("safety_monitors_entered", {"monitors": len(rows)})])
    return len(rows)


def monitor_faults(entry: MonitorEntry, districts: Collection[str], now: datetime) -> list[Fault]:
    """Of one entry, against the districts that there are."""
    at_home = entry.scene in AT_HOME
    who = (entry.contact_name, entry.contact_phone, entry.helper_name, entry.helper_phone)
    found = [
        (not NAME.fullmatch(entry.code), "safety.code", "code"),
        (not (NAME.fullmatch(entry.gateway) and len(entry.gateway) >= 4), "safety.gateway", "gateway"),
        (entry.scene not in SCENES, "safety.scene", "scene"),
        (entry.phase not in ("", *PHASES), "safety.phase", "phase"),
        (not entry.name_zh.strip(), "safety.name", "name_zh"),
        (entry.district not in districts, "safety.district", "district"),
        (not Position(entry.longitude, entry.latitude).inside_the_world(), "safety.place", "longitude"),
        (not 0 < entry.silent_hours <= SILENT_HOURS_MAX, "safety.silent_hours", "silent_hours"),
        (not at_home and not all(map(str.strip, who)), "safety.contacts", "contact_phone"),
        (at_home and not purposes_in_force(entry.consent_case, now), "safety.consent", "consent_case"),
        (not at_home and bool(entry.consent_case), "safety.consent_public", "consent_case"),
    ]  # fmt: skip
    values = {
        "monitor": entry.code, "scenes": ", ".join(SCENES), "phases": ", ".join(PHASES), "district": entry.district,
        "case": entry.consent_case, "characters_max": CODE_CHARACTERS_MAX, "hours_max": f"{SILENT_HOURS_MAX:g}",
    }  # fmt: skip
    return [Fault(code, Where("", entry.row, column), values) for is_wrong, code, column in found if is_wrong]


def _repeated(entries: Sequence[MonitorEntry]) -> list[Fault]:
    seen: set[str] = set()
    faults = []
    for entry in entries:
        if entry.code in seen:
            faults.append(Fault("safety.repeated", Where("", entry.row, "code"), {"monitor": entry.code}))
        seen.add(entry.code)
    return faults


def monitor_row(entry: MonitorEntry, now: datetime) -> SafetyMonitor:
    """An entry as it is kept. In a home nobody's name or telephone is written twice: the consent has them."""
    at_home = entry.scene in AT_HOME
    who = {
        name: "" if at_home else getattr(entry, name)
        for name in ("contact_name", "contact_phone", "helper_name", "helper_phone")
    }
    return SafetyMonitor(
        code=entry.code, gateway=entry.gateway, scene=entry.scene, phase=entry.phase,
        name_zh=entry.name_zh.strip()[:80], name_en=entry.name_en.strip()[:120], district_id=entry.district,
        address=entry.address[:120], longitude=entry.longitude, latitude=entry.latitude,
        consent_case=entry.consent_case,
        silent_hours=entry.silent_hours, entered_at=now, **who,
    )  # fmt: skip
