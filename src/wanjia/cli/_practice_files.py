"""Practice folders on disk: which there are, and their files as `relative path -> content`."""

from collections.abc import Iterator
from pathlib import Path

import click

from wanjia.practice.limits import FILE_BYTES_MAX, FOLDER_FILES_MAX
from wanjia.texts import say

json_option = click.option("--json", "as_json", is_flag=True, help="Machine-readable result on standard output.")


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder except hidden ones. Reads one byte past the limits, so that excess shows and stops."""
    found = {}
    for path in sorted(_visible(folder)):
        with path.open("rb") as file:
            found[path.relative_to(folder).as_posix()] = file.read(FILE_BYTES_MAX + 1)
        if len(found) > FOLDER_FILES_MAX:
            break
    return found


def _visible(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not path.is_symlink() and not hidden:
            yield path


def folders_in(paths: tuple[Path, ...], language: str) -> list[Path]:
    """The given folders, each with a practice.yaml or at least meant as a practice. Wrong use: exit code 2."""
    for path in paths:
        if not path.is_dir():
            raise click.UsageError(say("practice.no_folder", language, path=path))
    return list(paths)


def practices_below(path: Path) -> list[Path]:
    """The folder itself when it is a practice, else the practices directly in it."""
    if (path / "practice.yaml").is_file():
        return [path]
    return sorted(item.parent for item in path.glob("*/practice.yaml"))
