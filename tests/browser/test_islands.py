"""The islands in a real browser under the strictest policy: drawn, usable by mouse and keyboard, nothing refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.chromium import screenshot_path
from tests.support.machine import needs
from tests.support.static_pages import ISLANDS, served

pytestmark = [needs("chromium"), needs("node")]

HEAD = '<!doctype html><meta charset=utf-8><script type=module src="/islands/main.js"></script>'
PROCESS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
 xmlns:di="http://www.omg.org/spec/DD/20100524/DI" id="d" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="start"/><userTask id="review" name="部门会审"/>
<sequenceFlow id="f" sourceRef="start" targetRef="review"/></process>
<bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="l" bpmnElement="p">
<bpmndi:BPMNShape id="s1" bpmnElement="start"><dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
<bpmndi:BPMNShape id="s2" bpmnElement="review"><dc:Bounds x="200" y="78" width="100" height="80"/></bpmndi:BPMNShape>
<bpmndi:BPMNEdge id="e" bpmnElement="f"><di:waypoint x="136" y="118"/><di:waypoint x="200" y="118"/></bpmndi:BPMNEdge>
</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"""


def square(cell_id: str, name: str, west: float, value: float | None) -> dict[str, Any]:
    ring = [[west, 30.0], [west + 0.1, 30.0], [west + 0.1, 30.1], [west, 30.1], [west, 30.0]]
    properties = {"id": cell_id, "name": name, "value": value, "href": f"/cells/{cell_id}"}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


MAP = {
    "title": "网格图",
    "cells": {"type": "FeatureCollection", "features": [square("w", "西格", 120.0, 3), square("e", "东格", 120.1, 12)]},
    "scale": {"title": "超时工单", "unit": "件", "limits": [5, 10], "unknown": "未计算"},
    "texts": {"NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小", "Map.Title": "地图"},
}
CHART = {
    "kind": "stacked",
    "title": "各步骤用时",
    "categories": ["受理", "会审", "发证"],
    "unit": "工作日",
    "series": [
        {"name": "办理", "values": [1, 4, 1], "tone": "brand"},
        {"name": "等待", "values": [0, 6, None], "tone": "due"},
    ],
    "norm": {"name": "时限", "value": 10},
}
VIEWER = {
    "bpmn_url": "/process.bpmn",
    "title": "一窗联审",
    "tokens": [
        {"element": "review", "count": 4, "late": 1, "label": "城管、交警"},
        {"element": "gone", "count": 1, "late": 0},
    ],
    "done": ["start"],
}


def island(name: str, data: dict[str, Any], attributes: str = "") -> str:
    script = json.dumps(data, ensure_ascii=False)
    return (
        f'<div data-island="{name}" {attributes}><script type="application/json">{script}</script>'
        f"<ul><li>fallback</li></ul></div>"
    )


LONG = PROCESS.replace('x="200" y="78"', 'x="3000" y="78"').replace('x="200" y="118"', 'x="3000" y="118"')
WORDS = {"Process.Whole": "全图", "Process.Here": "当前步骤"}
PHONE = '<meta name=viewport content="width=device-width,initial-scale=1">'
TEXTS = f'<script id=island-texts type="application/json">{json.dumps(WORDS)}</script>'
PICK = "data-mode=pick data-answer-url=/who/ data-cells-url=/cells.json"
FIELD = "<form><input id=x data-lon><input id=y data-lat><p id=who data-who></p>"
PAGES = {
    "/map": ("text/html", HEAD + island("map", MAP)),
    "/pick": ("text/html", HEAD + FIELD + island("map", {}, PICK)),
    "/chart": ("text/html", HEAD + island("chart", CHART)),
    "/viewer": ("text/html", HEAD + island("process_viewer", VIEWER)),
    "/long": ("text/html", HEAD + PHONE + TEXTS + island("process_viewer", {**VIEWER, "bpmn_url": "/long.bpmn"})),
    "/long.bpmn": ("application/xml", LONG),
    "/cells.json": ("application/json", json.dumps(MAP["cells"], ensure_ascii=False)),
    "/who/": ("text/html", "<b>李格</b>"),
    "/process.bpmn": ("application/xml", PROCESS),
    "/cells/w": ("text/html", "<h1>西格</h1>"),
}
WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(`${event.violatedDirective} ${event.sourceFile}`));
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(PAGES) as at:
        yield at


def opened(page: Page, address: str) -> Page:
    """Open the page, wait until its island is drawn, and show what the browser complained of if it is not."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.add_init_script(WATCH)
    page.goto(address)
    page.wait_for_selector("[data-island-state=ready], [data-island-state=failed]")
    assert page.get_attribute("[data-island]", "data-island-state") == "ready", said
    assert page.inner_text("[data-island] > ul > li") == "fallback"
    return page


def assert_nothing_refused(page: Page) -> None:
    assert page.evaluate("refused") == []


def test_map_opens_the_cell_that_is_clicked(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/map")
    assert page.locator(".map-labels span").all_inner_texts() == ["西格", "东格"]
    assert "超时工单 (件)" in page.inner_text(".map-legend")
    assert page.get_attribute(".maplibregl-ctrl-zoom-in", "title") == "放大"
    box = page.locator(".island-stage canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + box["height"] / 2)
    expect(page.locator(".map-status")).to_have_text("西格 3 件")
    page.screenshot(path=screenshot_path("island-map"))
    assert_nothing_refused(page)
    page.mouse.click(box["x"] + box["width"] * 0.45, box["y"] + box["height"] / 2)
    page.wait_for_url("**/cells/w")


def test_page_may_take_the_click_itself(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/map")
    page.evaluate("addEventListener('island:select', (e) => { e.preventDefault(); document.title = e.detail.id; })")
    box = page.locator(".island-stage canvas").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.55, box["y"] + box["height"] / 2)
    expect(page).to_have_title("e")
    assert page.url.endswith("/map")


def test_point_is_picked_by_click_and_by_keyboard(phone_page: Page, address: str) -> None:
    page = opened(phone_page, f"{address}/pick")
    page.locator(".island-stage canvas").tap(position={"x": 120, "y": 200})
    expect(page.locator("#who b")).to_have_text("李格")
    assert 119.9 < float(page.input_value("#x")) < 120.1
    page.screenshot(path=screenshot_path("island-map-pick"))
    page.locator(".island-stage canvas").press("Enter")
    expect(page.locator("#x")).to_have_value("120.100000")
    assert 30.04 < float(page.input_value("#y")) < 30.06
    assert_nothing_refused(page)


def test_typed_point_moves_the_pin(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/pick")
    page.locator("#x").type("120.05")
    page.locator("#y").type("30.05")
    page.locator("#y").press("Tab")
    expect(page.locator(".maplibregl-marker")).to_be_visible()
    expect(page.locator("#who b")).to_have_text("李格")


def test_viewer_shows_where_the_case_stands(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/viewer")
    expect(page.locator(".process-token")).to_have_text("4 ⚠ 1")
    expect(page.locator(".djs-element.is-done")).to_have_count(1)
    expect(page.locator(".djs-element.is-late")).to_have_count(1)
    assert page.get_attribute("[data-island]", "data-island-missing") == "gone"
    assert "部门会审" in page.inner_html(".djs-container")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    page.screenshot(path=screenshot_path("island-process"))
    assert_nothing_refused(page)


def test_a_long_drawing_opens_at_the_step_that_matters_and_follows_a_finger(phone_page: Page, address: str) -> None:
    page = opened(phone_page, f"{address}/long")
    step, stage = page.locator("[data-element-id=review] .djs-visual"), page.locator(".island-stage")
    box, frame = step.bounding_box(), stage.bounding_box()
    assert box is not None and frame is not None
    assert box["width"] >= 80 and frame["x"] <= box["x"] <= frame["x"] + frame["width"] - box["width"]
    page.get_by_role("button", name="全图").click()
    start = page.locator("[data-element-id=start] .djs-visual")
    seen = start.bounding_box()
    assert seen is not None and seen["x"] >= frame["x"] and seen["width"] < 36
    page.get_by_role("button", name="当前步骤").click()
    assert step.bounding_box() == box
    finger = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 200), ("touchMove", 170), ("touchMove", 140), ("touchEnd", 0)):
        points = [{"x": x, "y": frame["y"] + 60}] if kind != "touchEnd" else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    place = "document.querySelector('[data-element-id=review] .djs-visual').getBoundingClientRect().x"
    page.wait_for_function(f"(before) => {place} < before - 40", arg=box["x"])
    page.screenshot(path=screenshot_path("island-process-phone"))
    assert_nothing_refused(page)


def test_chart_is_drawn_as_svg_and_fits_its_paper(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/chart")
    words = page.locator(".island-stage svg text").all_text_contents()
    assert {"受理", "会审", "发证", "工作日", "时限 10"} <= set(words)
    page.mouse.move(300, 150)
    page.screenshot(path=screenshot_path("island-chart"))
    page.set_viewport_size({"width": 600, "height": 800})
    expect(page.locator(".island-stage svg")).to_have_attribute("width", "584")
    assert_nothing_refused(page)


def test_broken_data_leaves_the_fallback(desktop_page: Page, address: str) -> None:
    broken = {**CHART, "kind": "pie"}
    with served({"/broken": ("text/html", HEAD + island("chart", broken))}) as at:
        desktop_page.goto(f"{at}/broken")
        desktop_page.wait_for_selector("[data-island-state=failed]")
        assert desktop_page.inner_text("[data-island] > ul > li") == "fallback"
        assert desktop_page.locator(".island-stage").count() == 0


def test_map_that_htmx_takes_away_gives_its_graphics_back(desktop_page: Page, address: str) -> None:
    """A browser gives a page some sixteen WebGL contexts; a map that leaves must not keep one."""
    page = opened(desktop_page, f"{address}/map")
    given_back = page.evaluate(
        """() => {
          const old = document.querySelector("[data-island]");
          const graphics = old.querySelector("canvas").getContext("webgl2");
          const before = graphics.isContextLost();
          old.dispatchEvent(new CustomEvent("htmx:beforeCleanupElement", { bubbles: true }));
          return [before, graphics.isContextLost()];
        }"""
    )
    assert given_back == [False, True]


def test_island_that_htmx_brings_is_drawn(desktop_page: Page, address: str) -> None:
    page = opened(desktop_page, f"{address}/chart")
    page.evaluate(
        """() => {
          const fresh = document.querySelector("[data-island]").cloneNode(true);
          fresh.querySelector(".island-stage").remove();
          delete fresh.dataset.islandState;
          document.querySelector("[data-island]").replaceWith(fresh);
          fresh.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true }));
        }"""
    )
    expect(page.locator("[data-island-state=ready] .island-stage svg")).to_be_visible()


def test_manifest_names_what_was_built() -> None:
    manifest = json.loads((ISLANDS / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["main.ts"]["file"] == "main.js"
    folders = {Path(name).parts[0] for name in manifest if "/" in name and not name.startswith("_")}
    assert {"map", "chart", "process_viewer"} <= folders
    for entry in manifest.values():
        assert all((ISLANDS / name).exists() for name in [entry["file"], *entry.get("css", [])])
