"""Writes docs/reference/systems.md: for each system of the catalogue what runs it, the tests that walk it, its picture.

Rows and pages come from tools/systems.yaml, practices from `rows:` of their practice.yaml, tests from their own files.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CATALOGUE = ROOT / "tools" / "systems.yaml"
PAGE = ROOT / "docs" / "reference" / "systems.md"
WALKS = "tests/browser/test_practice_walks.py"
PICTURES = "build/screenshots"
HEAD = """# Systems of the catalogue

<!-- Written by tools/systems_page.py from tools/systems.yaml, the practices and the tests; run `make fix`. -->

What these companies run, and what runs it here. A practice names the rows it is a way to run (`rows` in its
`practice.yaml`); its walk is played by [one test](../../tests/browser/test_practice_walks.py) through its own users'
pages, which leaves a picture of every step. Pictures are build output, made by `make test`.

"""
NAMED = re.compile(r"[\"/]([a-z][a-z0-9_]+)[\"/]")
PRACTICES_OF_A_JOURNEY_MAX = 2
"""A journey about more practices than a theme has is about something else."""
COLUMNS = ("row", "system", "runs it", "tests that walk it", f"picture below {PICTURES}/")


@dataclass(frozen=True)
class Served:
    """A page that serves a row: its name, address, the test that visits it and the picture that the test takes."""

    page: str
    path: str
    test: str
    picture: str = ""


@dataclass(frozen=True)
class System:
    """One row of the catalogue."""

    id: str
    name: str
    term: str
    pages: tuple[Served, ...] = ()
    practices: tuple[str, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        """Whether nothing runs it yet."""
        return not (self.pages or self.practices)


def systems(without: frozenset[str] = frozenset()) -> tuple[System, ...]:
    """All rows, in the order of the catalogue, `without` some practices."""
    by_row = practices_by_row(without)
    rows = yaml.load(CATALOGUE.read_text(encoding="utf-8"), LOADER)
    return tuple(
        System(
            row["id"], row["name"], row["term"], tuple(Served(**page) for page in row.get("pages", ())),
            tuple(by_row.get(row["id"], ())),
        )
        for row in rows
    )  # fmt: skip


def practices_by_row(without: frozenset[str] = frozenset()) -> dict[str, list[str]]:
    """Row -> the practices that name it, by name; `without` some."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "practices").glob("*/practice.yaml")):
        if path.parent.name in without:
            continue
        for row in yaml.load(path.read_text(encoding="utf-8"), LOADER).get("rows", ()):
            found.setdefault(row, []).append(path.parent.name)
    return found


def page(without: frozenset[str] = frozenset()) -> str:
    """The whole page, `without` some practices."""
    rows = systems(without)
    done = sum(not row.is_open for row in rows)
    table = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(_cells(row)) for row in rows)]
    return HEAD + f"{done} of {len(rows)} rows are run by something; the others are open.\n\n" + "\n".join(table) + "\n"


def _line(cells: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cells(row: System) -> list[str]:
    name = f"{row.name} ({row.term})"
    if row.is_open:
        return [row.id, name, "**open**", "", ""]
    runs = [*(f"[{one}](../../practices/{one}/README.md)" for one in row.practices), *map(_page_text, row.pages)]
    return [row.id, name, "<br>".join(runs), "<br>".join(_tests(row)), "<br>".join(_pictures(row))]


def _page_text(served: Served) -> str:
    return f"{served.page}: `{served.path}`"


def _tests(row: System) -> Iterator[str]:
    for practice in row.practices:
        yield f"`{Path(WALKS).name}[{practice}]`"
        yield from (f"[{path.name}](../../tests/{path.parent.name}/{path.name})" for path in _journeys_of(practice))
    for served in row.pages:
        path, _, test = served.test.partition("::")
        yield f"[{Path(path).name}](../../{path})::{test}"


def _journeys_of(practice: str) -> Iterator[Path]:
    """Journeys over HTTP or in a browser that are about this practice: they name it and hardly any other."""
    every = {path.name for path in (ROOT / "practices").iterdir()}
    for path in sorted((ROOT / "tests").glob("journeys/test_*.py")) + sorted(
        (ROOT / "tests").glob("browser/test_*.py")
    ):
        named = every & set(NAMED.findall(path.read_text(encoding="utf-8")))
        if practice in named and len(named) <= PRACTICES_OF_A_JOURNEY_MAX:
            yield path


def _pictures(row: System) -> Iterator[str]:
    yield from (f"`walks/{practice}/end.png`" for practice in row.practices)
    for served in row.pages:
        if served.picture:
            yield f"`{served.test.partition('::test_')[2]}/*-{served.picture}.png`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
