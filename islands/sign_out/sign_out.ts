/** Signing out anywhere: what a field device keeps goes too, and work that was not sent is asked about first. */
import type { Leave } from "../island";
import { unsent, wipe } from "../field/store";

export function mount(element: HTMLElement): Leave {
  const form = element as HTMLFormElement;
  const left = new AbortController();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void leave(form);
  }, { signal: left.signal });
  return () => left.abort();
}

async function leave(form: HTMLFormElement): Promise<void> {
  try {
    const count = await unsent();
    const asked = (form.dataset.sure ?? "").replace("{count}", String(count));
    if (count > 0 && !window.confirm(asked)) return;
    await wipe();
  } catch (error) {
    console.warn("sign out: the device's store could not be reached:", error); // signing out matters more
  }
  form.submit();
}
