/** A practice's form: asks only what the answers so far call for, adds rows, takes the phone's position. */
import type { Leave } from "../island";
import { fieldValue, holds, type Value, type Visibility } from "./show_if";

/** Waiting longer than this for a satellite is worse than tapping the map. */
const POSITION_MS_MAX = 10_000;

export function mount(element: HTMLElement, data: Visibility): Leave {
  const form = element.closest("form");
  if (!form) throw new Error("a form island stands in a <form>");
  const left = new AbortController();
  const once = { signal: left.signal };
  showFields(form, element, data);
  form.addEventListener("input", () => showFields(form, element, data), once);
  form.addEventListener("change", () => showFields(form, element, data), once);
  form.addEventListener("submit", () => busy(form), once);
  // Coming back with the browser's own button the page is as it was left: with its button still asleep.
  window.addEventListener("pageshow", () => awake(form), once);
  for (const button of element.querySelectorAll<HTMLButtonElement>("[data-add-row]")) {
    button.hidden = false;
    button.addEventListener("click", () => addRow(button), once);
  }
  for (const button of element.querySelectorAll<HTMLButtonElement>("[data-locate]")) offerPosition(button, once);
  codeFromFragment(element);
  element.querySelector<HTMLElement>("#faults")?.focus();
  return () => left.abort();
}

function showFields(form: HTMLFormElement, element: HTMLElement, { conditions = {}, types = {}, facts = {} }: Visibility): void {
  const hidden = new Set<string>();
  const read = (name: string): Value => {
    if (hidden.has(name)) return null;
    return name in facts ? (facts[name] ?? null) : fieldValue(form, name, types[name]);
  };
  for (const [name, condition] of Object.entries(conditions)) {
    const field = element.querySelector<HTMLElement>(`[data-field="${name}"]`);
    const isAsked = holds(condition, read);
    if (!isAsked) hidden.add(name);
    if (field) field.hidden = !isAsked;
  }
  // A heading over nothing but hidden fields would ask nothing.
  for (const group of element.querySelectorAll<HTMLElement>("fieldset.group")) {
    const fields = [...group.querySelectorAll<HTMLElement>("[data-field]")];
    group.hidden = fields.length > 0 && fields.every((field) => field.hidden);
  }
}

function busy(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[data-busy]");
  if (!button || button.disabled) return;
  button.dataset.awake = button.textContent ?? "";
  button.textContent = button.dataset.busy ?? "";
  button.disabled = true;
}

function awake(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button[data-awake]");
  if (!button) return;
  button.textContent = button.dataset.awake ?? "";
  button.disabled = false;
}

/** Another empty row like the last one; inputs are called `<table>.<row>.<column>`. */
export function addRow(button: HTMLElement): void {
  const table = button.closest("fieldset")?.querySelector("tbody");
  const last = table?.lastElementChild;
  if (!table || !last) return;
  const row = last.cloneNode(true) as HTMLElement;
  const number = table.children.length;
  for (const field of row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[name]")) {
    field.name = field.name.replace(/\.\d+\./, `.${number}.`);
    field.value = "";
  }
  const counter = row.querySelector("td");
  if (counter) counter.textContent = String(number + 1);
  table.append(row);
  row.querySelector<HTMLElement>("input, select")?.focus();
}

/** The button shows only where the browser knows positions; what it finds goes into the inputs the map listens to. */
function offerPosition(button: HTMLButtonElement, once: { signal: AbortSignal }): void {
  if (!("geolocation" in navigator)) return;
  button.hidden = false;
  const field = button.closest("fieldset, form");
  const said = field?.querySelector("[data-locate-said]");
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        button.disabled = false;
        if (said) said.textContent = `± ${Math.round(coords.accuracy)} m`;
        put(field, "data-lon", coords.longitude);
        put(field, "data-lat", coords.latitude);
        field?.dispatchEvent(new CustomEvent("island:place", { detail: { longitude: coords.longitude, latitude: coords.latitude } }));
      },
      () => {
        button.disabled = false;
        if (said) said.textContent = button.dataset.failed ?? "";
      },
      { enableHighAccuracy: true, timeout: POSITION_MS_MAX },
    );
  }, once);
}

/** Also written here, for a page whose map could not be drawn. */
function put(field: Element | null, attribute: string, degrees: number): void {
  const input = field?.querySelector<HTMLInputElement>(`input[${attribute}]`);
  if (input) input.value = degrees.toFixed(6);
}

/** A QR code carries the access code behind the #, which no server sees. */
function codeFromFragment(element: HTMLElement): void {
  const field = element.querySelector<HTMLInputElement>("input[data-from-fragment]");
  const code = /^#(\d{4,12})$/.exec(location.hash)?.[1];
  if (field && code && !field.value) field.value = code;
}
