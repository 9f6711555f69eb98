/** The slip that a requester takes home: copied or printed. */
import type { Leave } from "../island";

export function mount(element: HTMLElement): Leave {
  const left = new AbortController();
  const show = (selector: string, deed: (button: HTMLButtonElement) => void): void => {
    for (const button of element.querySelectorAll<HTMLButtonElement>(selector)) {
      button.hidden = false;
      button.addEventListener("click", () => deed(button), { signal: left.signal });
    }
  };
  show("[data-print]", () => window.print());
  if (navigator.clipboard) show("[data-copy-all]", (button) => void copy(element, button));
  return () => left.abort();
}

/** Number and code on two lines, as they stand on the slip. */
async function copy(element: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const lines = [...element.querySelectorAll("[data-copy]")].map((part) => part.textContent?.trim() ?? "");
  await navigator.clipboard.writeText(lines.join("\n"));
  button.textContent = button.dataset.done ?? button.textContent;
}
