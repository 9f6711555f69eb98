/** Choosing a point: what is picked goes into the form's own inputs, and the page is asked who answers there. */

export interface Picked {
  longitude: number;
  latitude: number;
}

/** Six decimals are 0.1 m; more would pretend. */
const DECIMALS = 6;

export class Picker {
  private readonly longitude: HTMLInputElement;
  private readonly latitude: HTMLInputElement;
  private readonly answer: Element | null;
  private asked: AbortController | undefined;

  /** The inputs `data-lon` and `data-lat`, and `data-who` for the answer, stand in the same fieldset or form. */
  constructor(private readonly element: HTMLElement) {
    const field = element.closest("fieldset, form") ?? document;
    this.longitude = input(field, "data-lon");
    this.latitude = input(field, "data-lat");
    this.answer = field.querySelector("[data-who]");
  }

  /** What the inputs hold now; undefined unless both are numbers on the globe. */
  get current(): Picked | undefined {
    const [longitude, latitude] = [this.longitude.value, this.latitude.value].map((text) => (text.trim() ? Number(text) : NaN));
    const isPlace = Math.abs(longitude ?? NaN) <= 180 && Math.abs(latitude ?? NaN) <= 90;
    return isPlace ? { longitude: longitude ?? 0, latitude: latitude ?? 0 } : undefined;
  }

  /** Write the point into the inputs, as if typed, and ask who answers there. */
  async pick({ longitude, latitude }: Picked): Promise<void> {
    this.longitude.value = longitude.toFixed(DECIMALS);
    this.latitude.value = latitude.toFixed(DECIMALS);
    for (const field of [this.longitude, this.latitude]) {
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    await this.ask();
  }

  /** Tell `moved` when somebody types another point. */
  onTyped(moved: (picked: Picked) => void): void {
    for (const field of [this.longitude, this.latitude]) {
      field.addEventListener("change", (event) => {
        if (event.isTrusted && this.current) {
          moved(this.current);
          void this.ask();
        }
      });
    }
  }

  /** Show the page's answer to "who answers here"; a later question overtakes an earlier one. */
  private async ask(): Promise<void> {
    const { answerUrl, answerFailed } = this.element.dataset;
    const { answer: target, current: picked } = this;
    if (!answerUrl || !target || !picked) return;
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const address = new URL(answerUrl, location.href);
    address.searchParams.set("longitude", picked.longitude.toFixed(DECIMALS));
    address.searchParams.set("latitude", picked.latitude.toFixed(DECIMALS));
    try {
      target.setAttribute("aria-busy", "true");
      const answer = await fetch(address, { signal: asked.signal, credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(`${answerUrl} answered ${answer.status}`);
      // Written by our own server, as any page is.
      target.innerHTML = await answer.text();
    } catch (error) {
      if (asked.signal.aborted) return;
      target.textContent = answerFailed ?? "";
      console.error(error);
    } finally {
      if (!asked.signal.aborted) target.removeAttribute("aria-busy");
    }
  }
}

function input(field: ParentNode, attribute: string): HTMLInputElement {
  const found = field.querySelector(`input[${attribute}]`);
  if (!(found instanceof HTMLInputElement)) throw new Error(`no input with ${attribute} in the map's fieldset or form`);
  return found;
}
