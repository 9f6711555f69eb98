/** A bar that is held: by a mouse, a finger or the keyboard. Tells where it is held over, where it is dropped, or that nothing came of it. */
import { moved, type Calendar } from "./axis";
import type { Bar } from "./lanes";
import type { Sheet } from "./sheet";

export interface Ears {
  bar: (id: string) => Bar | undefined;
  calendar: () => Calendar;
  /** How many slots a drag goes at a time: where a slot is thinner than a hand can hit, whole days. */
  step: () => number;
  taken: (bar: Bar) => void;
  held: (bar: Bar, begin: number) => void;
  dropped: (bar: Bar, begin: number) => void;
  cancelled: (bar: Bar) => void;
  chosen: (bar: Bar) => void;
}

const THRESHOLD = 4;
const EDGE = 40;
const EDGE_STEP = 14;

export class Hold {
  private bar: Bar | null = null;
  private begin = 0;
  private pointer: { id: number; x: number; scroll: number; at: number } | null = null;
  /** By a mouse or a finger; false while the keyboard holds it. */
  dragging = false;
  private swallow = false;

  constructor(private readonly sheet: Sheet, private readonly ears: Ears) {
    const { frame } = sheet;
    frame.addEventListener("pointerdown", (event) => this.down(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    frame.addEventListener("pointerup", (event) => this.up(event));
    frame.addEventListener("pointercancel", () => this.cancel());
    frame.addEventListener("keydown", (event) => this.key(event));
    frame.addEventListener("click", (event) => this.click(event));
    frame.addEventListener("focusout", () => this.left());
  }

  get holding(): boolean {
    return this.bar !== null && (this.dragging || this.pointer === null);
  }

  /** Put it back where it was. */
  cancel(): void {
    const { bar } = this;
    const moving = this.holding;
    this.forget();
    if (bar && moving) this.ears.cancelled(bar);
  }

  private down(event: PointerEvent): void {
    const bar = this.barOf(event.target);
    if (!bar || bar.fixed || event.button !== 0) return;
    if (this.bar) this.cancel();
    this.bar = bar;
    this.begin = bar.begin;
    this.pointer = { id: event.pointerId, x: event.clientX, scroll: this.sheet.frame.scrollLeft, at: event.clientX };
  }

  private move(event: PointerEvent): void {
    const { pointer, bar } = this;
    if (!pointer || !bar || event.pointerId !== pointer.id) return;
    pointer.at = event.clientX;
    if (!this.dragging) {
      if (Math.abs(event.clientX - pointer.x) < THRESHOLD) return;
      this.dragging = true;
      this.sheet.frame.setPointerCapture(pointer.id);
      this.ears.taken(bar);
      requestAnimationFrame(() => this.edge());
    }
    this.follow();
  }

  private follow(): void {
    if (!this.pointer || !this.bar) return;
    const { x, scroll, at } = this.pointer;
    const step = this.ears.step();
    const slots = (at - x + this.sheet.frame.scrollLeft - scroll) / this.sheet.slotWidth;
    this.to(moved(this.ears.calendar(), this.bar.begin, this.bar.end, Math.round(slots / step) * step));
  }

  /** Near an edge the paper goes on below the hand. */
  private edge(): void {
    if (!this.dragging || !this.pointer) return;
    const { left, right } = this.sheet.frame.getBoundingClientRect();
    const by = this.pointer.at > right - EDGE ? EDGE_STEP : this.pointer.at < left + EDGE ? -EDGE_STEP : 0;
    if (by) {
      this.sheet.frame.scrollLeft += by;
      this.follow();
    }
    requestAnimationFrame(() => this.edge());
  }

  private up(event: PointerEvent): void {
    if (!this.pointer || event.pointerId !== this.pointer.id) return;
    if (this.dragging) {
      this.swallow = true;
      // No click follows when the hand let go beside the bar.
      setTimeout(() => { this.swallow = false; }, 0);
      this.drop();
    } else {
      this.forget();
    }
  }

  private key(event: KeyboardEvent): void {
    const bar = this.barOf(event.target);
    if (!bar || this.pointer) return;
    const day = this.ears.calendar().slots_per_day;
    const steps: Record<string, number> = { ArrowLeft: event.shiftKey ? -day : -1, ArrowRight: event.shiftKey ? day : 1, ArrowUp: -day, ArrowDown: day };
    const by = steps[event.key];
    if (by !== undefined) {
      event.preventDefault();
      if (bar.fixed) return this.ears.chosen(bar);
      if (this.bar?.id !== bar.id) {
        this.bar = bar;
        this.begin = bar.begin;
        this.ears.taken(bar);
      }
      this.to(moved(this.ears.calendar(), this.begin, this.begin + bar.end - bar.begin, by));
    } else if (event.key === "Escape" && this.bar) {
      event.preventDefault();
      this.cancel();
    } else if (event.key === "Enter" && this.bar) {
      event.preventDefault();
      this.drop();
    }
  }

  private click(event: MouseEvent): void {
    const bar = this.barOf(event.target);
    if (bar && !this.swallow && !this.holding) this.ears.chosen(bar);
  }

  /** Who goes on to something else has not decided. */
  private left(): void {
    if (this.bar && !this.pointer) this.cancel();
  }

  private to(begin: number): void {
    if (!this.bar || begin === this.begin) return;
    this.begin = begin;
    this.ears.held(this.bar, begin);
  }

  private drop(): void {
    const { bar, begin } = this;
    this.forget();
    if (!bar) return;
    if (begin === bar.begin) this.ears.cancelled(bar);
    else this.ears.dropped(bar, begin);
  }

  private forget(): void {
    if (this.pointer && this.sheet.frame.hasPointerCapture?.(this.pointer.id)) this.sheet.frame.releasePointerCapture(this.pointer.id);
    Object.assign(this, { bar: null, pointer: null, dragging: false });
  }

  private barOf(target: EventTarget | null): Bar | undefined {
    const element = target instanceof Element ? target.closest<HTMLElement>("[data-bar]") : null;
    return element ? this.ears.bar(element.dataset.bar ?? "") : undefined;
  }
}
