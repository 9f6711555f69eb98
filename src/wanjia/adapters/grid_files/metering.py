"""Which meter hangs on which district: the two tables of a network folder that a balance needs, and nothing else.

Two million meters stay columns here; no object is made of any of them. The faults are those of the whole folder's
reading, in the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.grid_files.codec import TABLES
from wanjia.adapters.grid_files.fields import Findings
from wanjia.adapters.grid_files.folder import FolderSheet, read_sheet
from wanjia.model.faults import Fault
from wanjia.model.network import METER_ROLES, Codes, Counts, Indexes, Measures, Words


@dataclass(frozen=True, eq=False)
class Metering:
    """Districts: id, feeder (empty: none), kVA (NaN: unknown), customers as the table counts them; [districts].

    Meters: id as Arrow text, position of the district, code in METER_ROLES; [meters], sorted by district. has_meters:
    whether the folder lists meters at all.
    """

    district_ids: Words
    feeder: Words
    capacity_kva: Measures
    customers: Counts
    meter_ids: pa.Array
    district: Indexes
    role: Codes
    has_meters: bool


def read_metering(folder: Path) -> tuple[Metering | None, tuple[Fault, ...]]:
    """The districts and meters of a folder with every fault; nothing when a value cannot be understood at all.

    Raises OSError for a closed file.
    """
    sheets: dict[str, FolderSheet] = {}
    faults: list[Fault] = []
    for name in ("districts", "meters"):
        sheet, found = read_sheet(folder, name, TABLES[name])
        faults += found
        if sheet is not None:
            sheets[name] = sheet
    if faults:
        return None, tuple(faults)
    findings = Findings()
    metering = _metering(sheets, findings)
    return (None if findings.blocking else metering), findings.ordered()


def _metering(sheets: Mapping[str, FolderSheet], findings: Findings) -> Metering:
    districts, meters = sheets["districts"], sheets.get("meters")
    ids, feeder = findings.ids(districts, "district_id"), findings.words(districts, "feeder_id")
    capacity = findings.measure(districts, "capacity_kva", 0, np.inf)
    customers = findings.count(districts, "customers", may_be_empty=meters is not None)
    if meters is None:
        none = np.empty(0, np.int32)
        return Metering(ids, feeder, capacity, customers, pa.array([], pa.string()), none, none.astype(np.int8), False)
    names = findings.keys(meters, "meter_id")
    district = findings.reference(meters, "district_id", districts, "district_id")
    role = findings.code(meters, "role", METER_ROLES)
    if (np.diff(district) < 0).any():
        order = np.argsort(district, kind="stable")
        names, district, role = names.take(pa.array(order)), district[order], role[order]
    return Metering(ids, feeder, capacity, customers, _one(names), district, role, True)


def _one(column: pa.ChunkedArray) -> pa.Array:
    """One piece; of more than 2 GB of ids, which no folder of METERS_MAX has, there would be several."""
    whole = pc.cast(column, pa.string()).combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
