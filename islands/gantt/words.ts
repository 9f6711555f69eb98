/** The words of the page put together; every sentence comes with the data. Pure. */
import { spanWords, type Calendar } from "./axis";
import type { Bar } from "./lanes";
import type { Price } from "./pricing";

export type Texts = Record<string, string>;

/** A text with its {places} filled; a text that is missing shows its key, so that somebody sees it. */
export function fill(texts: Texts, key: string, values: Record<string, string | number> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A figure with one decimal at most, thousands apart. */
export const figure = (value: number): string => (Math.round(value * 10) / 10).toLocaleString("en", { maximumFractionDigits: 1 });

/** What a bar is: title, mode, time, and what the page says besides. */
export function barWords(texts: Texts, calendar: Calendar, bar: Bar, mode: string): string {
  const time = spanWords(calendar, bar.begin, bar.end);
  return [bar.title, mode, time, bar.note].filter(Boolean).join(texts["between"] ?? ", ");
}

/** More, less or the same, with a shape beside the colour. */
export function tendency(change: number): "more" | "less" | "same" {
  const rounded = Math.round(change * 10);
  return rounded > 0 ? "more" : rounded < 0 ? "less" : "same";
}

/** The change of loss in one sentence, for the screen and for who hears it. */
export function changeWords(texts: Texts, price: Price): string {
  return fill(texts, `change.${tendency(price.district_change)}`, {
    districts: figure(Math.abs(price.district_change)),
    households: figure(Math.abs(price.household_change)),
  });
}

/** All that is said of a place which a bar is held over. */
export function heldWords(texts: Texts, time: string, price: Price | null): string {
  if (!price) return fill(texts, "held", { time });
  const parts = [fill(texts, "held", { time }), changeWords(texts, price)];
  if (price.violations.length > 0) parts.push(fill(texts, "breaks", { count: price.violations.length }), ...price.violations);
  return parts.join(texts["stop"] ?? ". ");
}
