"""Everybody's question: is my place out, why, until when, and tell me when it is back; nothing of anybody's person."""

import json
import re
from datetime import timedelta

from django.core.cache import cache

from tests.support import dark_places
from tests.support.world import HOME, World
from wanjia.records.network.models import Customer, Outage, OutageWatch, PlannedWork

KEY = re.compile(r"[\s>\"](?:board|live|outages|portal|form)\.[a-z_]+[\w.]*")
HERE = f"longitude={HOME['longitude']}&latitude={HOME['latitude']}"
SOUTH = ["T-C111", "T-C112"]


def test_the_page_stands_on_an_empty_network_and_in_both_languages(world: World) -> None:
    for language in ("zh-Hans", "en"):
        client = world.client(language=language)
        for path in ("/outages/", f"/outages/?{HERE}", "/outages/?longitude=x&latitude=1", "/outages/?area=nowhere"):
            page = client.get(path)
            assert page.status_code == 200 and not KEY.findall(page.content.decode()), path
    assert "目前没有已知的停电" in world.client().get("/outages/").content.decode()
    assert 'href="/outages/"' in world.client().get("/").content.decode()


def test_a_place_that_is_out_hears_why_and_until_when(world: World) -> None:
    dark_places.outage(SOUTH, world.now, estimate_minutes=40, cause="tree")
    page = world.client().get(f"/outages/?{HERE}").content.decode()
    assert "您这里停电了" in page and "树障" in page and "按离您最近的台区判断" in page
    piece = world.client().get(f"/outages/?{HERE}", headers={"hx-request": "true"}).content.decode()
    assert "您这里停电了" in piece and "<html" not in piece
    number = Customer.objects.get(district="T-C111").number
    assert "按您的户号所在台区" in world.client().get(f"/outages/?number={number}").content.decode()
    assert "您这里停电了" in world.client().get("/outages/?card=card-1").content.decode()
    assert "您这里停电了" in world.client().get("/outages/?area=C111").content.decode()
    assert "没有查到这个户号" in world.client().get("/outages/?number=1").content.decode()
    assert "附近没有" in world.client().get("/outages/?longitude=10&latitude=10").content.decode()


def test_a_place_with_supply_leads_to_the_report_with_the_place_kept(world: World) -> None:
    dark_places.outage(["T-C222"], world.now, level="district", lasted=10)
    page = world.client().get(f"/outages/?{HERE}&address=海棠村12号").content.decode()
    assert "没有已知的停电" in page
    link = re.search(r'href="(/new/behind_meter_repair/[^"]+)"', page)
    assert link
    form = world.client().get(link[1].replace("&amp;", "&")).content.decode()
    assert 'value="119.91"' in form and "海棠村12号" in form
    assert re.search(r'value="no_power"[^>]*checked', form)
    dark_places.outage(SOUTH, world.now, number="TD2", lasted=10)
    assert "刚才的停电已于" in world.client().get(f"/outages/?{HERE}").content.decode()


def test_planned_work_at_the_place_is_told_before_it_begins(world: World) -> None:
    work = PlannedWork.objects.create(
        code="JH-1", device_id="F001-B1", title_zh="更换变压器", starts_at=world.now + timedelta(days=1),
        ends_at=world.now + timedelta(days=1, hours=3),
    )  # fmt: skip
    assert "更换变压器" not in world.client().get(f"/outages/?{HERE}").content.decode()
    work.districts.create(district_id="T-C111")
    assert "更换变压器" in world.client().get(f"/outages/?{HERE}").content.decode()


def test_nothing_of_a_person_a_device_or_a_single_house_is_public(world: World) -> None:
    Customer.objects.filter(district="T-C111").update(priority="life_support")
    wide = dark_places.outage(SOUTH, world.now, device="F001-B1", priority=1)
    single = dark_places.outage(["T-C121"], world.now, number="TD2", level="meter", device="M-77")
    few = dark_places.outage(["T-C122"], world.now, number="TD3", level="district", device="T-C122")
    Outage.objects.filter(pk=few.pk).update(customers_touched=4)
    client = world.client()
    texts = [
        client.get(path).content.decode()
        for path in ("/outages/", "/outages/live", f"/outages/?{HERE}", "/api/outages/public")
    ]
    for text in texts:
        assert wide.number in text
        for secret in ("王秀英", "13800000012", "F001-B1", "M-77", "T-C112", single.number, few.number, "生命支持"):
            assert secret not in text
    areas = client.get("/outages/live").json()["areas"]["features"]
    assert [one["properties"]["id"] for one in areas] == [wide.number]
    number = Customer.objects.get(district="T-C121").number
    assert single.number in client.get(f"/outages/?number={number}").content.decode()


def test_the_page_renews_itself_only_when_something_changed(world: World) -> None:
    row = dark_places.outage(SOUTH, world.now, estimate_minutes=40)
    client = world.client()

    def live() -> dict[str, str]:
        page = client.get(f"/outages/?{HERE}").content.decode()
        found: dict[str, str] = json.loads(
            page.split('<script id="live-data" type="application/json">')[1].split("</script>")[0]
        )
        return found

    def is_unchanged() -> bool:
        data = live()
        return client.get(f"{data['url']}&since={data['version']}").status_code == 204

    assert is_unchanged() or is_unchanged(), "a minute may begin between page and question, but not twice"
    data = live()
    assert data["seconds"] == 15 and data["url"].startswith("/outages/live?longitude=119.91")
    dark_places.restored(row, world.now)
    answer = client.get(f"{data['url']}&since={data['version']}").json()
    assert "刚才的停电已于" in answer["parts"]["answer"] and answer["areas"]["features"] == []


def test_tell_me_when_it_is_back(world: World) -> None:
    cache.clear()
    row = dark_places.outage(SOUTH, world.now)
    client = world.client()
    sent = {"district": "T-C111", "channel": "sms", "address": "138 0000 0099"}
    wrong = client.post(f"/outages/watch/?{HERE}", {**sent, "address": "later"})
    assert (
        wrong.status_code == 422
        and "不是有效的手机号码" in wrong.content.decode()
        and "later" in wrong.content.decode()
    )
    lit = client.post(f"/outages/watch/?{HERE}", {**sent, "district": "T-C222"})
    assert lit.status_code == 422
    done = client.post(f"/outages/watch/?{HERE}", sent, follow=True).content.decode()
    assert "恢复供电时会通知您" in done and "您这里停电了" in done
    client.post(f"/outages/watch/?{HERE}", sent)
    watch = OutageWatch.objects.get()
    assert (watch.outage, watch.address, watch.channel) == (row, "13800000099", "sms")
    board = world.client("dispatch").get(f"/board/outages/{row.number}/").content.decode()
    assert "1 人要求恢复时告知" in board and "13800000099" not in board
    statuses = [client.post(f"/outages/watch/?{HERE}", sent).status_code for _ in range(9)]
    assert statuses[-1] == 429
    cache.clear()


def test_places_of_own_requests_are_one_tap_away(world: World) -> None:
    case = world.repair("a")
    client = world.client()
    session = client.session
    session["cases"] = [case.pk]
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert "海棠村12号" in client.get("/outages/").content.decode()
    assert "海棠村12号" not in world.client().get("/outages/").content.decode()
