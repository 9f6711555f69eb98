"""Masters that died: those that have sent nothing, or nothing but noughts, up to the last day that is looked at."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from wanjia.kernels.balance.diagnosis.hourly import CUSTOMER, HOURS, MASTER, Hourly
from wanjia.model.network import Flags

DeadKind: TypeAlias = Literal["silent", "zero"]
DAYS_MIN = 2
"""A master that missed a day may have missed its call only."""


@dataclass(frozen=True)
class Dead:
    """A district's master without life from a day on. silent: no reading. zero: noughts while customers used energy."""

    district: int
    meter: int
    kind: DeadKind
    from_day: int


def dead_masters(hours: Hourly) -> tuple[Dead, ...]:
    """All dead masters by district; one that speaks again on the last day is none."""
    found = []
    for meter in np.flatnonzero(hours.role == MASTER):
        district = int(hours.district[meter])
        kwh = hours.kwh[meter].reshape(hours.days, HOURS)
        silent = np.isnan(kwh).all(axis=1)
        zero = ~silent & (np.nan_to_num(kwh) == 0).all(axis=1) & _used(hours, district)
        for kind, days in (("silent", silent), ("zero", zero)):
            last = _last_run(days)
            if last >= DAYS_MIN:
                found.append(Dead(district, int(meter), "silent" if kind == "silent" else "zero", hours.days - last))
    return tuple(sorted(found, key=lambda dead: (dead.district, dead.meter)))


def _used(hours: Hourly, district: int) -> Flags:
    """Days on which the district's customers used energy."""
    rows = slice(hours.first[district], hours.first[district + 1])
    out = hours.kwh[rows][hours.role[rows] == CUSTOMER].sum(axis=0, dtype=np.float64)
    found: Flags = out.reshape(hours.days, HOURS).sum(axis=1) > 0
    return found


def _last_run(days: Flags) -> int:
    """Length of the run of True at the end."""
    alive = np.flatnonzero(~days)
    return len(days) if len(alive) == 0 else len(days) - 1 - int(alive[-1])
