"""`wanjia series ingest`: plain tables into a store."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from wanjia.cli._output import finish, plain_faults
from wanjia.cli._series_progress import Progress
from wanjia.model.faults import Fault, Refused
from wanjia.series.arriving import LOCK
from wanjia.series.duckdb.plain.reading import plain_batches, plain_files
from wanjia.series.duckdb.store import DuckDBStore
from wanjia.series.layout import ARRIVALS, STORE_FILE, days_of
from wanjia.series.port import Receipt
from wanjia.texts import say

FAULTS_SHOWN_MAX = 100
"""Lines; whoever must correct more than these corrects where they come from."""


def ingest_files(store: Path, readings: Sequence[Path], zone: str, language: str, as_json: bool) -> None:
    """Prints what came in, or every fault; ends the process."""
    progress = Progress(language, store.name)
    try:
        files = plain_files(readings)
        source = readings[0].name if len(readings) == 1 else f"{readings[0].name} + {len(readings) - 1}"
        with _store(store, zone) as opened:
            receipt = opened.ingest(plain_batches(files, opened.zone, progress), source)
    except OSError as error:
        progress.end()
        raise click.UsageError(f"{store.name}: {error}") from error
    except Refused as refused:
        progress.end()
        faults = shown(refused.faults)
        result = {"readings": 0, "faults": plain_faults(faults, language)} if as_json else None
        finish(faults, result, say("series.nothing_ingested", language), language)
        return
    progress.end()
    finish([], _plain(receipt) if as_json else None, _summary(receipt, language), language)


@contextmanager
def _store(folder: Path, zone: str) -> Iterator[DuckDBStore]:
    """The folder's store, in its own zone unless another is asked for. A new one that stays empty is taken away."""
    is_new, had_folder = not (folder / STORE_FILE).is_file(), folder.is_dir()
    try:
        yield DuckDBStore(folder, zone or ("UTC" if is_new else ""))
    except Refused:
        if is_new and not any(days_of(folder, ARRIVALS)):
            _take_away(folder, had_folder)
        raise


def _take_away(folder: Path, had_folder: bool) -> None:
    """Of a store in which nothing came; what else is in the folder stays."""
    if (folder / ARRIVALS).is_dir():
        (folder / ARRIVALS).rmdir()
    for name in (LOCK, STORE_FILE):
        (folder / name).unlink(missing_ok=True)
    if not had_folder and folder.is_dir():
        folder.rmdir()


def shown(faults: Sequence[Fault]) -> list[Fault]:
    """The first faults, and how many there are where there are more."""
    told = [fault for fault in faults if fault.code != "series.more_faults"]
    totals = [int(str(fault.values["total"])) for fault in faults if fault.code == "series.more_faults"]
    total = max([len(told), *totals])
    first = told[:FAULTS_SHOWN_MAX]
    if total == len(first):
        return first
    return [*first, Fault("series.more_faults", values={"shown": len(first), "total": total})]


def _plain(receipt: Receipt) -> dict[str, object]:
    return {
        "readings": receipt.readings,
        "repeated_readings": receipt.repeated_readings,
        "empty": receipt.empty,
        "days": [day.isoformat() for day in receipt.days],
        "arrivals": list(receipt.arrivals),
        "repeated": list(receipt.repeated),
        "faults": [],
    }


def _summary(receipt: Receipt, language: str) -> str:
    if not receipt.days:
        return say("series.no_readings", language, empty=receipt.empty)
    return say(
        "series.ingested", language, readings=receipt.readings, repeated=receipt.repeated_readings,
        empty=receipt.empty, days=len(receipt.days), first=receipt.days[0], last=receipt.days[-1],
    )  # fmt: skip
