"""Each command's reference page says what the command itself says."""

import pytest

import reference_pages

PAGES = reference_pages.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_what_the_command_says(name: str) -> None:
    path = reference_pages.FOLDER / name
    assert path.exists(), f"{name} is missing: run `make fix`"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"{name} is out of date: run `make fix`"


def test_no_page_without_a_command() -> None:
    assert {path.name for path in reference_pages.FOLDER.glob("*.md")} == set(PAGES)
