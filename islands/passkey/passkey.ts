/** Asks this device to sign, after its owner unlocked it; what it signs goes to the server, no face and no finger. */
import type { Leave } from "../island";
import { outgoing, toCreate, toGet, type Options } from "./wire";

interface Answer {
  next?: string;
  faults?: { sentence: string }[];
}

export function mount(element: HTMLElement): Leave {
  const button = element.querySelector<HTMLButtonElement>("[data-start]");
  const said = element.querySelector<HTMLElement>("[data-said]");
  if (!button || !said) throw new Error("a passkey island has a button and a place for what went wrong");
  if (!("PublicKeyCredential" in window)) {
    said.textContent = element.dataset.missing ?? "";
    return () => undefined;
  }
  const left = new AbortController();
  button.hidden = false;
  button.addEventListener("click", () => void go(element, button, said), { signal: left.signal });
  return () => left.abort();
}

async function go(element: HTMLElement, button: HTMLButtonElement, said: HTMLElement): Promise<void> {
  const { ask = "", send = "", mode, failed = "" } = element.dataset;
  said.textContent = "";
  button.disabled = true;
  try {
    const options = (await post(ask, {})) as Options & Answer;
    if (options.faults) return tell(said, options);
    const credential = mode === "sign_in" ? await navigator.credentials.get(toGet(options)) : await navigator.credentials.create(toCreate(options));
    const name = element.querySelector<HTMLInputElement>("[data-name]")?.value;
    const answer = (await post(send, { ...outgoing(credential as PublicKeyCredential), ...(name === undefined ? {} : { name }) })) as Answer;
    if (answer.next) location.assign(answer.next);
    else tell(said, answer);
  } catch (error) {
    said.textContent = failed; // the person turned away, or the device knows no key for this site
    if (!(error instanceof DOMException)) console.warn("passkey:", error);
  } finally {
    button.disabled = false;
  }
}

function tell(said: HTMLElement, { faults = [] }: Answer): void {
  said.textContent = faults.map(({ sentence }) => sentence).join(" ");
}

async function post(address: string, body: object): Promise<object> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(address, { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body) });
  return (await answer.json()) as object;
}
