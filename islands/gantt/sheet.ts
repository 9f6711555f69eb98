/** The paper of the chart: head with days, rows with bars, hatched windows, the line of today. Draws only what is seen. */
import { slotsOf, type Calendar } from "./axis";
import { heightOf, LANE, onPages, within, type Bar, type Row } from "./lanes";

export interface Mode {
  id: string;
  name: string;
  /** One or two letters that stand in the bar: a mode is never told by its colour alone. */
  short: string;
}
export interface Blackout {
  name: string;
  begin: number;
  end: number;
  /** Rows that it closes, by the way of looking. */
  rows: Record<string, string[]>;
}
export interface Drawn {
  calendar: Calendar;
  blackouts: Blackout[];
  now: number | null;
  by: string;
  modes: Map<string, Mode>;
  words: (bar: Bar) => string;
  barrier: string;
}

export const NAMES = 184;
const BUFFER = 300;
const HOURS_APART = 120;
const BAR_LEAST = 10;
/** Room for rows on a sheet of A4 across, in pixels: on the first the figures of the plan stand above. */
const FIRST_PAGE = 330;
const PAGE = 600;

export class Sheet {
  readonly frame = box("gantt__frame");
  private readonly paper = box("gantt__paper");
  private readonly head = box("gantt__head");
  private readonly body = box("gantt__rows");
  private readonly shown = new Map<string, HTMLElement>();
  private rows: Row[] = [];
  private drawn!: Drawn;
  private whole = false;
  slotWidth = 1;

  constructor() {
    this.paper.append(this.head, this.body);
    this.frame.append(this.paper);
    this.frame.addEventListener("scroll", () => this.renew(), { passive: true });
  }

  /** Draw anew; `whole`: all rows, for the paper, under a head of their own on every page. */
  draw(drawn: Drawn, all: Row[], dayWidth: number, whole = false): void {
    const [rows = [], ...pages] = whole ? onPages(all, FIRST_PAGE, PAGE) : [all];
    Object.assign(this, { drawn, rows, whole });
    this.frame.replaceChildren(this.paper);
    this.slotWidth = dayWidth / drawn.calendar.slots_per_day;
    this.paper.style.width = `${NAMES + slotsOf(drawn.calendar) * this.slotWidth}px`;
    this.paper.style.setProperty("--gantt-day", `${dayWidth}px`);
    this.paper.style.setProperty("--gantt-names", `${NAMES}px`);
    this.body.style.height = `${heightOf(rows)}px`;
    this.head.replaceChildren(...this.headParts(dayWidth));
    this.shown.clear();
    this.body.replaceChildren(...this.restDays(dayWidth), ...this.today());
    this.renew();
    this.frame.append(...pages.map((page) => this.page(page, dayWidth)));
  }

  /** One more page of rows. */
  private page(rows: Row[], dayWidth: number): HTMLElement {
    const paper = this.paper.cloneNode(false) as HTMLElement;
    const body = box("gantt__rows");
    body.style.height = `${heightOf(rows)}px`;
    body.append(...this.restDays(dayWidth), ...this.today(), ...rows.map((row) => this.row(row)));
    paper.append(this.head.cloneNode(true), body);
    return paper;
  }

  /** Rows that came into sight are drawn, others go; the row that holds the focus stays. */
  private renew(): void {
    const top = this.frame.scrollTop - BUFFER;
    const seen = this.whole ? this.rows : within(this.rows, top, top + this.frame.clientHeight + 2 * BUFFER);
    const wanted = new Set(seen.map((row) => row.id));
    for (const [id, element] of this.shown) {
      if (wanted.has(id) || element.contains(document.activeElement)) continue;
      element.remove();
      this.shown.delete(id);
    }
    for (const row of seen) {
      if (this.shown.has(row.id)) continue;
      const element = this.row(row);
      this.shown.set(row.id, element);
      this.body.append(element);
    }
  }

  /** Every drawn copy of a bar; one that several crews work on stands in several rows. */
  copies(id: string): HTMLElement[] {
    return [...this.body.querySelectorAll<HTMLElement>(`[data-bar="${CSS.escape(id)}"]`)];
  }

  /** Put the copies of a bar elsewhere, while it is held. */
  place(id: string, begin: number, end: number): void {
    for (const copy of this.copies(id)) this.across(copy, begin, end);
  }

  /** Bring a bar into sight, drawing its row where it is not yet drawn. */
  show(id: string): void {
    const row = this.rows.find(({ bars }) => bars.some(({ bar }) => bar.id === id));
    const bar = row?.bars.find((one) => one.bar.id === id)?.bar;
    if (!row || !bar) return;
    const { frame } = this;
    const left = bar.begin * this.slotWidth;
    if (row.top < frame.scrollTop || row.top + row.height > frame.scrollTop + frame.clientHeight - this.head.offsetHeight) frame.scrollTop = row.top;
    if (left < frame.scrollLeft || left > frame.scrollLeft + frame.clientWidth - NAMES) frame.scrollLeft = Math.max(0, left - NAMES / 2);
    this.renew();
  }

  /** Scroll so that a day stands first. */
  toDay(day: number): void {
    this.frame.scrollLeft = day * this.drawn.calendar.slots_per_day * this.slotWidth;
  }

  /** The day that stands first. */
  firstDay(): number {
    return Math.round(this.frame.scrollLeft / (this.drawn.calendar.slots_per_day * this.slotWidth));
  }

  /** Show where a bar may lie. */
  window(bar: Bar | null): void {
    for (const old of this.body.querySelectorAll(".gantt__window")) old.remove();
    if (!bar || bar.earliest === undefined || bar.latest === undefined) return;
    for (const copy of this.copies(bar.id)) {
      const window = box("gantt__window");
      this.across(window, bar.earliest, bar.latest);
      copy.before(window);
    }
  }

  private row(row: Row): HTMLElement {
    const element = box("gantt__row");
    element.style.top = `${row.top}px`;
    element.style.height = `${row.height}px`;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", row.name);
    const name = box("gantt__name");
    name.title = [row.name, row.note].filter(Boolean).join(" ");
    name.append(row.name);
    if (row.note) name.append(text("small", row.note));
    element.append(name, ...this.closed(row), ...row.bars.map(({ bar, lane }) => this.bar(bar, lane)));
    return element;
  }

  private closed(row: Row): HTMLElement[] {
    const { blackouts, by, barrier } = this.drawn;
    return blackouts
      .filter(({ rows }) => rows[by]?.includes(row.id))
      .map((blackout) => {
        const band = box("gantt__closed");
        band.title = barrier.replace("{name}", blackout.name);
        this.across(band, blackout.begin, blackout.end);
        return band;
      });
  }

  private bar(bar: Bar, lane: number): HTMLElement {
    const mode = this.drawn.modes.get(bar.mode);
    const element = document.createElement("button");
    element.type = "button";
    element.className = `gantt__bar gantt__bar--${bar.mode}${bar.fixed ? " is-fixed" : ""}`;
    element.dataset.bar = bar.id;
    element.style.top = `${lane * LANE + 5}px`;
    element.setAttribute("aria-label", this.drawn.words(bar));
    const short = text("b", mode?.short ?? "?");
    const title = text("span", bar.title);
    element.append(short, title);
    this.across(element, bar.begin, bar.end);
    return element;
  }

  private across(element: HTMLElement, begin: number, end: number): void {
    const width = Math.max(BAR_LEAST, (end - begin) * this.slotWidth - 1);
    element.style.left = `${NAMES + begin * this.slotWidth}px`;
    element.style.width = `${width}px`;
    element.classList.toggle("is-narrow", width < 44);
    element.classList.toggle("is-tiny", width < 16);
  }

  private headParts(dayWidth: number): HTMLElement[] {
    const { calendar, blackouts, barrier } = this.drawn;
    const corner = box("gantt__corner");
    const days = calendar.day_heads.map(([above, below], day) => {
      const head = box("gantt__day");
      head.title = calendar.day_names[day] ?? "";
      head.style.left = `${NAMES + day * dayWidth}px`;
      head.style.width = `${dayWidth}px`;
      if (calendar.rest_days.includes(day)) head.classList.add("is-rest");
      head.append(...(dayWidth > HOURS_APART ? [text("b", calendar.day_names[day] ?? ""), this.hours(dayWidth)] : [text("b", above), text("small", below)]));
      return head;
    });
    const strips = blackouts.map((blackout) => {
      const strip = box("gantt__strip");
      strip.title = barrier.replace("{name}", blackout.name);
      this.across(strip, blackout.begin, blackout.end);
      return strip;
    });
    return [corner, ...days, ...strips];
  }

  private hours(dayWidth: number): HTMLElement {
    const { day_from, slot_minutes, slots_per_day } = this.drawn.calendar;
    const hours = box("gantt__hours");
    const every = dayWidth < 300 ? 4 : 2;
    for (let minute = Math.ceil(day_from / 60) * 60; minute < day_from + slots_per_day * slot_minutes; minute += every * 60) {
      const mark = text("small", String(minute / 60));
      mark.style.left = `${((minute - day_from) / slot_minutes) * this.slotWidth}px`;
      hours.append(mark);
    }
    return hours;
  }

  private restDays(dayWidth: number): HTMLElement[] {
    return this.drawn.calendar.rest_days.map((day) => {
      const shade = box("gantt__rest");
      shade.style.left = `${NAMES + day * dayWidth}px`;
      shade.style.width = `${dayWidth}px`;
      return shade;
    });
  }

  private today(): HTMLElement[] {
    if (this.drawn.now === null) return [];
    const line = box("gantt__now");
    line.style.left = `${NAMES + this.drawn.now * this.slotWidth}px`;
    return [line];
  }
}

function box(name: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  return element;
}

function text(tag: string, words: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = words;
  return element;
}
