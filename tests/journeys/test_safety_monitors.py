"""A site begins without a file: monitors are entered, changed, taken off and put back on the board, each time noted."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.monitors import GATEWAY, STAIR, district, measured, takes
from tests.support.world import World
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.models import SafetyAlarm, SafetyLimitEdition, SafetyMonitor

LIST = "/board/safety/monitors/"
PAGE = f"{LIST}{STAIR}/"
LIMITS = "/board/safety/limits/"


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def form(**changes: str) -> dict[str, str]:
    values = {
        "code": STAIR, "gateway": GATEWAY, "scene": "stairwell", "phase": "B", "name_zh": "海棠花园3幢1单元",
        "name_en": "", "district": district().code, "address": "海棠花园3幢1单元", "longitude": "", "latitude": "",
        "contact_name": "物业值班", "contact_phone": "13700000001", "helper_name": "楼长",
        "helper_phone": "13700000002", "consent_case": "", "silent_hours": "4",
    }  # fmt: skip
    return {**values, **changes}


def undo(client: Client, page: str) -> None:
    """Press the undo button that the page shows."""
    found = re.search(r'<form method="post" action="([^"]+)" class="undo">(.*?)</form>', page, re.DOTALL)
    assert found, page
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', found[2]))
    assert client.post(found[1], fields, follow=True).status_code == 200


def test_a_monitor_is_entered_speaks_is_changed_taken_off_and_put_back(world: World) -> None:
    chief = world.client("chief")
    assert "还没有监测装置" in chief.get(LIST).content.decode()
    wrong = chief.post(f"{LIST}new/", form(scene="roof", contact_phone="", district="nowhere"))
    assert wrong.status_code == 422 and "nowhere" in wrong.content.decode()
    wrong = chief.post(f"{LIST}new/", form(scene="roof", contact_phone="", code="a/b"))
    assert wrong.status_code == 422 and wrong.content.decode().count('class="fault"') == 3
    assert not SafetyMonitor.objects.exists()
    assert chief.post(f"{LIST}new/", form()).status_code == 302
    row = SafetyMonitor.objects.get()
    assert (row.phase, row.longitude) == ("B", district().longitude), "it stands at its district"
    again = chief.post(f"{LIST}new/", form())
    assert again.status_code == 422 and "已登记" in again.content.decode()
    takes(measured([150.0] * 20 + [520.0, 540.0], world.now - timedelta(minutes=50)), world.now)
    shown = chief.get(LIST).content.decode()
    assert "1 条报警未恢复" in shown and "在线" in shown and "13700000001" not in shown and "137****0001" in shown
    assert chief.post(f"{PAGE}change/", form(gateway="GW-0002", contact_phone="13700000009")).status_code == 302
    page = chief.get(PAGE).content.decode()
    assert "GW-0001" in page and "GW-0002" in page and "540" in page and "假定值，未核实" in page
    assert "13700000009" not in str(list(HistoryEntry.objects.values_list("data", flat=True)))
    undo(chief, page)
    row.refresh_from_db()
    assert (row.gateway, row.contact_phone) == (GATEWAY, "13700000001")
    assert chief.post(f"{PAGE}remove/").status_code == 302
    assert SafetyAlarm.objects.get().status == "over" and takes(measured([1.0], world.now), world.now).unknown == 1
    undo(chief, chief.get(PAGE).content.decode())
    assert "尚无读数" in chief.get(PAGE).content.decode()
    verbs = list(HistoryEntry.objects.filter(subject=f"safety:{STAIR}").values_list("verb", flat=True))
    assert [verb.removeprefix("safety_monitor_") for verb in verbs if verb.startswith("safety_monitor")] == [
        "added", "changed", "changed", "removed", "restored",
    ]  # fmt: skip
    rows = chief.get(f"{LIST}?export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and STAIR in rows[1] and "13700000001" not in rows[1]
    english = world.client("chief", "en").get(PAGE).content.decode()
    assert "Not heard yet" in english and "assumption, unverified" in english


def test_a_monitor_has_thresholds_of_its_own(world: World) -> None:
    chief = world.client("chief")
    chief.post(f"{LIST}new/", form())
    wanted = {
        "monitor": STAIR, "quantity": "residual_current_ma", "starts_on": world.today.isoformat(), "pre_alarm": "400",
        "alarm": "600", "hysteresis": "30", "hold_seconds": "60", "clear_seconds": "300", "source": "自然泄漏 210 毫安",
    }  # fmt: skip
    assert chief.post(LIMITS, {**wanted, "alarm": "5000"}).status_code == 422
    assert chief.post(LIMITS, {**wanted, "monitor": ""}).status_code == 403, "the company's are not a station's"
    told = chief.post(LIMITS, wanted, follow=True).content.decode()
    takes(measured([520.0, 540.0, 530.0], world.now - timedelta(minutes=3)), world.now)
    alarm = SafetyAlarm.objects.get()
    assert (alarm.level, alarm.limit_alarm, alarm.limit_source) == ("pre_alarm", 600.0, "自然泄漏 210 毫安")
    page = chief.get(PAGE).content.decode()
    assert (
        "自然泄漏 210" in told
        and "400 / 600" in page
        and "本装置" in page
        and "自然泄漏 210" not in chief.get(LIMITS).content.decode()
    )
    undo(chief, told)
    assert not SafetyLimitEdition.objects.exists()
    assert "撤销报警阈值" in chief.get(PAGE).content.decode()


def test_only_who_looks_after_the_district(world: World) -> None:
    world.client("chief").post(f"{LIST}new/", form())
    stranger, manager = world.client("chief2"), world.client("manager")
    assert stranger.get(PAGE).status_code == 404 and STAIR not in stranger.get(LIST).content.decode()
    assert stranger.post(f"{PAGE}remove/").status_code == 403
    assert stranger.post(f"{LIST}new/", form(code="LD-0002")).status_code == 403
    assert manager.get(PAGE).status_code == 200 and manager.get(f"{LIST}new/").status_code == 403
    assert world.client().get(LIST).status_code == 302
    assert SafetyMonitor.objects.get().removed_at is None
