/** Filling in: a task, an opinion, a new case, or work that came back to be changed. Kept as a draft at every touch. */
import type { App } from "./app";
import { Attachments, type Attached } from "./attach";
import { drawn, h, pairs } from "./dom";
import { answersOf, fill, summaryOf } from "./form_data";
import { sendAgain, type Fault, type Item, type Kind, type Pairs, type Part } from "./queue";
import type { Change, Kept } from "./store";
import { gone, openItems, stepsLeft, taskHash, taskOf } from "./task_screens";
import { taskId, type Draft, type Start, type Task } from "./work";

interface Asked {
  number?: string;
  key?: string;
  step?: string;
  practice?: string;
  item?: string;
}

/** What is filled in, wherever it comes from. */
interface Sheet {
  draft: string;
  kind: Kind;
  number: string;
  task: string;
  step: string;
  after: string;
  practice: string;
  name: string;
  title: string;
  form: string;
  form_mark: string;
  values_mark: string;
  signatures: Record<string, string>;
  back: string;
  question?: string;
  again?: Item;
}

/** Touches further apart than this are kept one by one. */
const KEEP_AFTER_MS = 400;

export async function formScreen(app: App, asked: Asked): Promise<HTMLElement> {
  const sheet = await sheetOf(app, asked);
  if (!sheet) return gone(app);
  const { say } = app.words;
  const form = h("form", { class: "form", novalidate: true });
  form.append(sheet.kind === "opinion" ? opinionField(app) : drawn(sheet.form), h("div", { class: "actions" }, h("button", { class: "button button--primary button--wide field-big" }, say("offline.finish"))));
  if (!navigator.onLine) for (const map of form.querySelectorAll<HTMLElement>("[data-answer-url]")) delete map.dataset.answerUrl;
  const said = h("p", { class: "muted small", role: "status" });
  const keep = keeper(app, sheet, form, said);
  form.append(said);
  const files = new Attachments(form, app.words, app.data.photo_pixels_max, keep.soon);
  keep.files = files;
  files.offer(sheet.signatures);
  await restore(app, sheet, form, files);
  form.addEventListener("input", keep.soon);
  form.addEventListener("change", keep.soon);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void finish(app, sheet, form, files);
  });
  return h("div", {},
    h("p", {}, h("a", { class: "field-back", href: sheet.back }, `‹ ${say("offline.back")}`)),
    h("h1", {}, sheet.name), sheet.title ? h("p", {}, sheet.title) : null,
    sheet.question ? h("p", { class: "note" }, sheet.question) : null,
    faultList(app, sheet.again?.faults ?? []), theirSide(app, sheet), form);
}

async function sheetOf(app: App, { number, key, step, practice, item }: Asked): Promise<Sheet | undefined> {
  if (item !== undefined) return ofItem(app, await app.store.get<Item>("queue", item));
  if (practice !== undefined) {
    const start = await app.store.get<Start>("starts", practice);
    return start && { ...ofStart(start), back: "#/start" };
  }
  const task = await app.store.get<Task>("tasks", taskId(number ?? "", key ?? ""));
  const sheet = task && (step === undefined ? ofTask(task) : await ofNext(app, task, step));
  return sheet && task && { ...sheet, back: taskHash(task) };
}

/** A step of the same case that is done ahead: it goes out after whatever was done last in that case. */
async function ofNext(app: App, task: Task, step: string): Promise<Omit<Sheet, "back"> | undefined> {
  const next = task.next.find((one) => one.step === step);
  const before = (await openItems(app)).filter(({ number }) => number === task.number).sort((a, b) => b.made_at - a.made_at)[0];
  return next && before && { ...ofTask(task), ...next, draft: `${task.id}>${step}`, task: "", after: before.id };
}

function ofTask(task: Task): Omit<Sheet, "back"> {
  const { number, step, name, title, form, form_mark, values_mark, signatures, question } = task;
  return { draft: task.id, kind: task.opinion ? "opinion" : "task", number, task: task.key, step, after: "", practice: "", name, title, form, form_mark, values_mark, signatures, question };
}

function ofStart({ practice, name, form, form_mark, signatures }: Start): Omit<Sheet, "back"> {
  return { draft: practice, kind: "case", number: "", task: "", step: "", after: "", practice, name, title: "", form, form_mark, values_mark: "", signatures };
}

/** Work that came back: with the form as it is now where that has changed, else with the one it was filled in. */
async function ofItem(app: App, item: Item | undefined): Promise<Sheet | undefined> {
  if (!item || item.state === "sent") return undefined;
  const task = await taskOf(app, item);
  const start = await app.store.get<Start>("starts", item.practice);
  const found = item.kind === "case" ? start && ofStart(start) : task && ofTask(task);
  const now = item.conflict?.now;
  const marks = { form_mark: item.form_mark, values_mark: item.values_mark };
  if (!found && !now) return undefined;
  const base: Omit<Sheet, "back"> = found ?? { draft: item.id, form: "", signatures: {}, kind: item.kind, number: item.number, task: item.task, step: item.step, after: item.after, practice: item.practice, name: item.name, title: item.title, ...marks };
  const newest = now ? { form: now.form, form_mark: now.form_mark, values_mark: now.values_mark ?? "", signatures: now.signatures } : {};
  return { ...base, ...newest, task: item.task, step: item.step, after: item.after, draft: `again:${item.id}`, back: `#/queue/${item.id}`, again: item };
}

/** Puts the draft aside a moment after the last touch. */
function keeper(app: App, sheet: Sheet, form: HTMLFormElement, said: HTMLElement): { soon: () => void; files?: Attachments } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const kept: { soon: () => void; files?: Attachments } = {
    soon: () => {
      delete form.dataset.kept;
      clearTimeout(timer);
      timer = setTimeout(() => void write(), KEEP_AFTER_MS);
    },
  };
  const write = async (): Promise<void> => {
    if (form.dataset.finished) return;
    const files = (await kept.files?.all()) ?? [];
    const draft: Draft = { id: sheet.draft, at: Date.now(), person: app.about?.person ?? 0, fields: answersOf(form), files };
    await app.store.write({ area: "drafts", put: draft });
    form.dataset.kept = "yes";
    said.textContent = app.words.say("offline.draft_kept", { at: app.words.moment(draft.at) });
  };
  // Another app comes to the front, and this one may be closed there.
  form.addEventListener("field:hidden", () => void write());
  return kept;
}

async function restore(app: App, sheet: Sheet, form: HTMLFormElement, files: Attachments): Promise<void> {
  const draft = await app.store.get<Draft>("drafts", sheet.draft);
  if (draft && draft.person === app.about?.person) {
    fill(form, draft.fields);
    files.restore(draft.files);
  } else if (sheet.again) {
    fill(form, sheet.again.fields);
    files.restore(await filesOf(app, sheet.again));
  }
}

async function filesOf(app: App, item: Item): Promise<Attached[]> {
  const kept = await Promise.all(item.parts.map(({ at }) => app.store.get<Kept & { content: Blob }>("parts", `${item.id}:${at}`)));
  return item.parts.flatMap(({ field, name, signature }, at) => {
    const content = kept[at]?.content;
    return content ? [{ field, name, signature, content }] : [];
  });
}

/** The work is done here: into the queue with everything that belongs to it, in one transaction. */
async function finish(app: App, sheet: Sheet, form: HTMLFormElement, files: Attachments): Promise<void> {
  if (form.dataset.finished) return;
  form.dataset.finished = "yes";
  const attached = await files.all();
  const item = sheet.again ? { ...sheet.again, parts: [] as Part[] } : newItem(app, sheet);
  // Signatures of an earlier round stay, unless it is signed anew.
  const old = sheet.again ? (await filesOf(app, sheet.again)).filter(({ signature, field }) => signature && !attached.some((one) => one.signature && one.field === field)) : [];
  const first = 1 + Math.max(0, ...(sheet.again?.parts ?? []).map(({ at }) => at));
  const changes: Change[] = (sheet.again?.parts ?? []).map(({ at }): Change => ({ area: "parts", remove: `${item.id}:${at}` }));
  [...attached, ...old].forEach(({ field, name, signature, content }, index) => {
    const at = first + index;
    item.parts.push({ at, field, name, signature });
    changes.push({ area: "parts", put: { id: `${item.id}:${at}`, content } as Kept });
  });
  const { form_mark, values_mark } = sheet;
  await app.store.write({ area: "drafts", remove: sheet.draft }, ...changes);
  await sendAgain(app.store, { ...item, fields: answersOf(form), summary: summary(app, form, attached.length + old.length), form_mark, values_mark, state: "waiting" });
  app.tell(app.words.say(navigator.onLine ? "offline.queued_online" : "offline.queued"));
  app.go(await whereNext(app, sheet));
  if (navigator.onLine) await app.sync();
}

/** On with the next step where there may be one, else back to the list. */
async function whereNext(app: App, { number, kind, back }: Sheet): Promise<string> {
  const task = (await app.store.all<Task>("tasks")).find((one) => one.number === number && one.next.length > 0);
  if (kind !== "task" || !task || back.startsWith("#/queue")) return "#/";
  const open = await stepsLeft(app, task);
  return open.length ? taskHash(task) : "#/";
}

function summary(app: App, form: HTMLFormElement, files: number): Pairs {
  const rows = summaryOf(form);
  if (files) rows.push([app.words.say("offline.attached"), app.words.say("offline.attached_count", { count: files })]);
  return rows;
}

function newItem(app: App, sheet: Sheet): Item {
  const { kind, number, task, step, after, practice, name, title, form_mark, values_mark } = sheet;
  const id = crypto.randomUUID();
  return { id, kind, number, task, step, after, practice, name, title, form_mark, values_mark, state: "waiting", person: app.about?.person ?? 0, made_at: Date.now(), fields: [], summary: [], parts: [] };
}

function opinionField(app: App): HTMLElement {
  const label = h("label", { for: "in-answer" }, app.words.say("offline.opinion"));
  return h("div", { class: "field", "data-field": "answer" }, label, h("textarea", { id: "in-answer", name: "answer", maxlength: "1000" }));
}

function faultList(app: App, faults: Fault[]): HTMLElement | null {
  if (!faults.length) return null;
  const rows = faults.map(({ sentence, anchor }) => {
    const jump = (event: Event): void => {
      event.preventDefault(); // the # names the screen here
      document.getElementById(anchor)?.scrollIntoView({ block: "center" });
    };
    return h("li", {}, anchor ? h("a", { href: `#${anchor}`, onclick: jump }, sentence) : sentence);
  });
  return h("div", { class: "note note--overdue", role: "alert" }, h("p", {}, h("strong", {}, app.words.say("offline.faults"))), h("ul", {}, ...rows));
}

function theirSide(app: App, { again }: Sheet): HTMLElement | null {
  const facts = again?.conflict?.theirs?.facts ?? [];
  return facts.length ? h("section", { class: "sheet" }, h("h2", {}, app.words.say("offline.side.theirs")), pairs(facts)) : null;
}
