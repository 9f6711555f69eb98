"""The cells of a day, one a meter and slot: which reading wins, what registers say of an interval, and exact counts.

Among readings of the same cell a measured one beats an estimated one, then the one accepted later counts.
"""

import numpy as np

from wanjia.compiled import loop

ESTIMATED_RANK, MEASURED_RANK = 1, 2
"""0: no reading."""
NEVER = -(2**30)
"""Slot of a register reading that there is not."""
UNIT_EXPONENT_MIN, UNIT_EXPONENT_MAX = -3, 6
"""A count is between a megawatt-hour and a milliwatt-hour."""
NOT_EXACT = 127
"""Exponent of a row that int16 cannot hold."""
COUNT_MAX = 32_767
DECIMALS_MAX = 6
"""Of a register, so that differences are taken in whole counts."""
EXACT_MAX = 2.0**53
HALF = 0.5
SCALES = np.array([10.0**digits for digits in range(DECIMALS_MAX + 1)])


@loop()
def put(
    rows: np.ndarray, slots: np.ndarray, values: np.ndarray, ranks: np.ndarray, first: int,
    cells: np.ndarray, marks: np.ndarray,
) -> int:  # fmt: skip
    """Puts readings [n] into `cells` [r, s], whose first row is number `first`, in their order; how many lost."""
    lost, count = 0, len(cells)
    for at in range(len(rows)):
        row = rows[at] - first
        if row < 0 or row >= count:
            continue
        slot, rank = slots[at], ranks[at]
        there = marks[row, slot]
        if there > 0:
            lost += 1
        if rank >= there:
            cells[row, slot] = values[at]
            marks[row, slot] = rank
    return lost


@loop()
def put_wide(rows: np.ndarray, values: np.ndarray, first: int, cells: np.ndarray, marks: np.ndarray) -> int:
    """The same for rows of a day's values [n, s], all measured; NaN: no reading."""
    lost, count = 0, len(cells)
    for at in range(len(rows)):
        row = rows[at] - first
        if row < 0 or row >= count:
            continue
        for slot in range(values.shape[1]):
            if not np.isnan(values[at, slot]):
                if marks[row, slot] > 0:
                    lost += 1
                cells[row, slot] = values[at, slot]
                marks[row, slot] = MEASURED_RANK
    return lost


@loop()
def put_registers(
    rows: np.ndarray, slots: np.ndarray, values: np.ndarray, ranks: np.ndarray, offsets: np.ndarray, first: int,
    cells: np.ndarray, marks: np.ndarray, within: np.ndarray,
    edge_slots: np.ndarray, edge_values: np.ndarray, edge_marks: np.ndarray, edge_offsets: np.ndarray,
) -> int:  # fmt: skip
    """Puts registers [n] into the day's cells, or keeps the last before (edge 0) and the first after the day (edge 1).

    slots count from the day's first; offsets are milliseconds before the slot's end, so that of two readings in a
    slot the later one counts, whichever came first.
    """
    lost, count, day = 0, len(cells), cells.shape[1]
    for at in range(len(rows)):
        row = rows[at] - first
        if row < 0 or row >= count:
            continue
        slot, rank = slots[at], ranks[at]
        if 0 <= slot < day:
            there = marks[row, slot]
            if there > 0:
                lost += 1
            if rank > there or (rank == there and offsets[at] <= within[row, slot]):
                cells[row, slot], marks[row, slot], within[row, slot] = values[at], rank, offsets[at]
            continue
        edge = 0 if slot < 0 else 1
        there = edge_slots[row, edge]
        is_nearer = there == NEVER or (slot > there if edge == 0 else slot < there)
        wins = rank > edge_marks[row, edge] or (
            rank == edge_marks[row, edge] and offsets[at] <= edge_offsets[row, edge]
        )
        if is_nearer or (slot == there and wins):
            edge_slots[row, edge], edge_values[row, edge] = slot, values[at]
            edge_marks[row, edge], edge_offsets[row, edge] = rank, offsets[at]
    return lost


@loop()
def _decimals(one: float, other: float) -> int:
    """The least decimals with which both are exact; -1 where there are none."""
    scale = 1.0
    for digits in range(DECIMALS_MAX + 1):
        a, b = np.rint(one * scale), np.rint(other * scale)
        if abs(a) < EXACT_MAX and abs(b) < EXACT_MAX and a / scale == one and b / scale == other:
            return digits
        scale *= 10.0
    return -1


@loop()
def difference(before: float, after: float, digits: int) -> float:
    """How far a register went on, over a roll-over where its digits are known; NaN where it went backwards.

    A step back is a roll-over only if the way forward is less than half of the register: else it was set back.
    """
    decimals = _decimals(before, after)
    scale = SCALES[max(decimals, 0)]
    step = (np.rint(after * scale) - np.rint(before * scale)) / scale if decimals >= 0 else after - before
    if step >= 0:
        return step
    whole = 10.0**digits
    if digits <= 0 or step + whole >= whole * HALF:
        return np.nan
    return np.rint((step + whole) * scale) / scale


@loop()
def _share(total: float, part: int, parts: int) -> float:
    """One of the parts of an energy, in whole counts of its decimals, so that all of them add up to it."""
    decimals = _decimals(total, 0.0)
    if parts == 1 or decimals < 0:
        return total / parts
    scale = SCALES[decimals]
    counts = int(np.rint(total * scale))
    return float((part + 1) * counts // parts - part * counts // parts) / scale


@loop()
def _stepped(
    row: int, before: float, after: float, from_slot: int, to_slot: int, digits: int,
    new_row: np.ndarray, new_slot: np.ndarray, final: np.ndarray, initial: np.ndarray,
) -> float:  # fmt: skip
    """Energy between two register readings of a row, over the replacements of its meter between them, oldest first."""
    total, last = 0.0, before
    at = np.searchsorted(new_row, row)
    while at < len(new_row) and new_row[at] == row:
        if from_slot < new_slot[at] <= to_slot:
            total += difference(last, final[at], digits)
            last = initial[at]
        at += 1
    return total + difference(last, after, digits)


@loop()
def spread_registers(
    registers: np.ndarray, register_marks: np.ndarray,
    edge_slots: np.ndarray, edge_values: np.ndarray, edge_marks: np.ndarray, digits: np.ndarray, slots_max: int,
    new_row: np.ndarray, new_slot: np.ndarray, final: np.ndarray, initial: np.ndarray,
    cells: np.ndarray, marks: np.ndarray, backwards: np.ndarray,
) -> None:  # fmt: skip
    """What the registers say of the cells that have no reading of the same rank.

    Registers one slot apart give a reading; those further apart, up to slots_max, are shared out evenly and marked
    as estimated: the energy is known, its times are not. backwards: [r] set to the slot where a register went back.
    """
    day = cells.shape[1]
    for row in range(len(cells)):
        slot, value, rank = edge_slots[row, 0], edge_values[row, 0], edge_marks[row, 0]
        for step in range(day + 1):
            if step < day and register_marks[row, step] == 0:
                continue
            if step == day and edge_slots[row, 1] == NEVER:
                break
            to = step if step < day else edge_slots[row, 1]
            after = registers[row, step] if step < day else edge_values[row, 1]
            after_rank = register_marks[row, step] if step < day else edge_marks[row, 1]
            parts = to - slot
            if slot != NEVER and parts <= slots_max:
                total = _stepped(row, value, after, slot, to, digits[row], new_row, new_slot, final, initial)
                if np.isnan(total):
                    backwards[row] = min(to, day - 1)
                else:
                    won = min(rank, after_rank) if parts == 1 else ESTIMATED_RANK
                    for part in range(max(0, -1 - slot), min(parts, day - 1 - slot)):
                        at = slot + 1 + part
                        if won > marks[row, at]:
                            cells[row, at], marks[row, at] = _share(total, part, parts), won
            slot, value, rank = to, after, after_rank


@loop()
def _count(value: float, exponent: int) -> float:
    """Counts of 10 ** -exponent that are the value exactly; NaN where there are none."""
    scale = SCALES[abs(exponent)]
    count = np.rint(value * scale) if exponent >= 0 else np.rint(value / scale)
    back = count / scale if exponent >= 0 else count * scale
    return count if back == value else np.nan


@loop()
def count_rows(cells: np.ndarray, marks: np.ndarray, missing: int, counts: np.ndarray, exponents: np.ndarray) -> None:
    """Counts int16 [r, s] of the largest power of ten that holds every value of the row exactly; else NOT_EXACT."""
    for row in range(len(cells)):
        exponent, is_zero, slot = UNIT_EXPONENT_MIN, True, 0
        while slot < cells.shape[1]:
            if marks[row, slot] == 0:
                counts[row, slot] = missing
                slot += 1
                continue
            value = cells[row, slot]
            count = _count(value, exponent)
            if abs(count) <= COUNT_MAX:
                counts[row, slot] = np.int16(count)
                is_zero = is_zero and value == 0.0
                slot += 1
            elif np.isnan(count) and exponent < UNIT_EXPONENT_MAX:
                exponent, slot = exponent + 1, 0  # again from the beginning, in smaller units
            else:
                exponent = NOT_EXACT
                break
        exponents[row] = 3 if is_zero and exponent != NOT_EXACT else exponent
