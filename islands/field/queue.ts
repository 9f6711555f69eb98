/** Work that waits for signal: what it is, how it is sent, and what becomes of it. Nothing is dropped by itself. */
import type { Change, Kept, Store } from "./store";

export type Kind = "task" | "opinion" | "case" | "note";
export type State = "waiting" | "refused" | "conflict" | "sent";
export type Pairs = [string, string][];

/** A photograph or signature; its content stands in the area `parts` under `<item>:<at>` until the work is sent. */
export interface Part {
  at: number;
  field: string;
  name: string;
  signature: boolean;
  token?: string;
}

export interface Fault {
  sentence: string;
  anchor: string;
}

/** The other side of a conflict, as the server told it. `now`: the task or practice as it is, where it can be done. */
export interface Conflict {
  kind: "done" | "ended" | "passed_on" | "not_reached" | "form_changed" | "values_changed";
  theirs: { status: string; case_status: string; case_end: string; who: string; at: string; facts: Pairs } | null;
  now: { form: string; form_mark: string; values_mark?: string; signatures: Record<string, string> } | null;
}

/** One piece of work. Its `id` was made on this device and never changes: sent twice it counts once. */
export interface Item extends Kept {
  kind: Kind;
  state: State;
  person: number;
  made_at: number;
  number: string;
  task: string;
  /** Of a task: its step. With an empty `task` it was done ahead, `after` the work of that id. */
  step: string;
  after: string;
  practice: string;
  name: string;
  title: string;
  fields: Pairs;
  summary: Pairs;
  form_mark: string;
  values_mark: string;
  parts: Part[];
  faults?: Fault[];
  conflict?: Conflict;
  sent_at?: number;
  result?: { number: string; code?: string };
  resent?: boolean;
}

export interface Answer {
  outcome: string;
  token?: string;
  number?: string;
  code?: string;
  codes?: string[];
  faults?: Fault[];
  minutes?: number;
  kind?: Conflict["kind"];
  theirs?: Conflict["theirs"];
  now?: Conflict["now"];
}

/** How things get out; raises NoSignal when they do not. */
export interface Wire {
  paper(item: Item, part: Part, content: Blob): Promise<Answer>;
  send(item: Item): Promise<Answer>;
}

export class NoSignal extends Error {}

/** Why sending stopped before its end: "" when it did not. */
export type Stop = "" | "no_signal" | "sign_in" | "other_person" | "later" | "broken";
export interface Report {
  sent: number;
  refused: number;
  conflicts: number;
  stop: Stop;
  minutes: number;
}

/** Days for which the list tells what was sent; its content is gone at once. */
export const SENT_SHOWN_DAYS = 7;
const DAY_MS = 86_400_000;

/** Send what waits, the oldest first, until it is through or something stops it. */
export async function sendAll(store: Store, wire: Wire, person: number, now: number): Promise<Report> {
  const report: Report = { sent: 0, refused: 0, conflicts: 0, stop: "", minutes: 0 };
  for (const item of await waiting(store, person)) {
    if (await mustWait(store, item)) continue;
    try {
      const answer = await sendOne(store, wire, item);
      const stop = STOPS[answer.outcome];
      // Work that breaks something over there must not hold up the rest; when the next breaks too it is not the work.
      const isAlone = stop === "broken" && report.stop !== "broken";
      if (stop) report.stop = stop;
      if (stop && !isAlone) return { ...report, minutes: answer.minutes ?? 0 };
      if (!stop) await settle(store, item, answer, now, report);
    } catch (error) {
      if (error instanceof NoSignal) return { ...report, stop: "no_signal" };
      throw error;
    }
  }
  return report;
}

const STOPS: Record<string, Stop> = { sign_in: "sign_in", other_person: "other_person", later: "later", broken: "broken" };

/** The person's own work that is to be sent, in the order in which it was done. */
export async function waiting(store: Store, person: number): Promise<Item[]> {
  const items = await store.all<Item>("queue");
  return items.filter((item) => item.state === "waiting" && item.person === person).sort((a, b) => a.made_at - b.made_at);
}

/** A step done ahead goes out after the one before it; when that was thrown away the server says what is left of it. */
async function mustWait(store: Store, { after }: Item): Promise<boolean> {
  const before = after ? await store.get<Item>("queue", after) : undefined;
  return before !== undefined && before.state !== "sent";
}

async function sendOne(store: Store, wire: Wire, item: Item): Promise<Answer> {
  for (const part of item.parts) {
    if (part.token) continue;
    const kept = await store.get<Kept & { content: Blob }>("parts", `${item.id}:${part.at}`);
    if (!kept) continue;
    const answer = await wire.paper(item, part, kept.content);
    if (answer.outcome !== "sent") return answer;
    part.token = answer.token ?? "";
    await store.write({ area: "queue", put: item });
  }
  return wire.send(item);
}

async function settle(store: Store, item: Item, answer: Answer, now: number, report: Report): Promise<void> {
  if (answer.outcome === "sent") {
    report.sent += 1;
    const result = { number: answer.number ?? item.number, ...(answer.code ? { code: answer.code } : {}) };
    const done: Item = { ...item, state: "sent", sent_at: now, result, fields: [], summary: [], parts: [] };
    delete done.faults;
    delete done.conflict;
    await store.write({ area: "queue", put: done }, ...contentOf(item));
  } else if (answer.outcome === "conflict") {
    report.conflicts += 1;
    const conflict: Conflict = { kind: answer.kind ?? "done", theirs: answer.theirs ?? null, now: answer.now ?? null };
    await store.write({ area: "queue", put: { ...item, state: "conflict", conflict } as Item });
  } else if (answer.codes?.includes("paper.unknown") && !item.resent) {
    // Photographs that waited on the server for their form longer than it keeps them: they are still here.
    for (const part of item.parts) delete part.token;
    await store.write({ area: "queue", put: { ...item, resent: true } as Item });
  } else {
    report.refused += 1;
    await store.write({ area: "queue", put: { ...item, state: "refused", faults: answer.faults ?? [] } as Item });
  }
}

/** Try again, as it is or as the person changed it. */
export async function sendAgain(store: Store, item: Item, changed: Partial<Item> = {}): Promise<Item> {
  const next: Item = { ...item, ...changed, state: "waiting" };
  delete next.faults;
  delete next.conflict;
  delete next.resent;
  await store.write({ area: "queue", put: next });
  return next;
}

/** The person has seen what stands there now and wants the own answers all the same. */
export function overTheirs(item: Item): Partial<Item> {
  return item.conflict?.now ? { values_mark: item.conflict.now.values_mark ?? "", form_mark: item.conflict.now.form_mark } : {};
}

/** The work goes beside the case as a note for its staff, with its photographs: the case went on without it. */
export function asNote(item: Item, heading: string): Partial<Item> {
  const text = [heading, ...item.summary.map(([label, value]) => `${label}: ${value}`)].join("\n");
  return { kind: "note", fields: [["text", text]] };
}

/** The person throws it away. */
export async function discard(store: Store, item: Item): Promise<void> {
  await store.write({ area: "queue", remove: item.id }, ...contentOf(item));
}

/** What was sent long ago leaves the list. */
export async function forgetSent(store: Store, now: number): Promise<void> {
  const old = (await store.all<Item>("queue")).filter(
    (item) => item.state === "sent" && now - (item.sent_at ?? 0) > SENT_SHOWN_DAYS * DAY_MS,
  );
  if (old.length) await store.write(...old.map(({ id }): Change => ({ area: "queue", remove: id })));
}

function contentOf(item: Item): Change[] {
  return item.parts.map(({ at }): Change => ({ area: "parts", remove: `${item.id}:${at}` }));
}
