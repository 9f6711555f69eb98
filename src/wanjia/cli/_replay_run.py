"""Reads an event table and plays it: through a broker, or straight into the journal."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia import wiring
from wanjia.adapters.tables import read_table, texts
from wanjia.adapters.telemetry.broker import address_of
from wanjia.adapters.telemetry.keys import keys_of
from wanjia.adapters.telemetry.replay import Direct, Recorded, play
from wanjia.adapters.telemetry.sender import Publisher
from wanjia.cli._output import progress
from wanjia.cli._sense_files import EVENTS_MAX, TIMES, UNKNOWN, milliseconds, missing_columns, places, unknown_faults
from wanjia.kernels.sensing.nouns import EVENT_KINDS
from wanjia.model.faults import Fault, Where

CONFIRMED_SECONDS_MAX = 60.0
"""How long the end waits for the platform to say that everything is on disk."""
PROGRESS_EVENTS = 1_000_000


@dataclass(frozen=True)
class Played:
    """What came of it: rows of the table, events sent, events not confirmed by the platform, seconds."""

    rows: int
    events: int
    unconfirmed_messages: int
    seconds: float
    faults: tuple[Fault, ...] = ()


def read_recorded(path: Path) -> tuple[Recorded | None, int, list[Fault]]:
    """The events of a table in order of arrival, its rows, and its faults; rows with a fault are left out."""
    table, faults = read_table(path, ("device_id", "kind"))
    faults += missing_columns(table, TIMES)
    if table is None or faults:
        return None, 0, faults
    if table.data.num_rows > EVENTS_MAX:
        sizes: dict[str, object] = {"count": table.data.num_rows, "limit": EVENTS_MAX}
        return None, 0, [Fault("table.too_many_rows", Where(table.file), sizes)]
    kind = places(table, "kind", pa.array(EVENT_KINDS))
    faults += unknown_faults(table, "kind", kind, "sense.kind_unknown", kinds=", ".join(EVENT_KINDS))
    moments = []
    for column in TIMES:
        found, wrong = milliseconds(table, column)
        moments.append(found)
        faults += wrong
    good = (kind != UNKNOWN) & ~np.isnan(moments[0]) & ~np.isnan(moments[1])
    occurred, received = (values[good].astype(np.int64) for values in moments)
    order = np.argsort(received, kind="stable")
    ids = pc.dictionary_encode(texts(table, "device_id")).combine_chunks()
    keys = keys_of(ids.dictionary.to_pylist())[ids.indices.to_numpy(zero_copy_only=False)]
    recorded = Recorded(keys[good][order], kind[good][order].astype(np.uint8), occurred[order], received[order])
    return recorded, table.data.num_rows, sorted(faults, key=lambda fault: fault.where)


def replay_to_broker(
    path: Path, broker: str, site: str, speed: float, language: str, shift_ms: int | None = None
) -> Played:
    """Plays a table through the broker; `shift_ms` None: as if it began to arrive now."""
    recorded, rows, faults = read_recorded(path)
    if recorded is None:
        return Played(0, 0, 0, 0.0, tuple(faults))
    publisher = Publisher(address_of(broker), site, run_name())
    begun = time.monotonic()
    try:
        done = play(recorded, publisher, speed, _shift(recorded, shift_ms), told=_teller(path, language))
        publisher.drain(CONFIRMED_SECONDS_MAX)
        seconds = time.monotonic() - begun
        return Played(rows, done, publisher.unconfirmed, seconds, tuple(faults))
    finally:
        publisher.close()


def replay_to_journal(path: Path, speed: float, language: str, shift_ms: int | None) -> Played:
    """Plays a table into the journal, as if it came from a broker. Raises Refused when the journal is in use."""
    recorded, rows, faults = read_recorded(path)
    if recorded is None:
        return Played(0, 0, 0, 0.0, tuple(faults))
    intake, site = wiring.new_intake()
    begun = time.monotonic()
    try:
        shift = _shift(recorded, shift_ms)
        done = play(recorded, Direct(intake, site, run_name()), speed, shift, told=_teller(path, language))
        return Played(rows, done, 0, time.monotonic() - begun, tuple(faults))
    finally:
        intake.journal.close()


def run_name() -> str:
    """A sender's name that no earlier run had."""
    return f"replay-{time.time_ns() // 1_000_000}"


def _shift(recorded: Recorded, shift_ms: int | None) -> int:
    if shift_ms is not None or not len(recorded.received):
        return shift_ms or 0
    return time.time_ns() // 1_000_000 - int(recorded.received[0])


def _teller(path: Path, language: str) -> Callable[[int], None]:
    told = 0

    def tell(events: int) -> None:
        nonlocal told
        if events - told >= PROGRESS_EVENTS:
            told = events
            progress("telemetry.replaying", language, file=path.name, events=events)

    return tell
