"""What the rows of a register come to: for totals under a list, and for a process that asks how somebody stands."""

from collections.abc import Iterable, Sequence

from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.nouns import Register

ROWS_GIVEN_MAX = 100
"""Rows handed to a practice; what lies further back only counts."""


def sum_of(values: Iterable[Json]) -> float:
    """The sum of the figures among the values; a whole sum is a whole number."""
    total = sum(value for value in values if isinstance(value, int | float) and not isinstance(value, bool))
    return int(total) if float(total).is_integer() else round(total, 6)


def standing_of(register: Register, rows: Sequence[Facts]) -> Facts:
    """`entries`, `total` of the first total column (0 without one) and the `rows` themselves, newest last."""
    total = sum_of(row.get(register.totals[0]) for row in rows) if register.totals else 0
    return {"entries": len(rows), "total": total, "rows": [dict(row) for row in rows[-ROWS_GIVEN_MAX:]]}
