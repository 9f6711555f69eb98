/**
 * What the device keeps: IndexedDB, one record an `id`. Not encrypted by us: a key kept beside the data would protect
 * nothing; what protects it is the phone's own lock, that it is little, and that it is thrown away soon.
 */
export const NAME = "wanjia-field";
export type Area = "state" | "tasks" | "starts" | "queue" | "parts" | "drafts";
export const AREAS: Area[] = ["state", "tasks", "starts", "queue", "parts", "drafts"];
/** Areas of what was taken along; the others hold what the person did. */
export const TAKEN: Area[] = ["state", "tasks", "starts"];

export interface Kept {
  id: string;
}
export type Change = { area: Area; put: Kept } | { area: Area; remove: string } | { area: Area; clear: true };

export class Store {
  private constructor(private readonly base: IDBDatabase) {}

  static async open(): Promise<Store> {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const area of AREAS) asked.result.createObjectStore(area, { keyPath: "id" });
    };
    const base = await answered(asked);
    base.onversionchange = () => base.close(); // whoever signs out elsewhere wipes it
    return new Store(base);
  }

  async get<T extends Kept>(area: Area, id: string): Promise<T | undefined> {
    return (await answered(this.base.transaction(area).objectStore(area).get(id))) as T | undefined;
  }

  async all<T extends Kept>(area: Area): Promise<T[]> {
    return (await answered(this.base.transaction(area).objectStore(area).getAll())) as T[];
  }

  /** All changes or none, on the disk before it answers. */
  async write(...changes: Change[]): Promise<void> {
    const areas = [...new Set(changes.map(({ area }) => area))];
    const transaction = this.base.transaction(areas, "readwrite", { durability: "strict" });
    for (const change of changes) {
      const rows = transaction.objectStore(change.area);
      if ("put" in change) rows.put(change.put);
      else if ("remove" in change) rows.delete(change.remove);
      else rows.clear();
    }
    await new Promise<void>((done, failed) => {
      transaction.oncomplete = () => done();
      transaction.onabort = () => failed(transaction.error ?? new Error("not written"));
    });
  }

  close(): void {
    this.base.close();
  }
}

/** Everything away: at signing out. */
export async function wipe(): Promise<void> {
  await answered(indexedDB.deleteDatabase(NAME));
  if ("caches" in globalThis) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
}

/** How many pieces of work on this device were not sent yet; 0 where it never was a field device. */
export async function unsent(): Promise<number> {
  const known = await indexedDB.databases?.();
  if (known && !known.some(({ name }) => name === NAME)) return 0;
  const store = await Store.open();
  const waiting = (await store.all<Kept & { state: string }>("queue")).filter(({ state }) => state !== "sent");
  store.close();
  return waiting.length;
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the store did not answer"));
  });
}
