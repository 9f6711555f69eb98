import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kind, lasted, pause, sentence, span, type Known, type Texts } from "./freshness";
import { address, mount, replace, type LiveData } from "./live";

const texts: Texts = {
  now: "live {time}", stale: "old {span}", lost: "lost {time}", never: "never", seconds: "{count}s", minutes: "{count}m", hours: "{count}h",
  days: "{count}d",
};
const known: Known = { now: 100_000, heardAt: 98_000, answeredAt: 100_000, failures: 0, staleSeconds: 30 };

describe("freshness", () => {
  it("says a lost connection before old telemetry before that all is well", () => {
    expect(kind(known)).toBe("now");
    expect(kind({ ...known, heardAt: 69_000 })).toBe("stale");
    expect(kind({ ...known, heardAt: 70_000 })).toBe("now");
    expect(kind({ ...known, heardAt: 1, failures: 2 })).toBe("lost");
    expect(kind({ ...known, failures: 1 })).toBe("now");
    expect(kind({ ...known, heardAt: 1, staleSeconds: null })).toBe("now");
  });

  it("says how old, in the largest sensible unit", () => {
    expect(sentence({ ...known, now: 100_000, heardAt: 100_000 - 180_000 }, texts)).toBe("old 3m");
    expect(sentence({ ...known, heardAt: null }, texts)).toBe("never");
    expect([span(0, texts), span(119, texts), span(120, texts), span(7200, texts), span(172_800, texts)]).toEqual(["0s", "119s", "2m", "2h", "2d"]);
  });

  it("counts an outage in minutes from the first", () => {
    expect([lasted(3, texts), lasted(61, texts), lasted(119, texts), lasted(3600, texts), lasted(-5, texts)]).toEqual(["1m", "1m", "1m", "60m", "1m"]);
  });

  it("asks more rarely after failures and when nobody looks", () => {
    expect([pause(1, 0, true), pause(1, 1, true), pause(1, 2, true), pause(1, 9, true)]).toEqual([1000, 1000, 2000, 10_000]);
    expect(pause(1, 0, false)).toBe(10_000);
    expect(pause(15, 4, true)).toBe(15_000);
  });
});

describe("live", () => {
  const data: LiveData = {
    url: "/board/live?feeder=F1", seconds: 1, version: "v1", now: new Date(0).toISOString(), heard_at: new Date(0).toISOString(),
    stale_seconds: 30, texts,
  };
  beforeEach(() => {
    vi.useFakeTimers();
    vi.setSystemTime(0);
    document.body.innerHTML =
      '<div id="live"><span data-live-state></span><span data-live-said></span></div>' +
      '<section data-live="list"><a id="o-1" href="/1">one</a></section><time data-since datetime="1970-01-01T00:00:00Z">x</time>';
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const element = () => document.querySelector<HTMLElement>("#live")!;

  it("keeps its filters and says what it has", () => {
    const asked = new URL(address("/board/live?feeder=F1", "v1", { list: "ab", map: "cd" }));
    expect(asked.searchParams.get("feeder")).toBe("F1");
    expect(asked.searchParams.get("since")).toBe("v1");
    expect(asked.searchParams.get("have")).toBe("list:ab,map:cd");
  });

  it("puts new parts in, tells the page, and asks on with the new version", async () => {
    const asked: string[] = [];
    const told: unknown[] = [];
    document.addEventListener("live:data", (event) => told.push((event as CustomEvent).detail), { once: true });
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address);
      if (asked.length > 1) return new Response(null, { status: 204, headers: { "Wanjia-Heard-At": new Date(5000).toISOString() } });
      const body = { version: "v2", now: new Date(1000).toISOString(), heard_at: null, parts: { list: '<a id="o-1" href="/1">two</a>' }, marks: { list: "m2" }, said: "one dark" };
      return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
    });
    document.querySelector<HTMLElement>("#o-1")!.focus();
    const leave = mount(element(), data);
    await vi.advanceTimersByTimeAsync(1000);
    expect(document.querySelector("[data-live=list]")?.textContent).toBe("two");
    expect(document.activeElement?.id).toBe("o-1");
    expect(document.querySelector("[data-live-said]")?.textContent).toBe("one dark");
    expect(told.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(new URL(asked[1]!).searchParams.get("since")).toBe("v2");
    expect(new URL(asked[1]!).searchParams.get("have")).toBe("list:m2");
    expect(element().dataset.liveKind).toBe("now");
    leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked.length).toBe(2);
  });

  it("says a lost connection after the second failure, and that it is back", async () => {
    let works = false;
    vi.stubGlobal("fetch", async () => {
      if (!works) throw new TypeError("no route");
      return new Response(null, { status: 204 });
    });
    const leave = mount(element(), { ...data, stale_seconds: null });
    await vi.advanceTimersByTimeAsync(1000);
    expect(element().dataset.liveKind).toBe("now");
    await vi.advanceTimersByTimeAsync(1000);
    expect(element().dataset.liveKind).toBe("lost");
    works = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(element().dataset.liveKind).toBe("now");
    leave();
  });

  it("says old telemetry although the server answers", async () => {
    vi.stubGlobal("fetch", async () => new Response(null, { status: 204 }));
    const leave = mount(element(), data);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(element().dataset.liveKind).toBe("stale");
    expect(document.querySelector("[data-live-state]")?.textContent).toBe("old 40s");
    leave();
  });

  it("leaves open what was open in a part", () => {
    document.querySelector("[data-live=list]")!.innerHTML = "<details open><summary>s</summary></details>";
    replace("list", "<details><summary>t</summary></details>");
    expect(document.querySelector("details")?.open).toBe(true);
    replace("nowhere", "x");
  });
});
