"""The pilot station's readings are made by a second process while the cases are played: two cores, half the waiting.

It works on a copy of the store as it stands when the network is there, in a folder of its own, so that neither waits
for the other's transactions. No case knows of its rows, and it of none, so that they can be taken over at the end.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import numpy as np
from django.db import connection
from django.db.models import AutoField
from django.utils import timezone

from wanjia.cli.demo.broker import end_child
from wanjia.cli.demo.planning import make_planning
from wanjia.cli.demo.readings import YEAR_DAYS, make_readings
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.models import CollectionStart, MeasuredDay
from wanjia.wiring.network import active_network
from wanjia.wiring.series import FOLDER as SERIES
from wanjia.wiring.series import series_folder

FOLDER, STORE, LOG = "beside", "wanjia.sqlite3", "log"
PROGRAM = """import sys; from pathlib import Path; from wanjia import wiring; wiring.embedded(Path(sys.argv[1]))
from wanjia.cli.demo.beside import main; main()"""
ROWS = ((CollectionStart, "1"), (MeasuredDay, "1"), (HistoryEntry, "subject LIKE 'measurement:%'"))
"""What it writes: table, condition."""
LOG_CHARACTERS_MAX = 2_000


@dataclass(frozen=True)
class Beside:
    """The running process and its folder."""

    child: "subprocess.Popen[bytes]"
    folder: Path

    def take_over(self, tell: Callable[[int], object]) -> int:
        """Waits for it, then its rows and readings are this store's; how many readings. `tell` hears of days done."""
        assert self.child.stdout is not None
        count = 0
        for line in self.child.stdout:
            day, count = map(int, line.split())
            tell(day)
        if self.child.wait():
            raise RuntimeError((self.folder / LOG).read_text()[-LOG_CHARACTERS_MAX:])
        made = self.folder / SERIES
        if made.exists():  # else a folder elsewhere was named for measurements, and they are there
            shutil.rmtree(series_folder(), ignore_errors=True)
            shutil.move(made, series_folder())
        _take_rows(self.folder / STORE)
        return count


@contextmanager
def readings_beside(home: Path, seed: int, now: datetime) -> Iterator[Beside]:
    """Begins with it; ends it, and removes its folder, with the block. Not within a transaction."""
    folder = home / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(folder / STORE)])
    with (folder / LOG).open("wb") as log:
        child = _started(home, seed, now, log)
    try:
        yield Beside(child, folder)
    finally:
        end_child(child)
        shutil.rmtree(folder, ignore_errors=True)


def _started(home: Path, seed: int, now: datetime, log: IO[bytes]) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-c", PROGRAM, str(home / FOLDER), str(home), str(seed), now.isoformat()]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log)


def _take_rows(path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ATTACH %s AS beside", [str(path)])
        for model, condition in ROWS:
            fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
            columns = ", ".join(field.column for field in fields)
            table = model._meta.db_table
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM beside.{table} WHERE {condition}")
        cursor.execute("DETACH beside")


def main() -> None:
    """The program of the process: prints each day done and 0, last of all how many readings there are."""
    home, seed, now = Path(sys.argv[2]), int(sys.argv[3]), datetime.fromisoformat(sys.argv[4])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    found = active_network(home)
    assert found is not None
    count = make_readings(found.network, seed, now, timezone.localdate(now), lambda day: _print(day, 0))
    # The plan goes with the copy: it is made so that its loops are compiled by the time the demo's own is asked for.
    make_planning(found.network, np.random.default_rng((seed, 9)), now)
    _print(YEAR_DAYS, count)


def _print(day: int, count: int) -> None:
    print(day, count, flush=True)
