"""What a day's readings are held against: the districts, how many meters hang there by role, their transformers."""

from dataclasses import dataclass

import numpy as np

from wanjia.kernels.balance.day.sums import CUSTOMER, GENERATION, MASTER
from wanjia.model.network import Codes, Counts, Indexes, Measures, Words


@dataclass(frozen=True, eq=False)
class Expected:
    """Of every district: id, meters by role as the network lists them, and kVA (NaN: unknown); all [districts]."""

    ids: Words
    masters: Counts
    customers: Counts
    generation: Counts
    capacity_kva: Measures


def expected_of(ids: Words, district: Indexes, role: Codes, capacity_kva: Measures | None = None) -> Expected:
    """Counted from the meters' districts (positions in `ids`) and roles."""
    count = len(ids)
    by_role = np.bincount(role.astype(np.int64) * count + district, minlength=3 * count).reshape(3, count)
    capacity = np.full(count, np.nan) if capacity_kva is None else capacity_kva
    return Expected(ids, by_role[MASTER], by_role[CUSTOMER], by_role[GENERATION], capacity)
