"""`wanjia practice new NAME`: a small complete folder to start from; it passes `check` as it is."""

import re
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

import wanjia.practice
from wanjia.cli._language import language_option
from wanjia.texts import say

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
NAME_MAX = 64
PREFIX_MIN, PREFIX_MAX = 2, 4


@click.command("new")
@click.argument("name")
@click.option("--in", "parent", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Parent folder.")
@click.option("--prefix", help="Letters before the case numbers (default: from the name).")
@language_option
def new_command(name: str, parent: Path, prefix: str | None, language: str) -> None:
    """Make the folder NAME with a small practice in it that passes `check`."""
    if not NAME.fullmatch(name) or len(name) > NAME_MAX:
        raise click.UsageError(say("practice.bad_name", language, name=name))
    letters = prefix or prefix_of(name)
    if not re.fullmatch(rf"[A-Z]{{{PREFIX_MIN},{PREFIX_MAX}}}", letters):
        raise click.UsageError(say("practice.bad_prefix", language, prefix=letters))
    target = parent / name
    if target.exists():
        click.echo(say("practice.exists", language, path=target), err=True)
        sys.exit(1)
    for path, content in template_files(name, letters).items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(content)
    click.echo(say("practice.made", language, path=target))


def prefix_of(name: str) -> str:
    """Initials of the words in capitals, at most four; one word gives its first two letters."""
    words = [word for word in name.split("_") if word[0].isalpha()]
    letters = "".join(word[0] for word in words) if len(words) > 1 else re.sub("[^a-z]", "", name)[:PREFIX_MIN]
    return letters[:PREFIX_MAX].upper().ljust(PREFIX_MIN, "X")


def template_files(name: str, prefix: str) -> dict[str, bytes]:
    """The template's files by relative path, with the practice's name and prefix put in."""
    found = {}
    for path, entry in _walk(files(wanjia.practice) / "template", ""):
        text = entry.read_text(encoding="utf-8")
        found[path] = text.replace("__DOMAIN__", name).replace("__PREFIX__", prefix).encode()
    return found


def _walk(folder: Traversable, below: str) -> list[tuple[str, Traversable]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        path = f"{below}{entry.name}"
        if entry.is_dir():
            found += _walk(entry, f"{path}/")
        else:
            found.append((path, entry))
    return found
