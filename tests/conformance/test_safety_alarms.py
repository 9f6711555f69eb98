"""Safety alarms on both stores: one episode is one row and one case; a home is watched under its consent alone."""

import json
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from tests.support.monitors import (
    AT_HOME,
    HOME_GATEWAY,
    STAIR,
    consent,
    entry,
    home,
    measured,
    requester,
    stairwell,
    takes,
)
from tests.support.rows import denied, refused
from tests.support.world import World
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.network.enter_monitors import enter_monitors
from wanjia.actions.network.safety_limits import WantedLimit, limits_known, set_safety_limit
from wanjia.actions.network.safety_nouns import MonitorReading
from wanjia.actions.network.set_monitor import remove_monitor
from wanjia.actions.network.watch_monitors import watch_monitors
from wanjia.kernels.balance.safety.following import limit_on
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, Delivery, RegisterRow
from wanjia.records.network.models import RhythmHour, SafetyAlarm, SafetyMonitor, SafetyReading

LEAK = [150.0, 150.0, 520.0, 540.0, 530.0]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def test_a_leak_is_one_episode_with_one_case(world: World) -> None:
    stairwell(world)
    begins = world.now - timedelta(minutes=40)
    assert takes(measured(LEAK, begins), world.now).taken == 5
    alarm = SafetyAlarm.objects.get()
    assert (alarm.kind, alarm.level, alarm.status, alarm.highest) == ("residual_current_ma", "alarm", "open", 540)
    assert (
        alarm.starts_at == begins + timedelta(minutes=2)
        and alarm.limit_alarm == 500
        and "GB 50116" in alarm.limit_source
    )
    case = Case.objects.get(number=alarm.case_number)
    facts = case.state["facts"]
    assert case.practice.name == "care_alarm" and case.organisation_id == "station-1" and case.cell_code == "C111"
    assert (facts["scene"], facts["alarm_value"], facts["resident_phone"]) == ("residual_current", 540.0, "13700000001")
    assert facts["grade"] == "urgent"
    # The same message again, and more of the same, open nothing more.
    takes(measured(LEAK, begins), world.now)
    takes(measured([600.0, 610.0], begins + timedelta(minutes=5)), world.now)
    assert SafetyAlarm.objects.get().highest == 610 and Case.objects.filter(practice__name="care_alarm").count() == 1
    # Well below for five minutes: over. The next leak is another episode.
    takes(measured([100.0] * 7, begins + timedelta(minutes=7)), world.now)
    alarm.refresh_from_db()
    assert (alarm.status, alarm.highest) == ("over", 610) and [one["change"] for one in alarm.changes] == [
        "began",
        "ended",
    ]
    takes(measured([520.0, 520.0], begins + timedelta(minutes=20)), world.now)
    assert SafetyAlarm.objects.count() == Case.objects.filter(practice__name="care_alarm").count() == 2


def test_a_pre_alarm_is_watched_and_nobody_is_sent(world: World) -> None:
    stairwell(world)
    begins = world.now - timedelta(minutes=30)
    takes(measured([62.0, 63.0, 62.0], begins, "temperature_c"), world.now)
    alarm = SafetyAlarm.objects.get()
    assert (alarm.level, alarm.case_number) == ("pre_alarm", "")
    takes(measured([85.0, 95.0], begins + timedelta(minutes=3), "temperature_c"), world.now)
    alarm.refresh_from_db()
    assert alarm.level == "alarm"
    facts = Case.objects.get(number=alarm.case_number).state["facts"]
    assert (facts["scene"], facts["grade"]) == ("stair_guard", "emergency")


def test_curves_keep_the_highest_of_five_minutes(world: World) -> None:
    stairwell(world)
    begins = _hour(world.now - timedelta(hours=1))
    takes(measured([100.0, 130.0, 120.0], begins), world.now)
    takes(measured([110.0, 90.0], begins + timedelta(minutes=3)), world.now)
    assert list(SafetyReading.objects.values_list("slot_at", "highest")) == [(begins, 130.0)]
    watch_monitors(world.now + timedelta(days=15))
    assert not SafetyReading.objects.exists()


def test_what_is_not_taken(world: World) -> None:
    stairwell(world)
    readings = [
        MonitorReading("NOBODY", "temperature_c", world.now, 20.0),
        MonitorReading(STAIR, "temperature_c", world.now + timedelta(hours=1), 20.0),
        MonitorReading(STAIR, "energy_kwh", _hour(world.now), 0.3),
        MonitorReading(STAIR, "temperature_c", world.now, 20.0),
    ]
    found = takes(readings, world.now)
    assert (found.taken, found.unknown, found.from_future, found.without_consent) == (1, 1, 1, 1)
    assert takes(readings, world.now, "GW-OTHER").unknown == 4
    takes(measured(LEAK, world.now - timedelta(minutes=9)), world.now)
    remove_monitor(STAIR, SYSTEM, world.now)
    assert takes(readings, world.now).taken == 0 and SafetyAlarm.objects.get().status == "over"


def test_a_device_that_falls_silent_is_a_fault_until_it_speaks(world: World) -> None:
    stairwell(world, world.now - timedelta(hours=10))
    takes(measured([100.0], world.now - timedelta(hours=5)), world.now)
    assert watch_monitors(world.now) == 1 and watch_monitors(world.now) == 0
    alarm = SafetyAlarm.objects.get()
    assert (alarm.kind, alarm.level, alarm.status) == ("device_silent", "fault", "open")
    assert Case.objects.get(number=alarm.case_number).state["facts"]["grade"] == "technical"
    takes(measured([100.0], world.now), world.now)
    alarm.refresh_from_db()
    assert alarm.status == "over" and watch_monitors(world.now) == 0


def _lives(world: World, monitor: SafetyMonitor, still_hours: int) -> None:
    """Four weeks of a resident's hours, and then nothing but the refrigerator."""
    chance = np.random.default_rng(3)
    last = _hour(world.now)
    readings = []
    for back in range(28 * 24 + still_hours, -1, -1):
        at = last - timedelta(hours=back)
        awake = back >= still_hours and at.hour % 24 not in range(15, 22)
        energy = 0.05 + 0.02 * chance.random() + (0.2 + 0.3 * chance.random()) * awake
        readings.append(MonitorReading(monitor.code, "energy_kwh", at, float(energy)))
    for at in range(0, len(readings), 500):
        takes(readings[at : at + 500], world.now, HOME_GATEWAY)


def test_an_unusual_stillness_asks_for_a_call_once_and_tells_no_figure(world: World) -> None:
    case = consent(world)
    _lives(world, home(world, case), 26)
    assert watch_monitors(world.now) == 1 and watch_monitors(world.now) == 0
    alarm = SafetyAlarm.objects.get()
    assert (alarm.kind, alarm.level, alarm.highest, alarm.starts_at) == ("please_call", "call", None, world.now)
    raised = Case.objects.get(number=alarm.case_number)
    assert (raised.parent_id, raised.practice.name) == (case.pk, "care_alarm")
    facts = raised.state["facts"]
    assert facts["scene"] == "lone_elder" and not {"alarm_value", "alarm_note"} & facts.keys()
    # No figure of the home's use stands in anything that leaves: cases, messages, the alarm itself.
    figures = {
        f"{value:.{digits}f}" for value in RhythmHour.objects.values_list("energy_kwh", flat=True) for digits in (3, 4)
    }
    told = json.dumps([facts, Case.objects.get(pk=case.pk).state["facts"], alarm.changes], ensure_ascii=False)
    told += " ".join(Delivery.objects.values_list("body", flat=True))
    assert "kWh" not in told and "千瓦时" not in told and not any(figure in told for figure in figures)
    # There is life again: over, and the next stillness is another one.
    later = world.now + timedelta(hours=1)
    takes([MonitorReading(AT_HOME, "energy_kwh", _hour(later), 0.6)], later, HOME_GATEWAY)
    watch_monitors(later)
    alarm.refresh_from_db()
    assert alarm.status == "over"


def test_the_end_of_the_consent_stops_everything_at_once(world: World) -> None:
    case = consent(world)
    monitor = home(world, case)
    _lives(world, monitor, 26)
    send_message(case.number, "end_consent", {"end_reason": "不想装了"}, requester(case), world.now)
    assert RegisterRow.objects.filter(case=case, struck_at=None).exists(), "the row stays until the devices are gone"
    assert watch_monitors(world.now) == 0 and not SafetyAlarm.objects.exists()
    assert not RhythmHour.objects.exists()
    found = takes(measured([600.0, 600.0], world.now, monitor=AT_HOME), world.now, HOME_GATEWAY)
    assert (found.taken, found.without_consent) == (0, 2)
    assert not SafetyAlarm.objects.exists() and not SafetyReading.objects.exists()


@pytest.mark.parametrize(
    ("purposes", "quantity"), [(["fire_safety"], "energy_kwh"), (["inactivity_care"], "temperature_c")]
)
def test_a_consent_covers_what_it_names(world: World, purposes: list[str], quantity: str) -> None:
    case = consent(world, purposes=purposes)
    home(world, case)
    found = takes([MonitorReading(AT_HOME, quantity, _hour(world.now), 1.0)], world.now, HOME_GATEWAY)
    assert (found.taken, found.without_consent) == (0, 1)


def test_a_consent_past_its_last_day_covers_nothing(world: World) -> None:
    case = consent(world)
    home(world, case)
    later = world.now + timedelta(days=200)
    assert takes(measured([20.0], later, monitor=AT_HOME), later, HOME_GATEWAY).taken == 0


def test_a_leak_at_home_goes_through_the_consent(world: World) -> None:
    case = consent(world)
    home(world, case)
    takes(measured(LEAK, world.now - timedelta(minutes=9), monitor=AT_HOME), world.now, HOME_GATEWAY)
    raised = Case.objects.get(number=SafetyAlarm.objects.get().case_number)
    assert raised.parent_id == case.pk and raised.state["facts"]["resident_name"] == "王秀英"


def test_monitors_are_entered_whole_or_not_at_all(world: World) -> None:
    wrong = [
        entry(), entry(), entry(code="", gateway="x", scene="roof", name_zh=" ", district="?", longitude=999.0),
        entry(code="B", contact_phone=""), entry(code="C", scene="home", consent_case="CN1"),
        entry(code="D", consent_case="CN1"), entry(code="E", silent_hours=0.0),
    ]  # fmt: skip
    with refused(
        "safety.repeated", "safety.code", "safety.gateway", "safety.scene", "safety.name", "safety.district",
        "safety.place", "safety.contacts", "safety.consent", "safety.consent_public", "safety.silent_hours",
    ):  # fmt: skip
        enter_monitors(wrong, SYSTEM, world.now)
    assert not SafetyMonitor.objects.exists()
    with denied():
        enter_monitors([entry()], world.actor("manager"), world.now)
    assert enter_monitors([entry()], world.actor("admin"), world.now) == 1


def test_own_thresholds_take_the_place_of_those_that_ship_from_their_day_on(world: World) -> None:
    stairwell(world)
    wanted = WantedLimit("residual_current_ma", world.today, 200, 350, 20, 0, 60, "公司防火规定2026-12")
    with denied():
        set_safety_limit(wanted, world.actor("manager"), world.now)
    set_safety_limit(wanted, world.actor("company"), world.now)
    assert limit_on("residual_current_ma", world.today, limits_known()).alarm == 350  # type: ignore[union-attr]
    assert limit_on("residual_current_ma", date(2020, 1, 1), limits_known()).alarm == 500  # type: ignore[union-attr]
    takes(measured([360.0], world.now), world.now)
    alarm = SafetyAlarm.objects.get()
    assert (alarm.level, alarm.limit_alarm, alarm.limit_source) == ("alarm", 350, "公司防火规定2026-12")
    bad = WantedLimit("residual_current_ma", world.today, 900, 5, -1, 10_000, -1, " ")
    with refused(
        "safety.alarm_range", "safety.pre_alarm", "safety.hysteresis", "safety.hold", "safety.clear", "safety.source"
    ):
        set_safety_limit(bad, world.actor("company"), world.now)
    with refused("safety.quantity"):
        set_safety_limit(WantedLimit("mood", world.today, 1, 2, 0, 0, 0, "x"), world.actor("company"), world.now)


def test_a_case_that_cannot_be_opened_is_said_and_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stairwell(world)
    monkeypatch.setattr("wanjia.actions.network.safety_alarms.PRACTICE", "absent_practice")
    takes(measured(LEAK, world.now - timedelta(minutes=9)), world.now)
    assert SafetyAlarm.objects.get().case_fault == "case.practice_unknown"
    monkeypatch.undo()
    watch_monitors(world.now)
    alarm = SafetyAlarm.objects.get()
    assert alarm.case_number and not alarm.case_fault
