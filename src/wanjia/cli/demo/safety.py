"""The demo's monitored stairwells: twelve hours of readings, a box that was too hot in the night, a leak just now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone
from numpy.random import Generator

from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.network.enter_monitors import enter_monitors
from wanjia.actions.network.safety_nouns import MonitorEntry, MonitorReading
from wanjia.actions.network.take_safety_readings import take_safety_readings
from wanjia.cli.demo.cases import actor_on, calendar
from wanjia.cli.demo.turns import Once
from wanjia.model.actors import SYSTEM
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Task
from wanjia.records.network.models import SafetyAlarm, TransformerDistrict
from wanjia.records.territory.models import Tenure

STAIRWELLS = 8
HOURS, MINUTES = 12, 5
ENTERED_DAYS = 20
HOT_HOURS_AGO, LEAK_MINUTES_AGO = 7.0, 14
SILENT_HOURS = 168.0
"""They speak while the demo is served; that it stands still for some days is not held against them."""
LEAK_MA = 430.0
HOT, LEAK = 1, 4
"""Which of them has the overheated box, and which the leak."""
GATEWAY = "GW-DEMO"


def make_safety(chance: Generator, now: datetime) -> list[Once]:
    """The turns in which they are entered, report, and are looked after."""
    entries = list(_entries())
    entered_at = now - timedelta(days=ENTERED_DAYS)
    curves = {entry.code: _curves(at, chance, now) for at, entry in enumerate(entries)}
    seen_at = now - timedelta(hours=HOT_HOURS_AGO) + timedelta(minutes=30)
    turns = [
        Once(entered_at, lambda at: _enter(entries, at)),
        Once(seen_at, lambda at: _report(entries, curves, at)),
        Once(seen_at + timedelta(minutes=12), lambda at: _does(at, "call_resident", {"call_result": "wiring"})),
        Once(seen_at + timedelta(hours=2), lambda at: _does(at, "check_wiring", CHECKED)),
        Once(now - timedelta(minutes=2), lambda at: _report(entries, curves, at)),
    ]
    return turns


CHECKED: Facts = {
    "residual_ma": 40, "wiring_c": 62, "hazard_found": True,
    "hazard_note": "计量箱出线端子松动发热，已通知物业请电工紧固",
}  # fmt: skip


def _enter(entries: list[MonitorEntry], at: datetime) -> None:
    enter_monitors(entries, SYSTEM, at)


def _entries() -> Iterator[MonitorEntry]:
    """One to a district of the cell of the login `manager`, around again where it has fewer."""
    post = Tenure.objects.select_related("post").get(person__account__username="manager", ends_on=None).post
    districts = list(TransformerDistrict.objects.filter(cell_code=post.cell_code).order_by("code")[:STAIRWELLS])
    for at in range(STAIRWELLS if districts else 0):
        district, building = districts[at % len(districts)], at + 1
        yield MonitorEntry(
            at + 1, f"LD-{building:04}", GATEWAY, "meter_box" if at == HOT else "stairwell",
            f"{district.name_zh}{building}号楼", district.code, f"{district.name_zh}{building}号楼1单元",
            district.longitude, district.latitude, "物业值班室", f"138000001{building:02}", "楼长",
            f"138000002{building:02}",
            name_en=f"{district.name_en or district.code}, building {building}", silent_hours=SILENT_HOURS,
        )  # fmt: skip


def usual(which: int, at: datetime, chance: Generator) -> tuple[float, float]:
    """Residual current (mA) and temperature (degrees) of a sound stairwell: natural leakage, warmest in the evening."""
    local = timezone.localtime(at)
    warmer = 4 * np.cos((local.hour + local.minute / 60 - 20) / 24 * 2 * np.pi)
    leak, warm = chance.standard_normal(2)
    return float(90 + 8 * which + 12 * leak), float(36 + 0.6 * which + warmer + 0.4 * warm)


def _curves(which: int, chance: Generator, now: datetime) -> list[tuple[datetime, str, float]]:
    """Every five minutes a residual current and a temperature, and troubles."""
    found: list[tuple[datetime, str, float]] = []
    for back in range(HOURS * 60 // MINUTES - 1, -1, -1):
        at = now - timedelta(minutes=2 + MINUTES * back)
        ago = (now - at).total_seconds() / 60
        leak, warm = usual(which, at, chance)
        if which == LEAK and ago < LEAK_MINUTES_AGO:
            leak += LEAK_MA
        if which == HOT:
            warm += 56 * np.exp(-(((ago - 60 * HOT_HOURS_AGO) / 40) ** 2))
        found += [(at, "residual_current_ma", round(leak, 1)), (at, "temperature_c", round(float(warm), 1))]
    return found


def _report(entries: list[MonitorEntry], curves: dict[str, list[tuple[datetime, str, float]]], until: datetime) -> None:
    """All that was measured up to then; what was reported before changes nothing."""
    readings = [
        MonitorReading(entry.code, name, at, value)
        for entry in entries
        for at, name, value in curves[entry.code]
        if at <= until
    ]
    take_safety_readings(GATEWAY, readings, until)


def _does(at: datetime, step: str, answers: Facts) -> None:
    """Whoever holds the task of the overheated box does it; where nobody does, it stays."""
    alarm = SafetyAlarm.objects.filter(kind="temperature_c").exclude(case_number="").first()
    task = Task.objects.filter(case__number=alarm.case_number, step=step, status="open").first() if alarm else None
    if task is not None and task.holder:
        complete_task(task.case.number, task.key, answers, actor_on(task.holder, calendar().day_of(at)), at, "")
