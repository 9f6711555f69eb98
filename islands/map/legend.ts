/** What the colours mean, in words and numbers. */
import { step, UNKNOWN, type MapData } from "./layers";

/** "< 5", "5 – 10", ">= 10": the intervals of a scale with the colour of each. */
export function intervals(limits: number[]): { text: string; colour: string }[] {
  const first = limits[0];
  if (first === undefined) return [];
  const texts = limits.map((limit, index) => {
    const next = limits[index + 1];
    return next === undefined ? `≥ ${limit}` : `${limit} – ${next}`;
  });
  return [
    { text: `< ${first}`, colour: step(first - 1, limits) },
    ...limits.map((limit, index) => ({ text: texts[index] ?? "", colour: step(limit, limits) })),
  ];
}

/** The legend of a map coloured by value; nothing for a map without a scale. */
export function legend(data: MapData): HTMLElement | undefined {
  if (!data.scale) return undefined;
  const { title, unit, limits, unknown } = data.scale;
  const made = document.createElement("dl");
  made.className = "map-legend";
  made.append(element("dt", unit ? `${title} (${unit})` : title));
  const rows = intervals(limits);
  if (unknown) rows.push({ text: unknown, colour: UNKNOWN });
  for (const { text, colour } of rows) {
    const row = element("dd", text);
    const swatch = element("i", "");
    swatch.style.backgroundColor = colour;
    row.prepend(swatch);
    made.append(row);
  }
  return made;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
