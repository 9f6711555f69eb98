"""Faults year on year, by cause or place."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from wanjia.kernels.reliability.nouns import Interruptions
from wanjia.model.network import Flags, Indexes


@dataclass(frozen=True, eq=False)
class YearOfLabel:
    """One label in one year: how many outages, users hit and user-minutes; `change` against the year before.

    `change` is a share (0.25: a quarter more outages), None where the year before had none. `rows` open the figures.
    """

    label: str
    year: int
    interruptions: int
    user_interruptions: int
    user_minutes: float
    change: float | None
    rows: Indexes


def year_on_year(
    found: Interruptions, labels: Sequence[str], zone: ZoneInfo, chosen: Flags | None = None
) -> tuple[YearOfLabel, ...]:
    """Every label in every year from the first to the last of the chosen rows, zeros included; by label, then year."""
    picked = np.ones(len(found.ids), dtype=np.bool_) if chosen is None else chosen
    years = np.array([day.year for day in found.days(zone)], dtype=np.int64)
    if not picked.any():
        return ()
    names = np.array(labels, dtype=object)
    span = range(int(years[picked].min()), int(years[picked].max()) + 1)
    rows: list[YearOfLabel] = []
    for name in sorted(set(names[picked].tolist())):
        before: int | None = None
        for year in span:
            one = _year(found, name, year, picked & (names == name) & (years == year), before)
            rows.append(one)
            before = one.interruptions
    return tuple(rows)


def _year(found: Interruptions, label: str, year: int, mine: Flags, before: int | None) -> YearOfLabel:
    rows = np.flatnonzero(mine).astype(np.int32)
    count = len(set(found.ids[rows].tolist()))
    return YearOfLabel(
        label=label,
        year=year,
        interruptions=count,
        user_interruptions=int(found.users[rows].sum()),
        user_minutes=float(found.user_minutes[rows].sum()),
        change=(count - before) / before if before else None,
        rows=rows,
    )
