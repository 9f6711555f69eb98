"""Writes docs/reference/commands/<name>.md from the commands themselves, so that a page cannot lag behind."""

from pathlib import Path

import click

from wanjia.cli.main import main as wanjia

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference" / "commands"
NOTE = "<!-- Written by tools/reference_pages.py from the command's own help; change it there and run `make fix`. -->"


def pages() -> dict[str, str]:
    """File name -> page, one per command of `wanjia`."""
    context = click.Context(wanjia, info_name="wanjia", max_content_width=100)
    found = {name: wanjia.get_command(context, name) for name in wanjia.list_commands(context)}
    return {f"{name}.md": _page(context, name, command) for name, command in found.items() if command}


def _page(parent: click.Context, name: str, command: click.Command) -> str:
    sections = [f"# wanjia {name}", NOTE, *_sections(parent, name, command)]
    return "\n\n".join(sections) + "\n"


def _sections(parent: click.Context, name: str, command: click.Command) -> list[str]:
    """The help of a command and, below it, of each of its subcommands."""
    context = click.Context(command, info_name=name, parent=parent, max_content_width=100)
    # click breaks lines by the terminal's width unless told; a page is the same on every machine.
    context.terminal_width = 100
    sections = [f"```text\n{command.get_help(context)}\n```"]
    if isinstance(command, click.Group):
        for member in command.list_commands(context):
            inner = command.get_command(context, member)
            if inner is not None and not inner.hidden:
                sections += [f"## {context.command_path} {member}", *_sections(context, member, inner)]
    return sections


def main() -> None:
    """Write all pages and remove those of commands that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for name, page in written.items():
        (FOLDER / name).write_text(page, encoding="utf-8")
    for path in FOLDER.glob("*.md"):
        if path.name not in written:
            path.unlink()


if __name__ == "__main__":
    main()
