/**
 * The service worker: keeps the field's frame and programs on the phone, so that it opens where there is no signal.
 * Nobody's data goes through it: what somebody has to do lies in the page's own store.
 */
interface Told {
  version: string;
  shell: string;
  files: string[];
}
interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching extends Waiting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = self as unknown as {
  WANJIA: Told;
  location: Location;
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(name: string, listener: (event: never) => void): void;
};
const { version, shell, files } = scope.WANJIA;
const PROGRAM = `field-${version}`;
/** Borders of cells: drawn under the own tasks; the same for everybody. */
const BORDERS = "field-borders";
const BORDERS_PATH = "/map/cells.json";
/** A weak signal is worse than none: after this the kept frame is shown. */
const WAIT_MS_MAX = 3000;

scope.addEventListener("install", (event: Waiting) => event.waitUntil(install()));
scope.addEventListener("activate", (event: Waiting) => event.waitUntil(activate()));
scope.addEventListener("fetch", (event: Fetching) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== scope.location.origin) return;
  if (request.mode === "navigate" && address.pathname === shell) event.respondWith(frame(request));
  else if (files.includes(address.pathname)) event.respondWith(program(request));
  else if (address.pathname === BORDERS_PATH) event.respondWith(borders(event));
});

async function install(): Promise<void> {
  const kept = await caches.open(PROGRAM);
  await kept.addAll([...files, shell].map((address) => new Request(address, { cache: "reload" })));
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("field-") && name !== PROGRAM && name !== BORDERS) await caches.delete(name);
  await scope.clients.claim();
}

/** The newest frame when it comes soon, else the kept one; also in place of the sign-in page: signing in needs signal. */
async function frame(request: Request): Promise<Response> {
  const cache = await caches.open(PROGRAM);
  const kept = (await cache.match(shell)) ?? Response.error();
  const late = new Promise<Response>((done) => setTimeout(done, WAIT_MS_MAX, kept));
  const fresh = fetch(request).then(
    async (answer) => {
      if (answer.ok) await cache.put(shell, answer.clone());
      return answer.ok ? answer : kept;
    },
    () => kept,
  );
  return Promise.race([fresh, late]);
}

async function program(request: Request): Promise<Response> {
  return (await (await caches.open(PROGRAM)).match(request, { ignoreSearch: true })) ?? fetch(request);
}

/** What is kept at once, and renewed beside it. */
async function borders(event: Fetching): Promise<Response> {
  const cache = await caches.open(BORDERS);
  const kept = await cache.match(event.request, { ignoreVary: true });
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok) await cache.put(event.request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  return kept;
}

export {};
