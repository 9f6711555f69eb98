import { beforeEach, describe, expect, it } from "vitest";
import { asNote, discard, forgetSent, NoSignal, overTheirs, sendAgain, sendAll, waiting, type Answer, type Item, type Part, type Wire } from "./queue";
import type { Area, Change, Kept, Store } from "./store";

/** The device's store in memory: all changes of one writing or none, as the real one promises. */
class Memory {
  readonly rows = new Map<string, Map<string, Kept>>();
  area(area: Area): Map<string, Kept> {
    if (!this.rows.has(area)) this.rows.set(area, new Map());
    return this.rows.get(area) as Map<string, Kept>;
  }
  async get(area: Area, id: string): Promise<Kept | undefined> {
    return structuredClone(this.area(area).get(id));
  }
  async all(area: Area): Promise<Kept[]> {
    return structuredClone([...this.area(area).values()]);
  }
  async write(...changes: Change[]): Promise<void> {
    for (const change of changes) {
      if ("put" in change) this.area(change.area).set(change.put.id, structuredClone(change.put));
      else if ("remove" in change) this.area(change.area).delete(change.remove);
      else this.area(change.area).clear();
    }
  }
}

/** A server that keeps every key once, and a signal that breaks when told to. */
class Server implements Wire {
  readonly done = new Map<string, Answer>();
  readonly papers = new Map<string, string>();
  asked: string[] = [];
  answers: (Answer | "lost" | "down")[] = [];

  async paper(item: Item, part: Part): Promise<Answer> {
    const key = `${item.id}:${part.at}`;
    this.asked.push(`paper ${key}`);
    if (!this.papers.has(key)) this.papers.set(key, `token-${this.papers.size + 1}`);
    return this.next() ?? { outcome: "sent", token: this.papers.get(key) ?? "" };
  }

  async send(item: Item): Promise<Answer> {
    this.asked.push(`send ${item.id}`);
    const planned = this.answers[0];
    if (planned !== undefined && planned !== "lost") return this.next() as Answer;
    const answer = this.done.get(item.id) ?? { outcome: "sent", number: `N${this.done.size + 1}` };
    this.done.set(item.id, answer);
    return this.next() ?? answer;
  }

  private next(): Answer | undefined {
    const planned = this.answers.shift();
    if (planned === "lost" || planned === "down") throw new NoSignal();
    return planned;
  }
}

const BASE: Omit<Item, "id"> = {
  kind: "task", state: "waiting", person: 7, made_at: 1, number: "C1", task: "t1", step: "visit", after: "", practice: "", name: "Visit", title: "", fields: [["a", "1"]],
  summary: [["A", "one"]], form_mark: "f", values_mark: "v", parts: [],
};
const item = (id: string, changed: Partial<Item> = {}): Item => ({ ...BASE, id, ...changed });

let memory: Memory;
let store: Store;
let server: Server;
beforeEach(() => {
  memory = new Memory();
  store = memory as unknown as Store;
  server = new Server();
});
const put = (...items: Item[]) => store.write(...items.map((one): Change => ({ area: "queue", put: one })));
const got = async (id: string) => (await store.get<Item>("queue", id)) as Item;

describe("the queue", () => {
  it("sends the oldest first, only the own, and keeps of what was sent no content", async () => {
    await put(item("b", { made_at: 2 }), item("a"), item("other", { person: 8 }), item("stuck", { state: "conflict" }));
    expect((await waiting(store, 7)).map(({ id }) => id)).toEqual(["a", "b"]);
    const report = await sendAll(store, server, 7, 99);
    expect(report).toEqual({ sent: 2, refused: 0, conflicts: 0, stop: "", minutes: 0 });
    expect(server.asked).toEqual(["send a", "send b"]);
    expect(await got("a")).toMatchObject({ state: "sent", sent_at: 99, fields: [], summary: [], parts: [], result: { number: "N1" } });
    expect((await got("other")).state).toBe("waiting");
  });

  it("uploads each photograph once, goes on after a broken connection, and throws it away when the work is through", async () => {
    const parts = [1, 2].map((at): Part => ({ at, field: "photos", name: `${at}.jpg`, signature: false }));
    await put(item("a", { parts }));
    await store.write(...parts.map(({ at }): Change => ({ area: "parts", put: { id: `a:${at}`, content: new Blob(["x"]) } as Kept })));
    server.answers = [{ outcome: "sent", token: "t1" }, "down"];
    expect((await sendAll(store, server, 7, 1)).stop).toBe("no_signal");
    expect((await got("a")).parts.map(({ token }) => token)).toEqual(["t1", undefined]);
    expect((await sendAll(store, server, 7, 2)).sent).toBe(1);
    expect(server.asked).toEqual(["paper a:1", "paper a:2", "paper a:2", "send a"]);
    expect(memory.area("parts").size).toBe(0);
  });

  it("asks again when the answer was lost, under the same key, and the work counts once", async () => {
    await put(item("a"));
    server.answers = ["lost"];
    expect((await sendAll(store, server, 7, 1)).stop).toBe("no_signal");
    expect((await got("a")).state).toBe("waiting");
    expect((await sendAll(store, server, 7, 2)).sent).toBe(1);
    expect(server.done.size).toBe(1);
    expect((await got("a")).result).toEqual({ number: "N1" });
  });

  it("keeps every fault with the work and goes on with the next", async () => {
    await put(item("a"), item("b", { made_at: 2 }));
    const faults = [{ sentence: "Please fill this in.", anchor: "field-a" }];
    server.answers = [{ outcome: "refused", codes: ["form.missing"], faults }];
    expect(await sendAll(store, server, 7, 1)).toMatchObject({ sent: 1, refused: 1 });
    expect(await got("a")).toMatchObject({ state: "refused", faults, fields: [["a", "1"]] });
    await sendAgain(store, await got("a"), { fields: [["a", "2"]] });
    expect(await got("a")).not.toHaveProperty("faults");
    expect((await sendAll(store, server, 7, 2)).sent).toBe(1);
  });

  it("takes photographs that the server threw away there once more, not for ever", async () => {
    await put(item("a", { parts: [{ at: 1, field: "p", name: "1.jpg", signature: false, token: "old" }] }));
    await store.write({ area: "parts", put: { id: "a:1", content: new Blob(["x"]) } as Kept });
    const gone: Answer = { outcome: "refused", codes: ["paper.unknown"], faults: [] };
    server.answers = [gone];
    expect((await sendAll(store, server, 7, 1)).refused).toBe(0);
    expect(await got("a")).toMatchObject({ state: "waiting", resent: true });
    server.answers = [{ outcome: "sent", token: "new" }, gone];
    expect((await sendAll(store, server, 7, 2)).refused).toBe(1);
    expect((await got("a")).state).toBe("refused");
  });

  it.each([["sign_in"], ["other_person"], ["later"]])("stops at %s and loses nothing", async (outcome) => {
    await put(item("a"), item("b", { made_at: 2 }));
    server.answers = [{ outcome, minutes: 15 }];
    expect(await sendAll(store, server, 7, 1)).toMatchObject({ stop: outcome, sent: 0, minutes: 15 });
    expect((await waiting(store, 7)).length).toBe(2);
  });
});

it("lets one piece that breaks the server not hold up the others, and stops when the next breaks too", async () => {
  await put(item("a"), item("b", { made_at: 2 }), item("c", { made_at: 3 }));
  server.answers = [{ outcome: "broken" }];
  expect(await sendAll(store, server, 7, 1)).toMatchObject({ sent: 2, stop: "broken" });
  expect((await waiting(store, 7)).map(({ id }) => id)).toEqual(["a"]);
  await put(item("b", { made_at: 2 }), item("c", { made_at: 3 }));
  server.answers = [{ outcome: "broken" }, { outcome: "broken" }];
  expect(await sendAll(store, server, 7, 2)).toMatchObject({ sent: 0, stop: "broken" });
  expect((await waiting(store, 7)).length).toBe(3);
});

describe("a step done ahead", () => {
  it("goes out after the one before it, in the same breath", async () => {
    await put(item("a"), item("b", { made_at: 2, task: "", step: "repair", after: "a" }));
    expect((await sendAll(store, server, 7, 1)).sent).toBe(2);
    expect(server.asked).toEqual(["send a", "send b"]);
  });

  it("waits while the one before it has not gone through, and goes once that is settled", async () => {
    await put(item("a"), item("b", { made_at: 2, task: "", step: "repair", after: "a" }));
    server.answers = [{ outcome: "refused", faults: [] }];
    expect(await sendAll(store, server, 7, 1)).toMatchObject({ sent: 0, refused: 1 });
    expect((await got("b")).state).toBe("waiting");
    await discard(store, await got("a"));
    expect((await sendAll(store, server, 7, 2)).sent).toBe(1);
  });
});

describe("a conflict", () => {
  const now = { form: "<p>", form_mark: "f2", values_mark: "v2", signatures: {} };
  const theirs = { status: "done", case_status: "running", case_end: "", who: "Chen", at: "9:00", facts: [["A", "two"]] as [string, string][] };
  const told: Answer = { outcome: "conflict", kind: "values_changed", theirs, now };

  it("keeps both sides and waits for the person", async () => {
    await put(item("a"));
    server.answers = [told];
    expect((await sendAll(store, server, 7, 1)).conflicts).toBe(1);
    expect(await got("a")).toMatchObject({ state: "conflict", summary: [["A", "one"]], conflict: { kind: "values_changed", theirs } });
    expect((await sendAll(store, server, 7, 2)).sent).toBe(0);
  });

  it("goes out over theirs only when the person says so, with the mark of what was seen", async () => {
    const stuck = item("a", { state: "conflict", conflict: { kind: "values_changed", theirs, now } });
    const next = await sendAgain(store, stuck, overTheirs(stuck));
    expect(next).toMatchObject({ id: "a", state: "waiting", values_mark: "v2", form_mark: "f2" });
    expect(next).not.toHaveProperty("conflict");
  });

  it("becomes a note with all that was written, or is thrown away with its photographs", async () => {
    const stuck = item("a", { state: "conflict", parts: [{ at: 1, field: "p", name: "1.jpg", signature: false }] });
    expect(asNote(stuck, "Not entered:")).toEqual({ kind: "note", fields: [["text", "Not entered:\nA: one"]] });
    await put(stuck);
    await store.write({ area: "parts", put: { id: "a:1" } });
    await discard(store, stuck);
    expect([memory.area("queue").size, memory.area("parts").size]).toEqual([0, 0]);
  });
});

it("tells of what was sent for a week", async () => {
  const day = 86_400_000;
  await put(item("old", { state: "sent", sent_at: 0 }), item("new", { state: "sent", sent_at: 7 * day }), item("waits", { made_at: 0 }));
  await forgetSent(store, 8 * day);
  expect([...memory.area("queue").keys()]).toEqual(["new", "waits"]);
});
