/** A drawn form's answers, out of it and back into it. */
import { addRow } from "../form/form";
import type { Pairs } from "./queue";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What would be sent, without files and without fields that are not asked. */
export function answersOf(form: HTMLFormElement): Pairs {
  const hidden = [...form.querySelectorAll<Field>("[data-field][hidden] [name]")].map(({ name }) => name);
  const out = new Set(hidden);
  return [...new FormData(form)].filter(
    (pair): pair is [string, string] => typeof pair[1] === "string" && pair[1] !== "" && !out.has(pair[0]),
  );
}

/** The same for a person to read: labels with what was chosen and written. */
export function summaryOf(form: HTMLFormElement): Pairs {
  const rows: Pairs = [];
  for (const field of form.querySelectorAll<HTMLElement>("[data-field]:not([hidden])")) {
    const label = field.querySelector("label:not(.choice):not(.visually-hidden), legend");
    const own = [...(label?.childNodes ?? [])].filter((node) => !(node instanceof Element && node.matches(".optional")));
    const name = own.map((node) => node.textContent).join("").trim();
    const text = shown(field);
    if (text) rows.push([name, text]);
  }
  return rows;
}

function shown(field: HTMLElement): string {
  const parts: string[] = [];
  for (const input of field.querySelectorAll<Field>("input[name], select[name], textarea[name]")) {
    if (input instanceof HTMLInputElement && /^(radio|checkbox)$/.test(input.type)) {
      if (input.checked) parts.push(input.closest("label")?.textContent?.trim() || input.value);
    } else if (input instanceof HTMLSelectElement) {
      if (input.value) parts.push(input.selectedOptions[0]?.textContent?.trim() ?? input.value);
    } else if (input.type !== "file" && input.value.trim()) parts.push(input.value.trim());
  }
  return parts.join(" · ");
}

/** Put kept answers into a form that was drawn anew; what it does not ask any more is left out. */
export function fill(form: HTMLFormElement, answers: Pairs): void {
  const given = new Map<string, string[]>();
  for (const [name, value] of answers) given.set(name, [...(given.get(name) ?? []), value]);
  for (const name of given.keys()) makeRow(form, name);
  for (const input of form.querySelectorAll<Field>("[name]")) {
    const values = given.get(input.name);
    if (input instanceof HTMLInputElement && /^(radio|checkbox)$/.test(input.type)) input.checked = values?.includes(input.value) ?? false;
    else if (!(input instanceof HTMLInputElement && input.type === "file") && values) input.value = values[0] ?? "";
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Rows of a table beyond those that were drawn: inputs are called `<table>.<row>.<column>`. */
function makeRow(form: HTMLFormElement, name: string): void {
  const [table, row] = name.split(".");
  if (!table || !/^\d+$/.test(row ?? "")) return;
  const button = form.querySelector<HTMLElement>(`[data-add-row="${table}"]`);
  for (let tries = 0; button && tries <= Number(row) && !form.querySelector(`[name="${CSS.escape(name)}"]`); tries += 1) addRow(button);
}
