import { afterEach, expect, it, vi } from "vitest";
import { badge, drawing, merged, type ProcessData } from "./tokens";

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
