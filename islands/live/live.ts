/** Keeps parts of a page up to date by asking the server, and says how fresh they are. See README.md. */
import type { Leave } from "../island";
import { kind, lasted, pause, sentence, type Known, type Texts } from "./freshness";

export interface LiveData {
  url: string;
  seconds: number;
  version: string;
  now: string;
  heard_at: string | null;
  stale_seconds: number | null;
  texts: Texts;
}
interface Answer {
  version: string;
  now: string;
  heard_at: string | null;
  parts: Record<string, string>;
  marks: Record<string, string>;
  said?: string;
}
const HEARD = "Wanjia-Heard-At";
const TICK_MS = 1000;
/** An answer that takes longer is a lost one. */
const ANSWER_MS_MAX = 8000;

export function mount(element: HTMLElement, data: LiveData): Leave {
  const left = new AbortController();
  const marks: Record<string, string> = {};
  let version = data.version;
  let ahead = Date.parse(data.now) - Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const serverNow = () => Date.now() + ahead;
  const known: Known = {
    now: serverNow(),
    heardAt: data.heard_at ? Date.parse(data.heard_at) : null,
    answeredAt: serverNow(),
    failures: 0,
    staleSeconds: data.stale_seconds,
  };

  const tell = () => {
    known.now = serverNow();
    element.dataset.liveKind = kind(known);
    write(element.querySelector("[data-live-state]"), sentence(known, data.texts));
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-since]")) {
      write(time, lasted((known.now - Date.parse(time.dateTime)) / 1000, data.texts));
    }
  };
  const take = (answer: Answer) => {
    ahead = Date.parse(answer.now) - Date.now();
    known.heardAt = answer.heard_at ? Date.parse(answer.heard_at) : known.heardAt;
    version = answer.version;
    Object.assign(marks, answer.marks);
    for (const [name, html] of Object.entries(answer.parts)) replace(name, html);
    if (answer.said) write(element.querySelector("[data-live-said]"), answer.said);
    document.dispatchEvent(new CustomEvent("live:data", { detail: answer }));
  };
  const ask = async () => {
    try {
      const answer = await fetch(address(data.url, version, marks), {
        credentials: "same-origin",
        headers: { Accept: "application/json" },
        signal: AbortSignal.any([left.signal, AbortSignal.timeout(ANSWER_MS_MAX)]),
      });
      // A redirect to the sign-in page is no answer either.
      if (answer.redirected || !answer.ok) throw new Error(`${data.url} answered ${answer.status}`);
      if (answer.status === 204) {
        const heard = answer.headers.get(HEARD);
        if (heard) known.heardAt = Date.parse(heard);
      } else {
        take((await answer.json()) as Answer);
      }
      known.failures = 0;
      known.answeredAt = serverNow();
    } catch {
      if (left.signal.aborted) return;
      known.failures += 1;
    }
    tell();
    next();
  };
  const next = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), pause(data.seconds, known.failures, !document.hidden));
  };
  const seen = () => {
    if (document.hidden) return;
    clearTimeout(timer);
    void ask();
  };

  document.addEventListener("visibilitychange", seen, { signal: left.signal });
  const ticking = setInterval(tell, TICK_MS);
  tell();
  next();
  return () => {
    left.abort();
    clearTimeout(timer);
    clearInterval(ticking);
  };
}

/** Where to ask, with what the page has. */
export function address(url: string, version: string, marks: Record<string, string>): string {
  const asked = new URL(url, location.href);
  asked.searchParams.set("since", version);
  const have = Object.entries(marks).map(([name, mark]) => `${name}:${mark}`);
  if (have.length > 0) asked.searchParams.set("have", have.join(","));
  return asked.href;
}

/** Put the new part in its place; what had the focus has it again, and what was scrolled stays where it was. */
export function replace(name: string, html: string): void {
  const place = document.querySelector<HTMLElement>(`[data-live="${CSS.escape(name)}"]`);
  if (!place) return;
  const held = place.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const again = held && (held.id ? `#${CSS.escape(held.id)}` : held.getAttribute("href") ? `[href="${CSS.escape(held.getAttribute("href") ?? "")}"]` : "");
  const open = [...place.querySelectorAll("details")].map((one) => one.open);
  const top = place.scrollTop;
  // Written by our own server, as the page itself is.
  place.innerHTML = html;
  [...place.querySelectorAll("details")].forEach((one, at) => (one.open = open[at] ?? one.open));
  place.scrollTop = top;
  if (again) place.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
}

function write(element: Element | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
