"""Reasons and notes of a district's balance as the codes that tables hold, separated by spaces."""

import numpy as np

from wanjia.kernels.balance.day.flags import FLAGS
from wanjia.kernels.balance.day.losses import NOTES, REASONS, DistrictDay
from wanjia.model.network import Words, words


def reason_codes(day: DistrictDay) -> Words:
    """Of every district: why it is not computable, what was done, then flagged meters and estimated readings.

    For instance `master_incomplete gap=2` or `same_slots negative=1 estimated=96`; empty where nothing is to be said.
    """
    parts: list[list[str]] = [[] for _ in day.reasons]
    for bits, codes in ((day.reasons, REASONS), (day.notes, NOTES)):
        for bit, code in enumerate(codes):
            for row in np.flatnonzero(bits >> np.uint8(bit) & 1).tolist():
                parts[row].append(code)
    counted = [*zip(FLAGS, day.flagged.T, strict=True), ("estimated", day.estimated)]
    for code, counts in counted:
        rows = np.flatnonzero(counts)
        for row, count in zip(rows.tolist(), counts[rows].tolist(), strict=True):
            parts[row].append(f"{code}={count}")
    return words([" ".join(some) for some in parts])
