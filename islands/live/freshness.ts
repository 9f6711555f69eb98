/** What a page says about how fresh it is. Pure. */
export interface Texts {
  now: string;
  stale: string;
  lost: string;
  never: string;
  seconds: string;
  minutes: string;
  hours: string;
  days: string;
}
export type Kind = "now" | "stale" | "lost";

export interface Known {
  /** Milliseconds by the server's clock. */
  now: number;
  heardAt: number | null;
  answeredAt: number;
  failures: number;
  staleSeconds: number | null;
}

/** One failed answer may be a hiccup; two in a row are a lost connection. */
export const FAILURES_MAX = 1;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Lost connection before old telemetry before all well. */
export function kind({ now, heardAt, failures, staleSeconds }: Known): Kind {
  if (failures > FAILURES_MAX) return "lost";
  const isStale = staleSeconds !== null && heardAt !== null && now - heardAt > staleSeconds * 1000;
  return isStale ? "stale" : "now";
}

/** The sentence for it. */
export function sentence(known: Known, texts: Texts): string {
  const found = kind(known);
  if (found === "lost") return fill(texts.lost, { time: clock(known.answeredAt) });
  if (known.staleSeconds === null) return fill(texts.now, { time: clock(known.answeredAt) });
  if (known.heardAt === null) return texts.never;
  return fill(texts[found], { time: clock(known.heardAt), span: span((known.now - known.heardAt) / 1000, texts) });
}

/** A length of time: seconds below two minutes, minutes below two hours, hours below two days. */
export function span(seconds: number, texts: Texts): string {
  const count = (size: number) => ({ count: String(Math.max(0, Math.floor(seconds / size))) });
  if (seconds < 2 * MINUTE) return fill(texts.seconds, count(1));
  if (seconds < 2 * HOUR) return fill(texts.minutes, count(MINUTE));
  return seconds < 2 * DAY ? fill(texts.hours, count(HOUR)) : fill(texts.days, count(DAY));
}

/** The same as the server writes how long something has lasted: no seconds. */
export function lasted(seconds: number, texts: Texts): string {
  if (seconds >= 2 * MINUTE) return span(seconds, texts);
  return fill(texts.minutes, { count: String(Math.max(1, Math.floor(seconds / MINUTE))) });
}

/** How long to wait before asking again: as agreed, ten times as long after failures or when nobody looks. */
export function pause(seconds: number, failures: number, isSeen: boolean): number {
  const longest = Math.max(seconds, 10);
  if (!isSeen) return longest * 1000;
  return Math.min(seconds * 2 ** Math.max(0, failures - FAILURES_MAX), longest) * 1000;
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString("zh-CN", { hour12: false });
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
