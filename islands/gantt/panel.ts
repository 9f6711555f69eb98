/** What is said of the bar that is looked at, held or was just moved: in view, and aloud. */
import { changeWords, fill, heldWords, tendency, type Texts } from "./words";
import type { Price } from "./pricing";

const SIGNS = { more: "▲", less: "▼", same: "＝" };

export class Panel {
  readonly element = document.createElement("div");
  private readonly aloud = document.createElement("p");
  private readonly seen = document.createElement("div");

  constructor(private readonly texts: Texts) {
    this.element.className = "gantt__panel";
    this.aloud.className = "gantt__aloud";
    this.aloud.setAttribute("role", "status");
    this.aloud.setAttribute("aria-live", "polite");
    this.element.append(this.seen, this.aloud);
    this.hint();
  }

  /** Nothing is chosen: how it is used. */
  hint(): void {
    this.seen.replaceChildren(line("gantt__hint", this.texts["hint"] ?? ""));
  }

  /** A bar that is looked at. */
  chosen(words: string, href: string | undefined, extra = ""): void {
    const parts = [line("gantt__what", words)];
    if (extra) parts.push(line("gantt__hint", extra));
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = fill(this.texts, "open");
      parts.push(link);
    }
    this.seen.replaceChildren(...parts);
  }

  /** A bar that is held over a time; `price` is undefined while it is asked, null when nobody could say. */
  held(title: string, time: string, price: Price | null | undefined): void {
    const parts = [line("gantt__what", `${title} · ${time}`)];
    if (price) {
      const tone = tendency(price.district_change);
      parts.push(line(`gantt__change gantt__change--${tone}`, `${SIGNS[tone]} ${changeWords(this.texts, price)}`));
      if (price.violations.length > 0) parts.push(this.broken(price.violations));
      this.say(heldWords(this.texts, time, price));
    } else {
      parts.push(line("gantt__change", fill(this.texts, price === null ? "unknown" : "asking")));
      if (price === null) this.say(fill(this.texts, "unknown"));
    }
    this.seen.replaceChildren(...parts);
  }

  /** What came of it. */
  done(words: string, faults: string[] = []): void {
    const parts = [line(faults.length > 0 ? "gantt__refused" : "gantt__done", words)];
    if (faults.length > 0) parts.push(list(faults));
    this.seen.replaceChildren(...parts);
    this.say([words, ...faults].join(this.texts["stop"] ?? ". "));
  }

  /** Only aloud. */
  say(words: string): void {
    this.aloud.textContent = words;
  }

  private broken(violations: string[]): HTMLElement {
    const part = line("gantt__breaks", fill(this.texts, "breaks", { count: violations.length }));
    part.append(list(violations));
    return part;
  }
}

function line(name: string, words: string): HTMLElement {
  const element = document.createElement("div");
  element.className = name;
  element.textContent = words;
  return element;
}

function list(words: string[]): HTMLElement {
  const element = document.createElement("ul");
  for (const one of words) {
    const item = document.createElement("li");
    item.textContent = one;
    element.append(item);
  }
  return element;
}
