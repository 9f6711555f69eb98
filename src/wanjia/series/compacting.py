"""Makes a day's revision of all that arrived: streamed through dense cells of as many meters as memory allows."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.network import Flags
from wanjia.model.readings import day_bounds
from wanjia.series.arrival_reading import SLOT_MS, Source, read_cells, sources_of
from wanjia.series.arrival_rows import Days
from wanjia.series.day_cells import CELL_BYTES, REGISTER_CELL_BYTES, Counted, DayCells, Replaced
from wanjia.series.differences import compare
from wanjia.series.disk import made_folder, only_one, sync_file
from wanjia.series.layout import DAYS, Current, Part, folder_of, put_current, read_current
from wanjia.series.layout_arrivals import REGISTER_FORM
from wanjia.series.layout_parts import ROW_GROUP_ROWS, PartWriter, Rows
from wanjia.series.meter_index import Others
from wanjia.series.port import Compaction, Tell
from wanjia.series.register import Ordered, Register, Replacement
from wanjia.series.revisions import begin_revision, drop_others, end_revision, next_revision
from wanjia.series.spilling import Spill
from wanjia.series.units import unit_of

MEMORY_BYTES = 800 * 1024**2
"""Of dense cells; with all else a compaction stays below 2 GiB."""
FAULTS_MAX = 1_000
"""Meters that a compaction names because nobody knows them or their register went backwards."""
LOCK = "compact.lock"


def compact_day(
    root: Path, zone: str, day: date, register: Register, tell: Tell, memory_bytes: int = MEMORY_BYTES,
    make: "Callable[[Path, Days, date, Register, Tell], Compacting] | None" = None,
) -> Compaction:  # fmt: skip
    """Compacts one day; readers see the revision before until this one is whole. Raises Refused without arrivals."""
    with only_one(root / LOCK):
        sources = sources_of(root, day)
        if not any(source.day == day for source in sources):
            raise Refused([Fault("series.no_arrivals", Where("", 0, "day"), {"day": day.isoformat()})])
        before = read_current(root, day)
        names = tuple(source.name for source in sources)
        if before is not None and (before.arrivals, before.register) == (names, register.digest):
            return _unchanged(day, before)
        return (make or Compacting)(root, Days(zone), day, register, tell).made(sources, before, memory_bytes)


def _unchanged(day: date, current: Current) -> Compaction:
    return Compaction(
        day, current.revision, current.previous, current.meters, current.readings, current.estimated, 0,
        sum(part.rows for part in current.parts if part.kind.endswith("_unknown")),
        sum(part.rows for part in current.parts if part.kind.startswith("exact")), is_new=False,
    )  # fmt: skip


@dataclass
class Counts:
    """What is counted along the way."""

    meters: int = 0
    readings: int = 0
    estimated: int = 0
    superseded: int = 0
    unknown: int = 0
    wide: int = 0
    faults: list[Fault] = field(default_factory=list)


class Compacting:
    """One compaction."""

    def __init__(self, root: Path, days: Days, day: date, register: Register, tell: Tell) -> None:
        self.root, self.days, self.day, self.register, self.tell = root, days, day, register, tell
        self.slots, self.known = days.slots(day), len(register.meter_ids)
        self.counts = Counts()

    def made(self, sources: tuple[Source, ...], before: Current | None, memory_bytes: int) -> Compaction:
        """Writes the revision, makes it current, and says what changed."""
        folder = made_folder(folder_of(self.root, DAYS, self.day))
        revision = next_revision(folder)
        unfinished = begin_revision(folder, revision)
        parts = self.written(unfinished, sources, memory_bytes)
        end_revision(unfinished)
        previous = before.revision if before is not None else ""
        counts = self.counts
        current = Current(
            revision, self.slots, counts.meters, counts.readings, counts.estimated, parts,
            tuple(source.name for source in sources), self.register.digest, previous,
        )  # fmt: skip
        put_current(self.root, self.day, current)
        drop_others(folder, revision, previous)
        found = Compaction(
            self.day, revision, previous, counts.meters, counts.readings, counts.estimated, counts.superseded,
            counts.unknown, counts.wide, faults=tuple(counts.faults),
        )  # fmt: skip
        if before is None:
            return found
        differences = compare(self.root, self.day, before, current)
        return replace(found, **vars(differences))

    def written(self, folder: Path, sources: tuple[Source, ...], memory_bytes: int) -> tuple[Part, ...]:
        """The parts of the revision, on disk."""
        has_registers = any(source.arrival.form == REGISTER_FORM for source in sources)
        size = max(1, memory_bytes // (self.slots * (REGISTER_CELL_BYTES if has_registers else CELL_BYTES)))
        others = Others(self.register.ordered.index)
        with ExitStack() as ending:
            parts = Parts(folder, self.slots)
            ending.callback(parts.close)
            dense, spills = self._sorted_out(folder, sources, others, size, ending)
            rows = self.register.ordered.behind(list(others.rows_of))
            replaced = self.replaced(rows, self.register.replacements)
            self.write(dense, rows, replaced, parts)
            del dense
            for spill in spills:
                for cells in self._dense(spill, size):
                    self.write(cells, rows, replaced, parts)
                spill.remove()
        self.note_unknown(list(others.rows_of))
        return parts.synced()

    def _sorted_out(
        self, folder: Path, sources: tuple[Source, ...], others: Others, size: int, ending: ExitStack
    ) -> tuple[DayCells, list[Spill]]:
        """The first meters' cells in memory, all others' on disk."""
        dense = DayCells(0, min(size, self.known), self.slots)
        cuts = [*range(size, self.known, size), self.known, 2**31 - 1]
        spills = [Spill(folder / f"spill-{at}", *span) for at, span in enumerate(pairwise(cuts))]
        for spill in spills:
            ending.callback(spill.remove)
        for cells in read_cells(self.root, self.day, sources, self.days, others, self.tell):
            dense.put(cells)
            for spill in spills:
                spill.put(cells)
        self.counts.unknown = len(others.rows_of)
        return dense, spills

    def _dense(self, spill: Spill, size: int) -> Iterator[DayCells]:
        """A spill's cells; those of unknown meters may be more than memory holds, and are then read again."""
        end = min(spill.end, self.known + self.counts.unknown)
        for first in range(spill.first, end, size):
            dense = DayCells(first, min(size, end - first), self.slots)
            for cells in spill.read():
                dense.put(cells)
            yield dense

    def write(self, dense: DayCells, rows: Ordered, replaced: Replaced, parts: "Parts") -> None:
        """Writes the rows of some cells, and counts them."""
        end = dense.first + len(dense.values)
        went_back = dense.finish(rows.digits[dense.first : end], replaced)
        self._note_backwards(rows, dense.first, went_back)
        counts = self.counts
        counts.superseded += dense.lost
        counts.readings += int(np.count_nonzero(dense.marks))
        counts.estimated += int(np.count_nonzero(dense.marks == 1))
        for counted in dense.counted(ROW_GROUP_ROWS):
            counts.meters += len(counted.rows)
            counts.wide += len(counted.rows) if counted.values.dtype == np.float64 else 0
            parts.write(counted, rows, is_unknown=dense.first >= self.known)

    def _note_backwards(self, rows: Ordered, first: int, went_back: Flags) -> None:
        room = FAULTS_MAX - len(self.counts.faults)
        for at in np.flatnonzero(went_back)[: max(room, 0)].tolist():
            where = Where("", 0, rows.meter_ids[first + at].as_py())
            self.counts.faults.append(Fault("series.register_backwards", where, {"day": self.day.isoformat()}))

    def note_unknown(self, names: list[str]) -> None:
        """Meters that the register lacks become faults, as many as are listed."""
        room = max(FAULTS_MAX - len(self.counts.faults), 0)
        for name in names[:room]:
            self.counts.faults.append(Fault("series.meter_unknown", Where("", 0, name), {"day": self.day.isoformat()}))

    def replaced(self, rows: Ordered, replacements: Sequence[Replacement]) -> Replaced:
        """The replacements of these meters, as the kernel wants them."""
        begin = day_bounds(self.day, self.days.zone)[0]
        found = [one for one in replacements if abs((one.replaced_at - begin).days) <= 2]
        at = pc.index_in(pa.array([one.meter_id for one in found], pa.string()), value_set=rows.meter_ids)
        row = pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int32)
        slots = np.array([_slot(one.replaced_at, begin) for one in found], np.int64)
        order = np.lexsort((slots, row))
        order = order[row[order] >= 0]
        final = np.array([one.final_register_kwh for one in found], np.float64)
        initial = np.array([one.initial_register_kwh for one in found], np.float64)
        return Replaced(row[order], slots[order], final[order], initial[order])


def _slot(moment: datetime, begin: datetime) -> int:
    late_ms = int((moment - begin).total_seconds() * 1000)
    return -(-late_ms // SLOT_MS) - 1


class Parts:
    """The files of a revision, each begun when its first row comes. They end in `mark`, and in `attempt` until synced,
    so that several may write beside each other and one that is done again does not meet its own rubbish."""

    def __init__(self, folder: Path, slots: int, mark: str = "", attempt: str = "") -> None:
        self.folder, self.slots, self._mark, self._attempt = folder, slots, mark, attempt
        self._writers: dict[str, PartWriter] = {}

    def _name(self, kind: str) -> str:
        return f"{kind}{self._mark}.parquet"

    def write(self, counted: Counted, rows: Ordered, is_unknown: bool) -> None:
        """Writes rows behind those before."""
        is_exact = counted.values.dtype == np.float64
        kind = ("exact" if is_exact else "counts") + ("_unknown" if is_unknown else "")
        if kind not in self._writers:
            self._writers[kind] = PartWriter(self._begun(kind), self.slots, is_exact)
        at = counted.rows
        if is_unknown:  # as they came: by name, so that the order of arrival leaves no trace
            order = pc.sort_indices(rows.meter_ids.take(pa.array(at))).to_numpy()
            counted = Counted(at[order], counted.values[order], counted.scale[order], counted.estimated[order])
            at = counted.rows
        taken = pa.array(at)
        unit = unit_of(rows.multiplier[at], counted.scale)
        self._writers[kind].write(
            Rows(rows.district_ids.take(taken), rows.meter_ids.take(taken), rows.role[at], unit, counted.values,
                 counted.estimated)
        )  # fmt: skip

    def close(self) -> None:
        """Ends the files."""
        for writer in self._writers.values():
            writer.close()

    def _begun(self, kind: str) -> Path:
        return self.folder / f"{self._name(kind)}{self._attempt}"

    def synced(self) -> tuple[Part, ...]:
        """The files, closed before, on disk for good."""
        for kind in self._writers:
            sync_file(self._begun(kind))
            self._begun(kind).replace(self.folder / self._name(kind))
        return tuple(Part(self._name(kind), kind, writer.rows) for kind, writer in self._writers.items())
