"""Watching what leaves the house: find it, read why it did not go, send it again or stop it, set the quiet hours."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction

from tests.support.world import World
from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.records.cases.models import Delivery, HistoryEntry, QuietHoursEdition

NAMES = ("retry", "drop")


@pytest.fixture(autouse=True)
def no_limits_left_over() -> None:
    cache.clear()


@pytest.fixture
def three(world: World) -> list[Delivery]:
    """One of each kind of state about a case of a resident."""
    case = world.call()
    with transaction.atomic():
        queue(
            (
                Wanted("a", "sms", "13800000067", "来电办理", "您的诉求已受理。", True, None, case.pk),
                Wanted("b", "email", "lin.amei@example.com", "停电通知", "=1+1 预计18:30恢复供电。"),
                Wanted("c", "webhook", "dispatch", "outage.announced", "{}"),
            ),
            world.now,
        )
    given_up = {"status": "failed", "fault": "delivery.refused", "attempts": 1}
    Delivery.objects.filter(idempotency_key="b").update(**given_up, fault_values={"status": 550, "answer": "unknown"})
    return list(Delivery.objects.order_by("pk"))


def test_the_list_is_open_to_those_who_keep_the_product_and_masks_addresses(
    world: World, three: list[Delivery]
) -> None:
    doors = {login: world.client(login).get("/admin/deliveries/").status_code for login in ("company", "chief")}
    assert doors == {"company": 200, "chief": 403}
    client = world.client("admin")
    page = client.get("/admin/deliveries/").content.decode()
    assert "138****0067" in page and "l***@example.com" in page and "未接通" in page
    assert "13800000067" not in page and "lin.amei" not in page and "拒收" in page
    found = client.get("/admin/deliveries/?text=13800000067").content.decode()
    assert "来电办理" in found and "停电通知" not in found
    found = client.get("/admin/deliveries/?status=failed&channel=email").content.decode()
    assert "停电通知" in found and "来电办理" not in found and "重新发送这 1 条" in found
    Delivery.objects.filter(pk=three[0].pk).update(idempotency_key="outage:12:announced:sms:13800000067")
    page = client.get(f"/admin/deliveries/{three[0].pk}/").content.decode()
    assert "announced:sms:138****0067" in page and "13800000067" not in page
    case = three[0].case.number
    assert "来电办理" in client.get(f"/admin/deliveries/?text={case.lower()}").content.decode()
    assert "停电通知" not in client.get("/admin/deliveries/?day=2020-01-01").content.decode()


def test_the_export_is_masked_and_holds_no_formula(world: World, three: list[Delivery]) -> None:
    Delivery.objects.filter(pk=three[1].pk).update(subject="=1+1")
    text = world.client("admin").get("/admin/deliveries/?export=csv").content.decode("utf-8-sig")
    assert len(text.splitlines()) == 4 and "138****0067" in text and "13800000067" not in text
    assert ",'=1+1," in text


def test_sending_again_is_asked_first_and_noted(world: World, three: list[Delivery]) -> None:
    client, failed = world.client("admin"), three[1]
    path = f"/admin/deliveries/retry/?pk={failed.pk}"
    assert "重新发送 1 条消息？" in client.get(path).content.decode()
    assert Delivery.objects.get(pk=failed.pk).status == "failed", "asking changes nothing"
    assert client.post(path).url == f"/admin/deliveries/{failed.pk}/"
    row = Delivery.objects.get(pk=failed.pk)
    assert (row.status, row.attempts, row.fault, row.idempotency_key) == ("waiting", 0, "", "b")
    assert row.not_before <= world.now + timedelta(days=1)
    assert client.post(path).status_code == 422, "nothing left to send again"
    (entry,) = HistoryEntry.objects.filter(subject="deliveries")
    assert entry.verb == "deliveries_retried" and entry.data == {"count": 1, "deliveries": [failed.pk]}


def test_stopping_all_that_a_filter_chooses(world: World, three: list[Delivery]) -> None:
    client = world.client("admin")
    assert "停发 2 条消息？" in client.get("/admin/deliveries/drop/?status=waiting").content.decode()
    answer = client.post("/admin/deliveries/drop/?status=waiting")
    assert answer.url == "/admin/deliveries/?status=waiting"
    assert sorted(Delivery.objects.values_list("idempotency_key", "status")) == [
        ("a", "dropped"), ("b", "failed"), ("c", "dropped"),
    ]  # fmt: skip
    page = client.get(f"/admin/deliveries/{three[0].pk}/").content.decode()
    assert "已停发" in page and "由工作人员停发" in page and "重新发送" in page


@pytest.mark.parametrize("name", NAMES)
def test_who_may_not_stop_or_send(world: World, three: list[Delivery], name: str) -> None:
    assert world.client("chief").post(f"/admin/deliveries/{name}/?pk={three[0].pk}").status_code == 403
    assert world.client().post(f"/admin/deliveries/{name}/?pk={three[0].pk}").status_code == 302
    assert world.client("admin").get("/admin/deliveries/999999/").status_code == 404


def test_too_many_at_once_are_refused(world: World) -> None:
    with transaction.atomic():
        queue((Wanted(f"k{n}", "webhook", "dispatch", "", "{}") for n in range(1001)), world.now)
    client = world.client("admin")
    assert "最多处理 1000 条" in client.get("/admin/deliveries/drop/?status=waiting").content.decode()
    assert client.post("/admin/deliveries/drop/?status=waiting").status_code == 422
    assert not Delivery.objects.exclude(status="waiting").exists()


def test_quiet_hours_are_dated_and_refused_with_every_fault(world: World) -> None:
    client = world.client("admin")
    assert "未核实" in client.get("/admin/deliveries/quiet-hours/").content.decode()
    wrong = {"starts_on": "2020-01-01", "begins": "25:00", "ends": "soon", "source": " "}
    refused = client.post("/admin/deliveries/quiet-hours/", wrong)
    assert refused.status_code == 422 and refused.content.decode().count('class="fault"') == 4
    assert not QuietHoursEdition.objects.exists()
    day = str(world.today + timedelta(days=400))
    right = {"starts_on": day, "begins": "21:30", "ends": "08:00", "source": "公司营销部〔2026〕12号"}
    assert client.post("/admin/deliveries/quiet-hours/", right).status_code == 302
    page = client.get("/admin/deliveries/quiet-hours/").content.decode()
    assert "21:30–08:00" in page and "营销部〔2026〕12号" in page and page.count("执行中") == 1
    assert HistoryEntry.objects.get(subject="quiet_hours").verb == "quiet_hours_set"
