/** What stands above the chart: ways of looking, zoom, search, undo, and what the bars mean. */
import type { RowName } from "./lanes";
import type { Mode } from "./sheet";
import { fill, type Texts } from "./words";

export interface Presses {
  way: (id: string) => void;
  zoom: (zoom: "month" | "day") => void;
  find: (text: string) => void;
  step: (days: number) => void;
  undo: () => void;
}
export interface Tools {
  element: HTMLElement;
  shown: (way: string, zoom: string, any: boolean, canUndo: boolean) => void;
}
interface Named {
  modes: Mode[];
  ways: { id: string; name: string; rows: RowName[] }[];
  texts: Texts;
  move_url?: string;
}

export function tools(data: Named, presses: Presses): Tools {
  const { texts } = data;
  const ways = data.ways.map(({ id, name }) => ({ id, button: button(name, () => presses.way(id)) }));
  const zooms = (["month", "day"] as const).map((id) => ({ id, button: button(fill(texts, `zoom.${id}`), () => presses.zoom(id)) }));
  const steps = [button("‹", () => presses.step(-1), fill(texts, "earlier")), button("›", () => presses.step(1), fill(texts, "later"))];
  const undo = button(fill(texts, "undo"), presses.undo);
  const none = document.createElement("p");
  none.className = "gantt__none";
  none.textContent = fill(texts, "none");
  const bar = document.createElement("div");
  bar.className = "gantt__tools";
  bar.append(group(fill(texts, "ways"), ways.map((one) => one.button)), group(fill(texts, "zoom"), zooms.map((one) => one.button)), group(fill(texts, "days"), steps), find(texts, presses.find));
  if (data.move_url) bar.append(undo);
  const element = document.createElement("div");
  element.append(bar, legend(data), none);
  return {
    element,
    shown: (way, zoom, any, canUndo) => {
      for (const one of ways) one.button.setAttribute("aria-pressed", String(one.id === way));
      for (const one of zooms) one.button.setAttribute("aria-pressed", String(one.id === zoom));
      for (const step of steps) step.disabled = zoom !== "day";
      undo.disabled = !canUndo;
      none.hidden = any;
    },
  };
}

function legend({ modes, texts }: Named): HTMLElement {
  const list = document.createElement("ul");
  list.className = "gantt__legend";
  const items = [
    ...modes.map(({ id, name, short }) => item(`gantt__bar gantt__bar--${id}`, name, short)),
    item("gantt__closed", fill(texts, "legend.closed")),
    item("gantt__now", fill(texts, "legend.now")),
  ];
  list.append(...items);
  return list;
}

function item(kind: string, name: string, short = ""): HTMLElement {
  const entry = document.createElement("li");
  const sign = document.createElement("i");
  sign.className = kind;
  sign.setAttribute("aria-hidden", "true");
  if (short) {
    const letter = document.createElement("b");
    letter.textContent = short;
    sign.append(letter);
  }
  entry.append(sign, name);
  return entry;
}

function find(texts: Texts, told: (text: string) => void): HTMLElement {
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = fill(texts, "find");
  input.setAttribute("aria-label", fill(texts, "find"));
  input.addEventListener("input", () => told(input.value.trim()));
  return input;
}

function group(name: string, buttons: HTMLElement[]): HTMLElement {
  const element = document.createElement("div");
  element.className = "gantt__group";
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", name);
  element.append(...buttons);
  return element;
}

function button(words: string, press: () => void, name = ""): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "button";
  element.textContent = words;
  if (name) {
    element.title = name;
    element.setAttribute("aria-label", name);
  }
  element.addEventListener("click", press);
  return element;
}
