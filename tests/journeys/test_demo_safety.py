"""The demo's monitored stairwells on a small world: one box that was too hot and is over, one leak that is open."""

from datetime import timedelta

import numpy as np

from tests.support.world import World
from wanjia.actions.network.watch_monitors import watch_monitors
from wanjia.cli.demo.safety import STAIRWELLS, make_safety
from wanjia.cli.demo.stairwells import report
from wanjia.records.cases.models import Case
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor, SafetyReading
from wanjia.web.listing import day_begin


def test_days_later_they_report_as_of_then_and_another_one_leaks(world: World) -> None:
    now = day_begin(world.now, 1) + timedelta(hours=12)
    for turn in sorted(make_safety(np.random.default_rng(1), now), key=lambda one: one.at):
        turn.deed(turn.at)
    assert report(now + timedelta(minutes=10)) > 0
    assert SafetyAlarm.objects.filter(status="open").count() == 1, "the leak of the making goes on"
    for days in range(1, 10):
        later = now + timedelta(days=days)
        for minutes in (0, 5, 10, 15):
            report(later + timedelta(minutes=minutes))
        spoken = {row.heard_at for row in SafetyMonitor.objects.all()}
        assert all(at is not None and later < at <= later + timedelta(minutes=15) for at in spoken)
        assert watch_monitors(later + timedelta(minutes=16)) == 0, "nobody is silent"
        alarm = SafetyAlarm.objects.get(status="open")
        assert later - alarm.starts_at < timedelta(hours=1), "yesterday's leak is over"
    assert SafetyReading.objects.filter(slot_at__gt=later - timedelta(hours=11)).count() > 8 * 2 * 100


def test_two_alarms_one_over_and_looked_after_one_open(world: World) -> None:
    now = world.now + timedelta(minutes=1)
    for turn in sorted(make_safety(np.random.default_rng(1), now), key=lambda one: one.at):
        turn.deed(turn.at)
    assert SafetyMonitor.objects.count() == STAIRWELLS
    hot, leak = SafetyAlarm.objects.order_by("starts_at")
    assert (hot.kind, hot.level, hot.status) == ("temperature_c", "alarm", "over")
    assert (leak.kind, leak.level, leak.status) == ("residual_current_ma", "alarm", "open")
    assert Case.objects.get(number=hot.case_number).end == "hazard_told"
    assert Case.objects.get(number=leak.case_number).status == "running"
    assert now - leak.raised_at < timedelta(minutes=15), "there is still time to call"
