/** What waits, what was sent, what was refused; and the choice where the case went on without the person. */
import type { App } from "./app";
import { h, pairs } from "./dom";
import { asNote, discard, overTheirs, sendAgain, type Item } from "./queue";
import { gone } from "./task_screens";

const ORDER = ["conflict", "refused", "waiting", "sent"] as const;
const MARKS: Record<Item["state"], string> = { conflict: "overdue", refused: "overdue", waiting: "due", sent: "done" };

export async function queueScreen(app: App): Promise<HTMLElement> {
  const { say } = app.words;
  const all = await app.store.all<Item>("queue");
  const mine = all.filter(({ person }) => person === app.about?.person);
  const others = all.filter(({ person, state }) => person !== app.about?.person && state !== "sent");
  const groups = ORDER.flatMap((state) => {
    const items = mine.filter((item) => item.state === state).sort((a, b) => b.made_at - a.made_at);
    return items.length ? [h("h2", {}, say(`offline.state.${state}`), h("small", {}, ` ${items.length}`)), h("ol", { class: "field-list" }, ...items.map((item) => row(app, item)))] : [];
  });
  const empty = h("div", { class: "sheet empty" }, h("strong", {}, say("offline.queue_empty")), say("offline.queue_empty_text"));
  return h("div", {}, h("h1", {}, say("offline.tab.queue")), ...(groups.length ? groups : [empty]), others.length ? othersNote(app, others) : null);
}

export async function queueItemScreen(app: App, id: string): Promise<HTMLElement> {
  const { say, moment } = app.words;
  const item = await app.store.get<Item>("queue", id);
  if (!item || item.person !== app.about?.person) return gone(app);
  const at = item.state === "sent" ? say("offline.sent_at", { at: moment(item.sent_at ?? 0) }) : say("offline.made_at", { at: moment(item.made_at) });
  return h("div", {},
    h("p", {}, h("a", { class: "field-back", href: "#/queue" }, `‹ ${say("offline.tab.queue")}`)),
    h("h1", {}, item.name), h("p", {}, mark(app, item), ` ${[item.title, item.number].filter(Boolean).join(" · ")}`), h("p", { class: "muted" }, at),
    item.state === "waiting" && item.after ? h("p", { class: "note" }, say("offline.after")) : null,
    item.state === "sent" ? receipt(app, item) : null,
    item.state === "refused" ? faults(app, item) : null,
    item.state === "conflict" ? sides(app, item) : null,
    item.state !== "conflict" && item.summary.length > 0 && h("section", { class: "sheet" }, h("h2", {}, say("offline.side.mine")), pairs(item.summary)),
    choices(app, item),
  );
}

function row(app: App, item: Item): HTMLElement {
  return h("li", {},
    h("a", { class: "tile", href: `#/queue/${item.id}` }, h("h2", {}, item.name),
      h("p", {}, [item.title, item.result?.number ?? item.number].filter(Boolean).join(" · ")), h("p", { class: "row" }, mark(app, item), h("span", { class: "small" }, app.words.moment(item.sent_at ?? item.made_at)))));
}

function mark(app: App, { state, conflict }: Item): HTMLElement {
  const text = state === "conflict" && conflict ? `offline.kind.${conflict.kind}` : `offline.state.${state}`;
  return h("span", { class: `mark mark--${MARKS[state]}` }, app.words.say(text));
}

function receipt(app: App, { result, kind }: Item): HTMLElement | null {
  if (!result?.number) return null;
  const { say } = app.words;
  const rows: [string, string][] = [[say("offline.number"), result.number]];
  if (kind === "case" && result.code) rows.push([say("offline.code"), result.code]);
  return h("section", { class: "sheet" }, pairs(rows, "big"), result.code ? h("p", { class: "muted" }, say("offline.code_help")) : null);
}

function faults(app: App, item: Item): HTMLElement {
  const { say } = app.words;
  return h("div", { class: "note note--overdue", role: "alert" }, h("p", {}, h("strong", {}, say("offline.faults"))), h("ul", {}, ...(item.faults ?? []).map(({ sentence }) => h("li", {}, sentence))));
}

/** Both sides, one below the other on a phone, beside each other where there is room. */
function sides(app: App, { conflict, summary, made_at }: Item): HTMLElement | null {
  if (!conflict) return null;
  const { say, moment } = app.words;
  const { kind, theirs } = conflict;
  const told = say(`offline.told.${kind}`, { who: theirs?.who || say("offline.somebody"), at: theirs?.at ?? "", end: theirs?.case_end ?? "" });
  const facts = theirs?.facts.length ? pairs(theirs.facts) : h("p", { class: "muted" }, say("offline.side.nothing"));
  return h("div", {},
    h("p", { class: "note note--overdue", role: "alert" }, told, " ", say(`offline.next.${kind}`)),
    h("div", { class: "field-sides" },
      h("section", { class: "sheet" }, h("h2", {}, say("offline.side.mine")), h("p", { class: "muted small" }, moment(made_at)), pairs(summary)),
      h("section", { class: "sheet" }, h("h2", {}, say("offline.side.theirs")), h("p", { class: "muted small" }, [theirs?.who, theirs?.at].filter(Boolean).join(" · ")), facts)),
  );
}

/** What can be done about it; throwing away is asked about once more. */
function choices(app: App, item: Item): HTMLElement | null {
  if (item.state === "sent") return null;
  const { say } = app.words;
  const buttons: HTMLElement[] = [];
  const add = (key: string, act: () => unknown, kind = ""): void => {
    buttons.push(h("button", { type: "button", class: `button field-big ${kind}`, onclick: () => void act() }, say(key)));
  };
  const edit = (): void => app.go(`#/edit/${item.id}`);
  const again = async (changed: Partial<Item>): Promise<void> => {
    await sendAgain(app.store, item, changed);
    app.go("#/queue");
    if (navigator.onLine) await app.sync();
  };
  const kind = item.conflict?.kind;
  if (item.state === "waiting") add("offline.choice.change", edit);
  if (item.state === "refused" && item.kind !== "note") add("offline.choice.mend", edit, "button--primary");
  if (item.state === "refused") add("offline.choice.again", () => again({}));
  if (kind === "form_changed") add("offline.choice.new_form", edit, "button--primary");
  if (kind === "values_changed") {
    add("offline.choice.compare", edit, "button--primary");
    add("offline.choice.mine", () => again(overTheirs(item)));
  }
  if (kind === "not_reached") add("offline.choice.again", () => again({}));
  if (kind === "done" || kind === "ended" || kind === "passed_on" || kind === "not_reached") {
    add("offline.choice.note", () => again(asNote(item, say("offline.note_heading", { task: item.name }))), "button--primary");
  }
  add("offline.choice.discard", () => throwAway(app, item), "button--danger");
  return h("div", { class: "field-choices" }, ...buttons);
}

async function throwAway(app: App, item: Item): Promise<void> {
  if (!window.confirm(app.words.say("offline.discard_sure", { name: item.name }))) return;
  await discard(app.store, item);
  app.tell(app.words.say("offline.discarded"));
  app.go("#/queue");
}

/** Somebody else worked on this device and did not send: said, not shown; it goes out when they sign in again. */
function othersNote(app: App, others: Item[]): HTMLElement {
  const { say } = app.words;
  const away = async (): Promise<void> => {
    if (!window.confirm(say("offline.others_sure", { count: others.length }))) return;
    for (const item of others) await discard(app.store, item);
    await app.draw();
  };
  return h("div", { class: "note note--due" }, h("p", {}, say("offline.others", { count: others.length })), h("button", { type: "button", class: "button button--danger", onclick: () => void away() }, say("offline.others_discard")));
}
