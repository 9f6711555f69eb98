"""`kill -9` of the broker and of the listener while numbered messages stream: nothing is lost, every drop is a gap.

WANJIA_MESSAGES and WANJIA_KILLS say how many; without them a few thousand and two of each kind, with CI set 60,000 and
four. The full size is one million and twenty:
`WANJIA_MESSAGES=1000000 WANJIA_KILLS=20 make test ARGS="--heavy -s tests/simulation/test_broker_kills.py"`.
"""

import itertools
import json
import os
import random
import sys
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from tests.support.listening import Listener, digest_of, network_of, rows
from tests.support.machine import needs
from tests.support.mosquitto import Mosquitto
from tests.support.noisy_sender import NoisySenders
from tests.support.stores import Store, filled_store
from wanjia.actions.network.sensed import SensedBatch
from wanjia.adapters.telemetry.broker import address_of
from wanjia.adapters.telemetry.journal import Reader
from wanjia.adapters.telemetry.keys import DeviceKeys, keys_of
from wanjia.adapters.telemetry.replay import SETTLE_MS, Recorded
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.memory import GASP, LIFE, NEVER
from wanjia.kernels.sensing.nouns import Batch, Change
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Storm, make_storm
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import Outside, SensingLoop

IS_CI = bool(os.environ.get("CI"))
MESSAGES = int(os.environ.get("WANJIA_MESSAGES") or (60_000 if IS_CI else 20_000))
KILLS = int(os.environ.get("WANJIA_KILLS") or (4 if IS_CI else 2))
SENDERS, WINDOW = 4, 1500
"""A window smaller than what is sent between two kills, so that every kill meets messages on their way."""
STORM = Storm(
    outages=4, warm_up_seconds=1800.0, spread_seconds=2400.0, outage_seconds_min=1800.0, outage_seconds_max=3000.0,
    after_seconds=1800.0, lost_share=0.0, duplicated_share=0.0, late_share=0.0, stray_share=0.001, silent_share=0.0,
    clock_off_share=0.0,
)  # fmt: skip
"""The senders' network loses and doubles by itself here."""
WORDS_A_METER = 8.75
"""Heartbeats of 15 minutes over the storm's length, and what its outages add."""
ON_TIME_MESSAGES = 500_000
"""The stream lasts three hours however long it is. Of a short one, a second without broker is an hour, and gasps that
come an hour late are no evidence any more: the outages may be others than without kills. Not so of a long one."""
BEGIN = 1_780_000_000_000
SETTLE_SECONDS_MAX = 600.0

pytestmark = [
    pytest.mark.heavy,
    needs("mosquitto"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes die with their parent only on Linux"),
]


def sizes_for(messages: int) -> str:
    """Feeders, sections, districts a section, meters a district of a network that says about as much."""
    meters = messages / WORDS_A_METER
    feeders = 2 if messages < 200_000 else 10
    return f"{feeders}x4x5x{max(20, round(meters / feeders / 20))}"


def stream_of(grid: Grid, count: int) -> tuple[Recorded, Batch]:
    """The storm's events, the first `count` of them at most, by key and by slot."""
    made = make_storm(grid, STORM, 5, BEGIN)
    batch = Batch(*(getattr(made.batch, name)[:count] for name in ("slot", "kind", "occurred", "received")))
    meters = grid.network.meters.ids[grid.meter_at_slot].tolist()
    names = [*meters, *grid.network.districts.ids[grid.district].tolist()]
    recorded = Recorded(keys_of(names)[batch.slot], batch.kind.astype(np.uint8), batch.occurred, batch.received)
    return recorded, batch


class Killer(threading.Thread):
    """Kills the broker and the listener in turn, evenly over the stream, and starts them again.

    Each kill waits until something was confirmed since the last one, so that it meets a listener at work. What it
    starts dies with it, so it stays until it is released.
    """

    def __init__(self, broker: Mosquitto, listener: Listener, senders: NoisySenders, messages: int) -> None:
        super().__init__(daemon=True)
        self._broker, self._listener, self._senders = broker, listener, senders
        self._chance = random.Random(11)
        self._places = [round(messages * (at + 0.5) / (2 * KILLS)) for at in range(2 * KILLS)]
        self.sent, self.killed = 0, {"broker": 0, "listener": 0}
        self.done, self.released = threading.Event(), threading.Event()

    def run(self) -> None:
        """Until it is released, after the last kill."""
        for turn, place in enumerate(self._places):
            confirmed = self._senders.confirmed
            while self.sent < place or self._senders.confirmed <= confirmed:
                if self.released.wait(0.005):
                    return
            time.sleep(self._chance.random() * 0.3)
            if turn % 2:
                self._listener.kill()
                self._listener.start()
                self.killed["listener"] += 1
            else:
                self._broker.kill()
                self._broker.start()
                self.killed["broker"] += 1
        self.done.set()
        self.released.wait()


def settled(store: Store, journal: Path) -> dict[str, object]:
    """The rows once everything that is journalled was sensed."""
    until = time.monotonic() + SETTLE_SECONDS_MAX
    while True:
        found = rows(store)
        if found["journal_at"] == Reader(journal).durable or time.monotonic() > until:
            return found
        time.sleep(1.0)


def journalled(journal: Path) -> tuple[list[tuple[str, int]], np.ndarray]:
    """Every (sender, number) in the journal, and all events' keys."""
    reader, numbers, keys = Reader(journal), [], []
    while (records := reader.read(100_000)) is not None:
        keys.append(records.keys)
        for entry in records.entries:
            names = [name.decode() for name in entry.messages["sender"].tolist()]
            numbers += zip(names, entry.messages["sequence"].tolist(), strict=True)
    return numbers, np.concatenate(keys)


def runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers as ranges."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def final(changes: Iterable[Change], grid: Grid) -> list[list[object]]:
    """Outages as the rows show them: number, device, whether over, times, districts."""
    newest = {change.outage.number: change.outage for change in changes}
    names = grid.network.districts.ids
    return [
        [str(one.number), one.device_id, "merged" if one.merged_into else "open" if one.ends_at is None else "restored",
         one.starts_at / 1000, one.ends_at / 1000 if one.ends_at else None, sorted(names[list(one.districts)])]
        for one in newest.values()
    ]  # fmt: skip


def unbroken(folder: Path, sizes: str, home: Path) -> tuple[list[Change], SensingLoop]:
    """What a loop that nobody kills makes of the same journal."""
    changes: list[Change] = []

    def apply(batch: SensedBatch, _: datetime) -> None:
        changes.extend(batch.changes)

    (folder / "journal").parent.mkdir(parents=True, exist_ok=True)
    (folder / "journal").symlink_to(home / "telemetry" / "main" / "journal")
    active = ActiveNetwork(digest_of(sizes), network_of(sizes))
    loop = SensingLoop(folder, active, Outside(lambda _: None, apply), time.monotonic)
    while loop.round():
        pass
    return changes, loop


def oracle(grid: Grid, batch: Batch, sent: list[int], epoch: int) -> tuple[np.ndarray, list[Change]]:
    """Newest words of all devices, and changes, when what was not dropped arrives in order and in time."""
    order = np.array(sorted(sent))
    kept = Batch(*(getattr(batch, name)[order] for name in ("slot", "kind", "occurred", "received")))
    # A broker killed at the very beginning delivers first what was sent later: the loop's times may begin after these.
    tenths = max(0, (epoch - int(kept.received[0])) // 100 + 1)
    begun = begin_state(grid, epoch - 100 * tenths)
    state, changes = step(sensor_of(grid), begun, kept, int(batch.received[-1]) + SETTLE_MS)
    words = state.memory.cells[:, [GASP, LIFE]]
    return np.where(words == NEVER, NEVER, words - tenths), changes


def where(changes: Iterable[Change], grid: Grid) -> set[tuple[str, tuple[str, ...]]]:
    """Device and districts of the outages that were not merged into others."""
    return {(str(one[1]), tuple(one[5])) for one in final(changes, grid) if one[2] != "merged"}  # type: ignore[arg-type]


def test_nothing_sent_is_lost_and_every_drop_is_a_gap(tmp_path: Path) -> None:
    begun, sizes = time.monotonic(), sizes_for(MESSAGES)
    grid = build_grid(network_of(sizes))
    recorded, batch = stream_of(grid, MESSAGES)
    home = tmp_path / "home"
    journal = home / "telemetry" / "main" / "journal"
    with filled_store("sqlite", home) as store, Mosquitto(tmp_path / "mosquitto") as broker:
        store.python("-m", "tests.support.listening", "install", sizes)
        listener = Listener(store, broker.url, tmp_path / "listener.log")
        listener.start()
        senders = NoisySenders(address_of(broker.url), "main", SENDERS, WINDOW, seed=3)
        killer = Killer(broker, listener, senders, len(recorded.keys))
        killer.start()
        try:
            senders.play(recorded, lambda done: setattr(killer, "sent", done))
            assert killer.done.wait(SETTLE_SECONDS_MAX)
            assert senders.drain(SETTLE_SECONDS_MAX), (tmp_path / "listener.log").read_text()[-3000:]
            found = settled(store, journal)
        finally:
            senders.close()
            status = listener.stop()
            killer.released.set()
    numbers, keys = journalled(journal)
    changes, loop = unbroken(tmp_path / "unbroken", sizes, home)
    assert loop.state is not None
    rows_sent = list(itertools.chain(*(book.rows for book in senders.books.values())))
    words, expected = oracle(grid, batch, rows_sent, loop.state.epoch)
    sent = sum(len(book.sent) for book in senders.books.values())
    print("\n" + json.dumps({
        "messages": MESSAGES, "sent": sent, "dropped": sum(len(book.dropped) for book in senders.books.values()),
        "sent_again": senders.sent_again, "killed": killer.killed, "entries": found["journal_at"],
        "outages": len(found["outages"]), "counts": found["counts"], "seconds": round(time.monotonic() - begun, 1),
    }))  # fmt: skip
    assert status == 0 and killer.killed == {"broker": KILLS, "listener": KILLS}
    # Every message that was sent is on disk once, and nothing else is.
    assert sorted(numbers) == sorted((name, n) for name, book in senders.books.items() for n in book.sent)
    assert len(keys) == sent - SENDERS
    # Every message that was dropped is reported as a gap, and no other.
    assert [gap[:3] for gap in found["gaps"] if not gap[3]] == [
        [name, *span] for name, book in sorted(senders.books.items()) for span in runs(book.dropped)
    ]
    # The rows are what a loop makes of the journal that was never killed: nothing twice, nothing left out.
    assert found["changes"] == len(changes) and found["announced"] == sum(one.what == "announced" for one in changes)
    assert found["outages"] == final(changes, grid)
    assert found["counts"]["events"] == len(keys) and found["counts"]["unknown_devices"] == 0
    # And the end state is the oracle's: newest words of all devices, and the same outages at the same devices.
    assert (loop.state.memory.cells[:, [GASP, LIFE]] == words).all()
    assert len(expected) >= 2 * STORM.outages
    if MESSAGES >= ON_TIME_MESSAGES:
        assert where(changes, grid) == where(expected, grid)
    assert DeviceKeys.of(grid).slots(keys).min() >= 0
