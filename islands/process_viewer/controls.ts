/** Buttons over a drawing: nearer, further, everything, the current step. */
export interface Control {
  sign: string;
  name: string;
  press(): void;
}

/** A row of buttons; a sign alone says nothing to who cannot see it, so each carries its name. */
export function controls(all: Control[]): HTMLElement {
  const row = document.createElement("div");
  row.className = "process-controls";
  for (const { sign, name, press } of all) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = name;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", press);
    row.append(button);
  }
  return row;
}
