"""A day's revision made by many workers: arrivals are divided by ranges of meters, each range becomes parts of its own.

The same cells, rules and files as in one process; only who does it differs. First every row group of the arrivals is
read once and its cells are sent to the worker of their range, then each worker puts its cells in the order in which
they were accepted and writes its rows. The driver alone makes the revision current.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pyspark import TaskContext
from pyspark.sql import SparkSession

from wanjia.series.arrival_reading import AnyCells, Source, cells_of, decoded, groups_of
from wanjia.series.arrival_rows import Days
from wanjia.series.compacting import FAULTS_MAX, Compacting, Counts, Parts
from wanjia.series.day_cells import CELL_BYTES, REGISTER_CELL_BYTES, DayCells, Replaced
from wanjia.series.disk import sync_folder
from wanjia.series.layout import Part
from wanjia.series.layout_arrivals import REGISTER_FORM
from wanjia.series.meter_index import Others
from wanjia.series.port import Tell
from wanjia.series.register import Ordered, Register, Replacement

TASK_BYTES = 256 * 1024**2
"""Of dense cells in a worker at a time; its share of what was sent to it is about as much again."""


@dataclass(frozen=True, eq=False)
class Plan:
    """What every worker knows. cuts: first rows of the ranges, and the end; the range behind is of unknown meters."""

    folder: str
    day: date
    zone: str
    slots: int
    sources: tuple[Source, ...]
    root: str
    ordered: Ordered
    replaced: Replaced
    replacements: tuple[Replacement, ...]
    cuts: tuple[int, ...]


@dataclass(frozen=True)
class Sent:
    """Cells of a row group for one range: their place among all arrivals; names of unknown meters, by row."""

    source: int
    group: int
    cells: AnyCells
    names: tuple[str, ...] = ()


class SparkCompacting(Compacting):
    """One compaction on Spark's workers."""

    def __init__(self, spark: SparkSession, root: Path, days: Days, day: date, register: Register, tell: Tell) -> None:
        super().__init__(root, days, day, register, tell)
        self._spark = spark

    def written(self, folder: Path, sources: tuple[Source, ...], memory_bytes: int) -> tuple[Part, ...]:
        """The parts of the revision, on disk."""
        context = self._spark.sparkContext
        plan = context.broadcast(self._plan(folder, sources, min(memory_bytes, TASK_BYTES)))
        ranges = len(plan.value.cuts)
        groups = list(groups_of(self.root, sources))
        try:
            sent = context.parallelize(groups, max(1, min(len(groups), 4 * context.defaultParallelism))).flatMap(
                lambda group: _sent(plan.value, *group)
            )
            done = sent.partitionBy(ranges, int).mapPartitionsWithIndex(
                lambda at, pairs: [_made(plan.value, at, pairs)]
            ).collect()  # fmt: skip
        finally:
            plan.destroy()
        self.tell(len(sources), len(sources))
        return self._gathered(done)

    def _plan(self, folder: Path, sources: tuple[Source, ...], memory_bytes: int) -> Plan:
        has_registers = any(source.arrival.form == REGISTER_FORM for source in sources)
        size = max(1, memory_bytes // (self.slots * (REGISTER_CELL_BYTES if has_registers else CELL_BYTES)))
        workers = self._spark.sparkContext.defaultParallelism
        count = max(1, min(self.known, max(workers, -(-self.known // size))))
        cuts = tuple(int(at) for at in np.linspace(0, self.known, count + 1))
        ordered = self.register.ordered
        return Plan(str(folder), self.day, self.days.zone, self.slots, sources, str(self.root), ordered,
                    self.replaced(ordered, self.register.replacements), self.register.replacements, cuts)  # fmt: skip

    def _gathered(self, done: list["_Done"]) -> tuple[Part, ...]:
        counts = self.counts
        parts: list[Part] = []
        for one in done:
            for field in fields(Counts):
                setattr(counts, field.name, getattr(counts, field.name) + getattr(one.counts, field.name))
            parts += one.parts
        del counts.faults[FAULTS_MAX:]
        self.note_unknown([name for one in done for name in one.unknown])
        return tuple(parts)


@dataclass(frozen=True)
class _Done:
    """What a range gave."""

    parts: tuple[Part, ...]
    counts: Counts
    unknown: tuple[str, ...]


def _sent(plan: Plan, number: int, source: Source, path: Path, group: int) -> Iterator[tuple[int, Sent]]:
    """A row group's cells by range, unknown meters in the range behind all others."""
    others, days = Others(plan.ordered.index), Days(plan.zone)
    cells = cells_of(decoded(path, group), source.arrival.form, days.begin_ms(plan.day), others)
    ends = np.array([*plan.cuts[1:], 2**31 - 1])
    ranges = np.searchsorted(ends, cells.rows, side="right")
    for at in np.unique(ranges).tolist():
        names = tuple(others.rows_of) if at == len(plan.cuts) - 1 else ()
        yield at, Sent(number, group, _taken(cells, ranges == at), names)


def _taken(cells: AnyCells, keep: np.ndarray) -> AnyCells:
    columns: dict[str, Any] = {name: column[keep] for name, column in vars(cells).items()}
    return type(cells)(**columns)


def _made(plan: Plan, at: int, pairs: Iterable[tuple[int, Sent]]) -> _Done:
    """One range's rows, put together in the order of arrival and written."""
    sent = sorted((one for _, one in pairs), key=lambda one: (one.source, one.group))
    run = _Range(plan, at)
    return run.written_range(sent)


class _Range(Compacting):
    """The rows of one range, on a worker."""

    def __init__(self, plan: Plan, at: int) -> None:
        self.plan, self.at = plan, at
        self.days, self.day, self.slots = Days(plan.zone), plan.day, plan.slots
        self.known, self.counts = len(plan.ordered.meter_ids), Counts()

    def written_range(self, sent: list[Sent]) -> _Done:
        """Its files; a task that Spark runs again writes the same ones."""
        plan, is_unknown = self.plan, self.at == len(self.plan.cuts) - 1
        rows, sent = _with_unknown(plan, sent) if is_unknown else (plan.ordered, sent)
        end = len(rows.meter_ids) if is_unknown else plan.cuts[self.at + 1]
        dense = DayCells(plan.cuts[self.at], end - plan.cuts[self.at], plan.slots)
        for one in sent:
            dense.put(one.cells)
        unknown = tuple(rows.meter_ids[self.known :].to_pylist()) if is_unknown else ()
        self.counts.unknown = len(unknown)
        parts = Parts(Path(plan.folder), plan.slots, f"-{self.at:05d}", f".{_attempt()}")
        try:
            replaced = self.replaced(rows, plan.replacements) if is_unknown else plan.replaced
            self.write(dense, rows, replaced, parts)
        finally:
            parts.close()
        sync_folder(Path(plan.folder))
        return _Done(parts.synced(), self.counts, unknown)


def _attempt() -> int:
    context = TaskContext.get()
    return os.getpid() if context is None else context.taskAttemptId()


def _with_unknown(plan: Plan, sent: list[Sent]) -> tuple[Ordered, list[Sent]]:
    """Rows for the unknown meters, in the order in which they came, and their cells with these rows."""
    known = len(plan.ordered.meter_ids)
    rows_of: dict[str, int] = {}
    found = []
    for one in sent:
        rows = np.array([rows_of.setdefault(name, known + len(rows_of)) for name in one.names], np.int32)
        found.append(replace(one, cells=replace(one.cells, rows=rows[one.cells.rows - known])))
    return plan.ordered.behind(list(rows_of)), found
