/** Works of a plan over days, by feeder or by crew, moved by hand while the loss is told. Data: see README.md beside this file. */
import { stage, type Leave } from "../island";
import { instant, spanWords, type Calendar } from "./axis";
import { Hold } from "./hold";
import { laidOut, type Bar, type Row, type RowName } from "./lanes";
import { Panel } from "./panel";
import { Pricing, type Price, type Question } from "./pricing";
import { NAMES, Sheet, type Blackout, type Mode } from "./sheet";
import { send, type Moved } from "./sending";
import { tools, type Tools } from "./tools";
import { barWords, fill, type Texts } from "./words";
import "./gantt.css";

export interface GanttData extends Calendar {
  title: string;
  modes: Mode[];
  /** Ways of looking, each with its rows. */
  ways: { id: string; name: string; rows: RowName[] }[];
  works: Bar[];
  blackouts: Blackout[];
  now: number | null;
  price_url?: string;
  move_url?: string;
  texts: Texts;
}
type Zoom = "month" | "day";

const DAY_LEAST = 22;
const SLOT_WIDE = 26;
/** Thinner slots cannot be hit by hand: a drag goes by whole days. */
const SLOT_HIT = 7;
const PAPER = 1040;

/** All faults of the data at once. */
export function faults(data: GanttData): string[] {
  if (!Array.isArray(data.dates) || !Array.isArray(data.works) || !Array.isArray(data.ways)) return ["no days, works or ways of looking"];
  const found = data.works.filter(({ begin, end }) => !(end > begin)).map(({ id }) => `work ${id}: ends before it begins`);
  if (data.dates.length !== data.day_names.length || data.dates.length !== data.day_heads.length) found.push("days and their names differ in number");
  if (data.ways.length === 0) found.push("no way of looking");
  return found;
}

export function mount(element: HTMLElement, data: GanttData): Leave {
  const found = faults(data);
  if (found.length > 0) throw new Error(found.join("; "));
  const place = stage(element, data.title);
  place.classList.add("gantt");
  const chart = new Gantt(element, data);
  place.append(chart.tools.element, chart.sheet.frame, chart.panel.element);
  chart.draw();
  const watch = new ResizeObserver(() => chart.draw());
  watch.observe(place);
  const paper = () => chart.draw(true);
  const screen = () => chart.draw();
  addEventListener("beforeprint", paper);
  addEventListener("afterprint", screen);
  return () => {
    watch.disconnect();
    removeEventListener("beforeprint", paper);
    removeEventListener("afterprint", screen);
    chart.pricing?.cancel();
  };
}

class Gantt {
  readonly sheet = new Sheet();
  readonly panel: Panel;
  readonly tools: Tools;
  readonly pricing: Pricing | null;
  private readonly hold: Hold;
  private readonly modes: Map<string, Mode>;
  private works: Map<string, Bar>;
  private way: string;
  private zoom: Zoom = "month";
  private text = "";
  private held: { bar: Bar; begin: number } | null = null;
  private readonly past: { work: string; begin: number }[] = [];
  private drawnFor = "";

  constructor(private readonly element: HTMLElement, private readonly data: GanttData) {
    this.works = new Map(data.works.map((work) => [work.id, work]));
    this.modes = new Map(data.modes.map((mode) => [mode.id, mode]));
    this.way = data.ways[0]?.id ?? "";
    this.panel = new Panel(data.texts);
    this.tools = tools(data, {
      way: (way) => this.look({ way }),
      zoom: (zoom) => this.look({ zoom }),
      find: (text) => this.look({ text }),
      step: (by) => this.sheet.toDay(this.sheet.firstDay() + by),
      undo: () => void this.undo(),
    });
    this.pricing = data.price_url ? new Pricing((question, signal) => priced(data.price_url ?? "", question, signal), (question, price) => this.answered(question, price)) : null;
    this.hold = new Hold(this.sheet, {
      bar: (id) => this.works.get(id),
      calendar: () => data,
      step: () => (this.sheet.slotWidth < SLOT_HIT ? data.slots_per_day : 1),
      taken: (bar) => this.taken(bar),
      held: (bar, begin) => this.over(bar, begin),
      dropped: (bar, begin) => void this.send(bar, begin, true),
      cancelled: (bar) => this.cancelled(bar),
      chosen: (bar) => this.chosen(bar),
    });
    this.sheet.frame.addEventListener("focusin", (event) => {
      const bar = this.works.get((event.target as HTMLElement).dataset.bar ?? "");
      if (bar && !this.held) this.chosen(bar);
    });
    this.element.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && this.past.length > 0) void this.undo();
    });
  }

  /** Draw for the width there is; for paper all rows on a width of paper. */
  draw(paper = false): void {
    const { data, sheet } = this;
    const width = paper ? PAPER : sheet.frame.clientWidth;
    const days = data.dates.length;
    const fit = Math.max(paper ? 0 : DAY_LEAST, (width - NAMES - 2) / days);
    const dayWidth = this.zoom === "day" && !paper ? Math.max(data.slots_per_day * SLOT_WIDE, 300) : fit;
    const mark = `${dayWidth} ${paper} ${sheet.frame.clientHeight}`;
    if (mark === this.drawnFor || this.hold.holding) return;
    this.drawnFor = mark;
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.bar;
    const rows = this.rows();
    sheet.draw(
      {
        calendar: data, blackouts: data.blackouts, now: data.now, by: this.way, modes: this.modes,
        words: (bar) => barWords(data.texts, data, bar, this.modes.get(bar.mode)?.name ?? bar.mode),
        barrier: data.texts["closed"] ?? "{name}",
      },
      rows, dayWidth, paper,
    );
    this.tools.shown(this.way, this.zoom, rows.length > 0, this.past.length > 0);
    if (focused) this.focus(focused);
  }

  private rows(): Row[] {
    const names = this.data.ways.find(({ id }) => id === this.way)?.rows ?? [];
    const wanted = this.text.toLowerCase();
    const known = new Map(names.map((row) => [row.id, row.name]));
    const fits = (bar: Bar) =>
      [bar.id, bar.title, ...(bar.rows[this.way] ?? []).map((row) => known.get(row) ?? "")].some((words) => words.toLowerCase().includes(wanted));
    return laidOut([...this.works.values()], names, this.way, wanted ? fits : undefined);
  }

  private look(change: { way?: string; zoom?: Zoom; text?: string }): void {
    const first = this.zoom === "day" ? this.sheet.firstDay() : Math.max(0, Math.floor((this.data.now ?? 0) / this.data.slots_per_day));
    Object.assign(this, change);
    this.drawnFor = "";
    this.draw();
    if (this.zoom === "day") this.sheet.toDay(first);
  }

  private chosen(bar: Bar): void {
    this.panel.chosen(this.words(bar), bar.href, bar.fixed ? this.data.texts["fixed"] : this.data.move_url ? this.data.texts["keys"] : "");
  }

  private taken(bar: Bar): void {
    this.held = { bar, begin: bar.begin };
    for (const copy of this.sheet.copies(bar.id)) copy.classList.add("is-held");
    this.sheet.window(bar);
  }

  private over(bar: Bar, begin: number): void {
    this.held = { bar, begin };
    const end = begin + bar.end - bar.begin;
    this.sheet.place(bar.id, begin, end);
    if (!this.hold.dragging) document.activeElement?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    this.panel.held(bar.title, spanWords(this.data, begin, end), this.pricing ? undefined : null);
    this.pricing?.ask({ work: bar.id, starts_at: instant(this.data, begin) });
  }

  private answered(question: Question, price: Price | null): void {
    if (!this.held || this.held.bar.id !== question.work || instant(this.data, this.held.begin) !== question.starts_at) return;
    const { bar, begin } = this.held;
    const end = price?.end ?? begin + bar.end - bar.begin;
    if (price?.end) this.sheet.place(bar.id, begin, end);
    for (const copy of this.sheet.copies(bar.id)) copy.classList.toggle("is-broken", (price?.violations.length ?? 0) > 0);
    this.panel.held(bar.title, spanWords(this.data, begin, end), price);
    this.element.dataset.ganttPriced = question.starts_at;
  }

  private cancelled(bar: Bar): void {
    this.release(bar);
    this.panel.done(fill(this.data.texts, "cancelled", { time: spanWords(this.data, bar.begin, bar.end) }));
  }

  private release(bar: Bar): void {
    this.held = null;
    this.pricing?.cancel();
    for (const copy of this.sheet.copies(bar.id)) copy.classList.remove("is-held", "is-broken", "is-saving");
    this.sheet.place(bar.id, bar.begin, bar.end);
    this.sheet.window(null);
  }

  private async send(bar: Bar, begin: number, remember: boolean): Promise<boolean> {
    const { data } = this;
    if (!data.move_url) {
      this.cancelled(bar);
      return false;
    }
    this.held = null;
    this.pricing?.cancel();
    for (const copy of this.sheet.copies(bar.id)) copy.classList.add("is-saving");
    const answer = await send(data.move_url, { work: bar.id, starts_at: instant(data, begin) });
    this.release(bar);
    if (!answer.works) {
      this.panel.done(fill(data.texts, "refused"), answer.faults ?? [fill(data.texts, "lost")]);
      return false;
    }
    if (remember) this.past.push({ work: bar.id, begin: bar.begin });
    this.take(answer);
    this.panel.done(answer.said ?? fill(data.texts, "done"));
    this.focus(bar.id);
    return true;
  }

  private take(answer: Moved): void {
    for (const work of answer.works ?? []) this.works.set(work.id, work);
    for (const [name, html] of Object.entries(answer.parts ?? {})) {
      const part = document.querySelector(`[data-gantt-part="${name}"]`);
      // The server rendered it with the same templates as the page.
      if (part) part.innerHTML = html;
    }
    this.drawnFor = "";
    this.draw();
    this.element.dispatchEvent(new CustomEvent("gantt:moved", { bubbles: true, detail: answer }));
  }

  private async undo(): Promise<void> {
    const last = this.past.pop();
    const bar = last && this.works.get(last.work);
    if (!last || !bar) return;
    if (!(await this.send(bar, last.begin, false))) this.past.push(last);
    this.drawnFor = "";
    this.draw();
  }

  private focus(id: string): void {
    this.sheet.show(id);
    this.sheet.copies(id)[0]?.focus({ preventScroll: true });
  }

  private words(bar: Bar): string {
    return barWords(this.data.texts, this.data, bar, this.modes.get(bar.mode)?.name ?? bar.mode);
  }
}

async function priced(url: string, question: Question, signal: AbortSignal): Promise<Price> {
  const address = `${url}?${new URLSearchParams({ ...question }).toString()}`;
  const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`price: ${answer.status}`);
  return (await answer.json()) as Price;
}
