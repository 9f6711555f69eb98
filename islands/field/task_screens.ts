/** My tasks, one of them, and what can be begun. */
import type { App } from "./app";
import { drawn, h, pairs } from "./dom";
import type { Item } from "./queue";
import { taskId, type Ahead, type Contact, type Contacts, type Draft, type Start, type Task } from "./work";

export async function tasksScreen(app: App): Promise<HTMLElement> {
  const { say } = app.words;
  const tasks = await app.store.all<Task>("tasks");
  const done = await openItems(app);
  const drafts = new Set((await app.store.all<Draft>("drafts")).map(({ id }) => id));
  const waiting = tasks.filter((task) => !done.some((item) => isOf(item, task)));
  const going: Task[] = [];
  for (const task of tasks) if (!waiting.includes(task) && (await stepsLeft(app, task)).length) going.push(task);
  const rows = waiting.sort(byDue).map((task) => taskRow(app, task, drafts.has(task.id)));
  const empty = app.about ? ["offline.no_tasks", "offline.no_tasks_text"] : ["offline.nothing_yet", "offline.nothing_yet_text"];
  return h("div", {},
    h("h1", {}, say("offline.tab.tasks"), h("small", {}, ` ${waiting.length}`)),
    done.length > 0 && h("p", {}, h("a", { href: "#/queue" }, say("offline.in_queue", { count: done.length }))),
    going.length ? h("ol", { class: "field-list" }, ...going.map((task) => taskRow(app, task, false, say("offline.goes_on")))) : null,
    rows.length || going.length ? h("ol", { class: "field-list" }, ...rows) : h("div", { class: "sheet empty" }, h("strong", {}, say(empty[0] ?? "")), say(empty[1] ?? "")),
    Boolean(app.about?.left_out) && h("p", { class: "note note--due" }, say("offline.left_out", { count: app.about?.left_out ?? 0 })),
  );
}

export async function taskScreen(app: App, number: string, key: string): Promise<HTMLElement> {
  const { say } = app.words;
  const task = await app.store.get<Task>("tasks", taskId(number, key));
  if (!task) return gone(app);
  const contact = (await app.store.get<Contacts>("state", "contacts"))?.people[number];
  const item = (await openItems(app)).find((one) => isOf(one, task));
  const left = item ? await stepsLeft(app, task) : [];
  const can = task.may.includes(task.opinion ? "give_opinion" : "complete");
  return h("div", {},
    h("p", {}, h("a", { class: "field-back", href: "#/" }, `‹ ${say("offline.tab.tasks")}`)),
    h("h1", {}, task.name), h("p", {}, due(app, task), ` ${task.title}`, task.item ? ` · ${task.item}` : ""),
    task.held && h("p", { class: "note note--due" }, say("offline.held")),
    task.help ? h("p", { class: "note" }, task.help) : null,
    item ? h("p", { class: "note note--due" }, h("a", { href: `#/queue/${item.id}` }, say("offline.done_here"))) : null,
    ...left.map((next, at) => h("a", { class: `button button--wide field-big ${at === 0 ? "button--primary" : ""}`, href: `#/next/${encodeURIComponent(number)}/${encodeURIComponent(key)}/${encodeURIComponent(next.step)}` }, say("offline.next_step", { name: next.name }))),
    left.length ? h("p", { class: "muted" }, say("offline.next_help")) : null,
    !item && can ? h("a", { class: "button button--primary button--wide field-big", href: `#/do/${encodeURIComponent(number)}/${encodeURIComponent(key)}` }, say("offline.do_it")) : null,
    !can ? h("p", { class: "note note--due" }, say("offline.may_not")) : null,
    placeSheet(app, task, contact),
    h("section", { class: "sheet" }, h("h2", {}, say("offline.about")), pairs([[say("offline.number"), number], [say("offline.practice"), task.practice]]), drawn(task.facts),
      task.papers.length > 0 && h("p", { class: "muted" }, say("offline.papers_there", { count: task.papers.length }))),
  );
}

export async function startsScreen(app: App): Promise<HTMLElement> {
  const { say } = app.words;
  const starts = (await app.store.all<Start>("starts")).sort((a, b) => a.name.localeCompare(b.name, app.words.language));
  const rows = starts.map(({ practice, name, summary }) =>
    h("li", {}, h("a", { class: "tile", href: `#/start/${encodeURIComponent(practice)}` }, h("h2", {}, name), h("p", {}, summary))));
  const search = h("input", { type: "search", id: "in-search", oninput: () => narrow(rows, search.value) });
  return h("div", {},
    h("h1", {}, say("offline.tab.start")), h("p", { class: "lead" }, say("offline.start_lead")),
    rows.length > SEARCHED_FROM ? h("div", { class: "field" }, h("label", { for: "in-search" }, say("offline.search")), search) : null,
    rows.length ? h("ul", { class: "field-list" }, ...rows) : h("div", { class: "sheet empty" }, h("strong", {}, say("offline.no_starts")), say("offline.no_starts_text")),
  );
}

/** Longer lists than a screen of a phone are searched. */
const SEARCHED_FROM = 6;

/** Only what holds the text stays. */
function narrow(rows: HTMLElement[], text: string): void {
  for (const row of rows) row.hidden = !row.textContent?.toLowerCase().includes(text.trim().toLowerCase());
}

/** A screen of something that is not on this device (any more). */
export function gone(app: App): HTMLElement {
  const { say } = app.words;
  return h("div", { class: "sheet empty" }, h("strong", {}, say("offline.gone")), say("offline.gone_text"), h("p", {}, h("a", { class: "button", href: "#/" }, say("offline.tab.tasks"))));
}

/** Work on tasks that was done here and is not on the server yet. */
export async function openItems(app: App): Promise<Item[]> {
  const items = await app.store.all<Item>("queue");
  return items.filter(({ state, kind, person }) => state !== "sent" && kind !== "case" && person === app.about?.person);
}

/** Whether work is about this task: by its key, or done ahead of it by its step. */
function isOf(item: Item, task: Task): boolean {
  return item.number === task.number && (item.task === task.key || (!item.task && item.step === task.step));
}

/** The task that work is about as it stands on the device now. */
export async function taskOf(app: App, item: Item): Promise<Task | undefined> {
  return (await app.store.all<Task>("tasks")).find((task) => isOf(item, task));
}

/** Steps that may follow a task which was done here, without those that were done ahead already. */
export async function stepsLeft(app: App, task: Task): Promise<Ahead[]> {
  const done = (await openItems(app)).filter(({ number, kind }) => number === task.number && kind === "task").map(({ step }) => step);
  return done.includes(task.step) ? task.next.filter(({ step }) => !done.includes(step)) : [];
}

export function taskHash({ number, key }: Task): string {
  return `#/task/${encodeURIComponent(number)}/${encodeURIComponent(key)}`;
}

function taskRow(app: App, task: Task, isDraft: boolean, more = ""): HTMLElement {
  const { say } = app.words;
  return h("li", {},
    h("a", { class: "tile", href: taskHash(task) },
      h("h2", {}, task.name), h("p", {}, task.title),
      h("p", { class: "row" }, due(app, task), isDraft ? h("span", { class: "mark mark--due" }, say("offline.draft")) : null, more ? h("span", { class: "mark mark--done" }, more) : null, h("span", { class: "small" }, task.address))));
}

function due(app: App, task: Task): HTMLElement {
  const { state, text } = app.words.due(task.due_at, app.now());
  return h("span", { class: `mark mark--${state}` }, text);
}

function byDue(a: Task, b: Task): number {
  return (a.due_at ?? "9").localeCompare(b.due_at ?? "9");
}

function placeSheet(app: App, task: Task, contact: Contact | undefined): HTMLElement | null {
  const { say } = app.words;
  const address = contact?.address || task.address;
  if (!address && !contact && !task.map) return null;
  const sheet = h("section", { class: "sheet" }, h("h2", {}, say("offline.where")));
  if (contact) sheet.append(pairs([[say("offline.contact"), contact.name]]), h("p", {}, h("a", { class: "button field-big", href: `tel:${contact.phone}` }, `${say("offline.call")} ${contact.phone}`)));
  else sheet.append(h("p", { class: "muted" }, h("a", { href: "#/device" }, say("offline.no_contacts"))));
  if (address) sheet.append(h("p", { class: "field-address" }, address));
  if (task.map) sheet.append(map(task), h("p", { class: "muted small" }, position(task)));
  return sheet;
}

function map(task: Task): HTMLElement {
  const data = h("script", { type: "application/json" });
  data.textContent = JSON.stringify(task.map);
  return h("div", { class: "island island--map island--small", "data-island": "map" }, data);
}

function position(task: Task): string {
  const [longitude, latitude] = task.map?.points.features[0]?.geometry.coordinates ?? [];
  return longitude === undefined || latitude === undefined ? "" : `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}
