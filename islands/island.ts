/** Gives back what an island holds (a WebGL context, listeners) when its element leaves the page. */
export type Leave = () => void;

/** What an island is: a function that takes its element and the data which the page gave it. */
export type Mount<Data> = (element: HTMLElement, data: Data) => Leave | Promise<Leave>;

/** The JSON of the script that `data-json` names by id, else of the first one inside the element, else nothing. */
export function readData(element: HTMLElement): unknown {
  const id = element.dataset.json;
  const script = id ? document.getElementById(id) : element.querySelector('script[type="application/json"]');
  if (id && !script) throw new Error(`island ${element.dataset.island}: no JSON in #${id}`);
  return JSON.parse(script?.textContent || "{}");
}

/** Words of the islands' controls in the page's language, as every page carries them. */
export function pageTexts(): Record<string, string> {
  return JSON.parse(document.getElementById("island-texts")?.textContent ?? "{}") as Record<string, string>;
}

/** A named value of the page's stylesheet (`--due`), or the fallback when the page does not set it. */
export function styleValue(element: HTMLElement, name: string, fallback: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim() || fallback;
}

/** A new element in which the island draws, before the fallback that the server rendered. */
export function stage(element: HTMLElement, label: string | undefined): HTMLElement {
  const drawn = document.createElement("div");
  drawn.className = "island-stage";
  if (label) {
    drawn.setAttribute("role", "group");
    drawn.setAttribute("aria-label", label);
  }
  element.prepend(drawn);
  return drawn;
}

/** The meaning of a colour, the same words as everywhere in the product; each has a name in the page's stylesheet. */
export type Tone = "none" | "ok" | "due" | "overdue" | "dark" | "restored" | "brand";

const TONES: Record<Tone, [name: string, fallback: string]> = {
  none: ["--island-none", "#8a938e"],
  ok: ["--island-ok", "#2f7d5b"],
  due: ["--island-due", "#a86400"],
  overdue: ["--island-overdue", "#b3261e"],
  dark: ["--island-dark", "#2b2f33"],
  restored: ["--island-restored", "#1f6feb"],
  brand: ["--island-brand", "#14532d"],
};

/** The colour of a tone on this page; an unknown tone is shown as `none`. */
export function toneColour(element: HTMLElement, tone: string | undefined): string {
  const [name, fallback] = TONES[(tone ?? "none") as Tone] ?? TONES.none;
  return styleValue(element, name, fallback);
}
