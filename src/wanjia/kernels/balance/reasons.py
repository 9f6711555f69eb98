"""Reasons and notes of a district's balance as the codes that tables hold, separated by spaces."""

import numpy as np

from wanjia.kernels.balance.flags import FLAGS
from wanjia.kernels.balance.losses import NOTES, REASONS, DistrictDay
from wanjia.model.network import Words, words


def reason_codes(day: DistrictDay) -> Words:
    """Of every district: why it is not computable, what was done, then flagged meters and estimated readings.

    For instance `master_incomplete gap=2` or `same_slots negative=1 estimated=96`; empty where nothing is to be said.
    """
    columns = (day.reasons[:, None], day.notes[:, None], day.flagged, day.estimated[:, None])
    table = np.concatenate([each.astype(np.int64) for each in columns], axis=1)
    distinct, row = np.unique(table, axis=0, return_inverse=True)
    said = words([_said(each) for each in distinct.tolist()])
    found: Words = said[row.reshape(-1)]
    return found


def _said(row: list[int]) -> str:
    reasons, notes, *flagged, estimated = row
    parts = [code for bit, code in enumerate(REASONS) if reasons >> bit & 1]
    parts += [code for bit, code in enumerate(NOTES) if notes >> bit & 1]
    counts = dict(zip(FLAGS, flagged, strict=True))
    counts["estimated"] = estimated
    return " ".join([*parts, *(f"{code}={count}" for code, count in counts.items() if count)])
