/** The way to the server: forms as a browser sends them, answers as JSON. */
import { NoSignal, type Answer, type Item, type Part, type Wire } from "./queue";

/** With less than this a phone in a valley never gets a photograph out; with more nobody waits. */
const WAIT_MS_MAX = 60_000;

export interface Urls {
  [name: string]: string;
}

export class Server implements Wire {
  constructor(
    private readonly urls: Urls,
    private readonly person: () => number,
  ) {}

  async paper(item: Item, part: Part, content: Blob): Promise<Answer> {
    const form = this.form(item);
    form.set("@part", String(part.at));
    form.set("file", content, part.name);
    return this.post("paper", form);
  }

  async send(item: Item): Promise<Answer> {
    const form = this.form(item);
    const head = { kind: item.kind, number: item.number, task: item.task, step: item.step, practice: item.practice };
    for (const [name, value] of Object.entries(head)) form.set(`@${name}`, value);
    form.set("@form", item.form_mark);
    form.set("@values", item.values_mark);
    for (const [name, value] of item.fields) form.append(name, value);
    for (const { field, token, signature } of item.parts) if (token) form.append(signature ? `@signature:${field}` : field, token);
    return this.post("send", form);
  }

  async contacts(numbers: string[]): Promise<Record<string, { name: string; phone: string; address: string }>> {
    const form = new FormData();
    form.set("@person", String(this.person()));
    for (const number of numbers) form.append("number", number);
    const answer = (await this.post("contacts", form)) as Answer & { contacts?: Record<string, never> };
    return answer.contacts ?? {};
  }

  /** What is mine to do. Raises NoSignal; the answer may be that somebody has to sign in. */
  async work(): Promise<Answer & Record<string, unknown>> {
    return this.fetched("work", {});
  }

  private form(item: Item): FormData {
    const form = new FormData();
    form.set("@id", item.id);
    form.set("@person", String(this.person()));
    return form;
  }

  private post(name: string, body: FormData): Promise<Answer> {
    const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
    return this.fetched(name, { method: "POST", body, headers: { "X-CSRFToken": token } });
  }

  private async fetched(name: string, how: RequestInit): Promise<Answer & Record<string, unknown>> {
    let answer: Response;
    try {
      const signal = AbortSignal.timeout(WAIT_MS_MAX);
      answer = await fetch(this.urls[name] ?? "", { credentials: "same-origin", redirect: "error", signal, ...how });
    } catch (error) {
      throw new NoSignal(String(error));
    }
    return read(answer);
  }
}

/** The JSON of an answer; a page in its place means that something between here and there is broken. */
export async function read(answer: Response): Promise<Answer & Record<string, unknown>> {
  try {
    const body = (await answer.json()) as Record<string, unknown>;
    return { ...body, outcome: String(body.outcome ?? (answer.ok ? "ok" : "broken")) };
  } catch {
    return { outcome: "broken" };
  }
}
