"""How far the reading of each file is, with the time that is left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wanjia.cli._series_progress import Progress


@contextmanager
def told_of(language: str) -> Iterator[Callable[[str, int, int], None]]:
    """What is told (file, parts done, parts in all), a line for each file while it is read."""
    lines: dict[str, Progress] = {}

    def told(file: str, done: int, total: int) -> None:
        lines.setdefault(file, Progress(language, file))(done, total)

    try:
        yield told
    finally:
        for line in lines.values():
            line.end()
