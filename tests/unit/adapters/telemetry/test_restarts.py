"""The sensing loop, stopped without a word at any point and started again: the same changes, each once."""

import random
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.feeders import made
from wanjia.actions.network.sensed import Gap, SensedBatch
from wanjia.adapters.telemetry import journal as journal_module
from wanjia.adapters.telemetry.binary import encode_binary
from wanjia.adapters.telemetry.codec import events_topic
from wanjia.adapters.telemetry.gaps import SequenceBook
from wanjia.adapters.telemetry.intake import ARRIVAL, SENT, Aside, Intake
from wanjia.adapters.telemetry.journal import Journal, Reader
from wanjia.adapters.telemetry.keys import keys_of
from wanjia.adapters.telemetry.limits import GAP_GRACE_MS
from wanjia.adapters.telemetry.nouns import Message
from wanjia.adapters.telemetry.replay import SETTLE_MS, Direct, Recorded, play, slices
from wanjia.adapters.telemetry.snapshot import Snapshot, Snapshots, snapshot_bytes, snapshot_of
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Plan
from wanjia.kernels.sensing.step import begin_state, sensor_of, step
from wanjia.kernels.sensing.storms import Made, Storm, make_storm
from wanjia.wiring.installed import ActiveNetwork
from wanjia.wiring.sensing import Outside, SensingLoop

BEGIN = 1_780_000_000_000
STORM = Storm(outages=2, planned=1, warm_up_seconds=900.0, spread_seconds=600.0, outage_seconds_min=600.0,
              outage_seconds_max=900.0, after_seconds=900.0, stray_share=0.002)  # fmt: skip


@cache
def network() -> ActiveNetwork:
    """Two feeders with 320 meters."""
    return ActiveNetwork("a" * 64, made(2, 4, 2, 20))


@cache
def storm() -> tuple[Grid, Made, Recorded]:
    """Two outages and planned work on it."""
    grid = build_grid(network().network)
    found = make_storm(grid, STORM, 4, BEGIN)
    names = [*grid.network.meters.ids[grid.meter_at_slot], *grid.network.districts.ids[grid.district]]
    batch = found.batch
    return (
        grid,
        found,
        Recorded(keys_of(names)[batch.slot], batch.kind.astype(np.uint8), batch.occurred, batch.received),
    )


class Rows:
    """A store in memory: changes and position are written together, as the real one does in a transaction."""

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self.changes: list[object] = []
        self.gaps: list[Gap] = []
        self.at: tuple[int, int] | None = None
        self.plans = plans
        self.fails = 0

    def apply(self, batch: SensedBatch, _: datetime) -> None:
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the store is away")
        counted = self.at[1] if self.at else 0
        self.changes += batch.changes[max(0, counted - batch.position.changes_before) :]
        self.gaps += batch.gaps
        self.at = (batch.position.journal_at, len(self.changes))

    def outside(self) -> Outside:
        return Outside(lambda _: self.at, self.apply, lambda _: self.plans)


class Ticking:
    """Seconds that go on by one each time they are asked for, so that everything that is done now and then is done."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1.0
        return self.seconds


def unbroken(folder: Path, journal: Path) -> Rows:
    """The changes of one loop that is never stopped."""
    (folder / "journal").symlink_to(journal)
    rows = Rows({plan.device_id: plan for plan in storm()[1].plans})
    loop = SensingLoop(folder, network(), rows.outside(), Ticking())
    while loop.round():
        pass
    loop.close()
    return rows


@pytest.mark.heavy
@given(st.integers(0, 10**6))
@settings(max_examples=4)
def test_killed_anywhere_the_rows_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    _, _, recorded = storm()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "unbroken").mkdir()
        rows = Rows({plan.device_id: plan for plan in storm()[1].plans})
        intake = Intake(Journal(folder / "journal"), Aside(folder / "aside"), SENT)
        loop = SensingLoop(folder, network(), rows.outside(), Ticking(), snapshot_seconds=40.0)
        for part in np.array_split(np.arange(len(recorded.keys)), 60):
            piece = Recorded(*(getattr(recorded, one)[part] for one in ("keys", "kinds", "occurred", "received")))
            send(intake, piece)
            rows.fails = chance.choice([0, 0, 1])
            try:
                loop.round()
            except RuntimeError:
                if chance.random() < 0.5:
                    loop.round()
            if chance.random() < 0.3:
                rows.fails = 0
                loop = SensingLoop(folder, network(), rows.outside(), Ticking(), snapshot_seconds=40.0)
        intake.journal.close()
        rows.fails = 0
        while loop.round():
            pass
        expected = unbroken(folder / "unbroken", folder / "journal")
        assert [vars(one) for one in rows.changes] == [vars(one) for one in expected.changes]
        assert {one.what for one in rows.changes} >= {"announced", "ended", "planned"}  # type: ignore[attr-defined]


def test_a_gap_that_was_filled_is_not_left_open_by_a_kill(tmp_path: Path) -> None:
    """What was told entry by entry is read again all at once: the same ranges are told, and each is closed."""
    rows, none = Rows({}), np.empty(0, np.int64)
    intake = Intake(Journal(tmp_path / "journal"), Aside(tmp_path / "aside"), ARRIVAL)
    loop = SensingLoop(tmp_path, network(), rows.outside(), Ticking(), snapshot_seconds=1e9)
    is_dead = False
    for turn, number in enumerate((1, 10, 11, 2, 3, 4, 12, 5, 6, 7, 8, 9, 13)):
        at = BEGIN + 2 * GAP_GRACE_MS * turn
        message = Message("c-1", number, BEGIN, none.astype(np.uint64), none.astype(np.uint8), none)
        intake.take(events_topic("main", "c-1"), encode_binary(message), at)
        intake.commit(at)
        if number == 12:
            assert open_gaps(rows) == {5: 9}
            loop = SensingLoop(tmp_path, network(), rows.outside(), Ticking(), snapshot_seconds=1e9)
            is_dead = True
        while not is_dead and loop.round():
            pass
    intake.journal.close()
    while loop.round():
        pass
    assert open_gaps(rows) == {} and len(rows.gaps) > 3


def open_gaps(rows: Rows) -> dict[int, int]:
    """First and last number of the rows that say that something is missing, as the store of rows has them."""
    newest = {gap.first_missing: gap for gap in rows.gaps}
    return {first: gap.last_missing for first, gap in newest.items() if not gap.filled_at}


def send(intake: Intake, piece: Recorded) -> None:
    """One message, numbered on."""
    numbers = intake.journal.book.senders.get("c-1")
    at = int(piece.received[-1])
    message = Message("c-1", numbers.highest + 1 if numbers else 1, at, piece.keys, piece.kinds, piece.occurred)
    intake.take(events_topic("main", "c-1"), encode_binary(message), at)
    intake.commit(at)


def test_a_file_through_the_journal_gives_what_the_kernel_gives_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arrivals are whole seconds here, as messages are cut; the outages are the same."""
    monkeypatch.setattr(journal_module.os, "fdatasync", lambda _: None)  # a thousand of them take seconds
    grid, found, recorded = storm()
    intake = Intake(Journal(tmp_path / "journal"), Aside(tmp_path / "aside"), SENT)
    shift = 5_000_000
    assert play(recorded, Direct(intake, "main", "replay-1"), 0, shift) == len(recorded.keys)
    (tmp_path / "other").mkdir()
    rows = unbroken(tmp_path / "other", tmp_path / "journal")
    told = [(one.what, one.outage.device_id) for one in rows.changes]  # type: ignore[attr-defined]
    assert Reader(tmp_path / "journal").durable == len(slices(recorded.received)) + 1
    state = begin_state(grid, int(recorded.received[0]) - 1)
    _, changes = step(sensor_of(grid), state, found.batch, int(recorded.received[-1]) + SETTLE_MS)
    announced = [("announced", one.outage.device_id) for one in changes if one.what == "announced"]
    assert sorted(one for one in told if one[0] == "announced") == sorted(announced) and announced


def test_speed_is_kept(tmp_path: Path) -> None:
    intake = Intake(Journal(tmp_path / "journal"), Aside(tmp_path / "aside"), SENT)
    ones = np.ones(4, np.uint64)
    recorded = Recorded(ones, ones.astype(np.uint8), np.full(4, BEGIN), BEGIN + np.array([0, 400, 60_000, 120_000]))
    sent: list[float] = []
    begun = time.monotonic()
    play(recorded, Direct(intake, "main", "r"), 200.0, told=lambda _: sent.append(time.monotonic() - begun))
    assert len(sent) == 3 and sent[1] >= 0.28 and 0.58 <= sent[2] < 5.0
    assert play(recorded, Direct(intake, "main", "r2"), 1.0, is_stopped=lambda: True) < 4


@given(st.integers(0, 10**6))
@settings(max_examples=20)
def test_a_snapshot_is_the_state_and_a_damaged_one_is_none(seed: int) -> None:
    grid, found, _ = storm()
    chance = random.Random(seed)
    until = BEGIN + chance.randrange(1_000_000, 2_500_000)
    upto = int(np.searchsorted(found.batch.received, until, side="right"))
    part = type(found.batch)(*(values[:upto] for values in vars(found.batch).values()))
    state, _ = step(sensor_of(grid, found.plans), begin_state(grid, BEGIN), part, until)
    data = snapshot_bytes(Snapshot(7, 9, state, {"P": found.plans[0]}, SequenceBook(), {"events": 3}))
    again = snapshot_of(data)
    assert again is not None and (again.journal_at, again.changes, again.counts) == (7, 9, {"events": 3})
    assert snapshot_bytes(again) == data
    damaged = bytearray(data)
    damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    other = snapshot_of(bytes(damaged))
    assert other is None or snapshot_bytes(other) == data  # a bit of the zip's own that says nothing


def test_two_snapshots_are_kept_and_none_ahead_of_the_rows_is_taken(tmp_path: Path) -> None:
    grid, _, _ = storm()
    snapshots = Snapshots(tmp_path, "d" * 64)
    for at in (1, 2, 3):
        snapshots.write(Snapshot(10 * at, at, begin_state(grid, BEGIN), {}, SequenceBook(), {}))
    found = [snapshots.newest(changes, journal) for changes, journal in ((3, 99), (2, 99), (3, 29), (1, 99))]
    assert [one.changes if one else None for one in found] == [3, 2, 2, None]
    assert snapshots.oldest_at() == 20 and len(list(tmp_path.iterdir())) == 2
