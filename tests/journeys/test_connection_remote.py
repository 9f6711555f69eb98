"""Like shopping online: applied for, signed, followed and rated on the phone; nobody goes to a counter."""

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, asks, at_desk
from tests.support.world import World
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case
from wanjia.records.network.models import Customer

SIGNED: Facts = {"sign_answer": "sign", "terms_agreed": True, "contract_signature": SIGNATURE}
VERIFIED: Facts = {"verified_by": "both", "verification": "complete"}
GOOD: Facts = {"solved": True, "went_to_counter": False, "stars": 5, "comment": "像网购一样方便"}


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_tariff_is_changed_without_a_visit(world: World) -> None:
    customer = asks(world, "remote_application", _wanted("time_of_use"))
    number = customer.number
    assert "核验身份和材料" in customer.page()
    at_desk(world, "senior", number, "verify", VERIFIED)
    assert customer.letter("draft").startswith(b"%PDF") and "业务办理确认书" in customer.page()
    customer.does("sign", SIGNED)
    at_desk(world, "senior", number, "set_up", {"set_up_note": "已开通峰谷电价", "effective_on": "2026-12-01"})
    assert "已开通峰谷电价" in customer.page()
    customer.does("rate", GOOD)
    case = Case.objects.get(number=number)
    assert (case.end, case.rating.stars, case.state["facts"]["went_to_counter"]) == ("done", 5, False)
    assert {row.status for row in case.clocks.all()} == {"stopped"}
    # The case lies where the customer's meter is, although no place was asked for.
    assert (case.customer_id, case.cell_code) == (_account().number, _account().district.cell_code)


def test_the_account_is_settled_before_it_is_closed(world: World) -> None:
    Customer.objects.filter(pk=_account().pk).update(arrears_yuan="86.40")
    customer = asks(world, "remote_application", _wanted("close"))
    at_desk(world, "senior", customer.number, "verify", VERIFIED)
    assert "86.4" in customer.page()
    customer.does("settle_bill", {"settled": True})
    # Said to be paid, but it is not: looked up and asked again.
    assert "结清电费" in customer.page()
    Customer.objects.filter(pk=_account().pk).update(arrears_yuan=0)
    customer.does("settle_bill", {"settled": True})
    customer.does("sign", SIGNED)
    at_desk(world, "manager", customer.number, "site_work", {"site_done": "拆表", "site_photos": ["meter.jpg"]})
    customer.does("rate", GOOD)
    assert Case.objects.get(number=customer.number).end == "done"


def test_who_cannot_manage_is_helped_and_not_sent_away(world: World) -> None:
    customer = asks(world, "remote_application", _wanted("rename", correct_name="王秀瑛"))
    missing: Facts = {"verified_by": "documents", "verification": "supplement", "verify_note": "请补产权证明"}
    at_desk(world, "senior", customer.number, "verify", missing)
    assert "请补产权证明" in customer.page()
    customer.does("supplement", {"supplement_answer": "help"})
    at_desk(world, "manager", customer.number, "help", {"helped_by": "visit", "help_note": "已上门拍照上传"})
    case = Case.objects.get(number=customer.number)
    assert world.task(case).step == "verify" and world.task(case).holder == world.person("senior")


def test_a_number_that_nobody_has_is_refused_at_once(world: World) -> None:
    client = world.client()
    answers = {**_wanted("invoice"), "customer_number": "9999999999"}
    form = {name: value for name, value in answers.items() if not isinstance(value, list)}
    answer = client.post("/new/remote_application/", form)
    assert answer.status_code == 422 and "客户编号" in answer.content.decode()
    assert not Case.objects.exists()


def _account() -> Customer:
    return Customer.objects.get(district__cell_code="C111")


def _wanted(business: str, **more: str) -> Facts:
    return {
        "business": business, "customer_number": _account().number, "account_name": "王秀英", "contact_name": "王秀英",
        "contact_phone": "13800000012", "identity_papers": ["identity.jpg"], **more,
    }  # fmt: skip
