"""The sensing loop: what the journal holds goes through the kernel, and what it finds becomes rows.

The kernel's step follows from its input alone, so only the journal and the position among the rows must survive. After
a crash the newest snapshot is taken up, the journal is read on from there, and changes that became rows already are
counted, not written again. Planned work comes from rows, not from the journal; so a plan is used only from a snapshot
on that holds it.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from wanjia.actions.network.sensed import Gap, Position, SensedBatch
from wanjia.adapters.telemetry.frames import Entry
from wanjia.adapters.telemetry.gaps import SequenceBook
from wanjia.adapters.telemetry.journal import Reader, Records, drop_before, note_messages
from wanjia.adapters.telemetry.keys import UNKNOWN, DeviceKeys
from wanjia.adapters.telemetry.snapshot import Snapshot, Snapshots
from wanjia.kernels.sensing.coverage import Coverage, coverage_of
from wanjia.kernels.sensing.grid import Grid, build_grid
from wanjia.kernels.sensing.nouns import Batch, Change, Plan
from wanjia.kernels.sensing.renewing import renewed
from wanjia.kernels.sensing.step import Sensor, State, begin_state, sensor_of, step
from wanjia.wiring.installed import ActiveNetwork

logger = logging.getLogger(__name__)

EVENTS_A_ROUND_MAX = 500_000
"""Events sensed before their changes are handed over: a quarter of a prefecture, some 20 ms."""
STEP_MS_MAX = 3_600_000
"""The kernel is stepped by an hour of arrival at most, so that a loop that catches up can be stopped."""
POSITION_SECONDS = 5.0
"""How often the position is written when nothing changed."""
STATES_SECONDS = 1.0
"""How often the districts' states are written at most."""
SNAPSHOT_SECONDS = 300.0
"""How often the state is kept: what must be sensed again after a crash, at most. A prefecture's takes a tenth of a
second and 35 MB."""
PLANS_SECONDS = 5.0
WINDOW_HEARTBEATS = 2
"""A meter counts as heard when it spoke within this many of its heartbeats' intervals."""
HEARD_STEP_MS = 60_000
COVERAGE_STEP = 0.01
"""A district's row is written anew when it was heard a minute later, or a hundredth of its meters more or fewer."""
KEEP_SECONDS, KEEP_BYTES = 7 * 24 * 3600.0, 20 * 1024**3
"""What was sensed is kept in the journal for a week, up to 20 GB, to be sensed again with another network or kernel."""


@dataclass(frozen=True)
class Outside:
    """What the loop asks and tells: rows, as functions, so that it can run without any.

    `position` gives entries of the journal sensed and changes written of a network (None: nothing yet); `plans` the
    open planned work by code; `apply` writes changes and position; `tell` writes the rows of districts; `begin_at` is
    where a network begins that was never sensed.
    """

    position: Callable[[str], tuple[int, int] | None]
    apply: Callable[[SensedBatch, datetime], object]
    plans: Callable[[Grid], Mapping[str, Plan]] = lambda grid: {}
    tell: Callable[[str, Grid, "np.ndarray", Coverage, datetime], object] = lambda *_: None
    begin_at: Callable[[], int] = lambda: 0


@dataclass
class _Due:
    """When something is done next, by a clock of seconds."""

    every: float
    next_at: float = 0.0

    def now(self, clock: float) -> bool:
        """Whether it is time; then the next time is set."""
        if clock < self.next_at:
            return False
        self.next_at = clock + self.every
        return True


@dataclass
class _Pending:
    """What was sensed and is not among the rows yet."""

    changes: list[Change] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    is_moved: bool = False


class SensingLoop:
    """Follows one journal for one network. `round` does a piece of work; nothing here waits."""

    def __init__(
        self, folder: Path, active: ActiveNetwork, outside: Outside, clock: Callable[[], float],
        snapshot_seconds: float = SNAPSHOT_SECONDS,
    ) -> None:  # fmt: skip
        """`folder` holds `journal` and `snapshots`; `clock` gives seconds that never go back. Raises Refused."""
        self.digest, self.network, self.outside, self._clock = active.digest, active.network, outside, clock
        self.grid = build_grid(active.network)
        self.keys = DeviceKeys.of(self.grid)
        self.journal, self.snapshots = folder / "journal", Snapshots(folder / "snapshots", active.digest)
        self.plans: Mapping[str, Plan] = {}
        self.state: State | None = None
        self.book, self.counts, self.changes = SequenceBook(), {"received": 0, "events": 0, "unknown_devices": 0}, 0
        self._pending, self._told = _Pending(), _nothing_told(self.grid)
        self._position, self._states = _Due(POSITION_SECONDS), _Due(STATES_SECONDS)
        self._snapshot, self._plans = _Due(snapshot_seconds, clock() + snapshot_seconds), _Due(PLANS_SECONDS)
        self.reader = self._take_up()
        self.sensor: Sensor = sensor_of(self.grid, tuple(self.plans.values()))

    def round(self) -> bool:
        """Senses what is there; hands it over; true when there may be more. Raises what `apply` raises: call again."""
        if self._has_pending():
            self._hand_over()
        self._take_over_plans()
        records = self.reader.read(EVENTS_A_ROUND_MAX)
        if records is not None:
            self._sense(records)
        if self._has_pending() or (self._pending.is_moved and self._position.now(self._clock())):
            self._hand_over()
        self._tell()
        if self._snapshot.now(self._clock()):
            self.keep()
        return records is not None

    def keep(self) -> None:
        """Writes a snapshot, and drops what no snapshot needs any more from the journal."""
        if self.state is None:
            return
        if self._pending.is_moved:
            self._hand_over()
        self._write(self.state, self.plans)
        drop_before(self.journal, self.snapshots.oldest_at(), KEEP_SECONDS, KEEP_BYTES)

    def close(self) -> None:
        """Gives back what it holds open. Call `keep` before, so that nothing has to be sensed again."""
        self.reader.close()

    def _take_up(self) -> Reader:
        """Goes on from the newest snapshot; else from the beginning, which gives the same changes again."""
        position = self.outside.position(self.digest)
        reader = Reader(self.journal)
        found = self.snapshots.newest(position[1], reader.durable) if position else None
        if found is not None:
            self.state, self.book, self.plans = found.state, found.book, found.plans
            self.changes, self.counts = found.changes, dict(found.counts)
            reader.at = found.journal_at
            return reader
        if position and position[1]:
            logger.error("no snapshot fits the rows: sensing begins anew, not knowing the outages that are open")
            self.changes = position[1]
        reader.at = position[0] if position else self.outside.begin_at()
        return reader

    def _sense(self, records: Records) -> None:
        if self.state is None:
            self._begin(records)
        for entry in records.entries:
            self._count(entry)
        slots = self.keys.slots(records.keys)
        known = slots != UNKNOWN
        self.counts["unknown_devices"] += int(len(slots) - known.sum())
        kinds = records.kinds.view(np.int8)
        if known.all():
            batch = Batch(slots, kinds, records.occurred, records.received)
        else:
            batch = Batch(slots[known], kinds[known], records.occurred[known], records.received[known])
        self._step(batch, records.until_ms)
        self._pending.is_moved = True

    def _begin(self, records: Records) -> None:
        """Nothing is known but the plans. Numbers of outages go on above any that were given before."""
        state = begin_state(self.grid, records.entries[0].begin_ms - 1)
        state.ledger.serial = self.changes
        plans = dict(sorted(self.outside.plans(self.grid).items()))
        self.snapshots.write(Snapshot(records.at, self.changes, state, plans, self.book, dict(self.counts)))
        self.state, self.plans = state, plans
        self.sensor = sensor_of(self.grid, tuple(plans.values()))

    def _step(self, batch: Batch, until: int) -> None:
        assert self.state is not None
        done = 0
        while self.state.now < until:
            now = min(until, self.state.now + STEP_MS_MAX)
            end = int(np.searchsorted(batch.received, now, side="right"))
            some = slice(done, end)
            part = Batch(batch.slot[some], batch.kind[some], batch.occurred[some], batch.received[some])
            self.state, changes = step(self.sensor, renewed(self.state), part, now)
            self._pending.changes += changes
            done = end

    def _count(self, entry: Entry) -> None:
        note_messages(self.book, entry)
        # Entry by entry, however many were read at once: whoever reads them again after a kill reports the same ranges,
        # and no row of a range that was reported once stays open for good.
        self._pending.gaps += self.book.take_gaps(entry.until_ms)
        self.counts["received"] += len(entry.messages)
        self.counts["events"] += len(entry.events)
        self.counts["repeated"], self.counts["malformed"] = entry.repeated, entry.refused

    def _has_pending(self) -> bool:
        return bool(self._pending.changes or self._pending.gaps)

    def _hand_over(self) -> None:
        assert self.state is not None
        pending = self._pending
        counts = {**self.counts, "gaps": sum(len(one.holes) for one in self.book.senders.values())}
        position = Position(self.reader.at, self.state.now, self.changes, counts)
        batch = SensedBatch(self.digest, self.network, tuple(pending.changes), position, tuple(pending.gaps))
        self.outside.apply(batch, datetime.now(UTC))
        self.changes += len(pending.changes)
        self._pending = _Pending()

    def _take_over_plans(self) -> None:
        """New, changed or cancelled planned work. All that was sensed without it is among the rows already."""
        if self.state is None or not self._plans.now(self._clock()):
            return
        wanted = _with_work_under_way(self.outside.plans(self.grid), self.plans, self.state)
        if list(wanted.items()) == list(self.plans.items()):
            return
        state = _renumbered(self.state, list(self.plans), list(wanted))
        if self._pending.is_moved:
            self._hand_over()
        self._write(state, wanted)
        self.state, self.plans = state, wanted
        self.sensor = sensor_of(self.grid, tuple(wanted.values()))

    def _write(self, state: State, plans: Mapping[str, Plan]) -> None:
        self.snapshots.write(Snapshot(self.reader.at, self.changes, state, plans, self.book, dict(self.counts)))

    def _tell(self) -> None:
        """Rows of districts whose state changed enough to be seen."""
        if self.state is None or not self._states.now(self._clock()):
            return
        window = WINDOW_HEARTBEATS * self.sensor.model.parameters.heartbeat_seconds
        found = coverage_of(self.grid, self.state, window)
        rows = np.flatnonzero(_is_worth_telling(self._told, found))
        if len(rows):
            self.outside.tell(self.digest, self.grid, rows, found, datetime.now(UTC))
            for name, values in vars(self._told).items():
                values[rows] = getattr(found, name)[rows]


def _with_work_under_way(wanted: Mapping[str, Plan], known: Mapping[str, Plan], state: State) -> dict[str, Plan]:
    """The plans wanted; and those that were taken back while work was under way, which end now."""
    codes = list(known)
    under_way = {codes[place] for place in state.ledger.works} - wanted.keys()
    ended = {code: replace(known[code], ends_at=min(known[code].ends_at, state.now)) for code in under_way}
    return dict(sorted({**wanted, **ended}.items()))


def _renumbered(state: State, old: list[str], new: list[str]) -> State:
    """The kernel knows work under way by its plan's place, which is another among other plans."""
    places = {code: place for place, code in enumerate(new)}
    works = {places[old[place]]: held for place, held in state.ledger.works.items()}
    return replace(state, ledger=replace(state.ledger, works=works))


def _nothing_told(grid: Grid) -> Coverage:
    none = np.full(grid.districts, -1, np.int64)
    return Coverage(none, none.copy(), none.astype(np.int32), none.astype(np.int32))


def _is_worth_telling(told: Coverage, found: Coverage) -> np.ndarray:
    step_meters = np.maximum(1, COVERAGE_STEP * found.meters)
    more_or_fewer = np.abs(found.meters_heard - told.meters_heard) >= step_meters
    later = np.abs(found.heard_at - told.heard_at) >= HEARD_STEP_MS
    return (found.dark_since != told.dark_since) | (found.meters != told.meters) | more_or_fewer | later
