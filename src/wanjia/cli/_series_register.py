"""The register of meters that a compaction needs, out of a network folder."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wanjia.adapters.grid_files.folder import read_network
from wanjia.adapters.tables import TABLE_ENDINGS, Table, numbers, read_table, texts
from wanjia.cli._sense_files import milliseconds, missing_columns
from wanjia.model.faults import Fault, Where
from wanjia.model.network import Network
from wanjia.series.register import Register, Replacement, register_of

REPLACEMENTS = "replacements"
REPLACEMENT_COLUMNS = ("meter_id", "replaced_at", "final_register_kwh", "initial_register_kwh")


def read_register(folder: Path) -> tuple[Register | None, list[Fault]]:
    """The meters of a network folder with those replaced; without the register when the folder cannot be used."""
    read = read_network(folder)
    if read.network is None:
        return None, list(read.faults)
    if not len(read.network.meters.ids):
        return None, [Fault("series.no_meters", Where("meters.csv"))]
    replacements, faults = _replacements(folder, read.network)
    if faults:
        return None, faults
    return register_of(read.network, replacements), list(read.faults)


def _table(folder: Path, name: str) -> tuple[Table | None, list[Fault]]:
    """The table of either ending; None where there is none."""
    paths = [folder / f"{name}{ending}" for ending in TABLE_ENDINGS if (folder / f"{name}{ending}").is_file()]
    return read_table(paths[0], ("meter_id",)) if paths else (None, [])


def _replacements(folder: Path, network: Network) -> tuple[list[Replacement], list[Fault]]:
    """The table of replaced meters, which may lack."""
    table, faults = _table(folder, REPLACEMENTS)
    faults += missing_columns(table, REPLACEMENT_COLUMNS[1:])
    if table is None or faults:
        return [], faults
    moments, faults = milliseconds(table, "replaced_at")
    final, initial = (numbers(table, name) for name in REPLACEMENT_COLUMNS[2:])
    names = texts(table, "meter_id")
    known = pc.is_in(names, value_set=pa.array(network.meters.ids, pa.string())).to_numpy()
    faults += [
        Fault("series.replaced_unknown", table.where(row, "meter_id"), {"value": names[row].as_py()[:64]})
        for row in np.flatnonzero(~known).tolist()
    ]
    for name, values in zip(REPLACEMENT_COLUMNS[2:], (final, initial), strict=True):
        faults += [
            Fault("series.energy_invalid", table.where(row, name), {"value": str(table.data[name][row].as_py())[:64]})
            for row in np.flatnonzero(~np.isfinite(values)).tolist()
        ]
    if faults:
        return [], sorted(faults, key=lambda fault: fault.where)
    rows = zip(names.to_pylist(), moments.tolist(), final.tolist(), initial.tolist(), strict=True)
    return [Replacement(name, datetime.fromtimestamp(ms / 1000, UTC), *kwh) for name, ms, *kwh in rows], []
