/** A `<details>` that is a menu: Esc and a press or focus elsewhere close it. Without this it opens and closes by its own summary. */
import type { Leave } from "../island";

export function mount(element: HTMLElement): Leave {
  const left = new AbortController();
  const menu = element as HTMLDetailsElement;
  const beside = (event: Event) => {
    if (menu.open && !menu.contains(event.target as Node)) menu.open = false;
  };
  document.addEventListener("pointerdown", beside, { signal: left.signal });
  document.addEventListener("focusin", beside, { signal: left.signal });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }, { signal: left.signal });
  return () => left.abort();
}
