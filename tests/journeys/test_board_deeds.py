"""Deeds at the board: estimate, explain, end, record, plan; who may, what is refused, what it says afterwards."""

from datetime import datetime, timedelta

from django.utils import timezone

from tests.support import dark_places
from tests.support.world import World
from wanjia.records.cases.models import PersonalDataRead
from wanjia.records.network.models import Customer, Outage, PlannedWork, RestorationEstimate

SOUTH = ["T-C111", "T-C112"]


def field(at: datetime) -> str:
    """An instant as a browser sends it."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def test_an_estimate_is_kept_and_can_be_taken_back(world: World) -> None:
    row = dark_places.outage(SOUTH, world.now, estimate_minutes=45)
    address, client = f"/board/outages/{row.number}/do/estimate/", world.client("chief")
    assert world.client("chief2").post(address, {}).status_code == 404
    assert world.client("company").post(address, {"restoration_at": field(world.now)}).status_code == 403
    refused = client.post(address, {"restoration_at": "bald", "reason": ""})
    assert refused.status_code == 422 and "不是日期和时间" in refused.content.decode()
    past = client.post(address, {"restoration_at": field(world.now - timedelta(hours=1))})
    assert past.status_code == 422 and "已过" in past.content.decode()
    until = world.now + timedelta(hours=3)
    done = client.post(address, {"restoration_at": field(until), "reason": "等备件"}, follow=True).content.decode()
    assert "已报预计恢复时间" in done and "等备件" in done and "撤销" in done
    assert RestorationEstimate.objects.filter(outage=row).count() == 2
    assert timezone.localtime(Outage.objects.get().estimated_restoration_at).strftime("%H:%M") in done


def test_cause_and_end_are_recorded(world: World) -> None:
    row = dark_places.outage(SOUTH, world.now)
    client, address = world.client("manager"), f"/board/outages/{row.number}/do"
    assert client.post(f"{address}/explain/", {"cause": "witchcraft", "external": "no"}).status_code == 422
    done = client.post(f"{address}/explain/", {"cause": "tree", "external": "yes", "note": "竹子"}, follow=True)
    assert "树障" in done.content.decode() and "外部原因" in done.content.decode()
    early = client.post(f"{address}/close/", {"restored_at": field(world.now - timedelta(days=1))})
    assert early.status_code == 422 and "不在停电开始" in early.content.decode()
    ended = client.post(f"{address}/close/", {"restored_at": field(world.now)}, follow=True).content.decode()
    assert "已登记复电" in ended and "人工登记复电" in ended
    assert (
        client.post(f"{address}/estimate/", {"restoration_at": field(world.now + timedelta(hours=1))}).status_code
        == 422
    )
    assert client.post(f"{address}/burn/", {}).status_code == 404


def test_a_false_alarm_counts_nowhere(world: World) -> None:
    row = dark_places.outage(SOUTH, world.now, minutes_ago=60)
    client = world.client("dispatch")
    assert client.post(f"/board/outages/{row.number}/do/dismiss/", {"reason": ""}).status_code == 422
    client.post(f"/board/outages/{row.number}/do/dismiss/", {"reason": "现场有电"})
    assert Outage.objects.get().status == "false"
    assert world.client("company").get("/api/reliability").json()["interruptions"] == 0


def test_an_outage_is_recorded_by_its_districts(world: World) -> None:
    client = world.client("chief")
    assert world.client("company").get("/board/outages/new/").status_code == 403
    assert client.get("/board/outages/new/").status_code == 200
    wrong = client.post("/board/outages/new/", {"districts": "T-X", "starts_at": field(world.now)})
    assert wrong.status_code == 422 and "没有台区 T-X" in wrong.content.decode()
    sent = {"districts": "T-C111\nT-C112, T-C111", "starts_at": field(world.now - timedelta(minutes=9)), "note": "来电"}
    done = client.post("/board/outages/new/", sent, follow=True).content.decode()
    assert "已登记停电" in done and "人工登记" in done
    assert Outage.objects.get().districts.count() == 2
    other = client.post("/board/outages/new/", {**sent, "districts": "T-C211"})
    assert other.status_code == 403


def test_work_is_planned_and_cancelled_by_dispatch(world: World) -> None:
    client = world.client("dispatch")
    assert world.client("chief").get("/board/works/new/").status_code == 403
    assert "登记计划停电" not in world.client("chief").get("/board/works/").content.decode()
    begin = world.now + timedelta(days=2)
    sent = {"device_id": "T-C111", "title_zh": "更换变压器", "starts_at": field(begin), "ends_at": field(begin)}
    refused = client.post("/board/works/new/", sent)
    assert refused.status_code == 422 and "更换变压器" in refused.content.decode()
    done = client.post("/board/works/new/", {**sent, "ends_at": field(begin + timedelta(hours=3))}, follow=True)
    page = done.content.decode()
    assert "更换变压器" in page and "不足 7 天" in page and "撤销" in page
    work = PlannedWork.objects.get()
    assert "已取消" in client.post(f"/board/works/{work.code}/cancel/", {}, follow=True).content.decode()
    assert client.post(f"/board/works/{work.code}/cancel/", {}).status_code == 422


def test_who_cannot_bear_it_is_named_for_a_reason(world: World) -> None:
    Customer.objects.filter(district="T-C111").update(priority="life_support")
    row = dark_places.outage(SOUTH, world.now, priority=1)
    address, client = f"/board/outages/{row.number}/reveal/", world.client("manager")
    assert client.post(address, {"reason": ""}).status_code == 422
    assert not PersonalDataRead.objects.exists()
    shown = client.post(address, {"reason": "逐户电话确认"}).content.decode()
    assert "王秀英" in shown and "13800000012" in shown
    assert PersonalDataRead.objects.get().subject == f"outage:{row.number}"
    assert "王秀英" not in client.get(f"/board/outages/{row.number}/").content.decode()
    assert world.client("company").post(address, {"reason": "逐户电话确认"}).status_code == 403
