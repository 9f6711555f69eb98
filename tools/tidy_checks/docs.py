"""Documentation: links resolve, shell examples name commands that exist, each command has its reference page."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tidy_checks.faults import Fault, Tree

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
EXAMPLE = re.compile(r"^\s*(?:\$ )?(?:\.venv/bin/)?wanjia ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?")
KINDS = frozenset({"tutorial", "how-to", "reference", "explanation", "decisions", "images"})
COMMANDS = "src/wanjia/cli"


def pages(tree: Tree) -> list[str]:
    """Every Markdown page of the repository that a reader may open."""
    return [path for path in tree.files if path.endswith(".md") and not path.startswith("tests/cases/")]


def links(tree: Tree) -> Iterator[Fault]:
    """Relative links lead to a file or folder that is there."""
    folders = {parent.as_posix() for path in tree.files for parent in PurePosixPath(path).parents}
    for path in pages(tree):
        for number, line in tree.lines(path):
            for target in LINK.findall(re.sub(r"`[^`]*`", "", line)):
                if re.match(r"[a-z]+:|#", target):
                    continue
                found = _resolve(path, target.split("#")[0])
                if found is None or (found not in tree.files and found not in folders):
                    yield Fault(path, number, f"the link {target} leads nowhere; mend it")


def _resolve(page: str, target: str) -> str | None:
    """`docs/how-to/a.md` + `../b.md` -> `docs/b.md`; None when it leaves the repository."""
    parts: list[str] = [] if target.startswith("/") else list(PurePosixPath(page).parent.parts)
    for part in PurePosixPath(target.lstrip("/")).parts:
        if part == ".." and not parts:
            return None
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) or "."


def commands(tree: Tree) -> dict[str, str]:
    """Command name -> its file, by the rule of `wanjia.cli.main`: every module that is not private."""
    files = {
        path: path.removeprefix(f"{COMMANDS}/").split("/")[0].removesuffix(".py")
        for path in tree.under(COMMANDS, suffix=".py")
    }
    return {name.replace("_", "-"): path for path, name in files.items() if name != "main" and not name.startswith("_")}


def reference_pages(tree: Tree) -> Iterator[Fault]:
    """Each command has a page under docs/reference."""
    for name, path in commands(tree).items():
        page = f"docs/reference/commands/{name}.md"
        if page not in tree.files:
            yield Fault(path, 0, f"the command {name!r} has no page {page}; run `make fix`")


def examples(tree: Tree) -> Iterator[Fault]:
    """`wanjia ...` in a fenced example names a command that exists."""
    known = commands(tree)
    for path, number, command, _ in example_commands(tree):
        if command not in known:
            yield Fault(path, number, f"there is no command `wanjia {command}`; mend the example")


def example_commands(tree: Tree) -> Iterator[tuple[str, int, str, str]]:
    """Page, line, command and the word after it ("" if none) of each `wanjia ...` in a fenced example."""
    for path in pages(tree):
        is_fenced = False
        for number, line in tree.lines(path):
            if line.lstrip().startswith("```"):
                is_fenced = not is_fenced
            elif is_fenced and (match := EXAMPLE.match(line)):
                yield path, number, match[1], match[2] or ""


def four_kinds(tree: Tree) -> Iterator[Fault]:
    """A page of documentation is of one of four kinds, a decision, or the index."""
    for path in tree.under("docs"):
        parts = path.split("/")
        if len(parts) > 2 and parts[1] not in KINDS:
            yield Fault(path, 0, f"docs/{parts[1]} is not one of {', '.join(sorted(KINDS))}; move the page")
        if len(parts) == 2 and not parts[1].startswith("index"):
            yield Fault(path, 0, "a page beside the index; move it to tutorial, how-to, reference or explanation")
    numbers: dict[str, str] = {}
    for path in tree.under("docs/decisions", suffix=".md"):
        number = path.split("/")[-1][:4]
        if not number.isdigit():
            yield Fault(path, 0, "a decision's file name begins with its number of four digits")
        elif number in numbers:
            yield Fault(path, 0, f"the number {number} is taken by {numbers[number]}; take the next")
        numbers[number] = path


CHECKS = (links, reference_pages, examples, four_kinds)
