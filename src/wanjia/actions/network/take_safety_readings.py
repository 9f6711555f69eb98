"""Take what a gateway reports: the curve is kept, thresholds are watched, and alarms open their cases.

The same message twice changes nothing: a quantity goes on only with readings later than its last one, five minutes
keep their highest value, and an hour keeps its energy. A home's readings are taken while its consent covers them, and
dropped unread otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import transaction
from django.utils import timezone

from wanjia.actions.network.safety_alarms import apply_event, close_alarm, open_alarm
from wanjia.actions.network.safety_consent import purposes_in_force
from wanjia.actions.network.safety_limits import limits_known, limits_of
from wanjia.actions.network.safety_nouns import MonitorReading
from wanjia.actions.network.safety_scenes import AT_HOME, CARE, ENERGY, FIRE, SILENT
from wanjia.actions.network.safety_tracks import track_from_json, track_to_json
from wanjia.kernels.balance.safety.following import QUANTITIES, Limit, Quantity, Reading, Track, follow, limit_on
from wanjia.records.network.models import RhythmHour, SafetyMonitor, SafetyReading

SLOT_MINUTES = 5
AHEAD_MAX = timedelta(minutes=10)
"""A reading from further in the future comes from a clock that is wrong, and would hide all that follow."""


Limits: TypeAlias = tuple[Sequence[Limit], ...]
"""Editions of one monitor alone, then those for everybody; the first that have one in force count."""


@dataclass(frozen=True)
class Taken:
    """How many readings were taken, of monitors unknown or removed, not covered by a consent, from the future."""

    taken: int = 0
    unknown: int = 0
    without_consent: int = 0
    from_future: int = 0


def take_safety_readings(gateway: str, readings: Sequence[MonitorReading], now: datetime) -> Taken:
    """Take the readings of one gateway's message. A monitor of another gateway counts as unknown."""
    with transaction.atomic():
        names = {one.monitor for one in readings}
        rows = SafetyMonitor.objects.select_for_update(of=("self",)).select_related("district")
        found = {
            row.code: row for row in rows.filter(code__in=names, gateway=gateway, removed_at=None).order_by("code")
        }
        everybody, own = limits_known(), limits_of(found)
        total = Taken(unknown=sum(one.monitor not in found for one in readings))
        for code, monitor in found.items():
            mine = [one for one in readings if one.monitor == code]
            timely = [one for one in mine if one.at <= now + AHEAD_MAX]
            covered = _covered(monitor, timely, now)
            _take(monitor, covered, (own.get(code, ()), everybody), now)
            total = replace(
                total, taken=total.taken + len(covered), from_future=total.from_future + len(mine) - len(timely),
                without_consent=total.without_consent + len(timely) - len(covered),
            )  # fmt: skip
        return total


def _covered(monitor: SafetyMonitor, readings: list[MonitorReading], now: datetime) -> list[MonitorReading]:
    """What may be taken: in somebody's rooms only what the consent in force is for; elsewhere no energy at all."""
    if not monitor.consent_case:
        return [] if monitor.scene in AT_HOME else [one for one in readings if one.quantity != ENERGY]
    purposes = purposes_in_force(monitor.consent_case, now)
    if CARE not in purposes:
        monitor.hours.all().delete()
    return [one for one in readings if (CARE if one.quantity == ENERGY else FIRE) in purposes]


def _take(monitor: SafetyMonitor, readings: list[MonitorReading], limits: Limits, now: datetime) -> None:
    if not readings:
        return
    by_quantity: dict[str, list[Reading]] = {}
    for one in readings:
        by_quantity.setdefault(one.quantity, []).append(Reading(one.at, one.value))
    _keep_hours(monitor, by_quantity.pop(ENERGY, []))
    for quantity in QUANTITIES:
        if quantity in by_quantity:
            _keep_slots(monitor, quantity, by_quantity[quantity])
            _follow(monitor, quantity, by_quantity[quantity], limits, now)
    heard = max(one.at for one in readings)
    monitor.heard_at = max(heard, monitor.heard_at or heard)
    monitor.save(update_fields=["heard_at", "tracks"])
    silent = open_alarm(monitor, SILENT)
    if silent is not None and heard > silent.starts_at:
        close_alarm(silent, heard, now)


def _follow(
    monitor: SafetyMonitor, quantity: Quantity, readings: list[Reading], limits: Limits, now: datetime
) -> None:  # fmt: skip
    """Each day by the thresholds of its own edition."""
    track = track_from_json(monitor.tracks.get(quantity))
    for limit, part in _by_edition(quantity, sorted(readings, key=lambda one: one.at), limits):
        track, events = follow(track, part, limit)
        for event in events:
            apply_event(monitor, quantity, event, limit, now)
    _keep_highest(monitor, quantity, track)
    monitor.tracks = {**monitor.tracks, quantity: track_to_json(track)}


def _by_edition(
    quantity: Quantity, readings: Iterable[Reading], limits: Limits
) -> Iterable[tuple[Limit, list[Reading]]]:  # fmt: skip
    parts: list[tuple[Limit, list[Reading]]] = []
    for reading in readings:
        day = timezone.localdate(reading.at)
        limit = next((one for some in limits if (one := limit_on(quantity, day, some)) is not None), None)
        if limit is None:
            continue
        if parts and parts[-1][0] == limit:
            parts[-1][1].append(reading)
        else:
            parts.append((limit, [reading]))
    return parts


def _keep_highest(monitor: SafetyMonitor, quantity: Quantity, track: Track) -> None:
    row = open_alarm(monitor, quantity) if track.level != "normal" else None
    if row is not None and row.highest != track.highest:
        row.highest = track.highest
        row.save(update_fields=["highest"])


def _keep_slots(monitor: SafetyMonitor, quantity: str, readings: list[Reading]) -> None:
    """The highest of each five minutes, earlier messages included."""
    highest: dict[datetime, float] = {}
    for one in readings:
        slot = one.at.replace(minute=one.at.minute - one.at.minute % SLOT_MINUTES, second=0, microsecond=0)
        highest[slot] = max(one.value, highest.get(slot, one.value))
    known: Mapping[datetime, float] = dict(
        SafetyReading.objects.filter(monitor=monitor, quantity=quantity, slot_at__in=highest)
        .order_by()
        .values_list("slot_at", "highest")
    )
    rows = [
        SafetyReading(monitor=monitor, quantity=quantity, slot_at=slot, highest=value)
        for slot, value in highest.items()
        if value > known.get(slot, float("-inf"))
    ]
    SafetyReading.objects.bulk_create(
        rows, 200, update_conflicts=True, unique_fields=["monitor", "quantity", "slot_at"], update_fields=["highest"]
    )


def _keep_hours(monitor: SafetyMonitor, readings: list[Reading]) -> None:
    rows = {one.at: RhythmHour(monitor=monitor, ends_at=one.at, energy_kwh=one.value) for one in readings}
    RhythmHour.objects.bulk_create(
        rows.values(), 200, update_conflicts=True, unique_fields=["monitor", "ends_at"], update_fields=["energy_kwh"]
    )
