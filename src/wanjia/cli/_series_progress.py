"""How far a long run is, with the time that is left, on a terminal's standard error."""

import sys
import time

import click

from wanjia.texts import say

EVERY_SECONDS = 0.5
FIRST_SECONDS = 2.0
"""Before so long, nobody needs to be told, and nothing can be said of the rest."""


class Progress:
    """One line that is written over; silent where standard error is no terminal."""

    def __init__(self, language: str, what: str) -> None:
        self._language, self._what = language, what
        self._began = self._told = time.monotonic()
        self._is_shown = False

    def __call__(self, done: int, total: int) -> None:
        """So many parts of so many are through."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._began < FIRST_SECONDS or now - self._told < EVERY_SECONDS or not done:
            return
        self._told, self._is_shown = now, True
        left = (now - self._began) * (total - done) / done
        values = {"what": self._what, "percent": 100 * done // max(total, 1), "left": _clock(left)}
        click.echo(f"\r\x1b[K{say('series.progress', self._language, **values)}", err=True, nl=False)

    def end(self) -> None:
        """The line gives way to what comes next."""
        if self._is_shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _clock(seconds: float) -> str:
    """Minutes and seconds, hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
