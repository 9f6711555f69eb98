"""The additive sums of a day: what every block of meter-days adds to its districts, in any order and any partition.

Energy is counted in whole billionths of a kWh, so that sums do not depend on who is added first: float64 holds whole
numbers up to 2**53 exactly, which is 9 million kWh in one district and interval.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np

from wanjia.kernels.balance.day.flags import FLAGS
from wanjia.model.network import METER_ROLES, Counts, Indexes, Measures

PARTS_A_KWH = 1e9
"""Billionths of a kWh; a thousandth of the finest register digit of any meter."""
MASTER, CUSTOMER, GENERATION = (METER_ROLES.index(role) for role in ("master", "customer", "generation"))


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums by role (in METER_ROLES), district and slot; all of them additive.

    energy: [roles, districts, slots] billionths of a kWh, whole numbers. present: [roles, districts, slots] meters with
    a reading. reporting: [roles, districts] meters with any. flagged: [districts, flags] meters of all roles by FLAGS.
    estimated: [districts] readings that came in as estimated.
    """

    energy: Measures
    present: Indexes
    reporting: Indexes
    flagged: Indexes
    estimated: Counts

    @property
    def districts(self) -> int:
        """How many."""
        return int(self.energy.shape[1])

    @property
    def slots(self) -> int:
        """Intervals of the day."""
        return int(self.energy.shape[2])


def begin(districts: int, slots: int) -> Sums:
    """Sums of nothing."""
    roles = len(METER_ROLES)
    return Sums(
        energy=np.zeros((roles, districts, slots)),
        present=np.zeros((roles, districts, slots), dtype=np.int32),
        reporting=np.zeros((roles, districts), dtype=np.int32),
        flagged=np.zeros((districts, len(FLAGS)), dtype=np.int32),
        estimated=np.zeros(districts, dtype=np.int64),
    )


def include(whole: Sums, part: Sums, at: Indexes | None = None) -> None:
    """Adds `part` into `whole`; its districts stand at the positions `at`, each once (None: the same districts)."""
    for field in fields(Sums):
        mine, other = getattr(whole, field.name), getattr(part, field.name)
        axis = 1 if field.name in ("energy", "present", "reporting") else 0
        if at is None:
            mine += other
        elif axis:
            mine[:, at] += other
        else:
            mine[at] += other


def total(parts: Iterable[Sums]) -> Sums:
    """All parts together, over the same districts; the first one's arrays are used. Raises ValueError without any."""
    rest = iter(parts)
    whole = next(rest, None)
    if whole is None:
        raise ValueError("no sums to add")
    for part in rest:
        rows = _touched(part)
        include(_within(whole, rows), _within(part, rows))
    return whole


def _touched(sums: Sums) -> slice:
    """Between the first and the last district to which anything was added."""
    rows = np.flatnonzero(sums.flagged.any(axis=1) | sums.reporting.any(axis=0) | (sums.estimated > 0))
    return slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0, 0)


def _within(sums: Sums, rows: slice) -> Sums:
    """A view of some districts."""
    return Sums(
        sums.energy[:, rows], sums.present[:, rows], sums.reporting[:, rows], sums.flagged[rows], sums.estimated[rows]
    )
