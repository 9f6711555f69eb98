/** What all screens share: store, words, the frame with its state of signal, and synchronising. */
import { arrived, h, leaving } from "./dom";
import { forgetSent, sendAll, waiting, NoSignal, type Item, type Report, type Stop } from "./queue";
import type { Store } from "./store";
import { Server, type Urls } from "./wire";
import { Words } from "./words";
import { changeHands, expire, forget, keep, type About, type Contacts, type Task } from "./work";

export interface FieldData {
  texts: Record<string, string>;
  language: string;
  keep_days: number;
  photo_pixels_max: number;
  urls: Urls;
}

/** While nothing waits, looking for new tasks this often is enough. */
const FRESH_MS = 5 * 60_000;
const TABS: [hash: string, key: string][] = [
  ["#/", "offline.tab.tasks"],
  ["#/start", "offline.tab.start"],
  ["#/queue", "offline.tab.queue"],
  ["#/device", "offline.tab.device"],
];

export class App {
  readonly words: Words;
  readonly server: Server;
  about: About | undefined;
  screen: () => Promise<HTMLElement> = async () => h("div");
  private stop: Stop = "";
  private isBusy = false;
  private synced_at = 0;
  private said = "";
  private tone = "due";
  private readonly main = h("main", { id: "main", class: "page field-page", tabindex: "-1" });
  private readonly state = h("div", { class: "field-state" });
  private readonly tabs = h("nav", { class: "field-tabs" });

  constructor(
    private readonly element: HTMLElement,
    readonly data: FieldData,
    readonly store: Store,
  ) {
    this.words = new Words(data.texts, data.language);
    this.server = new Server(data.urls, () => this.about?.person ?? 0);
  }

  /** The frame, what is on the device, and then a look at what is new. */
  async begin(): Promise<void> {
    this.tabs.setAttribute("aria-label", this.words.say("offline.app_name"));
    this.element.replaceChildren(h("header", { class: "field-bar" }, h("strong", {}, this.words.say("offline.app_short")), this.state), this.main, this.tabs);
    if (await expire(this.store, Date.now())) this.said = this.words.say("offline.expired", { days: this.data.keep_days });
    await forgetSent(this.store, Date.now());
    this.about = await this.store.get<About>("state", "about");
    await this.draw();
    await this.beReady();
    if (navigator.onLine) await this.sync();
  }

  /** The screen that the address names; after a way from another one from its top. */
  async draw(isNew = false): Promise<void> {
    for (const child of this.main.children) leaving(child as HTMLElement);
    const note = this.said ? h("p", { class: `note note--${this.tone}`, role: "status" }, this.said) : null;
    this.said = "";
    const screen = await this.screen();
    this.main.replaceChildren(...[note, screen].filter((part) => part !== null));
    arrived(screen);
    if (isNew) {
      window.scrollTo(0, 0);
      this.main.focus({ preventScroll: true });
    }
    await this.bar();
  }

  /** The server's time, by this device's clock and what it was wrong by. */
  now(): number {
    return Date.now() + (this.about?.ahead_ms ?? 0);
  }

  /** Say something above the next screen. */
  tell(sentence: string, tone = "due"): void {
    this.said = sentence;
    this.tone = tone;
  }

  go(hash: string): void {
    if (location.hash === hash || (hash === "#/" && !location.hash)) void this.draw(true);
    else location.hash = hash;
  }

  async syncSoon(): Promise<void> {
    if (document.visibilityState !== "visible" || !navigator.onLine || this.isAtForm()) return;
    const hasWork = this.about && (await waiting(this.store, this.about.person)).length > 0;
    if (hasWork || Date.now() - this.synced_at > FRESH_MS) await this.sync();
  }

  /** Send what waits, then take along what is mine now. One tab of a device at a time. */
  async sync(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    await this.bar();
    try {
      await navigator.locks.request("wanjia-field", async () => this.exchange());
    } catch (error) {
      if (!(error instanceof NoSignal)) throw error;
      this.stop = "no_signal";
    } finally {
      this.isBusy = false;
    }
    // Nobody loses a form under the fingers because something came in.
    if (this.isAtForm()) await this.bar();
    else await this.draw();
  }

  /** Keep what the person wants of names and telephones, or throw it away. */
  async wantContacts(wanted: boolean): Promise<void> {
    await this.store.write({ area: "state", put: { id: "contacts", wanted, people: {} } as Contacts });
    if (wanted) await this.sync();
    else await this.draw();
  }

  private async exchange(): Promise<void> {
    let report: Report | undefined;
    if (this.about) {
      report = await sendAll(this.store, this.server, this.about.person, Date.now());
      this.tellReport(report);
      this.stop = report.stop;
      // A page in place of an answer may be a cookie that ran out: looking at the work sets it anew.
      if (report.stop && report.stop !== "broken") return;
    }
    const answer = await this.server.work();
    this.stop = STOPPED[answer.outcome] ?? report?.stop ?? "";
    if (answer.outcome === "refused") await forget(this.store); // no post any more: nothing here is theirs
    if (answer.outcome !== "ok") return;
    await changeHands(this.store, Number(answer.person));
    this.about = await keep(this.store, answer, Date.now());
    await this.takeContacts();
    this.synced_at = Date.now();
    void this.takeMaps();
  }

  private tellReport({ sent, refused, conflicts }: Report): void {
    const parts = Object.entries({ sent, refused, conflicts }).filter(([, count]) => count > 0);
    if (!parts.length) return;
    const sentence = parts.map(([key, count]) => this.words.say(`offline.report.${key}`, { count })).join(" ");
    this.tell(sentence, refused || conflicts ? "due" : "done");
  }

  private async takeContacts(): Promise<void> {
    const contacts = await this.store.get<Contacts>("state", "contacts");
    if (!contacts?.wanted) return;
    const tasks = await this.store.all<Task>("tasks");
    const numbers = [...new Set(tasks.map(({ number }) => number))];
    const people = numbers.length ? await this.server.contacts(numbers) : {};
    await this.store.write({ area: "state", put: { ...contacts, people } as Contacts });
  }

  /** The service worker keeps what it hands on; without one this is a look for nothing. */
  private async takeMaps(): Promise<void> {
    if (!navigator.serviceWorker?.controller) return;
    const tasks = await this.store.all<Task>("tasks");
    const addresses = new Set(tasks.flatMap(({ map }) => (map?.cells_url ? [map.cells_url] : [])));
    if (this.data.urls.cells) addresses.add(this.data.urls.cells);
    for (const address of addresses) await fetch(address, { credentials: "same-origin" }).catch(() => undefined);
  }

  private async beReady(): Promise<void> {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(this.data.urls.worker ?? "", { scope: "./", updateViaCache: "none" }).catch((error: unknown) => {
      if (navigator.onLine) console.warn("field: no service worker:", error);
    });
    void navigator.serviceWorker.ready.then(() => this.bar());
    void navigator.storage?.persist?.();
  }

  /** The line of state and the tabs with what waits. */
  async bar(): Promise<void> {
    const items = await this.store.all<Item>("queue");
    const open = items.filter(({ state, person }) => state !== "sent" && person === this.about?.person).length;
    const { say } = this.words;
    this.state.replaceChildren(this.signal(), h("button", { type: "button", class: "button", disabled: this.isBusy, onclick: () => void this.sync() }, say(this.isBusy ? "offline.syncing" : "offline.sync")));
    const here = TABS.slice(1).find(([hash]) => location.hash.startsWith(hash))?.[0] ?? "#/";
    this.tabs.replaceChildren(
      ...TABS.map(([hash, key]) =>
        h("a", { href: hash, "aria-current": hash === here ? "page" : undefined }, say(key), hash === "#/queue" && open > 0 ? h("b", {}, String(open)) : null),
      ),
    );
  }

  private signal(): HTMLElement {
    const { say, moment } = this.words;
    const stop: Stop = navigator.onLine ? this.stop : "no_signal";
    if (stop === "sign_in") return h("a", { class: "mark mark--overdue", href: this.data.urls.sign_in ?? "" }, say("offline.stop.sign_in"));
    if (stop) return h("span", { class: `mark mark--${stop === "no_signal" ? "due" : "overdue"}`, role: "status" }, say(`offline.stop.${stop}`));
    const at = this.about ? say("offline.as_of", { at: moment(this.about.taken_at) }) : say("offline.nothing_yet");
    return h("span", { class: "mark mark--done", role: "status" }, at);
  }

  private isAtForm(): boolean {
    return /^#\/(do|next|edit|start\/)/.test(location.hash);
  }
}

const STOPPED: Record<string, Stop> = { sign_in: "sign_in", later: "later", broken: "broken", refused: "sign_in" };
