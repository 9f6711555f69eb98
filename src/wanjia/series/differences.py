"""What changed between two revisions of a day: meters and slots, before and after."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanjia.compiled import loop
from wanjia.model.network import Measures
from wanjia.series.layout import Current, part_paths
from wanjia.series.layout_parts import bytes_of, counts_of, open_part
from wanjia.series.meter_index import MeterIndex
from wanjia.series.port import CHANGES_MAX, Change, Move
from wanjia.series.units import kwh_of

GROUPS_HELD = 3
"""Row groups of the old revision held while one of the new is looked at; both have nearly the same order."""


@dataclass(frozen=True)
class Differences:
    """The part of a Compaction that says what changed."""

    changed_meters: int
    changed_slots: int
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]


def compare(root: Path, day: date, before: Current, after: Current) -> Differences:
    """What changed from one revision to the next; both must be there."""
    old, new = (_Revision(part_paths(root, day, one, unknown=True), one.slots) for one in (before, after))
    at_old = MeterIndex(old.meter_ids).look_up(new.meter_ids)
    is_known = at_old >= 0
    differs = ~is_known
    differs[is_known] = old.marks[at_old[is_known]] != new.marks[is_known]
    gone = np.ones(len(old.meter_ids), bool)
    gone[at_old[is_known]] = False
    found = _Found()
    for rows in new.by_group(np.flatnonzero(differs)):
        found.note(new.meter_ids.take(pa.array(rows)), old.energies(at_old[rows]), new.energies(rows))
    for rows in old.by_group(np.flatnonzero(gone)):
        found.note(old.meter_ids.take(pa.array(rows)), old.energies(rows), new.energies(np.full(len(rows), -1)))
    return Differences(found.meters, found.slots, tuple(found.changes), _moves(old, new, at_old))


def _moves(old: "_Revision", new: "_Revision", at_old: np.ndarray) -> tuple[Move, ...]:
    rows = np.flatnonzero(at_old >= 0)
    before, after = old.district_ids.take(pa.array(at_old[rows])), new.district_ids.take(pa.array(rows))
    moved = np.flatnonzero(np.asarray(before.to_numpy(zero_copy_only=False) != after.to_numpy(zero_copy_only=False)))
    return tuple(
        Move(new.meter_ids[int(rows[at])].as_py(), before[at].as_py(), after[at].as_py())
        for at in moved[:CHANGES_MAX].tolist()
    )


class _Found:
    """Changes as they are found."""

    def __init__(self) -> None:
        self.meters = self.slots = 0
        self.changes: list[Change] = []

    def note(self, meter_ids: pa.Array, before: Measures, after: Measures) -> None:
        """Rows of both revisions [n, s]; NaN: no reading."""
        changed = ~((before == after) | (np.isnan(before) & np.isnan(after)))
        self.meters += int(np.count_nonzero(changed.any(axis=1)))
        self.slots += int(np.count_nonzero(changed))
        room = CHANGES_MAX - len(self.changes)
        for row, slot in np.argwhere(changed)[: max(room, 0)].tolist():
            values = (_number(before[row, slot]), _number(after[row, slot]))
            self.changes.append(Change(meter_ids[row].as_py(), slot, *values))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


class _Revision:
    """Ids and a mark of each row's readings; the readings themselves on demand."""

    def __init__(self, paths: list[Path], slots: int) -> None:
        self.slots = slots
        self._groups = [(path, group) for path in paths for group in range(pq.read_metadata(path).num_row_groups)]
        ids, districts, marks, self._begins = [], [], [], [0]
        for path, group in self._groups:
            with open_part(path) as part:
                data = part.read_row_group(group, columns=["district_id", "meter_id", "unit_kwh", "slots"])
            ids.append(data["meter_id"].combine_chunks())
            districts.append(data["district_id"].cast(pa.string()).combine_chunks())
            marks.append(_marks(bytes_of(data["slots"]), data["unit_kwh"].to_numpy()))
            self._begins.append(self._begins[-1] + len(data))
        self.meter_ids = pa.concat_arrays(ids) if ids else pa.array([], pa.string())
        self.district_ids = pa.concat_arrays(districts) if districts else pa.array([], pa.string())
        self.marks = np.concatenate(marks) if marks else np.empty(0, np.uint64)
        self._held: OrderedDict[int, Measures] = OrderedDict()

    def by_group(self, rows: np.ndarray) -> list[np.ndarray]:
        """Rows, sorted, divided by the row groups in which they lie."""
        return [part for part in np.split(rows, np.searchsorted(rows, self._begins[1:-1])) if len(part)]

    def energies(self, rows: np.ndarray) -> Measures:
        """Energies of these rows [n, s], NaN in the rows numbered -1."""
        found = np.full((len(rows), self.slots), np.nan)
        group = np.searchsorted(self._begins, rows, side="right") - 1
        for one in np.unique(group[rows >= 0]).tolist():
            here = np.flatnonzero((group == one) & (rows >= 0))
            found[here] = self._energies(one)[rows[here] - self._begins[one]]
        return found

    def _energies(self, group: int) -> Measures:
        if group not in self._held:
            path, number = self._groups[group]
            with open_part(path) as part:
                data = part.read_row_group(number, columns=["unit_kwh", "slots"])
            self._held[group] = kwh_of(counts_of(data["slots"]), data["unit_kwh"].to_numpy())
            while len(self._held) > GROUPS_HELD:
                self._held.popitem(last=False)
        self._held.move_to_end(group)
        return self._held[group]


@loop()
def _marks(data: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """A number of each row [n] from the bytes of its readings and its unit; equal rows have equal ones."""
    found = np.empty(len(data), np.uint64)
    for row in range(len(data)):
        value = np.uint64(0xCBF29CE484222325) ^ np.uint64(unit[row] * 1e9)
        for at in range(data.shape[1]):
            value = (value ^ np.uint64(data[row, at])) * np.uint64(0x100000001B3)
        found[row] = value
    return found
