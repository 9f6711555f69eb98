import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { apart } from "./labels";
import { bounds, coloured, labelBox, step, style, STEPS, UNKNOWN, type Cells, type Points } from "./layers";
import { intervals, legend } from "./legend";
import { Picker } from "./pick";

const square = (west: number, size: number): [number, number][] => [
  [west, 0], [west + size, 0], [west + size, size], [west, size], [west, 0],
];
const cells: Cells = {
  type: "FeatureCollection",
  features: [
    { type: "Feature", properties: { id: "a", name: "甲格", value: 7 }, geometry: { type: "Polygon", coordinates: [square(0, 1)] } },
    {
      type: "Feature",
      properties: { id: "b", name: "乙格", value: null, tone: "dark" },
      geometry: { type: "MultiPolygon", coordinates: [[square(5, 1)], [square(10, 4)]] },
    },
  ],
};
const points: Points = {
  type: "FeatureCollection",
  features: [{ type: "Feature", properties: { id: "p", name: "台区" }, geometry: { type: "Point", coordinates: [20, -3] } }],
};

describe("colours", () => {
  it("puts a value on a limit into the upper step, and what is not known apart", () => {
    const limits = [5, 10];
    expect(step(4.9, limits)).toBe(STEPS[0]);
    expect(step(5, limits)).toBe(step(9.9, limits));
    expect(step(5, limits)).not.toBe(step(4.9, limits));
    expect(step(10, limits)).toBe(STEPS.at(-1));
    expect([step(null, limits), step(undefined, limits), step(NaN, limits)]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it("lets the tone win over the value", () => {
    const painted = coloured(cells, [5], (tone) => `tone-${tone}`, "plain");
    expect(painted.features.map((one) => (one.properties as unknown as { colour: string }).colour)).toEqual([step(7, [5]), "tone-dark"]);
    expect(cells.features[0]?.properties).not.toHaveProperty("colour");
    const unscaled = coloured(cells, undefined, (tone) => `tone-${tone}`, "plain");
    expect(unscaled.features.map((one) => (one.properties as unknown as { colour: string }).colour)).toEqual(["plain", "tone-dark"]);
  });

  it("needs no other server: neither glyphs, nor sprites, nor tiles", () => {
    const made = style(cells, points, { ground: "#fff", border: "#000" });
    expect(made).not.toHaveProperty("glyphs");
    expect(made).not.toHaveProperty("sprite");
    expect(JSON.stringify(made)).not.toContain("http");
    expect(Object.values(made.sources).map((source) => source.type)).toEqual(["geojson", "geojson"]);
  });

  it("has a legend whose words cover the whole scale", () => {
    expect(intervals([5, 10]).map(({ text }) => text)).toEqual(["< 5", "5 – 10", "≥ 10"]);
    const made = legend({ scale: { title: "超时", unit: "件", limits: [5, 10], unknown: "未计算" } });
    expect(made?.querySelector("dt")?.textContent).toBe("超时 (件)");
    expect(made?.querySelectorAll("dd").length).toBe(4);
    expect(legend({})).toBeUndefined();
  });
});

describe("places", () => {
  it("finds the box around everything", () => {
    expect(bounds(cells, points)).toEqual([0, -3, 20, 4]);
    expect(bounds(undefined)).toBeUndefined();
  });

  it("writes a name into the largest part", () => {
    expect(cells.features.map(labelBox)).toEqual([[0, 0, 1, 1], [10, 0, 14, 4]]);
  });

  it("shows only names that do not touch", () => {
    const box = (left: number) => ({ left, right: left + 10, top: 0, bottom: 10 });
    expect(apart([box(0), box(8), undefined, box(20), box(33)])).toEqual([true, false, false, true, false]);
  });
});

describe("Picker", () => {
  beforeEach(() => {
    document.body.innerHTML =
      '<input data-lon value="7"><form><fieldset><input id="x" data-lon><input id="y" data-lat><p id="who" data-who></p>' +
      '<div data-mode="pick" data-answer-url="/who/?level=3" data-answer-failed="请重试"></div></fieldset></form>';
  });
  afterEach(() => vi.unstubAllGlobals());
  const picker = () => new Picker(document.querySelector("div")!);
  const value = (selector: string) => document.querySelector<HTMLInputElement>(selector)!.value;

  it("fills the inputs as if typed, and shows who answers there", async () => {
    const asked: URL[] = [];
    vi.stubGlobal("fetch", async (address: URL) => (asked.push(address), new Response("<b>李格</b>")));
    let told = 0;
    document.addEventListener("change", () => (told += 1), { once: true });
    await picker().pick({ longitude: 118.12345678, latitude: 24.5 });
    expect([value("#x"), value("#y"), told]).toEqual(["118.123457", "24.500000", 1]);
    expect(asked[0]?.search).toBe("?level=3&longitude=118.123457&latitude=24.500000");
    expect(document.querySelector("#who b")?.textContent).toBe("李格");
  });

  it("says so when the page does not answer", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.stubGlobal("fetch", async () => new Response("", { status: 500 }));
    await picker().pick({ longitude: 1, latitude: 2 });
    expect(document.querySelector("#who")?.textContent).toBe("请重试");
    said.mockRestore();
  });

  it("lets the later question win", async () => {
    const waiting: ((answer: Response) => void)[] = [];
    vi.stubGlobal("fetch", (_: URL, { signal }: { signal: AbortSignal }) =>
      new Promise<Response>((resolve, reject) => {
        waiting.push(resolve);
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      }),
    );
    const one = picker();
    const first = one.pick({ longitude: 1, latitude: 2 });
    const second = one.pick({ longitude: 3, latitude: 4 });
    waiting[1]?.(new Response("二"));
    await Promise.all([first, second]);
    expect(document.querySelector("#who")?.textContent).toBe("二");
  });

  it("takes only places on the globe from what is typed", () => {
    const one = picker();
    expect(one.current).toBeUndefined();
    document.querySelector<HTMLInputElement>("#x")!.value = "118";
    document.querySelector<HTMLInputElement>("#y")!.value = "95";
    expect(one.current).toBeUndefined();
    document.querySelector<HTMLInputElement>("#y")!.value = "24";
    expect(one.current).toEqual({ longitude: 118, latitude: 24 });
  });

  it("says which input is missing", () => {
    document.querySelector("#y")!.remove();
    expect(picker).toThrow("no input with data-lat in the map's fieldset or form");
  });
});
