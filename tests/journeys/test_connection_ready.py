"""A firm is registered and finds its power ready: the registry's message, consent, the owner, balances, roll-back."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.screens import SIGNATURE, Requester, at_desk
from tests.support.world import World
from wanjia.actions.territory.issue_api_token import issue_api_token
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, Task
from wanjia.records.network.models import Customer

FIRM_PHONE, OWNER_PHONE = "13800000088", "13800000077"
PREMISES: Facts = {"supply_state": "on", "room_kw": 30, "hazard": False}
SIGNED: Facts = {"sign_answer": "agree", "terms_agreed": True, "contract_signature": SIGNATURE}
SWITCHED: Facts = {"meter_number": "3310220008888", "meter_kwh": 1203.4}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


class Registry:
    """The market regulation bureau's own program, with a key issued to its desk."""

    def __init__(self, world: World, login: str = "market_regulation") -> None:
        person = world.person(login)
        self.client, self.key = Client(), issue_api_token(person.pk, "registry", world.actor(login), world.now).token

    def posts(self, path: str, body: Any, status: int = 201) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": "zh-Hans"}
        answer = self.client.post(f"/api{path}", json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def registers(self, status: int = 201, **changes: Any) -> Any:
        body = {
            "practice": "ready_on_registration",
            "request_key": "REG91330681MA2B12345X",
            "answers": _registration(**changes),
        }
        return self.posts("/cases", body, status=status)


def test_registered_today_powered_before_moving_in(world: World) -> None:
    registry = Registry(world)
    opened = registry.registers()
    assert registry.registers(status=200)["number"] == opened["number"], "the same message twice is one case"
    firm = _firm(world, opened)
    at_desk(world, "manager", firm.number, "check_premises", PREMISES)
    assert _account().name == "王秀英", "nothing is transferred before the contract"
    firm.does("sign", SIGNED)
    assert (_account().name, _account().phone) == ("望海青帆科技有限公司", FIRM_PHONE)
    at_desk(world, "manager", firm.number, "switch_on", SWITCHED)
    assert firm.letter("ready").startswith(b"%PDF")
    told = {row.address: row.body for row in Delivery.objects.filter(case__number=firm.number, channel="sms")}
    assert "电已送好" in told[FIRM_PHONE] and "已为入驻企业送电" in told[OWNER_PHONE]
    firm.does("rate", {"power_at_move_in": True, "extra_visits": 0, "stars": 5})

    signal = {"name": "registry_revoked", "payload": {"revoke_reason": "提交虚假材料"}}
    Registry(world, "property_registry").posts(f"/cases/{firm.number}/signals", signal, status=403)
    registry.posts(f"/cases/{firm.number}/signals", signal, status=200)
    assert _account().name == "王秀英"
    assert Case.objects.get(number=firm.number).end == "rolled_back"


def test_without_the_firms_consent_nothing_is_looked_up(world: World) -> None:
    opened = Registry(world).registers(consent_share=False)
    case = Case.objects.get(number=opened["number"])
    assert case.state["facts"].get("account_number") is None
    _firm(world, opened).does("consent", {"consent_answer": "decline"})
    case.refresh_from_db()
    assert case.end == "stopped" and case.state["facts"].get("account_number") is None


def test_an_owner_who_does_not_agree_keeps_the_account_and_the_firm_has_power(world: World) -> None:
    opened = Registry(world).registers(consent_owner=False)
    firm = _firm(world, opened)
    at_desk(world, "senior", firm.number, "call_owner", {"call_result": "objected", "call_note": "电费由出租方代收"})
    at_desk(world, "manager", firm.number, "check_premises", PREMISES)
    firm.does("sign", SIGNED)
    at_desk(world, "manager", firm.number, "switch_on", SWITCHED)
    assert _account().name == "王秀英"
    letter = Case.objects.get(number=firm.number).letters.get(letter="ready")
    assert "没有同意过户" in str(letter.content["zh-Hans"])


def test_old_debts_are_the_owners_and_are_said_to_the_owner(world: World) -> None:
    Customer.objects.filter(pk=_account().pk).update(arrears_yuan="386.50")
    firm = _firm(world, Registry(world).registers())
    told = Delivery.objects.get(case__number=firm.number)
    assert (told.address, "386.5元未结清" in told.body) == (OWNER_PHONE, True)
    apart: Facts = {"balance_answer": "apart", "balance_note": "出租方书面承诺月底前缴清"}
    at_desk(world, "senior", firm.number, "balance", apart)
    assert Task.objects.get(case__number=firm.number, status="open").step == "check_premises"


def test_a_place_without_a_meter_becomes_a_connection_with_what_is_known(world: World) -> None:
    opened = Registry(world).registers(customer_number="9999999999", owner_name="无此人")
    page = world.client("senior").get(f"/desk/cases/{opened['number']}/").content.decode()
    assert "附近没有同名用电户" in page and "王秀英" not in page, "neighbours are addresses, not names"
    none: Facts = {"resolution": "none", "resolve_note": "新建厂房未装表"}
    at_desk(world, "senior", opened["number"], "resolve", none)
    firm = _firm(world, opened)
    firm.does("give_papers", {"form_papers": ["licence.jpg"]})
    child = Case.objects.get(parent__number=opened["number"])
    assert child.practice.name == "quick_connection" and child.state["facts"]["load_kw"] == 20
    assert child.number in firm.page()
    assert Case.objects.get(number=firm.number).end == "to_connection"


def _firm(world: World, opened: Any) -> Requester:
    """The firm opens the case with what the registry's slip says."""
    client = world.client()
    seen = client.post("/follow/", {"number": opened["number"], "code": opened["access_code"]})
    assert seen["Location"] == f"/follow/{opened['number']}/"
    return Requester(world, client, opened["number"])


def _account() -> Customer:
    return Customer.objects.get(district__cell_code="C111")


def _registration(**changes: Any) -> Any:
    account = _account()
    place = {"longitude": account.longitude, "latitude": account.latitude, "address": account.address}
    return {
        "credit_code": "91330681MA2B12345X", "firm_name": "望海青帆科技有限公司", "contact_name": "孙晓航",
        "contact_phone": FIRM_PHONE, "registered_on": "2026-11-20", "move_in_on": "2026-12-10", "place": place,
        "premises_kind": "rented", "owner_name": "王秀英", "owner_phone": OWNER_PHONE,
        "customer_number": account.number, "use_for": "other", "wanted_kw": 20, "three_phase": True,
        "consent_share": True, "consent_owner": True, **changes,
    }  # fmt: skip
