"""A cell changes hands, and a cooperative sells its honey: through the pages of those who do it."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from tests.support.screens import SIGNATURE, asks, at_desk, starts_at_desk
from tests.support.world import HOME, World
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.holders import holder_of
from wanjia.records.territory.models import Post

LIST: Facts = {
    "matters": [{"matter": "三组变压器高峰低电压", "state": "going_on", "next_step": "跟进施工"}], "villages": 3,
    "keys_handed": ["keys", "records"],
}  # fmt: skip
OFFER: Facts = {
    "producer_name": "青岭残疾人合作社", "producer_kind": "disabled_cooperative", "place": HOME, "product": "高山蜂蜜",
    "product_kind": "other", "unit_name": "瓶", "offer_price_yuan": 60, "offer_quantity": 500, "households": 23,
    "available_on": "2026-03-10", "contact_name": "陈山妹", "contact_phone": "13800000023",
    "basis_papers": ["basis.jpg"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_limits_left() -> None:
    cache.clear()


def test_a_cell_changes_hands_on_the_day(world: World) -> None:
    call = world.call()
    day, visited = world.today.isoformat(), (world.today - timedelta(days=1)).isoformat()
    start: Facts = {"place": HOME, "grid_level": "district_manager", "reason": "transfer", "takes_over_on": day,
                    "leaver_present": True}  # fmt: skip
    number = starts_at_desk(world, "chief", "grid_handover", start)
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["leaver_name"], facts["work_count"]) == ("林海生", 1)
    assert call.number in world.client("chief").get(f"/desk/cases/{number}/").content.decode(), "what is open is listed"
    successor = f"person:{world.person('manager2').pk}"
    choice: Facts = {"choice": "go_on", "successor": successor, "takes_over_on": day}
    at_desk(world, "chief", number, "choose", choice)
    at_desk(world, "manager2", number, "take_on", {"takes_on": True})
    at_desk(world, "manager", number, "write_list", LIST)
    trip: Facts = {"visited": [{"visited_place": "海棠村村委会", "visited_on": visited, "met": "village_committee",
                                "together": "with_leaver"}]}  # fmt: skip
    at_desk(world, "manager2", number, "visits", trip)
    told: Facts = {"told_by": ["card", "notice_board"], "told_villages": 3, "cards_renewed": 320, "told_on": day,
                   "told_photos": ["board.jpg"]}  # fmt: skip
    at_desk(world, "manager2", number, "tell", told)
    at_desk(world, "manager", number, "sign_leaver", {"leaver_signature": SIGNATURE})
    at_desk(world, "manager2", number, "sign_successor", {"successor_signature": SIGNATURE})
    at_desk(world, "chief", number, "sign", {"overseer_signature": SIGNATURE})
    post = Post.objects.get(code="post-manager")
    assert holder_of(post, world.today) == world.person("manager2")
    assert Task.objects.get(case=call, status=Task.Status.OPEN).holder == world.person("manager2"), "open work follows"
    case = Case.objects.get(number=number)
    assert "林海生" in str(case.letters.get(letter="certificate").content["zh-Hans"])


def test_who_may_not_appoint_has_the_county_sign(world: World) -> None:
    day = world.today.isoformat()
    start: Facts = {"place": HOME, "grid_level": "district_manager", "reason": "resigned", "takes_over_on": day,
                    "leaver_present": False}  # fmt: skip
    number = starts_at_desk(world, "senior", "grid_handover", start)
    successor = f"person:{world.person('manager2').pk}"
    at_desk(world, "senior", number, "choose", {"choice": "go_on", "successor": successor, "takes_over_on": day})
    at_desk(world, "manager2", number, "take_on", {"takes_on": True})
    at_desk(world, "senior", number, "write_for", LIST)
    trip: Facts = {"visited": [{"visited_place": "海棠村", "visited_on": day, "met": "firm", "together": "alone"}]}
    at_desk(world, "manager2", number, "visits", trip)
    told: Facts = {
        "told_by": ["card"],
        "told_villages": 3,
        "cards_renewed": 9,
        "told_on": day,
        "told_photos": ["b.jpg"],
    }
    at_desk(world, "manager2", number, "tell", told)
    at_desk(world, "manager2", number, "sign_successor", {"successor_signature": SIGNATURE})
    at_desk(world, "senior", number, "sign", {"overseer_signature": SIGNATURE})
    post = Post.objects.get(code="post-manager")
    assert holder_of(post, world.today) == world.person("manager"), "a senior manager appoints nobody"
    at_desk(world, "county", number, "sign_above", {"overseer_signature": SIGNATURE})
    assert holder_of(post, world.today) == world.person("manager2")


def test_honey_is_ordered_delivered_and_paid(world: World) -> None:
    producer = asks(world, "consumption_assistance", OFFER)
    number = producer.number
    checked: Facts = {"check_result": "pass", "market_price_yuan": 65, "check_note": "产地属实"}
    at_desk(world, "manager", number, "check", checked)
    order: Facts = {"way": "purchase", "order_quantity": 400, "order_price_yuan": 60, "deliver_by": "2099-03-25",
                    "deliver_to": "海棠供电所"}  # fmt: skip
    at_desk(world, "chief", number, "order", order)
    at_desk(world, "county", number, "approve", {"approval": "agree"})
    assert producer.letter("purchase_order").startswith(b"%PDF")
    taken: Facts = {"order_answer": "take", "bank_holder": "青岭残疾人合作社", "bank_account": "6228480000001234"}
    producer.does("answer", taken)
    for quantity, last in ((250, False), (150, True)):
        producer.does("deliver", {"batch_quantity": quantity, "delivered_on": "2026-03-12", "last_batch": last})
        accepted: Facts = {"acceptance": "pass", "accepted_quantity": quantity, "accept_note": "数量相符"}
        at_desk(world, "chief", number, "accept", accepted)
        at_desk(world, "county", number, "pay", {"voucher_number": f"PZ{quantity}"})
    facts = Case.objects.get(number=number).state["facts"]
    assert (facts["paid_total_yuan"], facts["batches"]) == (24000, 2)
    producer.does("rate", {"brought": "合作社分红", "households_better": 23, "stars": 5})
    assert Case.objects.get(number=number).end == "settled"
    page = world.client("chief").get("/desk/registers/consumption_assistance/sales/").content.decode()
    assert "24,000" in page, "the register adds it up"
