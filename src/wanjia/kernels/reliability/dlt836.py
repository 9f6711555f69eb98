"""The same interruptions as DL/T 836 counts them: reliability with and without causes beyond the company, and by kind.

In medium-voltage counting one public transformer district is one user; who the users are is the caller's to name.
"""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.reliability.indices import MINUTES_AN_HOUR, Indices, indices
from wanjia.kernels.reliability.nouns import Interruptions, Period, Served
from wanjia.model.network import Flags


@dataclass(frozen=True, eq=False)
class Dlt836:
    """Each None where the table does not say; `_1` all, `_2` without external causes, `_3` without system shortage."""

    all_1: Indices
    without_external_2: Indices | None
    without_shortage_3: Indices | None
    fault: Indices | None
    planned: Indices | None

    @staticmethod
    def user_hours(found: Indices) -> float:
        """User-hours of interruption (停电时户数)."""
        return found.user_minutes / MINUTES_AN_HOUR


def dlt836(found: Interruptions, served: Served, period: Period, short_minutes: float) -> Dlt836:
    """The indices of DL/T 836 over the rows that began in the period."""

    def over(rows: Flags | None) -> Indices | None:
        return None if rows is None else indices(found, served, period, rows, short_minutes)

    every = indices(found, served, period, None, short_minutes)
    return Dlt836(every, over(_not(found.external)), over(_not(found.shortage)), over(_not(found.planned)),
                  over(found.planned))  # fmt: skip


def _not(rows: Flags | None) -> Flags | None:
    return None if rows is None else np.logical_not(rows)
