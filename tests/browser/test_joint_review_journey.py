"""Q2: one application, four departments at work at the same time on their own part of it, one decision letter."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.papers import drawing
from tests.support.visitor import Visitor
from wanjia.records.cases.models import Letter

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]

PROJECT = "海湾冷链物流园10千伏接入工程"
ROUTE = "自港前大道北侧环网柜起，沿冷链一路东侧人行道敷设至园区配电室"
ADDRESS = "港前大道与冷链一路交叉口"
# department: (its own paper, its name in the letter)
DEPARTMENTS = {
    "city_management": ("道路挖掘与恢复方案", "城市管理局"),
    "natural_resources": ("规划路由图", "自然资源和规划局"),
    "traffic_police": ("交通组织方案", "公安交通管理支队"),
    "landscape": ("绿化迁移与恢复方案", "园林绿化中心"),
}
REQUEST = "请补充与既有燃气管线交叉处的剖面图，注明净距"
CONDITION = "夜间22时至次日6时施工，保留一个车道通行"


def test_joint_review(site: LiveSite, visit: Visit) -> None:
    applicant = visit("applicant")
    number = applies(applicant)
    site.pass_time(hours=2)
    clerk = visit("clerk", "clerk")
    accepts(clerk)

    site.pass_time(hours=1)
    departments = {name: visit(name, name) for name in DEPARTMENTS}
    each_sees_only_its_own(departments)
    asks_for_a_supplement(departments["natural_resources"])
    agrees(departments["city_management"])
    agrees(departments["traffic_police"], CONDITION)
    agrees(departments["landscape"])
    the_clock_is_paused(clerk, number)
    site.pass_time(hours=3)
    supplies(applicant, number)
    the_clock_runs_on(clerk, number)
    site.pass_time(hours=1)
    agrees_after_reading(departments["natural_resources"])

    site.pass_time(hours=1)
    consolidates(clerk)
    signs(visit("window chief", "window_chief"))
    reads_the_decision(applicant, number)
    clerk.open(f"/window/cases/{number}/")
    expect(clerk.page.locator("#facts dt", has_text="节省时间").locator("+ dd")).to_contain_text("个工作日")
    clerk.picture("days-saved")


def applies(applicant: Visitor) -> str:
    page = applicant.page
    applicant.open("/new/one_window_review/")
    texts = {
        "project_name": PROJECT, "route": ROUTE, "applicant_name": "海州市海湾冷链物流有限公司",
        "contact_name": "林晓芸", "contact_phone": "13800000021", "place-address": ADDRESS, "length_m": "860",
        "width_m": "0.8", "carriageway_m2": "120", "green_m2": "64", "starts_on": "2026-04-07", "ends_on": "2026-05-20",
    }  # fmt: skip
    applicant.choose("applicant_kind", "company")
    page.locator("#in-credit_code").fill("91350500MA2XWL3K7P")
    for name, text in texts.items():
        page.locator(f"#in-{name}").fill(text)
    page.get_by_text("看不到地图").click()
    page.locator("#in-place-area").select_option("C111")
    page.locator("#in-voltage").select_option("kv10")
    applicant.choose("laying", "open_cut")
    page.locator("#in-road_class").select_option("arterial")
    for name, file in (
        ("site_plan", "总平面及路由图"), ("excavation_plan", "道路挖掘与恢复方案"), ("planning_drawing", "规划路由图"),
        ("traffic_plan", "交通组织方案"), ("green_plan", "绿化迁移与恢复方案"),
    ):  # fmt: skip
        with page.expect_response("**/papers/"):
            page.locator(f"#in-{name}").set_input_files([drawing(file)])
    expect(page.locator("#field-water_plan")).to_be_hidden()
    applicant.picture("application")
    applicant.send(page.locator("main form"))
    applicant.sees("已受理", PROJECT)
    applicant.picture("received")
    return page.locator("[data-copy=number]").inner_text()


def accepts(clerk: Visitor) -> None:
    page = clerk.page
    clerk.sees(PROJECT)
    clerk.picture("clerk-tasks")
    clerk.press(page.get_by_role("link", name="收件审查"))
    clerk.choose("acceptance", "accept")
    clerk.picture("clerk-accepts")
    clerk.send(page.locator("#task form"))


def each_sees_only_its_own(departments: dict[str, Visitor]) -> None:
    own: dict[str, str] = {}
    for name, visitor in departments.items():
        expect(visitor.page.get_by_role("link", name="部门审查")).to_have_count(1)
        visitor.press(visitor.page.get_by_role("link", name="部门审查"))
        papers = visitor.page.locator("#papers li")
        mine = DEPARTMENTS[name][0]
        expect(papers).to_have_count(2)
        visitor.sees("总平面及路由图.pdf", f"{mine}.pdf")
        link = papers.filter(has_text=mine).locator("a").last.get_attribute("href")
        assert link is not None
        own[name] = link
        visitor.picture(f"department-{name}")
    for name, visitor in departments.items():
        for owner, link in own.items():
            status = visitor.context.request.get(visitor.address + link).status
            assert status == 200 if owner == name else status in (403, 404), (name, owner, status)
    pages = {name: visitor.page.url for name, visitor in departments.items()}
    stranger = departments["landscape"]
    with stranger.answered(403, 404):
        assert stranger.context.request.get(pages["traffic_police"]).status in (403, 404)


def asks_for_a_supplement(department: Visitor) -> None:
    department.choose("opinion", "supplement")
    department.page.locator("#in-supplement_request").fill(REQUEST)
    department.picture("asks-for-a-supplement")
    department.send(department.page.locator("#task form"))


def agrees(department: Visitor, condition: str = "") -> None:
    department.choose("opinion", "agree_with_conditions" if condition else "agree")
    if condition:
        department.page.locator("#in-conditions").fill(condition)
        department.picture("agrees-with-conditions")
    department.send(department.page.locator("#task form"))


def total_clock(clerk: Visitor) -> Locator:
    """The bar of the whole review's clock; sources of other clocks name it too."""
    return clerk.page.locator(".clock", has=clerk.page.locator(".clock__head strong", has_text="联审总时限"))


def the_clock_is_paused(clerk: Visitor, number: str) -> None:
    clerk.open(f"/window/cases/{number}/")
    expect(total_clock(clerk)).to_contain_text("暂停")
    clerk.picture("clock-paused")


def supplies(applicant: Visitor, number: str) -> None:
    page = applicant.page
    applicant.open(f"/follow/{number}/")
    applicant.sees("按部门要求补正", REQUEST)
    expect(page.locator("#case-status")).to_contain_text("暂停计时")
    page.locator("#in-reply_note").fill("已补交叉处剖面图，与燃气管净距0.6米")
    with page.expect_response("**/papers/"):
        page.locator("#in-reply_papers").set_input_files([drawing("交叉处剖面图")])
    applicant.picture("supplement")
    applicant.send(page.locator(".sheet--mine form"))
    expect(page.locator("#case-status")).not_to_contain_text("暂停计时")


def the_clock_runs_on(clerk: Visitor, number: str) -> None:
    clerk.open(f"/window/cases/{number}/")
    expect(total_clock(clerk)).not_to_contain_text("暂停")
    clerk.picture("clock-runs-on")


def agrees_after_reading(department: Visitor) -> None:
    department.open("/window/")
    department.press(department.page.get_by_role("link", name="部门审查"))
    department.sees("交叉处剖面图.pdf", "净距0.6米")
    agrees(department)


def consolidates(clerk: Visitor) -> None:
    page = clerk.page
    clerk.open("/window/")
    clerk.press(page.get_by_role("link", name="汇总部门意见"))
    clerk.sees(CONDITION, *(name for _, name in DEPARTMENTS.values()))
    page.locator("#in-opinion_summary").fill("各部门均同意，按报送方案实施。")
    page.locator("#in-permit_conditions").fill(CONDITION)
    clerk.picture("consolidates")
    clerk.send(page.locator("#task form"))


def signs(chief: Visitor) -> None:
    page = chief.page
    chief.press(page.get_by_role("link", name="签发决定"))
    page.locator("#in-decision_number").fill("海联审准字〔2026〕18号")
    chief.picture("signs")
    chief.send(page.locator("#task form"))


def reads_the_decision(applicant: Visitor, number: str) -> None:
    page = applicant.page
    applicant.open(f"/follow/{number}/")
    applicant.sees("准予占用挖掘道路决定书")
    applicant.picture("decision-issued")
    link = page.locator("li", has_text="准予占用挖掘道路决定书").get_by_role("link", name="PDF").get_attribute("href")
    sent = applicant.context.request.get(f"{applicant.address}{link}")
    assert sent.headers["content-type"] == "application/pdf"
    assert sent.body().startswith(b"%PDF")
    path = applicant.pictures / "decision.pdf"
    path.write_bytes(sent.body())
    text = words_of(path, number)
    for expected in (PROJECT, CONDITION, "节省时间", *(name for _, name in DEPARTMENTS.values())):
        assert expected in text, expected


def words_of(pdf: Path, number: str) -> str:
    """What the PDF says; where no program can read it, what it was drawn from."""
    if program := shutil.which("pdftotext"):
        told = subprocess.run([program, "-raw", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
        return "".join(told.split())
    return str(Letter.objects.get(case__number=number, letter="decision").content["zh-Hans"])
