"""Takes readings in: sorts them by day, writes each day's file beside the others, and names them all at the end.

Until the end nothing is visible; a process that dies leaves a folder `.incoming-…` that the next one removes. What is
named is synced first, so a receipt outlives a power cut.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from wanjia.model.faults import Fault, Refused
from wanjia.series.arrival_files import ArrivalFile
from wanjia.series.arrival_rows import Days, Piece, pieces_of
from wanjia.series.disk import held, made_folder, only_one, sync_folder
from wanjia.series.layout import ARRIVALS, folder_of
from wanjia.series.layout_arrivals import SEQUENCE_DIGITS, Arrival, arrival_of, arrival_path
from wanjia.series.port import Batches, Receipt

OPEN_FILES_MAX = 500
"""Days written at a time, more than a year's and less than a process may open; of a table with more days some get
several files."""
WAITING_BYTES = 256 * 1024**2
"""Of rows that wait to be written, of all open files together."""
FAULTS_KEPT_MAX = 1_000
"""Faults that a refusal carries; a table in the wrong unit has one in every row."""
INCOMING, LEASE, LOCK = ".incoming-", "lease", "ingest.lock"


def accept(root: Path, zone: str, batches: Batches, source: str) -> Receipt:
    """All readings of the batches, on disk for good when it returns. Raises Refused, and then nothing has changed."""
    made_folder(root / ARRIVALS)
    with _incoming(root) as folder:
        taken = _Taken(folder)
        faults: list[Fault] = []
        days, row = Days(zone), 0
        for batch in batches:
            pieces, empty, wrong = pieces_of(batch, days, source, row)
            faults += wrong
            row += batch.num_rows
            taken.empty += empty
            if len(faults) >= FAULTS_KEPT_MAX:
                break
            for piece in pieces if not faults else ():
                taken.add(piece)
        if faults:
            raise Refused(faults[:FAULTS_KEPT_MAX])
        taken.end()
        return _named(root, taken, source)


@contextmanager
def _incoming(root: Path) -> Iterator[Path]:
    """A folder for unfinished files, which is gone afterwards; those of processes that died are removed."""
    folder = root / ARRIVALS / f"{INCOMING}{os.getpid()}-{uuid4().hex[:8]}"
    with ExitStack() as lease:
        with only_one(root / LOCK):
            _clear(root)
            folder.mkdir()
            lease.enter_context(held(folder / LEASE))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear(root: Path) -> None:
    for folder in (root / ARRIVALS).glob(f"{INCOMING}*"):
        # Somebody is still writing there, or has just finished.
        with suppress(BlockingIOError, FileNotFoundError), held(folder / LEASE):
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class _Finished:
    day: date
    path: Path
    form: str
    digest: str
    readings: int


class _Taken:
    """Unfinished files by day and form."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.empty = folder, 0
        self.finished: list[_Finished] = []
        self._open: dict[tuple[date, str], ArrivalFile] = {}
        self._made = 0

    def add(self, piece: Piece) -> None:
        """Readings of one day and form, behind those of the same day and form."""
        key = (piece.day, piece.form)
        file = self._open.pop(key, None)
        if file is None:
            if len(self._open) >= OPEN_FILES_MAX:
                self._close(next(iter(self._open)))
            self._made += 1
            file = ArrivalFile(self.folder / f"{self._made:06d}", piece.form, piece.table.schema)
        self._open[key] = file  # the one written last stands last
        file.write(piece, WAITING_BYTES // len(self._open))

    def end(self) -> None:
        """Closes and syncs what is open."""
        for key in list(self._open):
            self._close(key)

    def _close(self, key: tuple[date, str]) -> None:
        file = self._open.pop(key)
        digest = file.close()
        self.finished.append(_Finished(key[0], file.path, key[1], digest, file.readings))


def _named(root: Path, taken: _Taken, source: str) -> Receipt:
    """Gives the files their names, in the order of the days, and says what came in."""
    receipt = Receipt(source, 0, taken.empty, (), (), ())
    with only_one(root / LOCK):
        for file in sorted(taken.finished, key=lambda one: (one.day, one.path)):
            receipt = _with(receipt, file, _place(root, file))
    for day in receipt.days:
        sync_folder(folder_of(root, ARRIVALS, day))
    return receipt


def _place(root: Path, file: _Finished) -> Arrival | None:
    """Names a file; None where the day has the same readings already."""
    names = os.listdir(made_folder(folder_of(root, ARRIVALS, file.day)))
    first = Arrival(1, file.digest, file.form)
    ending = first.name[SEQUENCE_DIGITS:]
    if any(name.endswith(ending) for name in names):
        return None
    # A day may have ten thousand arrivals: their names are not taken apart, the greatest is the latest.
    last = arrival_of(max((name for name in names if name[:1].isdecimal()), default=""))
    arrival = first if last is None else replace(first, sequence=last.sequence + 1)
    os.rename(file.path, arrival_path(root, file.day, arrival))
    return arrival


def _with(receipt: Receipt, file: _Finished, arrival: Arrival | None) -> Receipt:
    days = receipt.days if file.day in receipt.days else (*receipt.days, file.day)
    if arrival is None:
        repeated = (*receipt.repeated, f"day={file.day}/{file.digest}")
        return replace(
            receipt, days=days, repeated=repeated, repeated_readings=receipt.repeated_readings + file.readings
        )
    arrivals = (*receipt.arrivals, f"day={file.day}/{arrival.name}")
    return replace(receipt, days=days, arrivals=arrivals, readings=receipt.readings + file.readings)


def readings_batch(
    meter_ids: list[str], read_at_ms: list[int], energy_kwh: list[float | None], quality: list[int] | None = None
) -> pa.RecordBatch:
    """A batch of a few interval readings, as a program that has them one by one makes it."""
    from_ms = pa.array(read_at_ms, pa.timestamp("ms", tz="UTC"))
    return pa.record_batch(
        {"meter_id": meter_ids, "read_at": from_ms, "energy_kwh": pa.array(energy_kwh, pa.float64()),
         "register_kwh": pa.nulls(len(meter_ids), pa.float64()),
         "quality": pa.array(quality or [0] * len(meter_ids), pa.int8())}
    )  # fmt: skip
