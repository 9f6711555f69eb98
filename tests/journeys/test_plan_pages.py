"""Plans of works on the board: asked for, read in every form, moved by hand, told, put in force; who may do what."""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.support import plans
from tests.support.world import World
from wanjia.model.faults import Fault
from wanjia.queries.network.plan_adoption import adoption
from wanjia.queries.network.plan_notices import announced
from wanjia.queries.network.plan_wording import worded_faults
from wanjia.records.network.models import Customer, TransformerDistrict
from wanjia.records.network.planning import DoubleSource, Means, MonthPlan, PlannedItem, SupplyDemand, WorkRequest
from wanjia.texts import fault_sentence

KEY = re.compile(r"[\s>\"](?:board|plans|plan|live|desk|form|pager)\.[a-z_]+[\w.]*")
QUERIES_MAX = 45
SWITCHES = ("switch-T-C111", "switch-T-C112", "switch-T-C121")


@pytest.fixture
def plan(world: World, tmp_path: Path, settings) -> MonthPlan:  # type: ignore[no-untyped-def]
    """Three works in the month after next, planned."""
    settings.HOME = tmp_path
    plans.ready(world)
    for at, device in enumerate(SWITCHES):
        plans.asked(world, device, 2 + 7 * at, modes=() if at else ("outage",))
    return plans.make_plan(world)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return str(answer.content.decode())


def rows(client: Client, path: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(client.get(path).content.decode("utf-8-sig"))))[1:]


@contextmanager
def travelled(by: timedelta) -> Iterator[None]:
    """What the pages take for now lies so much later."""
    now = timezone.now
    with mock.patch("wanjia.web.middleware.timezone.now", lambda: now() + by):
        yield


def data(html: str, name: str) -> dict[str, object]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found, name
    return dict(json.loads(found[1]))


def paths(plan: MonthPlan) -> list[str]:
    at, item = f"/board/plans/{plan.number}/", plan.items.first()
    assert item is not None
    below = (
        "",
        "works/",
        f"works/{item.pk}/",
        "calendar/",
        "day/",
        "notices/",
        f"notices/{item.pk}/",
        "lost-day/",
        "adopt/",
    )
    lists = (
        "/board/plans/",
        "/board/plans/compare/",
        "/board/plans/requests/",
        "/board/plans/requests/new/",
        "/board/plans/means/",
        "/board/plans/means/set/",
        "/board/plans/demands/",
        "/board/plans/demands/set/",
    )
    return [*lists, *(at + one for one in below)]


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_every_page_stands_in_words_with_few_queries(world: World, plan: MonthPlan, language: str) -> None:
    dispatcher = world.client("dispatch", language)
    for path in paths(plan):
        with CaptureQueriesContext(connection) as asked:
            html = page(dispatcher, path)
        assert not KEY.findall(html), (path, KEY.findall(html))
        assert len(asked) <= QUERIES_MAX, (path, len(asked))
    _nothing_reads_as_a_code(world, plan, language)
    odd = f"/board/plans/{plan.number}/works/?text=%25&mode=x&feeder=y&day=z&page=zz"
    assert page(dispatcher, odd)
    assert page(dispatcher, "/board/plans/YJ0/", 404)
    assert page(dispatcher, "/board/plans/?month=2026-99&state=x&organisation=nowhere")


SPOKEN_OF = {
    "cheaper_crews": {"kind": "line", "base": "crew"}, "cheaper_means": {"kind": "live_line_team", "base": "live"},
    "cheaper_blackout": {"name": "BD1", "reason": "exam"}, "cheaper_repeat": {"district": "T-C111", "most": 2},
    "cheaper_double_source": {"name": "customer-7"},
}  # fmt: skip
"""Reasons whose values are stored as codes."""
CODE = re.compile(
    r"\b(?:live_line_team|exam|customer-7|proposed|planning\.\w+|crew:\w+)\b"
    r"|“(?:line|crew|live)”|at (?:crew|live)\b|（(?:crew|live)）"
)


def _nothing_reads_as_a_code(world: World, plan: MonthPlan, language: str) -> None:
    item = plan.items.first()
    assert item is not None
    DoubleSource.objects.create(code="customer-7", name="市一医院", sources=[["a"], ["b"]], set_at=world.now)
    at = {"starts_at": "2027-02-03 08:00", "less": 3.0}
    item.reasons = [{"code": code, "values": {**values, **at}} for code, values in SPOKEN_OF.items()]
    item.save()
    counts = dict.fromkeys(("days", "hours", "notice", "blackout", "pace", "repeated", "out_of_reach"), 0)
    stuck = {"work": item.request.number, "without_means": 1, **counts}
    plan.unplaced = [{"request": item.request.number, "code": "planning.no_start", "values": stuck}]
    plan.save()
    dispatcher, here = world.client("dispatch", language), f"/board/plans/{plan.number}/"
    why = next(row[-1] for row in rows(dispatcher, f"{here}works/?export=csv") if row[0] == item.request.number)
    names = ("配电班", "带电班", "市一医院") if language == "zh-Hans" else ("Line crew", "Live-line", "Examination")
    assert not CODE.findall(why) and all(name in why for name in names), why
    shown = page(dispatcher, f"{here}works/{item.pk}/").partition('id="why"')[2].partition("</section>")[0]
    assert why.split(" ")[0].split("（")[0] in shown
    assert "planning.no_start" not in page(dispatcher, here) and "no_start" not in page(dispatcher, f"{here}works/")
    pool = Fault("planning.broken_resource_over", values={"name": "crew:line crew", "at": "", "amount": 1})
    state = Fault("plan.state", values={"plan": plan.number, "state": "proposed"})
    assert not any(CODE.findall(fault_sentence(one, language)) for one in worded_faults([pool, state], language))


def test_a_plan_is_asked_for_and_is_seen_to_come(world: World, tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.HOME = tmp_path
    plans.ready(world)
    plans.asked(world, SWITCHES[0], 2)
    dispatcher, month = world.client("dispatch"), f"{plans.next_month(world):%Y-%m}"
    sent = {"month": month, "organisation": "county", "seconds": "1", "seed": "7"}
    refused = dispatcher.post("/board/plans/ask/", {**sent, "month": "soon", "seconds": "many"})
    assert refused.status_code == 422
    assert "many" in refused.content.decode()
    assert dispatcher.post("/board/plans/ask/", sent, follow=True).redirect_chain[-1][0] == "/board/plans/"
    asked = MonthPlan.objects.get()
    assert (asked.state, asked.seed) == ("draft", 7)
    assert "排队中" in page(dispatcher, f"/board/plans/{asked.number}/")
    live = dispatcher.get("/board/plans/live?since=x").json()
    assert asked.number in live["parts"]["now"]
    with travelled(timedelta(minutes=3)):
        unchanged = dispatcher.get(f"/board/plans/live?since={live['version']}")
    assert unchanged.status_code == 204, "a plan that waits looks the same however long it waits"
    MonthPlan.objects.update(state="computing", stage="solve", started_at=timezone.now())
    running = dispatcher.get("/board/plans/live?since=x").json()["version"]
    assert dispatcher.get(f"/board/plans/{asked.number}/live?since=x").json()["parts"]["now"]
    with travelled(timedelta(seconds=-30)):
        assert dispatcher.get(f"/board/plans/live?since={running}").status_code == 200, "the time left is shown"
    MonthPlan.objects.update(state="draft", stage="", started_at=None)
    plans.work()
    assert "查看计划" in dispatcher.get(f"/board/plans/{asked.number}/live?since=x").json()["parts"]["now"]
    assert "待批准" in page(dispatcher, "/board/plans/")
    assert world.client().get("/board/plans/").status_code == 302
    assert world.client("water").get("/board/plans/").status_code == 403
    assert world.client("chief").post("/board/plans/ask/", sent).status_code == 403


def test_the_chart_says_what_the_rows_say(world: World, plan: MonthPlan) -> None:
    dispatcher = world.client("dispatch")
    chart = data(page(dispatcher, f"/board/plans/{plan.number}/"), "plan-chart")
    items = {str(one.pk): one for one in plan.items.all()}
    works = {one["id"]: one for one in chart["works"]}  # type: ignore[attr-defined]
    assert works.keys() == items.keys()
    for key, item in items.items():
        day = chart["dates"][int(works[key]["begin"] // chart["slots_per_day"])]  # type: ignore[index,operator]
        assert day == timezone.localdate(item.starts_at).isoformat()
        length = (item.ends_at - item.starts_at).total_seconds() / 60 / chart["slot_minutes"]  # type: ignore[operator]
        assert works[key]["end"] - works[key]["begin"] == length
        assert works[key]["rows"]["crew"] == item.crews
    assert [one["id"] for one in chart["ways"]] == ["feeder", "crew"]  # type: ignore[attr-defined]
    assert "move_url" in chart
    assert "move_url" not in data(page(world.client("chief"), f"/board/plans/{plan.number}/"), "plan-chart")


def test_a_move_is_priced_made_and_taken_back(world: World, plan: MonthPlan) -> None:
    dispatcher, at = world.client("dispatch"), f"/board/plans/{plan.number}"
    item = plan.items.order_by("starts_at").first()
    assert item is not None
    there = timezone.localtime(item.starts_at + timedelta(days=1))
    wanted = {"work": str(item.pk), "starts_at": f"{there:%Y-%m-%dT%H:%M}"}
    price = dispatcher.get(f"{at}/price", wanted).json()
    assert {"district_change", "household_change", "violations"} <= price.keys()
    night = {**wanted, "starts_at": f"{there:%Y-%m-%d}T02:00"}
    refused = dispatcher.post(f"{at}/move", night)
    assert refused.status_code == 422 and refused.json()["faults"]
    assert dispatcher.get(f"{at}/price", {**wanted, "starts_at": "noon"}).status_code == 422
    moved = dispatcher.post(f"{at}/move", wanted)
    assert moved.status_code == 200, moved.json()
    before, item = item.starts_at, PlannedItem.objects.get(pk=item.pk)
    assert item.starts_at == before + timedelta(days=1)
    why = next(row[-1] for row in rows(dispatcher, f"{at}/works/?export=csv") if row[0] == item.request.number)
    assert why.startswith("人工调整：") and "时户" in why and len(item.reasons) > 1, why
    assert "人工调整：" in page(dispatcher, f"{at}/works/{item.pk}/")
    assert "figures" in moved.json()["parts"] and item.request.title_zh in moved.json()["said"]
    assert world.client("chief").post(f"{at}/move", wanted).status_code == 403
    dispatcher.post(f"{at}/undo/")
    item.refresh_from_db()
    assert item.starts_at == before and item.reasons
    assert "人工调整：" not in page(dispatcher, f"{at}/works/{item.pk}/")
    place = {"day": f"{there:%Y-%m-%d}", "time": f"{there:%H:%M}"}
    tried = dispatcher.post(f"{at}/works/{item.pk}/move/", {**place, "try": "yes"})
    assert "试算结果" in tried.content.decode()
    assert dispatcher.post(f"{at}/works/{item.pk}/move/", {"day": "x", "time": "y"}).status_code == 422
    dispatcher.post(f"{at}/works/{item.pk}/move/", place)
    dispatcher.post(f"{at}/works/{item.pk}/lock/", {"lock": "yes"})
    item.refresh_from_db()
    assert item.locked and item.starts_at == before + timedelta(days=1)
    assert dispatcher.post(f"{at}/move", wanted).status_code == 422


def test_files_leave_it_safely(world: World, plan: MonthPlan) -> None:
    dispatcher, at = world.client("dispatch"), f"/board/plans/{plan.number}"
    WorkRequest.objects.filter(device_id=SWITCHES[0]).update(title_zh="=1+1, 更换；\n电杆")
    listed = rows(dispatcher, f"{at}/works/?export=csv")
    assert len(listed) == 3 and any(row[1].startswith("'=") for row in listed)
    assert len(rows(dispatcher, "/board/plans/?export=csv")) == 1
    assert len(rows(dispatcher, "/board/plans/requests/?export=csv")) == 3
    assert len(rows(dispatcher, "/board/plans/means/?export=csv")) == 2
    calendar = dispatcher.get(f"{at}/plan.ics")
    assert calendar["Content-Type"].startswith("text/calendar")
    text = calendar.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 3 and "STATUS:TENTATIVE" in text
    item = plan.items.select_related("request").first()
    assert item is not None
    assert f"UID:{item.request.number}@county.wanjia" in text
    crew = item.crews[0]
    of_crew = dispatcher.get(f"{at}/plan.ics", {"crew": crew}).content.decode()
    assert of_crew.count("BEGIN:VEVENT") == sum(crew in one.crews for one in plan.items.all())
    assert dispatcher.get(f"{at}/plan.ics", {"crew": "nobody"}).status_code == 404
    assert world.client("manager").get(f"{at}/works/?export=csv").status_code == 403


def test_notices_as_letters_and_putting_it_in_force(world: World, plan: MonthPlan) -> None:
    dispatcher, at = world.client("dispatch"), f"/board/plans/{plan.number}"
    dark = [one for one in plan.items.all() if one.dark]
    assert len(rows(dispatcher, f"{at}/notices/?export=csv")) == len(dark) > 0
    begin, until = dark[0].starts_at, dark[0].ends_at
    half = timedelta(minutes=30)
    spans = ((begin, begin + half), (until - half, until))
    codes, whole = dark[0].dark[0][2], dark[0].dark
    dark[0].dark = [[one.isoformat(), other.isoformat(), codes] for one, other in spans]
    dark[0].save()
    first = next(one for one in announced(plan.number, world.actor("dispatch"), "en") if one.spans[0][0] == begin)
    assert first.spans == spans, "a generator is put in and taken out: between, there is supply, and it is said so"
    dark[0].dark = whole
    dark[0].save()
    shown = page(dispatcher, f"{at}/notices/")
    assert f"{timezone.localtime(begin):%H:%M}\u00a0–\u00a0{timezone.localtime(until):%H:%M}" in shown
    for path in ("public.pdf", *(f"{kind}.pdf?item={dark[0].pk}" for kind in ("outage", "district"))):
        letter = dispatcher.get(f"{at}/notices/{path}")
        assert letter.content.startswith(b"%PDF"), path
    assert dispatcher.get(f"{at}/notices/love.pdf").status_code == 404
    style = dispatcher.get(f"{at}/print.css")
    assert style["Content-Type"].startswith("text/css") and "counter(pages)" in style.content.decode()
    assert f"{plan.number} · " in style.content.decode() and "A4 landscape" in style.content.decode()
    other = PlannedItem.objects.exclude(pk=dark[0].pk).first()
    assert other is not None
    other.dark = [[*dark[0].dark[0][:2], [*dark[0].dark[0][2], "T-C221"]]]
    other.save()
    together = {*dark[0].dark[0][2], "T-C221"}
    phones = set(Customer.objects.filter(district__in=together).exclude(phone="").values_list("phone", flat=True))
    assert phones and Customer.objects.filter(district__in=dark[0].dark[0][2]).exclude(phone="").exists()
    found = adoption(plan.number, world.actor("dispatch"), "en")
    others = {code for one in dark if one.pk not in (dark[0].pk, other.pk) for code in one.dark[0][2]}
    assert others.isdisjoint(together) and found.districts == len(together | others)
    alone = Customer.objects.filter(district__in=others).exclude(phone="").values("phone").distinct().count()
    assert found.receivers == found.texts == len(phones) + alone, "two works in one outage: a household is told once"
    other.refresh_from_db()
    assert f"批准并发出 {found.texts} 条" in page(dispatcher, f"{at}/adopt/")
    assert world.client("county").get(f"{at}/adopt/").status_code == 403
    assert dispatcher.post(f"{at}/adopt/").status_code == 302
    plans.work()
    plan.refresh_from_db()
    assert plan.state == "adopted"
    shown = page(dispatcher, f"{at}/")
    assert "执行中" in shown and "move_url" not in data(shown, "plan-chart")


def test_a_lost_day_is_planned_again_and_compared(world: World, plan: MonthPlan) -> None:
    dispatcher, at = world.client("dispatch"), f"/board/plans/{plan.number}"
    item = plan.items.order_by("starts_at").first()
    assert item is not None
    day = timezone.localdate(item.starts_at).isoformat()
    assert dispatcher.post(f"{at}/lost-day/", {"day": day, "reason": "", "seconds": "1"}).status_code == 422
    assert dispatcher.post(f"{at}/lost-day/", {"day": day, "reason": "暴雨", "seconds": "1"}).status_code == 302
    plans.work()
    again = MonthPlan.objects.exclude(pk=plan.pk).get()
    shown = page(dispatcher, f"/board/plans/compare/?before={plan.number}&after={again.number}")
    assert "移动 1 项，不变 2 项" in shown
    assert item.request.title_zh in shown
    shown = page(dispatcher, f"/board/plans/{again.number}/")
    changes = shown.partition('id="changes"')[2].partition("</section>")[0]
    assert "改动 1 项，其余 2 项不变" in changes and "暴雨" in changes and "已证明：没有改动更少的安排" in changes
    new = again.items.get(request=item.request)
    for one in (item, new):
        assert f"{timezone.localtime(one.starts_at):%H:%M}" in changes
    assert again.bound is not None and again.gap is not None and again.figures["cost"] >= again.bound
    assert again.number in page(dispatcher, f"/board/plans/{again.number}/calendar/")
    back = f"/board/plans/{again.number}/return/"
    assert "照旧" in page(dispatcher, back) and world.client("chief").post(back).status_code == 403
    assert dispatcher.post(back).headers["Location"] == f"{at}/"
    again.refresh_from_db()
    assert again.state == "superseded" and "已放弃" in page(dispatcher, f"/board/plans/{again.number}/")
    assert again.number in page(dispatcher, "/board/plans/?state=dropped")
    assert again.number not in page(dispatcher, "/board/plans/?state=superseded")
    assert dispatcher.post(back).status_code == 422, "what was given up cannot be given up again"


def test_requests_means_and_times_to_keep_lit_are_entered_and_taken_back(world: World, plan: MonthPlan) -> None:
    dispatcher, first = world.client("dispatch"), plans.next_month(world)
    sent = {
        "device_id": "switch-T-C122", "title_zh": "清理树障", "kind": "clearing", "hours": "2",
        "earliest_on": first.isoformat(), "latest_on": (first + timedelta(days=9)).isoformat(), "crew_kind": "line",
    }  # fmt: skip
    refused = dispatcher.post("/board/plans/requests/new/", {**sent, "hours": "two", "title_zh": ""})
    assert refused.status_code == 422 and refused.content.decode().count('class="fault"') == 2
    assert dispatcher.post("/board/plans/requests/new/", sent).status_code == 302
    row = WorkRequest.objects.get(device_id="switch-T-C122")
    assert "清理树障" in page(dispatcher, "/board/plans/requests/?state=open&kind=clearing")
    dispatcher.post(f"/board/plans/requests/{row.number}/withdraw/", {"reason": "已由抢修完成"})
    row.refresh_from_db()
    assert row.state == "withdrawn"
    means = {
        "code": "truck", "name_zh": "一号发电车", "kind": Means.objects.first().kind, "organisation": "county",  # type: ignore[union-attr]
        "longitude": "119.9", "latitude": "29.9", "by_weekday": "1 1 1 1 1 0 0", "by_day": f"{first} 0",
        "from_hour": "8", "until_hour": "18", "kva": "400",
    }  # fmt: skip
    assert dispatcher.post("/board/plans/means/set/", {**means, "by_weekday": "many"}).status_code == 422
    assert dispatcher.post("/board/plans/means/set/", means).status_code == 302
    assert 'value="一号发电车"' in page(dispatcher, "/board/plans/means/set/?code=truck")
    dispatcher.post("/board/plans/means/remove/", {"code": "truck"})
    assert "一号发电车" not in page(dispatcher, "/board/plans/means/").replace("一号发电车已停用", "")
    code = TransformerDistrict.objects.filter(code__startswith="T-C11").first()
    assert code is not None
    demand = {
        "kind": "exam", "reason": "学业水平考试", "districts": code.code, "from_at": f"{first}T08:00",
        "until_at": f"{first}T18:00", "case_number": "",
    }  # fmt: skip
    assert dispatcher.post("/board/plans/demands/set/", {**demand, "until_at": "x"}).status_code == 422
    assert dispatcher.post("/board/plans/demands/set/", demand).status_code == 302
    made = SupplyDemand.objects.get()
    assert "学业水平考试" in page(dispatcher, f"/board/plans/{plan.number}/calendar/")
    blackout = data(page(dispatcher, f"/board/plans/{plan.number}/"), "plan-chart")["blackouts"]
    assert len(blackout) == 1  # type: ignore[arg-type]
    dispatcher.post(f"/board/plans/demands/{made.number}/withdraw/")
    made.refresh_from_db()
    assert made.withdrawn_at
