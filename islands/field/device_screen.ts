/** This device: who works with it, what lies on it and until when, names and telephones, language, signing out. */
import type { App } from "./app";
import { h, pairs } from "./dom";
import type { Item } from "./queue";
import { wipe } from "./store";
import type { Contacts, Draft, Task } from "./work";

const DAY_MS = 86_400_000;

export async function deviceScreen(app: App): Promise<HTMLElement> {
  const { say, moment } = app.words;
  const [tasks, drafts, items] = [await app.store.all<Task>("tasks"), await app.store.all<Draft>("drafts"), await app.store.all<Item>("queue")];
  const contacts = await app.store.get<Contacts>("state", "contacts");
  const until = app.about ? moment(app.about.taken_at + app.about.keep_days * DAY_MS) : "—";
  const open = items.filter(({ state }) => state !== "sent").length;
  const rows: [string, string][] = [
    [say("offline.device.who"), app.about?.name ?? "—"],
    [say("offline.device.ready"), say(await isReady() ? "offline.device.yes" : "offline.device.no")],
    [say("offline.device.tasks"), String(tasks.length)],
    [say("offline.device.drafts"), String(drafts.length)],
    [say("offline.device.waiting"), String(open)],
    [say("offline.device.until"), until],
  ];
  return h("div", {},
    h("h1", {}, say("offline.tab.device")),
    h("section", { class: "sheet" }, pairs(rows), h("p", { class: "muted" }, say("offline.device.protection", { days: app.data.keep_days }))),
    contactsSheet(app, contacts),
    h("section", { class: "sheet" }, h("h2", {}, say("offline.device.install")), h("p", {}, say("offline.device.install_text"))),
    h("div", { class: "field-choices" },
      h("a", { class: "button field-big", href: app.data.urls.desk ?? "/" }, say("offline.device.desk")), languageForm(app),
      h("button", { type: "button", class: "button button--danger field-big", onclick: () => void signOut(app, open) }, say("offline.device.sign_out"))),
  );
}

function contactsSheet(app: App, contacts: Contacts | undefined): HTMLElement {
  const { say } = app.words;
  const wanted = contacts?.wanted ?? false;
  const count = Object.keys(contacts?.people ?? {}).length;
  return h("section", { class: "sheet" }, h("h2", {}, say("offline.device.contacts")), h("p", {}, say("offline.device.contacts_text")),
    h("p", {}, wanted ? say("offline.device.contacts_now", { count }) : say("offline.device.contacts_none")),
    h("button", { type: "button", class: "button field-big", onclick: () => void app.wantContacts(!wanted) }, say(wanted ? "offline.device.contacts_drop" : "offline.device.contacts_take")));
}

function languageForm(app: App): HTMLElement {
  const other = app.words.language === "en" ? "zh-Hans" : "en";
  const form = token("language", app.data.urls.language ?? "");
  form.append(h("input", { type: "hidden", name: "next", value: location.pathname }), h("input", { type: "hidden", name: "language", value: other }),
    h("button", { class: "button field-big button--wide" }, other === "en" ? "English" : "中文"));
  return form;
}

/** Signing out leaves nothing behind; what was not sent is asked about first. */
async function signOut(app: App, open: number): Promise<void> {
  const { say } = app.words;
  if (open > 0 && !window.confirm(say("offline.device.sign_out_sure", { count: open }))) return;
  app.store.close();
  await wipe();
  const form = token("sign_out", app.data.urls.sign_out ?? "");
  document.body.append(form);
  form.submit();
}

function token(name: string, action: string): HTMLFormElement {
  const value = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  return h("form", { method: "post", action, "data-form": name }, h("input", { type: "hidden", name: "csrfmiddlewaretoken", value }));
}

async function isReady(): Promise<boolean> {
  return Boolean((await navigator.serviceWorker?.getRegistration("./"))?.active);
}
