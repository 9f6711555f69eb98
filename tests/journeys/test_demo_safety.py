"""The demo's monitored stairwells on a small world: one box that was too hot and is over, one leak that is open."""

from datetime import timedelta

import numpy as np

from tests.support.world import World
from wanjia.cli.demo.safety import STAIRWELLS, make_safety
from wanjia.records.cases.models import Case
from wanjia.records.network.models import SafetyAlarm, SafetyMonitor


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
