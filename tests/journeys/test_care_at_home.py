"""Care at home rests on a consent: the resident gives it, sees who looked and ends it; an alarm is its own case."""

import pytest
from django.core.cache import cache

from tests.support.outsiders import code, link
from tests.support.screens import SIGNATURE, asks, at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, RegisterRow

CONSENT: Facts = {
    "place": HOME, "resident_name": "王秀英", "resident_phone": "13800000012", "situation": "lone_elderly",
    "purposes": ["inactivity_care"], "devices": ["gateway", "inactivity"], "consent_term": "half_year",
    "helper_name": "李建国", "helper_phone": "13900000034", "consent_given": True, "resident_signature": SIGNATURE,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_consent_is_the_resident_s_from_the_first_page_to_the_end(world: World) -> None:
    resident = asks(world, "care_consent", CONSENT)
    number = resident.number
    _helper_agrees(world, Case.objects.get(number=number))
    fitted: Facts = {"gateway_number": "GW-0053", "monitor_count": 4, "alarm_tested": True, "shown_to_resident": True}
    at_desk(world, "manager", number, "install", fitted)
    assert resident.letter("consent")[:4] == b"%PDF"
    assert RegisterRow.objects.get(case__number=number, register="consents").until_on is not None
    # The resident sees who looked, and why.
    assert "还没有人查看过" in resident.page()
    reveal_personal_data(number, "上门核对装置", world.actor("manager"), world.now)
    page = resident.page()
    assert "上门核对装置" in page and "林海生" in page and f"/follow/{number}/send/end_consent/" in page
    # While it is in force the manager may enter an alarm: a case of its own, for the same resident.
    alarm = {
        "scene": "lone_elder", "alarm_value": "14", "alarm_note": "14小时无用电", "alarmed_at": f"{world.today}T08:00",
        "sure": "1",
    }  # fmt: skip
    entered = world.client("manager").post(f"/desk/cases/{number}/send/alarm_reported/", alarm)
    assert entered.status_code == 302, entered.content.decode()
    raised = Case.objects.get(parent__number=number)
    assert raised.practice.name == "care_alarm" and raised.state["facts"]["grade"] == "urgent"
    at_desk(world, "manager", raised.number, "call_resident", {"call_result": "well"})
    assert Case.objects.get(pk=raised.pk).end == "all_well"
    # It ends when the resident says so, and for nobody else.
    over = {"end_reason": "搬到儿子家", "sure": "1"}
    assert world.client().post(f"/follow/{number}/send/end_consent/", over).status_code == 404
    assert world.client("manager").post(f"/desk/cases/{number}/send/end_consent/", over).status_code == 403
    assert resident.client.post(f"/follow/{number}/send/end_consent/", over).status_code == 302
    assert world.client("manager").get(f"/desk/cases/{number}/send/alarm_reported/").status_code == 403
    at_desk(world, "manager", number, "remove", {"removed_on": world.today.isoformat(), "stopped_collecting": True})
    assert Case.objects.get(number=number).end == "ended_by_resident"
    assert not RegisterRow.objects.filter(case__number=number, register="consents", struck_at=None).exists()


def _helper_agrees(world: World, case: Case) -> None:
    """The helper follows the link in the message, enters the code that is sent, and answers; no account is needed."""
    phone, path = world.client(), link(case)
    phone.post(f"{path}code/")
    assert phone.post(path, {"code": code(case)}).status_code == 302
    page = phone.get(path).content.decode()
    assert "13800000012" not in page, "the resident's telephone is not the helper's yet"
    task = world.task(case, "helper_confirm")
    assert phone.post(f"{path}{task.key}/", {"helper_answer": "agree"}).status_code == 302
