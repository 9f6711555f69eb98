"""A home is sold and its electricity goes with it: the registry's message, the mismatch queue, balances, roll-back."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.support.screens import SIGNATURE, Requester, at_desk
from tests.support.world import World
from wanjia.actions.territory.issue_api_token import issue_api_token
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, Message, Task
from wanjia.records.network.models import Customer

NEW_PHONE, OLD_PHONE = "13800000088", "13800000077"


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


class Registry:
    """The property registry's own program, with a key issued to its desk."""

    def __init__(self, world: World) -> None:
        self.world, self.client = world, Client()
        person = world.person("property_registry")
        self.key = issue_api_token(person.pk, "registry", world.actor("property_registry"), world.now).token

    def posts(self, path: str, body: Any, code: str = "", status: int = 201) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": "zh-Hans"}
        if code:
            headers["X-Case-Code"] = code
        sent = {"data": json.dumps(body), "content_type": "application/json"}
        answer = self.client.post(f"/api{path}", headers=headers, **sent)
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def registers(self, status: int = 201, **changes: Any) -> Any:
        body = {"practice": "joint_transfer", "request_key": "BDC20260302000123", "answers": _deal(**changes)}
        number = body["answers"].get("customer_number", "")
        known = Customer.objects.filter(number=number).exists()
        return self.posts("/cases", {**body, "customer_number": number if known else ""}, status=status)


def test_registered_is_transferred_and_both_owners_are_told(world: World) -> None:
    registry = Registry(world)
    opened = registry.registers()
    again = registry.registers(status=200)
    assert again["number"] == opened["number"] and Case.objects.count() == 1, "the same message twice is one case"

    account = _account()
    assert (account.name, account.phone) == ("林小满", NEW_PHONE)
    case = Case.objects.get(number=opened["number"])
    assert case.requester is None, "the registry asks for somebody else"
    told = {row.address: row.body for row in Delivery.objects.filter(case=case, channel="sms")}
    assert "已过户到您名下" in told[NEW_PHONE] and "此后电费由新户主承担" in told[OLD_PHONE]
    assert not Task.objects.filter(case=case).exclude(step="rate").exists(), "nobody had to do anything"

    owner = _owner(world, opened)
    page = owner.page()
    assert "用电过户办结通知" in page and "此后电费由新户主承担" not in page
    final = case.letters.get(letter="final_note")
    assert owner.client.get(f"/letters/{final.number}.pdf").status_code in (403, 404), "the previous owner's alone"
    owner.does("rate", {"solved": True, "extra_visits": 0, "stars": 5})
    case.refresh_from_db()
    assert (case.status, case.rating.stars) == ("running", 5), "watched for a revocation"


def test_a_revoked_registration_gives_the_account_back(world: World) -> None:
    registry = Registry(world)
    opened = registry.registers()
    signal = {"name": "registry_revoked", "payload": {"revoke_reason": "登记错误，依法更正"}}
    number = opened["number"]
    # Neither the new owner, whose code opens the case, nor another body may say so.
    by_code = Client().post(
        f"/api/cases/{number}/signals", json.dumps(signal), "application/json",
        headers={"X-Case-Code": opened["access_code"]},
    )  # fmt: skip
    assert by_code.status_code == 403 and _account().name == "林小满"
    registry.posts(f"/cases/{number}/signals", signal, status=200)
    assert (_account().name, _account().phone) == ("王秀英", "13800000012")
    assert Message.objects.filter(case__number=number, notice="notices.given_back_told", audience="contact").exists()
    owner = _owner(world, opened)
    assert owner.letter("given_back").startswith(b"%PDF") and "用电退回告知书" in owner.page()
    owner.does("rate", {"solved": True, "extra_visits": 0, "stars": 4})
    assert Case.objects.get(number=number).end == "rolled_back"


def test_a_mismatch_waits_at_the_desk_until_it_is_cleared_up(world: World) -> None:
    opened = Registry(world).registers(customer_number="9999999999")
    case = Case.objects.get(number=opened["number"])
    assert case.state["facts"]["match"] == "found_by_name" and _account().name == "王秀英"
    page = world.client("senior").get(f"/desk/cases/{case.number}/").content.decode()
    assert "附近有同名一户" in page and "8号" in page and "距房屋" in page
    chosen: Facts = {"resolution": "chosen", "chosen_account": _account().number, "resolve_note": "地址一致"}
    at_desk(world, "senior", case.number, "resolve", chosen)
    assert _account().name == "林小满"


def test_a_balance_is_settled_or_taken_over_before(world: World) -> None:
    Customer.objects.filter(pk=_account().pk).update(arrears_yuan="126.80")
    opened = Registry(world).registers()
    number = opened["number"]
    told = Delivery.objects.get(case__number=number, address=OLD_PHONE)
    assert "126.8元未结清" in told.body and _account().name == "王秀英"
    by_new: Facts = {"balance_answer": "take_over", "balance_note": "合同约定由买方承接"}
    at_desk(world, "senior", number, "balance", by_new)
    owner = _owner(world, opened)
    assert "126.8" in owner.page()
    owner.does("take_over", {"take_over_answer": "agree", "take_over_signature": SIGNATURE})
    assert _account().name == "林小满"


def test_without_consent_nothing_is_transferred(world: World) -> None:
    opened = Registry(world).registers(consent_new=False, consent_old=False)
    owner = _owner(world, opened)
    owner.does("consent", {"consent_answer": "agree", "terms_agreed": True, "contract_signature": SIGNATURE})
    assert _account().name == "王秀英"
    objected: Facts = {"call_result": "objected", "call_note": "称房屋有纠纷"}
    at_desk(world, "senior", owner.number, "call_previous", objected)
    case = Case.objects.get(number=owner.number)
    assert (case.end, _account().name) == ("stopped", "王秀英")
    assert {row.address for row in Delivery.objects.filter(case=case)} >= {NEW_PHONE, OLD_PHONE}
    assert "原户主提出异议" in str(case.letters.get(letter="stopped").content["zh-Hans"])


def test_the_registry_takes_its_message_back_before_the_transfer(world: World) -> None:
    registry = Registry(world)
    opened = registry.registers(consent_new=False)
    done = registry.posts(f"/cases/{opened['number']}/withdraw", {"reason": "登记撤回"}, opened["access_code"], 200)
    assert done["status"] == "withdrawn" and _account().name == "王秀英"


def test_the_joint_window_starts_it_too(world: World) -> None:
    client = world.client("clerk")
    assert "joint_transfer" in client.get("/window/new/").content.decode()
    assert world.client().get("/new/joint_transfer/").status_code == 404, "not for the public portal"


def _owner(world: World, opened: Any) -> Requester:
    """The new owner opens the case with what the registry's slip says."""
    client = world.client()
    seen = client.post("/follow/", {"number": opened["number"], "code": opened["access_code"]})
    assert seen["Location"] == f"/follow/{opened['number']}/"
    return Requester(world, client, opened["number"])


def _account() -> Customer:
    return Customer.objects.get(district__cell_code="C111")


def _deal(**changes: Any) -> Any:
    account = _account()
    place = {"longitude": account.longitude, "latitude": account.latitude, "address": account.address}
    return {
        "registry_number": "BDC20260302000123", "transfer_kind": "sale", "registered_on": "2026-11-20", "place": place,
        "new_name": "林小满", "new_phone": NEW_PHONE, "previous_name": "王秀英", "previous_phone": OLD_PHONE,
        "customer_number": account.number, "consent_new": True, "consent_old": True, **changes,
    }  # fmt: skip


def test_the_registry_revokes_at_the_window_too(world: World) -> None:
    """For fifteen days, by a form that is confirmed; nobody else is offered it, and nothing can be sent twice."""
    opened = Registry(world).registers()
    number = opened["number"]
    address = f"/window/cases/{number}/send/registry_revoked/"
    registry, clerk = world.client("property_registry"), world.client("clerk")
    listed = registry.get("/window/sends/").content.decode()
    assert number in listed and address in listed and "登记撤销" in listed
    assert "/window/sends/" in registry.get("/window/").content.decode()
    assert "/window/sends/" not in clerk.get("/window/").content.decode()
    for other in ("clerk", "window_chief", "water"):
        assert world.client(other).get(address).status_code == 403
    for other in ("senior", "chief", "company"):
        assert address.replace("window", "desk") not in at_case(world, other, number)
        assert world.client(other).get(address.replace("window", "desk")).status_code == 403

    page = registry.get(address).content.decode()
    assert "revoke_reason" in page and "我已核对无误" in page and "提交后流程立即继续" in page
    for wrong in ({"revoke_reason": "登记错误"}, {"sure": "1"}, {"sure": "1", "revoke_reason": "字" * 301}):
        refused = registry.post(address, wrong)
        assert refused.status_code == 422 and _account().name == "林小满"
    kept = registry.post(address, {"revoke_reason": "登记错误"}).content.decode()
    assert "登记错误" in kept and "请核对后勾选" in kept

    done = registry.post(address, {"revoke_reason": "登记错误，依法更正", "sure": "1"})
    assert done.status_code == 302 and done["Location"] == "/window/sends/"
    assert _account().name == "王秀英"
    assert Case.objects.get(number=number).state["facts"]["revoke_reason"] == "登记错误，依法更正"
    assert registry.post(address, {"revoke_reason": "再撤一次", "sure": "1"}).status_code == 403
    assert "目前无需告知" in registry.get("/window/sends/").content.decode()


def at_case(world: World, login: str, number: str) -> str:
    page = world.client(login).get(f"/desk/cases/{number}/")
    assert page.status_code == 200, login
    return str(page.content.decode())
