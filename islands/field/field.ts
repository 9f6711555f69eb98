/** The field: my tasks and new cases on a phone, with or without signal. Screens stand behind the # of the address. */
import type { Leave } from "../island";
import { App, type FieldData } from "./app";
import { formScreen } from "./form_screen";
import { deviceScreen } from "./device_screen";
import { queueItemScreen, queueScreen } from "./queue_screen";
import { startsScreen, taskScreen, tasksScreen } from "./task_screens";
import { Store } from "./store";

const SCREENS: [pattern: RegExp, screen: (app: App, ...parts: string[]) => Promise<HTMLElement>][] = [
  [/^#\/task\/([^/]+)\/([^/]+)$/, taskScreen],
  [/^#\/do\/([^/]+)\/([^/]+)$/, (app, number, key) => formScreen(app, { number, key })],
  [/^#\/next\/([^/]+)\/([^/]+)\/([^/]+)$/, (app, number, key, step) => formScreen(app, { number, key, step })],
  [/^#\/start$/, startsScreen],
  [/^#\/start\/([^/]+)$/, (app, practice) => formScreen(app, { practice })],
  [/^#\/queue$/, queueScreen],
  [/^#\/queue\/([^/]+)$/, queueItemScreen],
  [/^#\/edit\/([^/]+)$/, (app, item) => formScreen(app, { item })],
  [/^#\/device$/, deviceScreen],
];

export async function mount(element: HTMLElement, data: FieldData): Promise<Leave> {
  const app = new App(element, data, await Store.open());
  const left = new AbortController();
  const once = { signal: left.signal };
  app.screen = async () => {
    for (const [pattern, screen] of SCREENS) {
      const found = pattern.exec(location.hash);
      if (found) return screen(app, ...found.slice(1).map(decodeURIComponent));
    }
    return tasksScreen(app);
  };
  window.addEventListener("hashchange", () => void app.draw(true), once);
  window.addEventListener("online", () => void app.sync(), once);
  window.addEventListener("offline", () => void app.bar(), once);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void app.syncSoon();
    else element.querySelector("form")?.dispatchEvent(new CustomEvent("field:hidden"));
  }, once);
  const timer = setInterval(() => void app.syncSoon(), SYNC_EVERY_MS);
  await app.begin();
  return () => {
    left.abort();
    clearInterval(timer);
    app.store.close();
  };
}

/** How often waiting work is tried again while the field stands open. */
const SYNC_EVERY_MS = 60_000;
