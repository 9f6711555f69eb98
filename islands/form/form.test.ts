import { afterEach, describe, expect, it, vi } from "vitest";
import { mount } from "./form";
import { fieldValue, holds, type Node, type Value } from "./show_if";

const reads = (facts: Record<string, Value>) => (name: string) => facts[name] ?? null;

describe("conditions", () => {
  const isCompany: Node = ["=", 16, ["fact", 1, "kind"], ["const", 18, "company"]];
  const both: Node = ["and", 1, [["not", 0] as unknown as Node, isCompany]];

  it("compares, joins and negates as the server does", () => {
    expect(holds(isCompany, reads({ kind: "company" }))).toBe(true);
    expect(holds(isCompany, reads({}))).toBe(false);
    const notCompany: Node = ["call", 1, "not", [isCompany]];
    expect(holds(["or", 1, [isCompany, notCompany]], reads({ kind: "person" }))).toBe(true);
    const large: Node = [">", 1, ["fact", 1, "area"], ["const", 3, 0]];
    expect([5, 0, null].map((area) => holds(large, reads({ area })))).toEqual([true, false, false]);
    const between: Node = ["within", 1, ["fact", 1, "area"], ["const", 2, 1], ["const", 3, 3], true, false];
    expect([1, 3].map((area) => holds(between, reads({ area })))).toEqual([true, false]);
    const among: Node = ["in", 1, ["fact", 1, "kind"], ["list", 2, [["const", 3, "a"], ["const", 4, "b"]]]];
    expect(["b", "c"].map((kind) => holds(among, reads({ kind })))).toEqual([true, false]);
  });

  it("asks what it cannot judge", () => {
    expect(holds(["sum", 1], reads({}))).toBe(true);
    expect(holds(both, reads({ kind: "company" }))).toBe(true);
    expect(holds(null, reads({}))).toBe(true);
  });
});

const PAGE = `<form><div id="island">
  <div id="faults" tabindex="-1"></div>
  <div data-field="kind"><input type="radio" name="kind" value="company"><input type="radio" name="kind" value="person"></div>
  <div data-field="credit"><input name="credit"></div>
  <fieldset class="group"><div data-field="paper"><input name="paper"></div></fieldset>
  <input type="checkbox" name="near" value="true"><input type="number" name="area" value="7">
  <fieldset><table><tbody><tr><td>1</td><td><input name="parts.0.name" value="switch"></td></tr></tbody></table>
  <button type="button" hidden data-add-row="parts"></button></fieldset>
  </div><button data-busy="…">Send</button></form>`;

describe("a form", () => {
  afterEach(() => vi.unstubAllGlobals());

  function page() {
    document.body.innerHTML = PAGE;
    const form = document.querySelector("form") as HTMLFormElement;
    const island = document.getElementById("island") as HTMLElement;
    const leave = mount(island, {
      conditions: {
        credit: ["=", 1, ["fact", 1, "kind"], ["const", 2, "company"]],
        paper: ["=", 1, ["fact", 1, "credit"], ["const", 2, "x"]],
      },
      types: { kind: "string", credit: "string" },
    });
    const hidden = (name: string) => document.querySelector<HTMLElement>(`[data-field="${name}"]`)?.hidden;
    const choose = (value: string) => {
      const radio = form.querySelector<HTMLInputElement>(`[value="${value}"]`) as HTMLInputElement;
      radio.checked = true;
      radio.dispatchEvent(new Event("change", { bubbles: true }));
    };
    return { form, hidden, choose, leave };
  }

  it("asks what the answers call for, and a hidden answer counts for nothing", () => {
    const { form, hidden, choose, leave } = page();
    expect(hidden("credit")).toBe(true);
    choose("company");
    expect([hidden("credit"), hidden("paper")]).toEqual([false, true]);
    (form.querySelector('[name="credit"]') as HTMLInputElement).value = "x";
    choose("company");
    expect(hidden("paper")).toBe(false);
    expect(document.querySelector<HTMLElement>(".group")?.hidden).toBe(false);
    choose("person");
    expect(document.querySelector<HTMLElement>(".group")?.hidden).toBe(true);
    expect([hidden("credit"), hidden("paper")]).toEqual([true, true]);
    leave();
    choose("company");
    expect(hidden("credit")).toBe(true);
  });

  it("reads values as their types", () => {
    const { form } = page();
    expect(fieldValue(form, "near", "boolean")).toBe(false);
    expect(fieldValue(form, "area", "number")).toBe(7);
    expect(fieldValue(form, "kind", "string")).toBeNull();
  });

  it("adds an empty row with the next number, takes the focus to the faults, and sleeps once sent", () => {
    const { form } = page();
    expect(document.activeElement?.id).toBe("faults");
    const button = form.querySelector<HTMLButtonElement>("[data-add-row]") as HTMLButtonElement;
    expect(button.hidden).toBe(false);
    button.click();
    const added = form.querySelector<HTMLInputElement>('[name="parts.1.name"]');
    expect(added?.value).toBe("");
    expect(form.querySelectorAll("tbody td")[2]?.textContent).toBe("2");
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    const send = form.querySelector<HTMLButtonElement>("[data-busy]") as HTMLButtonElement;
    expect([send.disabled, send.textContent]).toEqual([true, "…"]);
    window.dispatchEvent(new Event("pageshow"));
    expect([send.disabled, send.textContent]).toEqual([false, "Send"]);
  });
});
