"""What a receipt promises: files synced before they are named, folders synced before it is given."""

import os
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.series import DAY, SMALL, ZONE, long
from wanjia.series import arriving
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.layout import ARRIVALS, CURRENT_FILE, DAYS, UNFINISHED, folder_of


class Journal:
    """Syncs and renames in their order, by file and folder."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.steps: list[tuple[str, Path]] = []
        self._sync, self._rename, self._replace = os.fsync, os.rename, os.replace
        patch.setattr(os, "fsync", self.fsync)
        patch.setattr(os, "rename", self.rename)
        patch.setattr(os, "replace", self.replace)

    def fsync(self, descriptor: int) -> None:
        self.steps.append(("sync", Path(os.readlink(f"/proc/self/fd/{descriptor}"))))
        self._sync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        self.steps += [("from", Path(old)), ("to", Path(new))]
        self._rename(old, new)

    def replace(self, old: Path, new: Path) -> None:
        self.steps += [("from", Path(old)), ("to", Path(new))]
        self._replace(old, new)

    def at(self, what: str, path: Path) -> int:
        """Place of the last such step."""
        return max(at for at, step in enumerate(self.steps) if step == (what, path))

    def origin(self, path: Path) -> Path:
        """What was given this name."""
        return self.steps[self.at("to", path) - 1][1]


@pytest.fixture
def store(tmp_path: Path) -> DuckDBStore:
    """An empty store."""
    return DuckDBStore(tmp_path / "store", ZONE)


def test_an_arrival_is_on_disk_before_its_receipt(store: DuckDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(monkeypatch)
    receipt = store.ingest([long([("C1", 0, 1.0), ("C1", 96, 1.0)])], "a")
    assert len(receipt.arrivals) == 2
    for name in receipt.arrivals:
        path = store.root / ARRIVALS / name
        named = journal.at("to", path)
        assert journal.at("sync", journal.origin(path)) < named < journal.at("sync", path.parent)
    assert journal.at("sync", store.root / ARRIVALS) >= 0, "the day's folder has its name on disk too"


def test_a_revision_is_on_disk_before_it_counts(store: DuckDBStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.ingest([long([("C1", 0, 1.0), ("x", 1, 1 / 3)])], "a")
    journal = Journal(monkeypatch)
    revision = store.compact(DAY, SMALL).revision
    folder = folder_of(store.root, DAYS, DAY)
    unfinished = folder / f"{revision}{UNFINISHED}"
    current = journal.at("to", folder / CURRENT_FILE)
    for name in ("counts.parquet", "exact_unknown.parquet"):
        assert journal.at("sync", unfinished / name) < journal.at("sync", unfinished)
    assert journal.at("sync", unfinished) < journal.at("to", folder / revision) < current
    assert journal.at("sync", journal.origin(folder / CURRENT_FILE)) < current < journal.at("sync", folder)


def test_rubbish_of_a_crash_is_cleared_and_work_under_way_is_not(store: DuckDBStore) -> None:
    dead = store.root / ARRIVALS / ".incoming-1-dead"
    dead.mkdir(parents=True)
    (dead / "000001").write_bytes(b"half a file")
    folder = folder_of(store.root, DAYS, DAY)
    (folder / f"000007{UNFINISHED}").mkdir(parents=True)
    (folder / ".current.json.1.part").write_text("{", "utf-8")
    seen = []

    def batches() -> object:
        seen.extend(path.name for path in (store.root / ARRIVALS).iterdir())
        yield long([("C1", 0, 1.0)])
        DuckDBStore(store.root).ingest([long([("C1", 1, 1.0)])], "meanwhile")
        yield long([("C1", 2, 1.0)])

    assert store.ingest(batches(), "a").readings == 2  # type: ignore[arg-type]
    assert len(seen) == 1 and seen[0] != dead.name
    assert store.compact(DAY, SMALL).readings == 3
    assert sorted(path.name for path in folder.iterdir()) == ["000001", CURRENT_FILE]


@pytest.mark.parametrize(("open_max", "arrivals"), [(40, 30), (7, 90)])
def test_a_table_of_many_days(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch, open_max: int, arrivals: int
) -> None:
    monkeypatch.setattr(arriving, "OPEN_FILES_MAX", open_max)

    def batches() -> list[pa.RecordBatch]:
        return [long([("C1", 96 * day + slot, float(slot)) for day in range(30)]) for slot in range(3)]

    receipt = store.ingest(batches(), "a")
    assert (receipt.readings, len(receipt.days), len(receipt.arrivals)) == (90, 30, arrivals)
    again = store.ingest(batches(), "a")
    assert (again.readings, again.repeated_readings) == (0, 90)
    assert [store.compact(day, SMALL).readings for day in receipt.days] == [3] * 30
