import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clock, instant, moved, slotAt, spanWords, type Calendar } from "./axis";
import { faults, mount, type GanttData } from "./gantt";
import { heightOf, laidOut, onPages, within, type Bar } from "./lanes";
import { Pricing, type Price, type Question } from "./pricing";
import { changeWords, heldWords } from "./words";

const calendar: Calendar = {
  dates: ["2026-12-01", "2026-12-02", "2026-12-03"],
  day_names: ["12月1日 周二", "12月2日 周三", "12月3日 周四"],
  day_heads: [["1", "二"], ["2", "三"], ["3", "四"]],
  rest_days: [], day_from: 480, slot_minutes: 30, slots_per_day: 20,
};
const bar = (id: string, begin: number, end: number, more: Partial<Bar> = {}): Bar => ({
  id, title: `work ${id}`, mode: "outage", begin, end, rows: { feeder: ["F1"], crew: ["C1"] }, ...more,
});
const texts = {
  held: "now {time}", "change.less": "less {districts} districts {households} households", "change.more": "more {districts} {households}",
  "change.same": "same", breaks: "breaks {count}", stop: ". ", done: "done", refused: "refused", lost: "lost", cancelled: "back at {time}",
  asking: "asking", unknown: "unknown", between: ", ", open: "open",
};
const data = (works: Bar[], more: Partial<GanttData> = {}): GanttData => ({
  ...calendar, title: "plan", modes: [{ id: "outage", name: "停电作业", short: "停" }], works, blackouts: [], now: null, texts,
  ways: [{ id: "feeder", name: "by feeder", rows: [{ id: "F1", name: "Feeder 1" }] }, { id: "crew", name: "by crew", rows: [{ id: "C1", name: "Crew 1" }] }],
  price_url: "/price", move_url: "/move", ...more,
});
const price: Price = { district_hours: 12, household_hours: 900, district_change: -3.5, household_change: -420, violations: [] };
const later = () => new Promise((done) => setTimeout(done, 5));

describe("pages", () => {
  it("holds every row once and in order, cuts none, and gives one that is higher than a page a page of its own", () => {
    const heights = [100, 100, 250, 700, 40, 40];
    const rows = heights.map((height, at) => ({ id: `${at}`, name: "", top: 0, height, bars: [] }));
    const pages = onPages(rows, 220, 600);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([["0", "1"], ["2"], ["3"], ["4", "5"]]);
    expect(pages.map(heightOf)).toEqual([200, 250, 700, 80]);
    expect(onPages([], 220, 600)).toEqual([[]]);
  });
});

describe("time", () => {
  it("counts working hours only, and an end on the border belongs to the day before", () => {
    expect(clock(calendar, 0)).toBe("08:00");
    expect(clock(calendar, 20)).toBe("08:00");
    expect(clock(calendar, 20, true)).toBe("18:00");
    expect(instant(calendar, 21)).toBe("2026-12-02T08:30");
    expect(spanWords(calendar, 20, 28)).toBe("12月2日 周三 08:00 – 12:00");
    expect(spanWords(calendar, 30, 44)).toBe("12月2日 周三 13:00 – 12月3日 周四 10:00");
  });
  it("reads an instant back to the slot it came from, and night as the day's border", () => {
    for (let slot = 0; slot < 60; slot += 1) expect(slotAt(calendar, instant(calendar, slot))).toBe(slot);
    expect(slotAt(calendar, "2026-12-02T23:00")).toBe(40);
    expect(slotAt(calendar, "2027-01-01T08:00")).toBeNull();
  });
  it("keeps a move within the horizon and lays nothing over a night that fits into a day", () => {
    expect(moved(calendar, 0, 8, -5)).toBe(0);
    expect(moved(calendar, 50, 58, 20)).toBe(52);
    expect(moved(calendar, 12, 20, 1)).toBe(20);
    expect(moved(calendar, 20, 28, -1)).toBe(12);
    expect(moved(calendar, 5, 35, 1)).toBe(6);
  });
});

describe("rows", () => {
  it("stacks what overlaps and lets one begin where the other ends", () => {
    const [row] = laidOut([bar("a", 0, 8), bar("b", 4, 10), bar("c", 8, 12)], [{ id: "F1", name: "Feeder 1" }], "feeder");
    expect(row?.bars.map(({ bar: one, lane }) => [one.id, lane])).toEqual([["a", 0], ["b", 1], ["c", 0]]);
  });
  it("leaves out rows without bars and gives those in a window only", () => {
    const names = Array.from({ length: 300 }, (_, at) => ({ id: `F${at}`, name: `Feeder ${at}` }));
    const works = names.slice(0, 299).map(({ id }, at) => bar(`w${at}`, at % 40, (at % 40) + 8, { rows: { feeder: [id] } }));
    const rows = laidOut(works, names, "feeder");
    expect(rows).toHaveLength(299);
    const seen = within(rows, 1000, 1600);
    expect(seen.length).toBeLessThan(20);
    expect(seen[0]!.top + seen[0]!.height).toBeGreaterThanOrEqual(1000);
    expect(heightOf(rows)).toBe(rows.reduce((sum, { height }) => sum + height, 0));
  });
});

describe("words", () => {
  it("say a change with its direction, and what it breaks", () => {
    expect(changeWords(texts, price)).toBe("less 3.5 districts 420 households");
    expect(changeWords(texts, { ...price, district_change: 0.04 })).toBe("same");
    expect(heldWords(texts, "noon", { ...price, violations: ["an examination"] })).toBe("now noon. less 3.5 districts 420 households. breaks 1. an examination");
  });
});

describe("pricing", () => {
  it("asks one at a time and tells the answer to the last question only", async () => {
    const asked: string[] = [];
    const told: string[] = [];
    const answers: ((value: Price) => void)[] = [];
    const pricing = new Pricing(
      (question: Question) => { asked.push(question.starts_at); return new Promise((done) => answers.push(done)); },
      (question) => told.push(question.starts_at),
    );
    for (const starts_at of ["1", "2", "3"]) pricing.ask({ work: "a", starts_at });
    expect(asked).toEqual(["1"]);
    answers[0]?.(price);
    await later();
    expect([asked, told]).toEqual([["1", "3"], []]);
    answers[1]?.(price);
    await later();
    expect(told).toEqual(["3"]);
  });
  it("tells nothing when nobody wants to know any more, and null when nobody could say", async () => {
    const told: (Price | null)[] = [];
    const pricing = new Pricing(() => Promise.reject(new Error("no")), (_, found) => told.push(found));
    pricing.ask({ work: "a", starts_at: "1" });
    pricing.cancel();
    await later();
    expect(told).toEqual([]);
    pricing.ask({ work: "a", starts_at: "2" });
    await later();
    expect(told).toEqual([null]);
  });
});

describe("chart", () => {
  let element: HTMLElement;
  let calls: [string, RequestInit | undefined][];
  let answers: Record<string, { status: number; body: unknown }>;

  beforeEach(() => {
    element = document.createElement("div");
    document.body.append(element);
    calls = [];
    answers = { "/price": { status: 200, body: price } };
    vi.stubGlobal("fetch", (url: string, options?: RequestInit) => {
      calls.push([url, options]);
      const found = answers[url.split("?")[0] ?? ""] ?? { status: 404, body: {} };
      return Promise.resolve(new Response(JSON.stringify(found.body), { status: found.status }));
    });
  });
  afterEach(() => {
    element.remove();
    vi.unstubAllGlobals();
  });
  const drawn = (id: string) => element.querySelector<HTMLElement>(`[data-bar="${id}"]`);
  const press = (id: string, key: string) => drawn(id)?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const aloud = () => element.querySelector("[role=status]")?.textContent ?? "";

  it("refuses data that does not fit, with all its faults", () => {
    expect(faults(data([bar("a", 5, 5), bar("b", 9, 2)]))).toHaveLength(2);
    expect(() => mount(element, data([bar("a", 5, 5)]))).toThrow("work a: ends before it begins");
  });

  it("tells each bar's title, mode and time, and switches to crews", () => {
    mount(element, data([bar("a", 20, 28)]));
    expect(drawn("a")?.getAttribute("aria-label")).toBe("work a, 停电作业, 12月2日 周三 08:00 – 12:00");
    expect(drawn("a")?.querySelector("b")?.textContent).toBe("停");
    expect(element.querySelector(".gantt__name")?.textContent).toBe("Feeder 1");
    [...element.querySelectorAll("button")].find((one) => one.textContent === "by crew")?.click();
    expect(element.querySelector(".gantt__name")?.textContent).toBe("Crew 1");
  });

  it("draws only the rows that are seen of three hundred", () => {
    const names = Array.from({ length: 300 }, (_, at) => ({ id: `F${at}`, name: `Feeder ${at}` }));
    mount(element, data(names.map(({ id }, at) => bar(`w${at}`, 0, 8, { rows: { feeder: [id] } })), { ways: [{ id: "feeder", name: "f", rows: names }] }));
    expect(element.querySelectorAll(".gantt__row").length).toBeLessThan(40);
  });

  it("moves by keyboard, says the time and the change, and drops", async () => {
    answers["/move"] = { status: 200, body: { works: [bar("a", 41, 49)], said: "moved" } };
    mount(element, data([bar("a", 20, 28)]));
    drawn("a")?.focus();
    press("a", "ArrowRight");
    press("a", "ArrowDown");
    await later();
    expect(calls.at(-1)?.[0]).toBe("/price?work=a&starts_at=2026-12-03T08%3A30");
    expect(aloud()).toBe("now 12月3日 周四 08:30 – 12:30. less 3.5 districts 420 households");
    press("a", "Enter");
    await later();
    expect([calls.at(-1)?.[0], String(calls.at(-1)?.[1]?.body)]).toEqual(["/move", "work=a&starts_at=2026-12-03T08%3A30"]);
    expect(aloud()).toBe("moved");
    expect(drawn("a")?.getAttribute("aria-label")).toContain("12月3日");
  });

  it("goes back on Escape without a word to the server", async () => {
    mount(element, data([bar("a", 20, 28)]));
    const before = drawn("a")?.style.left;
    press("a", "ArrowDown");
    press("a", "Escape");
    await later();
    expect([drawn("a")?.style.left, aloud()]).toEqual([before, "back at 12月2日 周三 08:00 – 12:00"]);
    expect(calls.filter(([url]) => url === "/move")).toEqual([]);
  });

  it("goes back with every reason when the server refuses", async () => {
    answers["/move"] = { status: 422, body: { faults: ["an examination on that day"] } };
    mount(element, data([bar("a", 20, 28)]));
    const before = drawn("a")?.style.left;
    press("a", "ArrowDown");
    press("a", "Enter");
    await later();
    expect(drawn("a")?.style.left).toBe(before);
    expect(aloud()).toBe("refused. an examination on that day");
  });

  it("takes the last move back", async () => {
    answers["/move"] = { status: 200, body: { works: [bar("a", 40, 48)] } };
    mount(element, data([bar("a", 20, 28)], { texts: { ...texts, undo: "undo" } }));
    press("a", "ArrowDown");
    press("a", "Enter");
    await later();
    const undo = [...element.querySelectorAll("button")].find((one) => one.textContent === "undo");
    expect(undo?.disabled).toBe(false);
    undo?.click();
    await later();
    expect(String(calls.at(-1)?.[1]?.body)).toBe("work=a&starts_at=2026-12-02T08%3A00");
    expect(undo?.disabled).toBe(true);
  });

  it("is printed whole: every row once, on pages with a head of their own, and comes back to the screen", () => {
    const names = Array.from({ length: 40 }, (_, at) => ({ id: `F${at}`, name: `Feeder ${at}` }));
    const works = names.map(({ id }, at) => bar(`w${at}`, at % 50, (at % 50) + 4, { rows: { feeder: [id] } }));
    mount(element, data(works, { ways: [{ id: "feeder", name: "by feeder", rows: names }] }));
    dispatchEvent(new Event("beforeprint"));
    const papers = [...element.querySelectorAll<HTMLElement>(".gantt__paper")];
    expect(papers.length).toBeGreaterThan(2);
    for (const paper of papers) expect(paper.querySelectorAll(".gantt__day")).toHaveLength(3);
    const printed = [...element.querySelectorAll(".gantt__row")].map((row) => row.getAttribute("aria-label"));
    expect(printed).toEqual(names.map(({ name }) => name));
    dispatchEvent(new Event("afterprint"));
    expect(element.querySelectorAll(".gantt__paper")).toHaveLength(1);
  });

  it("does not move what is fixed", async () => {
    mount(element, data([bar("a", 20, 28, { fixed: true })]));
    press("a", "ArrowDown");
    await later();
    expect(calls).toEqual([]);
  });
});
