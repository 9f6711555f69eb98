import { describe, expect, it } from "vitest";
import { answersOf, fill, summaryOf } from "./form_data";
import { fitted } from "./photos";
import { read } from "./wire";
import { Words } from "./words";

const FORM = `<form>
  <div data-field="outcome"><fieldset><legend>Outcome <span class="optional">(optional)</span></legend>
    <label class="choice"><input type="radio" name="outcome" value="done"><span>Done</span></label>
    <label class="choice"><input type="radio" name="outcome" value="later"><span>Later</span></label></fieldset></div>
  <div data-field="note"><label for="n">Note</label><textarea id="n" name="note"></textarea></div>
  <div data-field="why" hidden><label>Why</label><input name="why" value="not asked"></div>
  <div data-field="kinds"><fieldset><legend>Kinds</legend>
    <label class="choice"><input type="checkbox" name="kinds" value="a"><span>First</span></label>
    <label class="choice"><input type="checkbox" name="kinds" value="b"><span>Second</span></label></fieldset></div>
  <div data-field="parts"><fieldset><legend>Parts</legend><table><tbody><tr><td>1</td><td><input name="parts.0.name"></td></tr></tbody></table>
    <button type="button" data-add-row="parts"></button></fieldset></div>
  <div data-field="photos"><label>Photos</label><input type="file" name="photos.files"></div>
</form>`;

function form(): HTMLFormElement {
  document.body.innerHTML = FORM;
  return document.querySelector("form") as HTMLFormElement;
}

describe("a form's answers", () => {
  const answers: [string, string][] = [["outcome", "later"], ["note", "rain"], ["kinds", "a"], ["kinds", "b"], ["parts.0.name", "socket"], ["parts.1.name", "tape"]];

  it("go into a form drawn anew and come out the same, without what is not asked and without files", () => {
    const drawn = form();
    fill(drawn, [...answers, ["gone", "no such field"]]);
    expect(answersOf(drawn)).toEqual(answers);
  });

  it("read as labels with what was chosen and written", () => {
    const drawn = form();
    fill(drawn, answers);
    expect(summaryOf(drawn)).toEqual([["Outcome", "Later"], ["Note", "rain"], ["Kinds", "First · Second"], ["Parts", "socket · tape"]]);
  });
});

it("makes photographs small and never larger", () => {
  expect(fitted(4000, 3000, 1600)).toEqual([1600, 1200]);
  expect(fitted(3000, 4000, 1600)).toEqual([1200, 1600]);
  expect(fitted(800, 600, 1600)).toEqual([800, 600]);
});

it("takes a page in place of an answer for a broken way", async () => {
  expect(await read(new Response("<h1>Proxy</h1>", { status: 200 }))).toEqual({ outcome: "broken" });
  expect(await read(new Response("{}", { status: 500 }))).toEqual({ outcome: "broken" });
  expect(await read(new Response('{"tasks": []}'))).toEqual({ outcome: "ok", tasks: [] });
});

describe("words", () => {
  const words = new Words({ many: "{count} things", "many.one": "one thing", "due.left": "{span} left", "due.over": "{span} over", "due.none": "none", "span.days": "{count} days", "span.hours": "{count} hours", "span.minutes": "{count} minutes" }, "en");

  it("count, and a key without a sentence is shown", () => {
    expect([words.say("many", { count: 1 }), words.say("many", { count: 2 }), words.say("none.such")]).toEqual(["one thing", "2 things", "none.such"]);
  });

  it("say what is left of a deadline as the other surfaces do", () => {
    const at = Date.parse("2026-03-02T09:00:00Z");
    const due = (minutes: number) => words.due(new Date(at + minutes * 60_000).toISOString(), at);
    expect(due(90)).toEqual({ state: "due", text: "90 minutes left" });
    expect(due(3 * 60)).toEqual({ state: "due", text: "3 hours left" });
    expect(due(3 * 24 * 60)).toEqual({ state: "far", text: "3 days left" });
    expect(due(-3 * 60)).toEqual({ state: "overdue", text: "3 hours over" });
    expect(words.due(null, at)).toEqual({ state: "none", text: "none" });
  });
});
