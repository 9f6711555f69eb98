"""The compiled loops of the pass over meter-days.

A row is first screened in one sweep that the processor does many readings at a time: how many are missing, zero, equal
to the one before, what is the least and the greatest. Only a row that the screen finds suspicious is walked reading by
reading. Then it is added to its district, missing readings as nothing.
"""

from typing import Any

import numpy as np

from wanjia.compiled import loop
from wanjia.kernels.balance.day import flags as named

MASTER, CUSTOMER, GENERATION = 0, 1, 2
"""In METER_ROLES; compiled loops want numbers."""
NEGATIVE, SPIKE, ALL_ZERO, ZERO_RUN = named.NEGATIVE, named.SPIKE, named.ALL_ZERO, named.ZERO_RUN
STUCK, GAP, SILENT, ESTIMATED = named.STUCK, named.GAP, named.SILENT, named.ESTIMATED
FLAGS = len(named.FLAGS)


@loop(inline="always")
def _absent(value: Any, missing: Any) -> Any:
    """The count that stands for no reading; of float64 NaN, and what is infinite."""
    return value == missing or value - value != 0


@loop()
def _screen(row: Any, ends: Any) -> Any:
    """Readings present, zeros, readings equal to the one before, least and greatest count of those present.

    Counters and extremes keep to the row's own narrow type, so that the processor takes many readings at a time.
    """
    missing, low, high = ends
    absent, zeros, equal = np.int16(0), np.int16(0), np.int16(0)
    least, most = high, low
    for j in range(len(row)):
        value = row[j]
        gone = _absent(value, missing)
        absent = np.int16(absent + gone)
        zeros = np.int16(zeros + (value == 0))
        least = min(least, high if gone else value)
        most = max(most, low if gone else value)
    for j in range(1, len(row)):
        equal = np.int16(equal + (row[j] == row[j - 1]))
    return len(row) - absent, zeros, equal, float(least), float(most)


@loop()
def _has_run(row: Any, missing: Any, zero: bool, least_count: float, length: int) -> bool:
    """Whether so many readings in a row are zero, or one and the same of at least so many counts.

    Such a run holds a place that is a multiple of its length, so only those are looked at, to both sides.
    """
    for at in range(length - 1, len(row), length):
        value = row[at]
        if _absent(value, missing) or (value != 0 if zero else abs(float(value)) < least_count):
            continue
        low, high = at, at
        while low > 0 and row[low - 1] == value:
            low -= 1
        while high + 1 < len(row) and row[high + 1] == value:
            high += 1
        if high - low + 1 >= length:
            return True
    return False


@loop()
def _oddities(row: Any, missing: Any, parts: float, role: int, back: bool, limit: float, bounds: Any,
              screened: Any, total: float) -> int:  # fmt: skip
    """Flags of one row but for `estimated`; energies in billionths of a kWh."""
    spike, over_mean, zero_slots, stuck_slots, stuck = bounds
    present, zeros, equal, least, most = screened
    if present == 0:
        return SILENT
    found = GAP if present < len(row) else 0
    if least < 0 and not (role == MASTER and back):
        found |= NEGATIVE
    greatest = max(most, -least) * parts
    if limit == limit:
        if greatest > limit:
            found |= SPIKE
    elif role != MASTER and present > 1 and greatest > spike:
        others = abs(total - greatest) if most >= -least else abs(total + greatest)
        if greatest > over_mean * others / (present - 1):
            found |= SPIKE
    if role == GENERATION:  # the night's zeros are what they should be
        return found
    if zeros == present:
        return found | ALL_ZERO
    if zeros >= zero_slots and _has_run(row, missing, True, 0.0, zero_slots):
        found |= ZERO_RUN
    if equal >= stuck_slots - 1 and greatest >= stuck and _has_run(row, missing, False, stuck / parts, stuck_slots):
        found |= STUCK
    return found


@loop(fastmath={"reassoc", "nsz"})
def _accumulate(row: Any, missing: Any, parts: float, energy: Any, present: Any) -> float:
    """Adds a row to its district's slots; returns its energy. Whole numbers may be added in any order."""
    total = 0.0
    for j in range(len(row)):
        gone = _absent(row[j], missing)
        more = 0.0 if gone else np.rint(row[j] * parts)
        energy[j] += more
        present[j] = np.int32(present[j] + (not gone))
        total += more
    return total


@loop()
def _bits(marks: Any) -> int:
    """Bits that are set."""
    count = 0
    for byte in marks:
        rest = int(byte)
        while rest:
            rest &= rest - 1
            count += 1
    return count


@loop()
def pass_rows(values: Any, ends: Any, parts: Any, district: Any, role: Any, marks: Any, limit_kwh: Any,
              back_feeding: Any, bounds: Any, sums: Any, found: Any) -> None:  # fmt: skip
    """All rows of a block: what each holds goes to `found`, what it adds to `sums`.

    ends: of the values' own type, the count that is no reading, the least and the greatest that there can be.
    """
    energy, present, reporting, flagged, estimated = sums
    of_present, of_energy, of_flags = found
    nowhere, nobody = np.empty(values.shape[1]), np.empty(values.shape[1], np.int32)
    for i in range(len(values)):
        row, at, kind = values[i], district[i], role[i]
        screened = _screen(row, ends)
        if at < 0:
            total = _accumulate(row, ends[0], parts[i], nowhere, nobody)
        else:
            total = _accumulate(row, ends[0], parts[i], energy[kind, at], present[kind, at])
        back = at >= 0 and back_feeding[at]
        flags = _oddities(row, ends[0], parts[i], kind, back, limit_kwh[i] * 1e9, bounds, screened, total)
        guessed = _bits(marks[i]) if len(marks) else 0
        if guessed:
            flags |= ESTIMATED
        of_present[i], of_energy[i], of_flags[i] = screened[0], total / 1e9, flags
        if at >= 0:
            reporting[kind, at] += screened[0] > 0
            estimated[at] += guessed
            for bit in range(FLAGS):
                flagged[at, bit] += (flags >> bit) & 1
