"""Each command's reference page says what the command itself says, and every example names a command that exists."""

import click
import pytest

import reference_pages
from tidy_checks import docs
from tidy_checks.faults import Tree
from wanjia.cli.main import main as wanjia

PAGES = reference_pages.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_page_is_what_the_command_says(name: str) -> None:
    path = reference_pages.FOLDER / name
    assert path.exists(), f"{name} is missing: run `make fix`"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"{name} is out of date: run `make fix`"


def test_no_page_without_a_command() -> None:
    assert {path.name for path in reference_pages.FOLDER.glob("*.md")} == set(PAGES)


def test_examples_name_subcommands_that_exist() -> None:
    context = click.Context(wanjia)
    unknown = []
    for path, line, name, member in docs.example_commands(Tree(reference_pages.FOLDER.parents[2])):
        command = wanjia.get_command(context, name)
        if isinstance(command, click.Group) and member and member not in command.list_commands(context):
            unknown.append(f"{path}:{line}: there is no command `wanjia {name} {member}`")
    assert not unknown
