"""Estimates for what a check found to be missing or impossible: a table of the changed values, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa

from wanjia.cli._series_readings import Loaded
from wanjia.kernels.balance.readings.checking import Finding, replaceable
from wanjia.kernels.balance.readings.estimating import AS_READ, LEFT, METHODS, estimate
from wanjia.model.readings import SLOT_MINUTES

UNIT_KWH = 0.001
"""To which estimates are rounded; meters show no more."""
MOMENT = pa.timestamp("ms", "UTC")


@dataclass
class Estimates:
    """Tables of the changed values, and how many by method; also how many could not be estimated."""

    tables: list[pa.Table] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, loaded: Loaded, findings: Sequence[Finding]) -> None:
        """Estimates for the gaps, negatives and spikes among the findings."""
        mask = replaceable(loaded.curves, list(findings))
        found = estimate(loaded.curves, mask, np.full(len(mask), UNIT_KWH))
        for code, name in enumerate(METHODS):
            self.counts[name] += int((found.method == code).sum()) if code != AS_READ else 0
        row, column = np.nonzero((found.method != AS_READ) & (found.method != LEFT))
        begin = round(loaded.curves.line.starts_at.timestamp() * 1000)
        before = found.before[row, column]
        columns = {
            "meter_id": pa.array(loaded.meter_ids, pa.string()).take(pa.array(row)),
            "read_at": pa.array(begin + (column + 1) * SLOT_MINUTES * 60_000, pa.int64()).cast(MOMENT),
            "energy_kwh": pa.array(np.round(found.values[row, column], 6)),
            "quality": pa.array(["estimated"] * len(row), pa.string()),
            "method": pa.array(METHODS).take(pa.array(found.method[row, column])),
            "before_kwh": pa.array(before, mask=np.isnan(before)),
        }
        self.tables.append(pa.table(columns))

    def plain(self) -> dict[str, int]:
        """How many values by method, without the methods that made none."""
        return {name: count for name, count in self.counts.items() if count}

    def table(self, path: Path) -> pa.Table:
        """All of them; times are text in a CSV."""
        whole = pa.concat_tables(self.tables)
        if path.suffix.lower() == ".parquet":
            return whole
        texts = [at.isoformat() for at in whole["read_at"].to_pylist()]
        return whole.set_column(1, "read_at", pa.array(texts, pa.string()))
