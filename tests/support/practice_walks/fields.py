"""Fills in a practice's form as a person does: by the widgets that stand on the page, in their order."""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from tests.support.papers import drawing, photograph
from tests.support.practice_walks.people import called
from tests.support.visitor import Visitor
from wanjia.model.jsonvalue import Facts, Json

PAPERS_MAX = 2
"""Files sent for one field: a second one proves that several can be sent."""

UNLABELLED = """(form) => [...form.querySelectorAll("input, select, textarea")]
  .filter((one) => one.type !== "hidden" && one.offsetParent !== null)
  .filter((one) => !(one.labels?.length || one.getAttribute("aria-label") || one.getAttribute("aria-labelledby")))
  .map((one) => one.name)"""


class Sheet:
    """One form on one page."""

    def __init__(self, visitor: Visitor, form: Locator) -> None:
        self.visitor, self.form = visitor, form

    def fill(self, answers: Facts) -> None:
        """Give every answer. Fields appear as others are answered, so until none is left or none stands there."""
        waiting = dict(answers)
        while waiting:
            shown = [name for name in self._in_order(waiting) if self._field(name).is_visible()]
            if not shown:
                raise AssertionError(f"no field on the page for {sorted(waiting)} at {self.visitor.page.url}")
            for name in shown:
                self._answer(name, waiting.pop(name))
        self._look_for_labels()

    def _in_order(self, names: Mapping[str, Json]) -> list[str]:
        order = self.form.locator("[data-field]").evaluate_all("(all) => all.map((one) => one.dataset.field)")
        return [name for name in order if name in names]

    def _field(self, name: str) -> Locator:
        return self.form.locator(f"[data-field='{name}']")

    def _look_for_labels(self) -> None:
        for name in self.form.evaluate(UNLABELLED):
            self.visitor.complaints.append(f"{self.visitor.page.url}: {name} has no label")

    def _answer(self, name: str, value: Json) -> None:
        field = self._field(name)
        if isinstance(value, dict):
            self._place(field, name, value)
        elif field.locator("canvas:visible").count() and not field.locator("[data-island=map]").count():
            self._sign(field)
        elif field.locator("input[type=file]").count():
            self._papers(field, name, value if isinstance(value, list) else [value])
        elif field.locator("table.rows-entry").count():
            self._table(field, name, [row for row in value if isinstance(row, dict)] if isinstance(value, list) else [])
        elif field.locator(".stars").count():
            field.locator(f"label[for=in-{name}-{value}]").click()
        elif field.locator("input[type=radio], input[type=checkbox]").count():
            self._choices(field, value)
        elif field.locator("select").count():
            self._select(field.locator("select"), value)
        else:
            self._text(field.locator(f"[name='{name}']"), value)

    def _place(self, field: Locator, name: str, value: Facts) -> None:
        """The address typed; the point from the telephone's own position, else from the list of cells."""
        field.locator(f"[name='{name}.address']").fill(str(value.get("address") or ""))
        locate = field.locator("[data-locate]")
        if locate.is_visible():
            locate.click()
            expect(field.locator("[data-lon]")).to_have_value(re.compile(r"\d"))
            return
        field.locator("summary").click()
        field.locator("select").select_option(index=1)

    def _sign(self, field: Locator) -> None:
        """With a finger: down, across, up."""
        field.locator("canvas").scroll_into_view_if_needed()
        box = field.locator("canvas").bounding_box()
        assert box is not None
        mouse = self.visitor.page.mouse
        mouse.move(box["x"] + box["width"] * 0.2, box["y"] + box["height"] * 0.3)
        mouse.down()
        for across, down in ((0.4, 0.7), (0.6, 0.3), (0.8, 0.6)):
            mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down, steps=4)
        mouse.up()

    def _papers(self, field: Locator, name: str, papers: list[Json]) -> None:
        for at, _ in enumerate(papers[:PAPERS_MAX]):
            file = photograph(f"{name}-{at + 1}") if "photo" in name else drawing(f"{name}-{at + 1}")
            with self.visitor.page.expect_response("**/papers/"):
                field.locator("input[type=file]").set_input_files([file])
            expect(field.locator(".thumbs li")).to_have_count(at + 1)

    def _table(self, field: Locator, name: str, rows: list[Facts]) -> None:
        for at, row in enumerate(rows):
            if not field.locator(f"tbody tr:nth-child({at + 1})").count():
                field.locator("[data-add-row]").click()
            for column, value in row.items():
                cell = field.locator(f"[name='{name}.{at}.{column}']")
                if cell.count() == 0:
                    raise AssertionError(f"the table {name} has no column {column} at {self.visitor.page.url}")
                self._cell(cell, value)
        self._clear_what_stood_there(field, name, rows)

    def _cell(self, cell: Locator, value: Json) -> None:
        if cell.evaluate("(one) => one.tagName") == "SELECT":
            self._select(cell, value)
        else:
            self._text(cell, value)

    def _clear_what_stood_there(self, field: Locator, name: str, rows: list[Facts]) -> None:
        """An earlier round's answers stand in the table again; what the story does not say now is emptied."""
        for cell in field.locator("tbody input, tbody select").all():
            at, column = str(cell.get_attribute("name")).removeprefix(f"{name}.").split(".", 1)
            if cell.input_value() and not (int(at) < len(rows) and column in rows[int(at)]):
                self._cell(cell, "")

    def _choices(self, field: Locator, value: Json) -> None:
        boxes = field.locator("input[type=checkbox]")
        if boxes.count() == 1 and isinstance(value, bool):
            if boxes.is_checked() is not value:
                field.locator("label.choice").click()
            return
        wanted = value if isinstance(value, list) else [value]
        for ticked in field.locator("input[type=checkbox]:checked").all():
            ticked.uncheck()
        for each in wanted:
            said = {True: "true", False: "false"}.get(each, each) if isinstance(each, bool) else each
            choice = field.locator(f"label.choice:has(input[value='{said}'])")
            # Whom the story chooses by an invented number is here the first on offer.
            (choice if choice.count() else field.locator("label.choice").first).click()

    def _select(self, select: Locator, value: Json) -> None:
        said = str(value).lower() if isinstance(value, bool) else str(value)
        if not said:
            select.select_option("")
            return
        offered = select.locator("option").evaluate_all("(all) => all.map((one) => one.value)")
        select.select_option(said if said in offered else next(one for one in offered if one))

    def _text(self, field: Locator, value: Json) -> None:
        text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        if field.get_attribute("list"):
            text = called(text)
        if field.get_attribute("type") == "datetime-local":
            text = text[:16]  # the clock on the wall: scenarios are told in the company's zone
        field.fill(text)
