"""A table of monitors to entries, with every value that cannot be understood."""

import math
from pathlib import Path
from typing import Any

from wanjia.actions.network.safety_nouns import MonitorEntry
from wanjia.adapters.tables import read_table, rows
from wanjia.kernels.balance.safety.limits import SILENT_HOURS
from wanjia.model.faults import Fault

NEEDED = ("code", "gateway", "scene", "name_zh", "district", "address", "longitude", "latitude")
OPTIONAL = (
    "contact_name", "contact_phone", "helper_name", "helper_phone", "consent_case", "name_en", "silent_hours", "phase",
)  # fmt: skip


def read_monitors(path: Path) -> tuple[list[MonitorEntry], list[Fault]]:
    """Entries of a table, or its faults."""
    table, faults = read_table(path, NEEDED)
    if table is None:
        return [], list(faults)
    given = [*NEEDED, *(name for name in OPTIONAL if name in table.data.column_names)]
    entries: list[MonitorEntry] = []
    for at, row in enumerate(rows(table, given)):
        numbers = {name: _number(row[name]) for name in ("longitude", "latitude")}
        numbers["silent_hours"] = _number(row.get("silent_hours") or str(SILENT_HOURS))
        wrong = [name for name, value in numbers.items() if math.isnan(value)]
        faults += [Fault("safety.number", table.where(at, name), {"value": row.get(name, "")}) for name in wrong]
        words = {name: value.strip() for name, value in row.items() if name not in numbers}
        values: dict[str, Any] = {**words, **numbers}
        entries.append(MonitorEntry(row=table.line(at), **values))
    return entries, list(faults)


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        return math.nan
    return found if math.isfinite(found) else math.nan
