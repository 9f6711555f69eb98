import { afterEach, beforeEach, expect, it } from "vitest";
import { mount } from "./menu";

let menu: HTMLDetailsElement;
beforeEach(() => {
  document.body.innerHTML = '<details open><summary>Menu</summary><a href="/a">A</a></details><button>beside</button>';
  menu = document.querySelector("details")!;
});
afterEach(() => document.body.replaceChildren());

it("closes on Escape and gives the focus back to its name", () => {
  mount(menu);
  menu.querySelector("a")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  expect([menu.open, document.activeElement?.tagName]).toEqual([false, "SUMMARY"]);
});

it("closes when something beside it is pressed, not when it is itself", () => {
  const leave = mount(menu);
  menu.querySelector("a")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(menu.open).toBe(true);
  document.querySelector("button")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(menu.open).toBe(false);
  leave();
  menu.open = true;
  document.querySelector("button")?.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  expect(menu.open).toBe(true);
});
