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
from wanjia.model.network import Measures, Network
from wanjia.series.register import Register, Replacement, register_of

MULTIPLIER_MAX = 1_000_000.0
"""The largest ratios of current and voltage transformers together are some hundred thousands."""
DIGITS_MAX = 12
REPLACEMENTS = "replacements"
REPLACEMENT_COLUMNS = ("meter_id", "replaced_at", "final_register_kwh", "initial_register_kwh")


def read_register(folder: Path) -> tuple[Register | None, list[Fault]]:
    """The meters of a network folder, with `multiplier` and `register_digits` where its table has them.

    Without the register when the folder cannot be used or one of these values cannot.
    """
    read = read_network(folder)
    if read.network is None:
        return None, list(read.faults)
    if not len(read.network.meters.ids):
        return None, [Fault("series.no_meters", Where("meters.csv"))]
    multiplier, digits, faults = _meter_columns(folder, read.network)
    replacements, more = _replacements(folder, read.network)
    faults += more
    if faults:
        return None, faults
    return register_of(read.network, multiplier, digits.astype(np.int8), replacements), list(read.faults)


def _table(folder: Path, name: str) -> tuple[Table | None, list[Fault]]:
    """The table of either ending; None where there is none."""
    paths = [folder / f"{name}{ending}" for ending in TABLE_ENDINGS if (folder / f"{name}{ending}").is_file()]
    return read_table(paths[0], ("meter_id",)) if paths else (None, [])


def _meter_columns(folder: Path, network: Network) -> tuple[Measures, Measures, list[Fault]]:
    """Multipliers and digits of the network's meters, [n]; an empty value is 1, or not known."""
    count = len(network.meters.ids)
    found = {"multiplier": np.ones(count), "register_digits": np.zeros(count)}
    table, faults = _table(folder, "meters")
    if table is None:
        return found["multiplier"], found["register_digits"], faults
    at = pc.index_in(pa.array(network.meters.ids, pa.string()), value_set=texts(table, "meter_id"))
    rows = at.to_numpy(zero_copy_only=False).astype(np.int64)
    for name, low, high in (("multiplier", 0.0, MULTIPLIER_MAX), ("register_digits", 1.0, DIGITS_MAX)):
        if name in table.data.column_names:
            values, wrong = _column(table, name, low, high)
            faults += wrong
            given = values[rows]
            found[name] = np.where(np.isnan(given), found[name], given)
    return found["multiplier"], found["register_digits"], faults


def _column(table: Table, name: str, low: float, high: float) -> tuple[Measures, list[Fault]]:
    """Numbers of a column, NaN where it is empty, and a fault for each that cannot be."""
    values = numbers(table, name)
    written = texts(table, name)
    is_empty = pc.equal(pc.utf8_trim_whitespace(written), "").to_numpy()
    is_wrong = ~is_empty & ~((values > low if name == "multiplier" else values >= low) & (values <= high))
    if name == "register_digits":
        is_wrong |= ~is_empty & (values != np.rint(values))
    return values, [
        Fault(f"series.{name}", table.where(row, name), {"value": written[row].as_py()[:64], "limit": f"{high:g}"})
        for row in np.flatnonzero(is_wrong).tolist()
    ]


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
