import { beforeEach, describe, expect, it, vi } from "vitest";
import { readData, toneColour } from "./island";
import { mountAll } from "./main";

beforeEach(() => {
  document.body.innerHTML = "";
});

describe("mountAll", () => {
  it("marks an unknown island as failed, says why, and leaves the server's fallback", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    document.body.innerHTML = '<div data-island="globe"><p>fallback</p></div>';
    await mountAll(document);
    const element = document.querySelector<HTMLElement>("[data-island]");
    expect(element?.dataset.islandState).toBe("failed");
    expect(element?.textContent).toBe("fallback");
    expect(String(said.mock.calls[0]?.[1])).toContain("no island globe; one of chart, ");
    said.mockRestore();
  });

  it("does not mount twice", async () => {
    document.body.innerHTML = '<div data-island="globe" data-island-state="ready"></div>';
    await mountAll(document);
    expect(document.querySelector<HTMLElement>("[data-island]")?.dataset.islandState).toBe("ready");
  });
});

describe("readData", () => {
  it("takes the script inside, or the one that data-json names", () => {
    document.body.innerHTML =
      '<div data-island="chart" id="a"><script type="application/json">{"n": 1}</script></div>' +
      '<div data-island="chart" id="b" data-json="elsewhere"></div>' +
      '<script type="application/json" id="elsewhere">{"n": 2}</script>';
    expect(readData(document.getElementById("a")!)).toEqual({ n: 1 });
    expect(readData(document.getElementById("b")!)).toEqual({ n: 2 });
  });

  it("says which element has no data", () => {
    document.body.innerHTML = '<div data-island="chart" data-json="gone"></div>';
    expect(() => readData(document.querySelector<HTMLElement>("div")!)).toThrow("island chart: no JSON in #gone");
    expect(readData(document.createElement("div"))).toEqual({});
  });
});

it("shows an unknown tone as none", () => {
  const element = document.createElement("div");
  expect(toneColour(element, "purple")).toBe(toneColour(element, "none"));
  expect(toneColour(element, "overdue")).not.toBe(toneColour(element, "none"));
});
