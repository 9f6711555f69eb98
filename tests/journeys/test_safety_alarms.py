"""Safety on the board: alarms found, opened with curve and source, exported; thresholds set by who may."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.monitors import AT_HOME, HOME_GATEWAY, consent, home, measured, stairwell, takes
from tests.support.world import World
from wanjia.records.network.models import SafetyAlarm, SafetyLimitEdition


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def _leak(world: World) -> SafetyAlarm:
    stairwell(world)
    takes(measured([150.0] * 20 + [520.0, 540.0, 530.0], world.now - timedelta(minutes=50)), world.now)
    return SafetyAlarm.objects.get()


def test_a_leak_is_found_opened_and_exported(world: World) -> None:
    alarm = _leak(world)
    manager = world.client("manager")
    page = manager.get("/board/safety/").content.decode()
    assert alarm.number in page and "海棠花园3幢1单元" in page and "报警" in page and alarm.case_number in page
    assert "安全监测" in page and "540" in page
    one = manager.get(f"/board/safety/{alarm.number}/").content.decode()
    assert "GB 50116" in one and alarm.case_number in one and "safety-chart" in one and "不切断电源" in one
    assert "13700000001" not in one, "who is called stands in the case, not here"
    rows = manager.get("/board/safety/?export=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) == 2 and alarm.number in rows[1] and "毫安" in rows[1]
    english = world.client("manager", "en").get(f"/board/safety/{alarm.number}/").content.decode()
    assert "Haitang Garden 3-1" in english and "does not cut the supply" in english
    assert manager.get(f"/desk/cases/{alarm.case_number}/").status_code == 200


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("text=花园", True), ("text=LD-0001", True), ("text=nowhere", False), ("status=open", True),
        ("status=over", False), ("level=alarm&kind=residual_current_ma", True), ("kind=please_call", False),
        ("begun_from=2000-01-01", True), ("begun_to=2000-01-01", False), ("organisation=station-1", True),
        ("organisation=station-2", False),
    ],
)  # fmt: skip
def test_filters(world: World, query: str, fits: bool) -> None:
    alarm = _leak(world)
    page = world.client("company").get(f"/board/safety/?{query}").content.decode()
    assert (alarm.number in page) == fits and (fits or "没有符合" in page)


def test_who_sees_it(world: World) -> None:
    alarm = _leak(world)
    for login in ("chief2", "manager2"):
        client = world.client(login)
        assert alarm.number not in client.get("/board/safety/").content.decode()
        assert client.get(f"/board/safety/{alarm.number}/").status_code == 404
    assert world.client().get("/board/safety/").status_code == 302
    assert world.client("clerk").get("/board/safety/").status_code == 403


def test_an_empty_list_says_what_will_be_there(world: World) -> None:
    page = world.client("manager").get("/board/safety/").content.decode()
    assert "没有报警" in page


def test_an_alarm_at_home_shows_no_address(world: World) -> None:
    home(world, consent(world))
    takes(measured([520.0, 540.0], world.now, monitor=AT_HOME), world.now, HOME_GATEWAY)
    alarm = SafetyAlarm.objects.get()
    page = world.client("manager").get(f"/board/safety/{alarm.number}/").content.decode()
    page += world.client("manager").get("/board/safety/?export=csv").content.decode()
    assert "海棠村12号" not in page and "王秀英" not in page and alarm.case_number in page


def test_thresholds_are_set_by_who_decides_which_practices_run(world: World) -> None:
    form = {
        "quantity": "temperature_c", "starts_on": world.today.isoformat(), "pre_alarm": "55", "alarm": "70",
        "hysteresis": "5", "hold_seconds": "30", "clear_seconds": "300", "source": "公司防火规定",
    }  # fmt: skip
    address = "/board/safety/limits/"
    assert world.client("manager").post(address, form).status_code == 403
    company = world.client("company")
    wrong = company.post(address, {**form, "alarm": "hot", "starts_on": "soon"})
    assert (
        wrong.status_code == 422 and "公司防火规定" in wrong.content.decode() and "不是数字" in wrong.content.decode()
    )
    assert company.post(address, {**form, "alarm": "300"}).status_code == 422
    assert not SafetyLimitEdition.objects.exists()
    assert company.post(address, form).status_code == 302
    page = company.get(address).content.decode()
    assert "公司防火规定" in page and "GB 50116" in page and page.count("现行") == 3
