/** What was taken along, and how it is taken: the server's answer becomes records, old ones go. */
import type { Pairs } from "./queue";
import { TAKEN, type Change, type Kept, type Store } from "./store";

/** A step that may come right after a task for the same hands: taken along, since it may be done before signal is back. */
export interface Ahead {
  step: string;
  name: string;
  form: string;
  form_mark: string;
  values_mark: string;
  signatures: Record<string, string>;
}

export interface Task extends Kept {
  number: string;
  key: string;
  step: string;
  next: Ahead[];
  name: string;
  item: string;
  title: string;
  practice: string;
  help: string;
  opinion: boolean;
  question: string;
  held: boolean;
  address: string;
  due_at: string | null;
  may: string[];
  form_mark: string;
  values_mark: string;
  signatures: Record<string, string>;
  map: { cells_url?: string; points: { features: { geometry: { coordinates: number[] } }[] } } | null;
  facts: string;
  form: string;
  papers: { token: string; name: string; label: string }[];
}

export interface Start extends Kept {
  practice: string;
  name: string;
  summary: string;
  form_mark: string;
  signatures: Record<string, string>;
  form: string;
}

export interface Contact {
  name: string;
  phone: string;
  address: string;
}

/** Whose device it is now and how old what stands on it is. */
export interface About extends Kept {
  person: number;
  name: string;
  prepared_at: string;
  /** The same by this device's own clock, ms since 1970; and how far the server's clock is ahead of it. */
  taken_at: number;
  ahead_ms: number;
  language: string;
  keep_days: number;
  left_out: number;
}

export interface Contacts extends Kept {
  wanted: boolean;
  people: Record<string, Contact>;
}

/** A form that somebody began and did not finish. */
export interface Draft extends Kept {
  at: number;
  person: number;
  fields: Pairs;
  files: { field: string; name: string; content: Blob; signature: boolean }[];
}

const DAY_MS = 86_400_000;

export function taskId(number: string, key: string): string {
  return `${number}/${key}`;
}

/** Replace what was taken along by what the server says now. */
export async function keep(store: Store, answer: Record<string, unknown>, now: number): Promise<About> {
  const { tasks, starts, ...head } = answer as unknown as { tasks: Task[]; starts: Start[] } & About;
  const about: About = { ...head, id: "about", taken_at: now, ahead_ms: Date.parse(head.prepared_at) - now };
  await store.write(
    { area: "tasks", clear: true },
    { area: "starts", clear: true },
    ...tasks.map((task): Change => ({ area: "tasks", put: { ...task, id: taskId(task.number, task.key) } })),
    ...starts.map((start): Change => ({ area: "starts", put: { ...start, id: start.practice } })),
    { area: "state", put: about },
  );
  return about;
}

/** Throw away what was taken along too long ago, and forms that nobody touched since; true when it was. */
export async function expire(store: Store, now: number): Promise<boolean> {
  const about = await store.get<About>("state", "about");
  if (!about) return false;
  const before = now - about.keep_days * DAY_MS;
  const drafts = (await store.all<Draft>("drafts")).filter(({ at }) => at < before);
  if (drafts.length) await store.write(...drafts.map(({ id }): Change => ({ area: "drafts", remove: id })));
  if (about.taken_at >= before) return false;
  await forget(store);
  return true;
}

/** Everything that was taken along; what the person did stays until it is sent. */
export async function forget(store: Store): Promise<void> {
  await store.write(...TAKEN.map((area): Change => ({ area, clear: true })));
}

/** Somebody else signed in on this device: the tasks, contacts and unfinished forms of the one before go. */
export async function changeHands(store: Store, person: number): Promise<void> {
  const about = await store.get<About>("state", "about");
  if (about && about.person !== person) {
    await forget(store);
    await store.write({ area: "drafts", clear: true });
  }
}
