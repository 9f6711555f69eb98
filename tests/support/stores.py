"""A real store of its own for tests that start processes: a SQLite file or a PostgreSQL database, with the small world.

`python -m tests.support.stores` fills the store that the environment names; the rest is for the tests' own process.
"""

import atexit
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.support import postgres

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Store:
    """`kind` is sqlite or postgres; `environment` leads every Wanjia process to it."""

    kind: str
    environment: dict[str, str] = field(repr=False)

    def python(self, *arguments: str) -> str:
        """Run Python on this store to its end and give what it printed; raises with its complaints when it fails."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} on {self.kind} failed:\n{done.stderr[-4000:]}")
        return done.stdout

    def start(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start Python on this store in a process group of its own."""
        with log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, *arguments], env=self.environment, cwd=ROOT, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=_die_with_parent,
            )  # fmt: skip


def _die_with_parent() -> None:
    """A killed test run leaves no process behind (Linux: PR_SET_PDEATHSIG = 1)."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


@contextmanager
def filled_store(kind: str, folder: Path, postgres_url: str = "") -> Iterator[Store]:
    """A migrated store with the small world; `postgres_url` leads to the server on which to make the database."""
    if kind == "sqlite":
        shutil.copytree(_filled_home(), folder, dirs_exist_ok=True)
        yield Store(kind, _environment(folder))
        return
    folder.mkdir(parents=True, exist_ok=True)
    with postgres.database(postgres_url, f"wanjia_{folder.name}_{os.getpid()}".replace("-", "_")) as url:
        yield _filled(Store(kind, {**_environment(folder), "DATABASE_URL": url}))


def _environment(folder: Path) -> dict[str, str]:
    """Of a process whose SQLite file and own files are in a folder."""
    here = {"WANJIA_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "wanjia.web.settings", "DATABASE_URL": ""}
    return {**os.environ, **here}


@cache
def _filled_home() -> Path:
    """A folder with a filled SQLite file, made once a session: every store begins as a copy of it."""
    folder = Path(tempfile.mkdtemp(prefix="wanjia-filled-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _filled(Store("sqlite", _environment(folder)))
    return folder


def _filled(store: Store) -> Store:
    store.python("-m", "tests.support.stores")
    return store


def set_up() -> None:
    """Make Django ready in a process that was started on a store."""
    from wanjia import wiring  # noqa: PLC0415  (the tests' own process must not set Django up a second time)

    wiring.ready()


def _fill() -> None:
    set_up()
    from tests.support import world  # noqa: PLC0415  (its rows exist only once Django is set up)
    from wanjia import wiring  # noqa: PLC0415

    wiring.migrate()
    world.build()


if __name__ == "__main__":
    _fill()
