/** Photographs, files and signatures of a form: taken with the phone, kept on it, thrown out again before sending. */
import { h } from "./dom";
import { shrunk } from "./photos";
import { pad, type Pad } from "./signature";
import type { Words } from "./words";

/** As many as one form may bring to the server. */
export const FILES_MAX = 20;
const TAKEN = "image/jpeg,image/png,image/webp,application/pdf,.docx,.xlsx";

export interface Attached {
  field: string;
  name: string;
  content: Blob;
  signature: boolean;
}

export class Attachments {
  private files: Attached[] = [];
  private readonly pads = new Map<string, Pad>();
  private readonly shown = new Map<string, HTMLElement>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly words: Words,
    private readonly pixels_max: number,
    private readonly changed: () => void,
  ) {}

  /** Give every field of papers its buttons, and every field that is signed its pad. */
  offer(signatures: Record<string, string>): void {
    for (const place of this.form.querySelectorAll<HTMLElement>("[data-papers]")) this.offerFiles(place, place.dataset.papers ?? "");
    for (const [field, label] of Object.entries(signatures)) this.offerPad(field, label);
  }

  /** What an earlier visit to the form left. */
  restore(files: Attached[]): void {
    this.files = files.filter(({ signature }) => !signature);
    for (const field of this.shown.keys()) this.list(field);
  }

  async all(): Promise<Attached[]> {
    const signed: Attached[] = [];
    for (const [field, { taken }] of this.pads) {
      const content = await taken();
      if (content) signed.push({ field, name: `${this.words.say("offline.signature")}.png`, content, signature: true });
    }
    return [...this.files, ...signed];
  }

  private offerFiles(place: HTMLElement, field: string): void {
    const { say } = this.words;
    const list = h("ul", { class: "field-files" });
    const said = h("p", { class: "fault", role: "alert" });
    const input = (accept: string, camera: boolean): HTMLInputElement => {
      const made = h("input", { type: "file", hidden: true, accept, multiple: !camera });
      if (camera) made.setAttribute("capture", "environment");
      made.dataset.take = camera ? "camera" : "file";
      made.addEventListener("change", () => void this.take(made, field, said));
      return made;
    };
    const camera = input("image/*", true);
    const file = input(TAKEN, false);
    const press = (target: HTMLInputElement, key: string) =>
      h("button", { type: "button", class: "button field-big", onclick: () => target.click() }, say(key));
    this.shown.set(field, list);
    place.querySelector('input[type="file"]')?.replaceWith(
      h("div", { class: "row" }, press(camera, "offline.take_photo"), press(file, "offline.choose_file")), camera, file, said, list,
    );
    place.querySelector(".htmx-indicator")?.remove();
  }

  private async take(input: HTMLInputElement, field: string, said: HTMLElement): Promise<void> {
    said.textContent = "";
    for (const file of [...(input.files ?? [])]) {
      if (this.files.length >= FILES_MAX) {
        said.textContent = this.words.say("offline.too_many_files", { count: FILES_MAX });
        break;
      }
      try {
        this.files.push({ field, signature: false, ...(await shrunk(file, this.pixels_max)) });
      } catch {
        said.textContent = this.words.say("offline.not_a_picture", { name: file.name });
      }
    }
    input.value = "";
    this.list(field);
    this.changed();
  }

  private list(field: string): void {
    const rows = this.files.filter((file) => file.field === field).map((file) => {
      const away = (): void => {
        this.files = this.files.filter((other) => other !== file);
        this.list(field);
        this.changed();
      };
      const size = `${Math.max(1, Math.round(file.content.size / 1024))} KB`;
      return h("li", {}, thumbnail(file), h("span", {}, file.name, h("small", {}, size)),
        h("button", { type: "button", class: "button button--danger", onclick: away }, this.words.say("offline.remove")));
    });
    this.shown.get(field)?.replaceChildren(...rows);
  }

  private offerPad(field: string, label: string): void {
    const { say } = this.words;
    const made = pad(say("offline.sign_here", { label }), say("offline.sign_again"), this.changed);
    this.pads.set(field, made);
    this.form.querySelector(`[data-field="${field}"]`)?.append(made.element);
  }
}

function thumbnail({ name, content }: Attached): HTMLElement {
  if (!content.type.startsWith("image/")) return h("span", { class: "field-thumb" }, "📄");
  const address = URL.createObjectURL(content);
  return h("img", { class: "field-thumb", src: address, alt: name, onload: () => URL.revokeObjectURL(address) });
}
