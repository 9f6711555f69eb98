"""What `wanjia sense` reads: the event table and the table of planned work, each with every fault of every row."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.tables import Table, read_table, texts
from wanjia.kernels.sensing.grid import Grid
from wanjia.kernels.sensing.nouns import EVENT_KINDS, Batch, Plan
from wanjia.kernels.sensing.plans import plan_of_branch, plan_of_district
from wanjia.model.faults import Fault, Where

EVENTS_MAX = 500_000_000
"""Rows; a prefecture's two million meters report 190 million heartbeats a day."""
PLANS_MAX = 100_000
"""Rows; all planned work of a province's year."""
SHOWN_MAX = 64
"""Characters of a value that a fault quotes."""
UNKNOWN = -1
TIMES = ("occurred_at", "received_at")
# ISO 8601 with an offset, as far as it is needed to tell what is wrong before Arrow reads it.
_MOMENT = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)$"


@dataclass(frozen=True, eq=False)
class Events:
    """The readable events in order of arrival; how many rows there were."""

    batch: Batch
    rows: int


def read_events(path: Path, grid: Grid) -> tuple[Events | None, list[Fault]]:
    """The events of a table. Rows with a fault are listed and left out; no events when the table cannot be read."""
    table, faults = read_table(path, ("device_id", "kind"))
    faults += missing_columns(table, TIMES)
    if table is None or faults:
        return None, faults
    if table.data.num_rows > EVENTS_MAX:
        return None, [
            Fault("table.too_many_rows", Where(table.file), {"count": table.data.num_rows, "limit": EVENTS_MAX})
        ]
    slot = places(table, "device_id", _devices(grid))
    kind = places(table, "kind", pa.array(EVENT_KINDS))
    faults += unknown_faults(table, "device_id", slot, "sense.device_unknown")
    faults += unknown_faults(table, "kind", kind, "sense.kind_unknown", kinds=", ".join(EVENT_KINDS))
    moments = []
    for column in TIMES:
        found, wrong = milliseconds(table, column)
        moments.append(found)
        faults += wrong
    good = (slot != UNKNOWN) & (kind != UNKNOWN) & ~np.isnan(moments[0]) & ~np.isnan(moments[1])
    occurred, received = (values[good].astype(np.int64) for values in moments)
    order = np.argsort(received, kind="stable")
    slots = _slots(grid)[slot[good][order]]
    batch = Batch(slots, kind[good][order].astype(np.int8), occurred[order], received[order])
    return Events(batch, table.data.num_rows), sorted(faults, key=lambda fault: fault.where)


def missing_columns(table: Table | None, columns: tuple[str, ...]) -> list[Fault]:
    """A fault for each column that the table lacks."""
    if table is None:
        return []
    names = table.data.column_names
    values = {"found": ", ".join(names)[:200]}
    return [
        Fault("table.column_missing", Where(table.file, 1, name), {"column": name, **values})
        for name in columns
        if name not in names
    ]


def _devices(grid: Grid) -> pa.Array:
    """Ids of meters, then of districts; a meter's name goes first where both have the same."""
    return pa.array([*grid.network.meters.ids, *grid.network.districts.ids], pa.string())


def _slots(grid: Grid) -> np.ndarray:
    return np.concatenate((grid.slot_of_meter, grid.slot_of_terminal)).astype(np.int32)


def places(table: Table, column: str, known: pa.Array) -> np.ndarray:
    """Where each value stands among the known ones, [n]; UNKNOWN where it does not."""
    found = pc.index_in(texts(table, column), value_set=known)
    return pc.fill_null(found, UNKNOWN).to_numpy(zero_copy_only=False)


def unknown_faults(table: Table, column: str, found: np.ndarray, code: str, **more: object) -> list[Fault]:
    """A fault for each row whose value is not known."""
    values = texts(table, column)
    return [
        Fault(code, table.where(row, column), {"value": values[row].as_py()[:SHOWN_MAX], **more})
        for row in np.flatnonzero(found == UNKNOWN).tolist()
    ]


def milliseconds(table: Table, column: str) -> tuple[np.ndarray, list[Fault]]:
    """Times as milliseconds since 1970 UTC, float64 [n], NaN where they cannot be read, with a fault for each."""
    data = table.data[column]
    if pa.types.is_timestamp(data.type):
        zone = data.type.tz or "UTC"
        read = data.cast(pa.timestamp("ms", zone), safe=False)
    elif pa.types.is_string(data.type) or pa.types.is_large_string(data.type):
        read = _parsed(data.cast(pa.string()))
    else:
        return np.full(len(data), np.nan), [
            Fault("table.column_type", Where(table.file, 0, column), {"type": str(data.type)})
        ]
    found = read.cast(pa.int64()).cast(pa.float64()).to_numpy(zero_copy_only=False)
    return found, [
        Fault("sense.time_invalid", table.where(row, column), {"value": str(data[row].as_py())[:SHOWN_MAX]})
        for row in np.flatnonzero(np.isnan(found)).tolist()
    ]


def _parsed(data: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = pa.timestamp("ms", "UTC")
    try:
        return pc.if_else(pc.match_substring_regex(data, _MOMENT), data, None).cast(kind)
    except pa.ArrowInvalid:  # some day or hour does not exist: one by one
        return pa.chunked_array([pa.array([_one(value, kind) for value in data.to_pylist()], kind)])


def _one(value: str | None, kind: pa.DataType) -> object:
    shaped = pc.match_substring_regex(pa.array([value]), _MOMENT)[0].as_py()
    try:
        return pa.array([value]).cast(kind)[0].as_py() if shaped else None
    except pa.ArrowInvalid:
        return None


def read_plans(path: Path, grid: Grid) -> tuple[tuple[Plan, ...], list[Fault]]:
    """Planned work: one branch or one district, from when to when. Rows with a fault are listed and left out."""
    table, faults = read_table(path, ())
    faults += missing_columns(table, ("starts_at", "ends_at"))
    if table is None or faults:
        return (), faults
    if table.data.num_rows > PLANS_MAX:
        return (), [Fault("table.too_many_rows", Where(table.file), {"count": table.data.num_rows, "limit": PLANS_MAX})]
    starts, wrong_starts = milliseconds(table, "starts_at")
    ends, wrong_ends = milliseconds(table, "ends_at")
    faults += [*wrong_starts, *wrong_ends]
    branches, districts = (_column(table, name) for name in ("branch_id", "district_id"))
    plans = []
    for row in np.flatnonzero(~np.isnan(starts) & ~np.isnan(ends)).tolist():
        found = _plan(table, grid, row, (branches[row], districts[row]), (int(starts[row]), int(ends[row])))
        if isinstance(found, Fault):
            faults.append(found)
        else:
            plans.append(found)
    return tuple(plans), sorted(faults, key=lambda fault: fault.where)


def _column(table: Table, name: str) -> list[str]:
    if name not in table.data.column_names:
        return [""] * table.data.num_rows
    return pc.fill_null(texts(table, name), "").to_pylist()


def _plan(table: Table, grid: Grid, row: int, ids: tuple[str, str], span: tuple[int, int]) -> Plan | Fault:
    branch, district = ids
    if bool(branch) == bool(district):
        return Fault("sense.plan_one_device", table.where(row, "branch_id"))
    if span[1] <= span[0]:
        return Fault("sense.plan_ends_before", table.where(row, "ends_at"))
    found = plan_of_branch(grid, branch, *span) if branch else plan_of_district(grid, district, *span)
    if found is not None:
        return found
    column = "branch_id" if branch else "district_id"
    return Fault("sense.plan_device_unknown", table.where(row, column), {"value": (branch or district)[:SHOWN_MAX]})
