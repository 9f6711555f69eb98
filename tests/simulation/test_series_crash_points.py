"""The store dies before each single step that it makes on the disk, one after the other: nothing is lost or doubled."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.support.series import DAY, SMALL, ZONE, long, values
from wanjia.series.duckdb.store import DuckDBStore

STEPS = ("fsync", "rename", "replace", "mkdir", "unlink")
FIRST = [("C1", 0, 1.0), ("C1", 96, 2.0), ("C2", 5, 1 / 3)]
LATE = [("C1", 1, 1.5), ("C1", 97, 2.5), ("C1", 0, 1.25)]
NEXT = DAY + timedelta(days=1)


class Crash(BaseException):
    """The process is gone; nothing that it would do afterwards happens."""


class Dying:
    """Lets so many steps happen, and none after."""

    def __init__(self, patch: pytest.MonkeyPatch, steps: int) -> None:
        self.left, self.is_dead = steps, False
        for name in STEPS:
            patch.setattr(os, name, self._counted(getattr(os, name)))
        patch.setattr(shutil, "rmtree", self._counted(shutil.rmtree))

    def _counted(self, real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **named: object) -> object:
            if self.left <= 0:
                self.is_dead = True
                raise Crash
            self.left -= 1
            return real(*arguments, **named)

        return step


def crashing(work: Callable[[], object], steps: int) -> bool:
    """Does the work until it dies; whether it died."""
    with pytest.MonkeyPatch.context() as patch:
        dying = Dying(patch, steps)
        try:
            work()
        except Crash:
            return True
        return dying.is_dead


def expected(rows: list[tuple[str, int, float]]) -> dict[tuple[str, int], float]:
    return {(meter, slot): kwh for meter, slot, kwh in rows}


def both_days(store: DuckDBStore) -> dict[tuple[str, int], float]:
    late = {(meter, slot + 96): kwh for (meter, slot), kwh in values(store, ["C1", "C2"], NEXT).items()}
    return {**values(store, ["C1", "C2"], DAY), **late}


def compacted(store: DuckDBStore) -> int:
    """Compacts what waits; readings that another one overrode."""
    return sum(store.compact(state.day, SMALL).superseded for state in store.days() if state.stale)


def test_taking_in_dies_at_every_step(tmp_path: Path) -> None:
    for steps in count():
        store = DuckDBStore(tmp_path / str(steps), ZONE)
        store.ingest([long(FIRST)], "first")
        died = crashing(lambda store=store: store.ingest([long(LATE)], "late"), steps)
        again = DuckDBStore(store.root)
        before = sum(state.arrivals for state in again.days())
        receipt = again.ingest([long(LATE)], "late")
        assert receipt.readings + receipt.repeated_readings == len(LATE)
        assert before + len(receipt.arrivals) == 4, "two days, twice"
        assert compacted(again) == 1, "each reading lies there once; one was corrected"
        assert both_days(again) == {**expected(FIRST), **expected(LATE)}
        assert not [path for path in (store.root / "arrivals").iterdir() if path.name.startswith(".")]
        if not died:
            break
    assert steps > 5


def test_compacting_dies_at_every_step(tmp_path: Path) -> None:
    for steps in count():
        store = DuckDBStore(tmp_path / str(steps), ZONE)
        store.ingest([long(FIRST)], "first")
        compacted(store)
        store.ingest([long(LATE)], "late")
        died = crashing(lambda store=store: store.compact(DAY, SMALL), steps)
        again = DuckDBStore(store.root)
        found = values(again, ["C1", "C2"], DAY)
        first = {cell: kwh for cell, kwh in expected(FIRST).items() if cell[1] < 96}
        late = {cell: kwh for cell, kwh in expected(LATE).items() if cell[1] < 96}
        assert found in (first, {**first, **late}), "the revision before, or the new one, and nothing between"
        compacted(again)
        assert both_days(again) == {**expected(FIRST), **expected(LATE)}
        names = [path.name for path in (store.root / "days" / f"day={DAY}").iterdir()]
        assert len(names) == 3 and not any(name.endswith(".part") for name in names), "two revisions, and no rubbish"
        if not died:
            break
    assert steps > 5
