"""F10: a district manager goes to a village without signal, works there, comes back, settles what changed."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import PHONE
from tests.support.live_site import LiveSite
from tests.support.machine import needs
from tests.support.papers import photograph
from tests.support.signed_visit import signed_visit
from tests.support.visitor import Visitor
from tests.support.world import HOME
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.pass_on import pass_on
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, Message, Paper, Task
from wanjia.records.territory.models import FieldSending

pytestmark = [pytest.mark.heavy, needs("chromium"), needs("node")]
Visit = Callable[..., Visitor]
ANSWER = {"outcome": "answered", "answer_text": "已电话说明阶梯电价"}
KEEPS_FRAME = """async () => {
  const found = await navigator.serviceWorker.ready;
  return Boolean(found.active) && Boolean(navigator.serviceWorker.controller);
}"""
STORES = "async () => (await indexedDB.databases()).map((one) => one.name).join() + (await caches.keys()).join()"


def test_field_without_signal(site: LiveSite, visit: Visit) -> None:
    visited, called = two_calls(site)
    asked = site.world.call("asked-key-00000001", need="电表箱门坏了", at=site.clock.now())
    manager = visit("district manager", viewport=PHONE, at=(HOME["longitude"], HOME["latitude"]))
    page = manager.page
    manager.sign_in("manager")
    manager.open("/field/")
    expect(page.locator(".field-state")).to_contain_text("已同步")
    page.wait_for_function(KEEPS_FRAME)
    takes_contacts_along(manager)
    expect(page.locator(".field-list li")).to_have_count(3)
    manager.picture("tasks-taken-along")
    page.wait_for_function("async () => (await (await caches.open('field-borders')).keys()).length > 0")

    manager.context.set_offline(True)
    page.reload()
    expect(page.locator(".field-state")).to_contain_text("离线")
    expect(page.locator(".field-list li")).to_have_count(3)
    does_the_visit(manager, visited)
    promises_and_visits_at_once(manager, asked)
    takes_down_a_request(manager)
    answers_what_another_answers_meanwhile(manager, called)
    page.locator(".field-tabs a", has_text="待同步").click()
    expect(page.locator(".field-list li")).to_have_count(5)
    manager.picture("what-waits")
    assert not FieldSending.objects.exists()
    somebody_else_answers(site, called)

    with manager.answered(409):
        manager.context.set_offline(False)
        expect(page.locator(".note").first).to_contain_text("已同步 4 项", timeout=30_000)
    everything_came_once(site, visited)
    assert Task.objects.get(case=asked, step="visit").answers["visit_done"] == "已换锁扣"
    manager.picture("synchronised")
    settles_the_conflict(manager, called)
    signs_out_and_leaves_nothing(manager)


def two_calls(site: LiveSite) -> tuple[Case, Case]:
    """A visit that was promised, with a form that is signed; and a call that waits for an answer."""
    now = site.clock.now()
    install_practice(signed_visit(), {}, SYSTEM, now, run_scenarios=False)
    visited, called = site.world.call("visited-key-000001", at=now), site.world.call("called-key-0000001", at=now)
    manager = site.world.actor("manager")
    promised = {"outcome": "visit", "answer_text": "上门查看", "visit_at": "2026-03-02T15:00:00+08:00"}
    complete_task(visited.number, site.world.task(visited).key, promised, manager, now)
    return visited, called


def takes_contacts_along(manager: Visitor) -> None:
    page = manager.page
    page.locator(".field-tabs a", has_text="本机").click()
    page.get_by_role("button", name="携带本人待办的联系电话").click()
    expect(page.locator("main")).to_contain_text("已携带 3 个工单的联系方式")
    expect(page.locator("main")).to_contain_text("断网可打开")
    manager.picture("device")
    page.locator(".field-tabs a", has_text="待办").click()


def does_the_visit(manager: Visitor, case: Case) -> None:
    page = manager.page
    page.locator(f".field-list a[href*='{case.number}']").click()
    expect(page.get_by_role("link", name=re.compile("拨打 13800000067"))).to_be_visible()
    expect(page.locator("[data-island=map]")).to_have_attribute("data-island-state", "ready")
    manager.picture("task-with-map-offline")
    page.get_by_role("link", name="现场办理").click()
    page.locator("[data-locate]").click()
    expect(page.locator("[data-lon]")).to_have_value(re.compile(r"^119\.91"))
    page.locator("#in-visit_done").fill("已更换保险并讲解用电安全")
    page.locator("[data-field=visit_photos] input[data-take=camera]").set_input_files([photograph("配电箱")])
    expect(page.locator(".field-files img")).to_be_visible()
    page.locator("[data-field=visit_signature] input").fill("李阿婆")
    signs(page)
    expect(page.locator("form.form")).to_have_attribute("data-kept", "yes")
    page.reload()
    expect(page.locator("#in-visit_done")).to_have_value("已更换保险并讲解用电安全")
    expect(page.locator(".field-files img")).to_be_visible()
    signs(page)
    manager.picture("form-with-photo-and-signature")
    page.get_by_role("button", name="办完，存入手机").click()
    expect(page.locator(".note").first).to_contain_text("有信号后自动同步")


def promises_and_visits_at_once(manager: Visitor, case: Case) -> None:
    """Two steps of one case, one after the other, before the first has been sent."""
    page = manager.page
    page.locator(f".field-list a[href*='{case.number}']").click()
    page.get_by_role("link", name="现场办理").click()
    manager.choose("outcome", "visit")
    page.locator("#in-answer_text").fill("人在村里，马上去看")
    page.locator("#in-visit_at").fill("2026-03-02T10:00")
    page.get_by_role("button", name="办完，存入手机").click()
    manager.picture("next-step-offered")
    page.get_by_role("link", name="接着办：上门服务").click()
    page.locator("[data-locate]").click()
    expect(page.locator("[data-lon]")).to_have_value(re.compile(r"^119\.91"))
    page.locator("#in-visit_done").fill("已换锁扣")
    page.get_by_role("button", name="办完，存入手机").click()
    expect(page.locator(".note").first).to_contain_text("有信号后自动同步")
    page.locator(".field-tabs a", has_text="待办").click()


def signs(page: Page) -> None:
    pad = page.locator(".field-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    for at in range(1, 9):
        page.mouse.move(box["x"] + 40 + at * 28, box["y"] + 60 + (at % 3) * 14)
    page.mouse.up()


def takes_down_a_request(manager: Visitor) -> None:
    page = manager.page
    page.locator(".field-tabs a", has_text="新增").click()
    manager.picture("what-can-be-begun")
    page.locator(".field-list a[href='#/start/contact_card']").click()
    manager.choose("line", "business")
    page.locator("#in-need").fill("想装一台水泵，问怎么办")
    page.locator("#in-place-address").fill("海棠村20号")
    page.locator("[data-locate]").click()
    expect(page.locator("[data-lon]")).to_have_value(re.compile(r"^119\.91"))
    page.locator("#in-contact_name").fill("周老伯")
    page.locator("#in-contact_phone").fill("13800000099")
    page.get_by_role("button", name="办完，存入手机").click()
    expect(page.locator(".note").first).to_contain_text("有信号后自动同步")


def answers_what_another_answers_meanwhile(manager: Visitor, case: Case) -> None:
    page = manager.page
    page.locator(f".field-list a[href*='{case.number}']").click()
    page.get_by_role("link", name="现场办理").click()
    manager.choose("outcome", "answered")
    page.locator("#in-answer_text").fill("当面讲过电费怎么算")
    page.get_by_role("button", name="办完，存入手机").click()
    expect(page.locator(".field-list li")).to_have_count(0)


def somebody_else_answers(site: LiveSite, case: Case) -> None:
    task, now = site.world.task(case), site.clock.now()
    to = f"person:{site.world.person('manager2').pk}"
    pass_on(case.number, task.key, to, "林海生在山里", site.world.actor("senior"), now)
    complete_task(case.number, task.key, dict(ANSWER), site.world.actor("manager2"), now)


def everything_came_once(site: LiveSite, visited: Case) -> None:
    task = Task.objects.get(case=visited, step="visit")
    assert (task.status, task.answers["visit_done"]) == ("done", "已更换保险并讲解用电安全")
    papers = {paper.fact: paper for paper in Paper.objects.filter(case=visited)}
    assert papers["visit_photos"].media_type == "image/jpeg" and papers["visit_signature"].media_type == "image/png"
    opened = Case.objects.get(requester_name="周老伯")
    assert (opened.surface, opened.cell_code, opened.requester_id) == ("desk", "C111", None)
    assert FieldSending.objects.filter(kind__in=("task", "case")).count() == 4
    assert Task.objects.filter(case=visited, step="visit").count() == 1


def settles_the_conflict(manager: Visitor, case: Case) -> None:
    page = manager.page
    page.locator(".field-tabs a", has_text="待同步").click()
    manager.sees("情况有变，需要您决定", "已由他人办理")
    page.locator(".field-list a", has_text="已由他人办理").click()
    sides = page.locator(".field-sides")
    expect(sides).to_contain_text("当面讲过电费怎么算")
    expect(sides).to_contain_text("已电话说明阶梯电价")
    manager.sees("陈月娥")
    manager.picture("conflict-with-both-sides")
    page.get_by_role("button", name="附在工单上").click()
    expect(page.locator(".note").first).to_contain_text("已同步 1 项")
    note = Message.objects.get(case=case, audience="staff", text__contains="当面讲过电费怎么算")
    assert note.sender == "person:1"
    assert Task.objects.get(case=case, step="answer").answers["answer_text"] == "已电话说明阶梯电价"
    manager.picture("nothing-waits")


def signs_out_and_leaves_nothing(manager: Visitor) -> None:
    page = manager.page
    page.locator(".field-tabs a", has_text="本机").click()
    with page.expect_navigation():
        page.get_by_role("button", name="退出并清除本机内容").click()
    page.wait_for_load_state("load")
    assert page.evaluate(STORES) == ""
