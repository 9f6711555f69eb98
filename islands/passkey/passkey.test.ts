import { afterEach, expect, it, vi } from "vitest";
import { mount } from "./passkey";
import { outgoing, toBytes, toCreate, toGet, toText } from "./wire";

afterEach(() => vi.unstubAllGlobals());
const bytes = (...values: number[]) => new Uint8Array(values).buffer;

it("carries any byte as base64url, both ways", () => {
  const all = Uint8Array.from({ length: 256 }, (_, at) => at);
  expect(toText(all.buffer)).not.toMatch(/[+/=]/);
  expect(toBytes(toText(all.buffer))).toEqual(all);
});

it("gives the browser bytes and the server text", () => {
  const created = toCreate({ challenge: "AQI", user: { id: "Aw", name: "n", displayName: "N" }, excludeCredentials: [{ id: "BA", type: "public-key" }] }).publicKey;
  expect([created?.challenge, created?.user.id]).toEqual([new Uint8Array([1, 2]), new Uint8Array([3])]);
  expect(toGet({ challenge: "AQI" }).publicKey?.allowCredentials).toEqual([]);
  const response = { clientDataJSON: bytes(1), authenticatorData: bytes(2), signature: bytes(3), userHandle: bytes(4) };
  const credential = { id: "BQ", rawId: bytes(5), type: "public-key", response } as unknown as PublicKeyCredential;
  expect(outgoing(credential)).toEqual({ id: "BQ", rawId: "BQ", type: "public-key", clientExtensionResults: {}, response: { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw", userHandle: "BA" } });
});

it("says so where a browser knows no passkeys, and offers no button", () => {
  document.body.innerHTML = '<div data-missing="Use your password."><button hidden data-start></button><p data-said></p></div>';
  const element = document.querySelector("div") as HTMLElement;
  mount(element);
  expect(element.querySelector("[data-said]")?.textContent).toBe("Use your password.");
  expect(element.querySelector("button")?.hidden).toBe(true);
});

it("tells what the server refused, and that somebody turned away", async () => {
  vi.stubGlobal("PublicKeyCredential", class {});
  const answers = [{ faults: [{ sentence: "Too often." }] }, { challenge: "AQI" }];
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(answers.shift())));
  vi.stubGlobal("navigator", { credentials: { get: async () => Promise.reject(new DOMException("no", "NotAllowedError")) } });
  document.body.innerHTML = '<div data-mode="sign_in" data-ask="/a" data-send="/s" data-failed="Try again."><button hidden data-start></button><p data-said></p></div>';
  const element = document.querySelector("div") as HTMLElement;
  const said = element.querySelector("[data-said]") as HTMLElement;
  const button = element.querySelector("button") as HTMLButtonElement;
  mount(element);
  expect(button.hidden).toBe(false);
  button.click();
  await vi.waitFor(() => expect(said.textContent).toBe("Too often."));
  button.click();
  await vi.waitFor(() => expect(said.textContent).toBe("Try again."));
});
