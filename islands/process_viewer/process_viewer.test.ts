import { afterEach, expect, it, vi } from "vitest";
import { controls } from "./controls";
import { badge, drawing, focus, merged, type ProcessData } from "./tokens";
import { grip, listen } from "./touch";
import { firstView, READABLE, wholeView, zoomed } from "./view";

const data: ProcessData = { tokens: [], done: [] };
afterEach(() => vi.unstubAllGlobals());

it("adds up the tokens of one step", () => {
  const tokens = [
    { element: "review", count: 2, late: 1, label: "交警" },
    { element: "pay", count: 1, late: 0 },
    { element: "review", count: 3, late: 0, label: "城管" },
  ];
  expect(merged(tokens)).toEqual([
    { element: "review", count: 5, late: 1, label: "交警\n城管" },
    { element: "pay", count: 1, late: 0 },
  ]);
  expect(tokens[0]?.count).toBe(2);
});

it("marks late tokens by a sign, not by colour alone", () => {
  const late = badge({ element: "a", count: 5, late: 2, label: "甲 <b>" });
  expect(late.textContent).toBe("5 ⚠ 2");
  expect(late.className).toContain("is-late");
  expect(late.getAttribute("aria-label")).toBe("甲 <b>");
  expect(badge({ element: "a", count: 1, late: 0 }).textContent).toBe("1");
});

it("takes the drawing from the page or from its address, and says which address failed", async () => {
  expect(await drawing({ ...data, bpmn_xml: "<a/>" })).toBe("<a/>");
  vi.stubGlobal("fetch", async () => new Response("<b/>"));
  expect(await drawing({ ...data, bpmn_url: "/p.bpmn" })).toBe("<b/>");
  vi.stubGlobal("fetch", async () => new Response("", { status: 404 }));
  await expect(drawing({ ...data, bpmn_url: "/p.bpmn" })).rejects.toThrow("/p.bpmn answered 404");
  await expect(drawing(data)).rejects.toThrow("neither bpmn_xml nor bpmn_url");
});

const LONG = { x: 0, y: 0, width: 4000, height: 800 };
const PHONE = { width: 340, height: 416 };
const scale = (view: { width: number }, window: { width: number }) => window.width / view.width;

it("shows a long drawing so large that it can be read, around the step that matters", () => {
  expect(focus([{ element: "a", count: 1, late: 0 }, { element: "b", count: 1, late: 1 }])).toBe("b");
  expect(focus([])).toBeUndefined();
  const step = { x: 2000, y: 300, width: 100, height: 80 };
  const view = firstView(LONG, PHONE, step);
  expect(scale(view, PHONE)).toBeCloseTo(READABLE);
  expect(view.x + view.width / 2).toBeCloseTo(2050);
  expect(firstView(LONG, PHONE).x).toBeLessThanOrEqual(0);
  expect(firstView(LONG, PHONE, { x: 3950, y: 0, width: 50, height: 50 }).x + view.width).toBeCloseTo(4024);
});

it("shows a small drawing whole, and a long one when asked", () => {
  const small = { x: 50, y: 50, width: 300, height: 200 };
  const view = firstView(small, PHONE, { x: 60, y: 60, width: 10, height: 10 });
  expect(view.x + view.width / 2).toBeCloseTo(200);
  expect(scale(view, PHONE)).toBeLessThanOrEqual(1.1);
  const whole = wholeView(LONG, PHONE);
  expect(whole.x).toBeLessThanOrEqual(0);
  expect(whole.x + whole.width).toBeGreaterThanOrEqual(4000);
});

it("zooms about a point, within limits", () => {
  const view = { x: 0, y: 0, width: 100, height: 50 };
  expect(zoomed(view, 1, 2, { x: 100, y: 50 })).toEqual({ x: 50, y: 25, width: 50, height: 25 });
  expect(zoomed(view, 4, 10, { x: 0, y: 0 })).toEqual(view);
});

it("leaves a finger that scrolls the page alone; pushes and zooms with the others", () => {
  const done: unknown[] = [];
  const area = document.createElement("div");
  listen(area, { push: (dx, dy) => done.push([dx, dy]), pinch: (factor) => done.push(factor) });
  const send = (kind: string, ...at: [number, number][]) => {
    const event = new Event(kind, { cancelable: true });
    Object.assign(event, { touches: at.map(([clientX, clientY]) => ({ clientX, clientY })) });
    area.dispatchEvent(event);
    return event.defaultPrevented;
  };
  send("touchstart", [0, 0]);
  expect(send("touchmove", [1, 9])).toBe(false);
  send("touchstart", [0, 0]);
  expect(send("touchmove", [9, 1])).toBe(true);
  send("touchstart", [0, 0], [10, 0]);
  expect(send("touchmove", [0, 0], [20, 0])).toBe(true);
  expect(done).toEqual([[9, 1], [5, 0], 2]);
  expect(grip([{ clientX: 0, clientY: 0 }, { clientX: 3, clientY: 4 }])).toEqual({ x: 1.5, y: 2, span: 5 });
});

it("names its buttons", () => {
  const pressed: string[] = [];
  const row = controls([{ sign: "+", name: "放大", press: () => pressed.push("+") }]);
  row.querySelector("button")?.click();
  expect(row.querySelector("button")?.getAttribute("aria-label")).toBe("放大");
  expect(pressed).toEqual(["+"]);
});
