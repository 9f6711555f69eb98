"""The table of the catalogue says what is so: its rows stand once, and the tests and pictures that it names exist."""

import re

import systems_page
from systems_page import ROOT, WALKS

ROWS = systems_page.systems()
LAST_OF = {"Q": 12, "K": 10, "S": 9, "F": 10, "W": 8}


def test_page_is_what_the_practices_and_tests_say() -> None:
    written = systems_page.PAGE.read_text(encoding="utf-8")
    # A practice that is new stands there from the next `make fix` on; adding one changes nothing outside its folder.
    new = {path.name for path in (ROOT / "practices").iterdir() if f"practices/{path.name}/" not in written}
    assert written == systems_page.page(frozenset(new)), "docs/reference/systems.md is out of date: run `make fix`"


def test_every_row_stands_once() -> None:
    ids = [row.id for row in ROWS]
    wanted = [
        f"{letter}{at}" for letter, last in zip("QKSFW", (12, 10, 9, 10, 8), strict=True) for at in range(1, last + 1)
    ]
    assert ids == wanted


def test_practices_name_rows_that_exist() -> None:
    unknown = set(systems_page.practices_by_row()) - {row.id for row in ROWS}
    assert not unknown, f"no such row in the catalogue: {sorted(unknown)}"
    named = {practice for row in ROWS for practice in row.practices}
    silent = {path.parent.name for path in (ROOT / "practices").glob("*/practice.yaml")} - named
    assert not silent, f"these practices name no row of the catalogue (`rows:` in practice.yaml): {sorted(silent)}"


def test_tests_and_pictures_that_are_named_exist() -> None:
    assert (ROOT / WALKS).exists()
    for served in (page for row in ROWS for page in row.pages):
        path, _, test = served.test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {test}(" in text, f"{path} has no {test}"
        if served.picture:
            body = re.split(r"\ndef test_", text.partition(f"def {test}(")[2])[0]
            assert f'picture("{served.picture}")' in body, f"{test} takes no picture {served.picture}"
