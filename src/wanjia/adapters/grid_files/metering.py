"""Which meter hangs on which district: the two tables of a network folder that a balance needs, and nothing else.

Two million meters stay columns here; no object is made of any of them. A Parquet table of meters without fault is read
by its dictionaries, in a tenth of the time; any other the way the whole folder is, with its faults in the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanjia.adapters.grid_files.codec import TABLES
from wanjia.adapters.grid_files.fields import Findings
from wanjia.adapters.grid_files.folder import FolderSheet, read_sheet
from wanjia.model.faults import Fault
from wanjia.model.network import METER_ROLES, METERS_MAX, Codes, Counts, Indexes, Measures, Words
from wanjia.model.places import IDENTIFIER_CHARACTERS_MAX
from wanjia.series.meter_index import MeterIndex

COLUMNS = ["meter_id", "district_id", "role"]


@dataclass(frozen=True, eq=False)
class Hung:
    """Meters: id as Arrow text, rows by id, position of the district, code in METER_ROLES; [meters]."""

    ids: pa.Array
    index: MeterIndex
    district: Indexes
    role: Codes


@dataclass(frozen=True, eq=False)
class Metering:
    """Districts: id, feeder (empty: none), kVA (NaN: unknown), customers as the table counts them; [districts].

    meters are sorted by district. has_meters: whether the folder lists meters at all.
    """

    district_ids: Words
    feeder: Words
    capacity_kva: Measures
    customers: Counts
    meters: Hung
    has_meters: bool


def read_metering(folder: Path) -> tuple[Metering | None, tuple[Fault, ...]]:
    """The districts and meters of a folder with every fault; nothing when a value cannot be understood at all.

    Raises OSError for a closed file.
    """
    sheet, faults = read_sheet(folder, "districts", TABLES["districts"])
    meters: FolderSheet | None = None
    hung = _quick(folder, sheet) if sheet is not None else None
    if hung is None:
        meters, more = read_sheet(folder, "meters", TABLES["meters"])
        faults = faults + more
    if faults or sheet is None:
        return None, tuple(faults)
    findings = Findings()
    metering = _metering({"districts": sheet, **({"meters": meters} if meters else {})}, hung, findings)
    return (None if findings.blocking else metering), findings.ordered()


def _metering(sheets: Mapping[str, FolderSheet], hung: Hung | None, findings: Findings) -> Metering:
    districts, has_meters = sheets["districts"], hung is not None or "meters" in sheets
    ids, feeder = findings.ids(districts, "district_id"), findings.words(districts, "feeder_id")
    capacity = findings.measure(districts, "capacity_kva", 0, np.inf)
    customers = findings.count(districts, "customers", may_be_empty=has_meters)
    meters = hung or (_checked(sheets, findings) if has_meters else _none())
    return Metering(ids, feeder, capacity, customers, _by_district(meters), has_meters)


def _none() -> Hung:
    ids = pa.array([], pa.string())
    return Hung(ids, MeterIndex(ids), np.empty(0, np.int32), np.empty(0, np.int8))


def _checked(sheets: Mapping[str, FolderSheet], findings: Findings) -> Hung:
    """Every value looked at, every fault told."""
    meters = sheets["meters"]
    ids = _one(findings.keys(meters, "meter_id"))
    district = findings.reference(meters, "district_id", sheets["districts"], "district_id")
    return Hung(ids, MeterIndex(ids), district, findings.code(meters, "role", METER_ROLES))


def _quick(folder: Path, districts: FolderSheet) -> Hung | None:
    """The meters of a Parquet table in which nothing is amiss; None where anything is, for the slow way to tell."""
    path = folder / "meters.parquet"
    if not path.is_file() or (folder / "meters.csv").exists():
        return None
    try:
        with pq.ParquetFile(path, read_dictionary=COLUMNS[1:]) as file:
            kinds = {field.name: field.type for field in file.schema_arrow}
            words = [pa.types.is_string(kinds.get("meter_id", pa.null()))]
            words += [pa.types.is_dictionary(kinds.get(name, pa.null())) for name in COLUMNS[1:]]
            if not all(words) or file.metadata.num_rows > METERS_MAX:
                return None
            data = file.read(COLUMNS)
    except pa.ArrowException:
        return None
    return _sound(data, districts)


def _sound(data: pa.Table, districts: FolderSheet) -> Hung | None:
    if any(data[name].null_count for name in COLUMNS):
        return None
    ids = _one(data["meter_id"])
    district = _codes(data["district_id"], pc.cast(districts.text("district_id"), pa.string()).combine_chunks())
    role = _codes(data["role"], pa.array(METER_ROLES))
    length = pc.min_max(pc.binary_length(ids))
    if (district < 0).any() or (role < 0).any() or not len(ids):
        return None
    # A character has one byte or more, so so few bytes are not too many characters.
    if length["min"].as_py() < 1 or length["max"].as_py() > IDENTIFIER_CHARACTERS_MAX:
        return None
    index = MeterIndex(ids)
    return None if index.repeats else Hung(ids, index, district.astype(np.int32), role.astype(np.int8))


def _codes(column: pa.ChunkedArray, known: pa.Array) -> np.ndarray:
    """Where each value stands among the known ones, -1 where it does not."""
    whole = column.unify_dictionaries().combine_chunks()
    whole = whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
    found = pc.fill_null(pc.index_in(whole.dictionary, value_set=known), -1).to_numpy(zero_copy_only=False)
    codes: np.ndarray = found[whole.indices.to_numpy(zero_copy_only=False)]
    return codes


def _by_district(meters: Hung) -> Hung:
    if not (np.diff(meters.district) < 0).any():
        return meters
    order = np.argsort(meters.district, kind="stable")
    ids = meters.ids.take(pa.array(order))
    return Hung(ids, MeterIndex(ids), meters.district[order], meters.role[order])


def _one(column: pa.ChunkedArray) -> pa.Array:
    """One piece; of more than 2 GB of ids, which no folder of METERS_MAX has, there would be several."""
    whole = pc.cast(column, pa.string()).combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
