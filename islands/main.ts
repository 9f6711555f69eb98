/**
 * Finds `data-island="<name>"`, loads that island and gives it its data. What the server rendered inside stays: it is
 * what the page shows before, without JavaScript, and when an island fails.
 */
import { readData, type Leave, type Mount } from "./island";

const ISLANDS: Record<string, () => Promise<{ mount: Mount<never> }>> = {
  chart: () => import("./chart/chart"),
  field: () => import("./field/field"),
  form: () => import("./form/form"),
  gantt: () => import("./gantt/gantt"),
  live: () => import("./live/live"),
  map: () => import("./map/map"),
  menu: () => import("./menu/menu"),
  passkey: () => import("./passkey/passkey"),
  process_viewer: () => import("./process_viewer/process_viewer"),
  sign_out: () => import("./sign_out/sign_out"),
  slip: () => import("./slip/slip"),
};

const mounted = new Map<Element, Leave>();

/** Mount every island below `root` that is not mounted yet; each ends as `ready` or `failed`. */
export async function mountAll(root: ParentNode): Promise<void> {
  const found = [...root.querySelectorAll<HTMLElement>("[data-island]")];
  if (root instanceof HTMLElement && root.dataset.island) found.unshift(root);
  await Promise.all(found.filter((element) => !element.dataset.islandState).map(mountOne));
}

async function mountOne(element: HTMLElement): Promise<void> {
  const name = element.dataset.island ?? "";
  element.dataset.islandState = "loading";
  try {
    const load = ISLANDS[name];
    if (!load) throw new Error(`there is no island ${name}; one of ${Object.keys(ISLANDS).join(", ")}`);
    const { mount } = await load();
    mounted.set(element, await mount(element, readData(element) as never));
    element.dataset.islandState = "ready";
  } catch (error) {
    element.dataset.islandState = "failed";
    element.querySelector(".island-stage")?.remove();
    console.error(`island ${name}:`, error);
  }
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", () => void mountAll(document));
} else {
  void mountAll(document);
}
/** Give back what the islands in `root` hold. */
export function leaveAll(root: Element): void {
  for (const [element, leave] of mounted) {
    if (root.contains(element)) {
      mounted.delete(element);
      leave();
    }
  }
}

// Pieces of a page that htmx brings later, and takes away.
document.addEventListener("htmx:beforeCleanupElement", (event) => {
  if (event.target instanceof Element) leaveAll(event.target);
});
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof HTMLElement) void mountAll(event.target);
});
