"""The compiled loops that put readings into their places.

Rows of a table come in one of two orders: meter after meter, or interval after interval. In both, most times are the
one before or a slot later, so the slot is divided out only where neither holds.
"""

from typing import Any

import numpy as np

from wanjia.compiled import loop

UNSEEN, NARROW, WIDE = 0, 1, 2
"""States of a meter's row."""
MISSING = np.int16(-32768)
COUNT_MAX = 32767.0
COUNTS_A_KWH = 1000.0
NO_TIME = np.iinfo(np.int64).min
TAKEN, EMPTY, OTHER_DAYS, REPEATED, UNKNOWN, FIRST_NOTE = 0, 1, 2, 3, 4, 5
DIFFERING, BAD_VALUE, BAD_TIME = 0, 1, 2
_NARROW_FIRST = 4
"""Of this many rows one may turn wide before rows begin wide: then the table is of values with many digits."""


@loop()
def _note(tally: Any, kind: int, row: int, meter: int, slot: int) -> None:
    """Counts a fault, and keeps its place while there is room."""
    counts, noted = tally[0], tally[1]
    at = counts[FIRST_NOTE + kind]
    if at < noted.shape[1]:
        noted[kind, at, 0], noted[kind, at, 1], noted[kind, at, 2] = row, meter, slot
    counts[FIRST_NOTE + kind] += 1


@loop()
def _wide_row(meter: int, day: Any, lane: int) -> Any:
    """A row for kWh that is not in use; lanes take theirs from opposite ends, so that threads do not meet."""
    state, wide_row, used = day[0], day[4], day[5]
    state[meter] = WIDE
    row = used[0, 0] if lane == 0 else len(wide_row) - 1 - used[1, 0]
    used[lane, 0] += 1
    wide_row[meter] = row
    return row


@loop()
def _open_row(meter: int, is_wide: bool, day: Any, lane: int) -> None:
    state, counts, kwh = day[0], day[1], day[2]
    if is_wide:
        row = _wide_row(meter, day, lane)
        for j in range(kwh.shape[1]):
            kwh[row, j] = np.nan
    else:
        state[meter] = NARROW
        for j in range(counts.shape[1]):
            counts[meter, j] = MISSING


@loop()
def _widen(meter: int, day: Any, lane: int) -> None:
    """A row of counts becomes one of kWh."""
    counts, kwh = day[1], day[2]
    row = _wide_row(meter, day, lane)
    for j in range(kwh.shape[1]):
        count = counts[meter, j]
        kwh[row, j] = np.nan if count == MISSING else count / COUNTS_A_KWH


@loop()
def _put(meter: int, slot: int, value: float, guessed: bool, row: int, day: Any, tally: Any, opened: Any,
         lane: int) -> None:  # fmt: skip
    """One reading. What stands there stays where it was measured and the new one is an estimate."""
    state, counts, kwh, estimated, wide_row, _ = day
    count = np.rint(value * COUNTS_A_KWH)
    fits = abs(count) <= COUNT_MAX and count / COUNTS_A_KWH == value
    if state[meter] == UNSEEN:
        is_wide = not fits and opened[1] * _NARROW_FIRST >= opened[0]
        _open_row(meter, is_wide, day, lane)
        opened[0] += 1
        opened[1] += is_wide
    if state[meter] == NARROW and not fits:
        _widen(meter, day, lane)
        opened[1] += 1
    bit = np.uint8(1 << (slot & 7))
    if state[meter] == WIDE:
        before = kwh[wide_row[meter], slot]
        there, same = before == before, before == value
    else:
        there, same = counts[meter, slot] != MISSING, counts[meter, slot] == count
    if there:
        was_guessed = (estimated[meter, slot >> 3] & bit) != 0
        if guessed and not was_guessed:
            tally[0][REPEATED] += 1
            return
        if same:
            tally[0][REPEATED] += 1
        elif guessed == was_guessed:
            _note(tally, DIFFERING, row, meter, slot)
        else:
            tally[0][REPEATED] += 1
    else:
        tally[0][TAKEN] += 1
    if state[meter] == WIDE:
        kwh[wide_row[meter], slot] = value
    else:
        counts[meter, slot] = np.int16(count)
    if guessed:
        estimated[meter, slot >> 3] |= bit
    elif there:
        estimated[meter, slot >> 3] &= ~bit


@loop(inline="always")
def _put_easily(meter: int, slot: int, value: float, state: Any, counts: Any, kwh: Any, wide_row: Any) -> bool:
    """Puts a measured reading where none stands yet and the row can hold it; else does nothing.

    This is nearly every reading, so it goes without a call, whose tuples of arrays cost more than the work.
    """
    if state[meter] == NARROW:
        count = np.rint(value * COUNTS_A_KWH)
        if counts[meter, slot] == MISSING and abs(count) <= COUNT_MAX and count / COUNTS_A_KWH == value:
            counts[meter, slot] = np.int16(count)
            return True
    elif state[meter] == WIDE:
        row = wide_row[meter]
        if kwh[row, slot] != kwh[row, slot]:
            kwh[row, slot] = value
            return True
    return False


@loop()
def _run(places: Any, at: Any, step: int) -> int:
    """How many of these readings are of the first one's meter, each a slot after the other.

    Views from 0 on: with an index that might be negative the processor would take them one at a time.
    """
    place, others, i = places[0], 0, 1
    for j in range(1, len(places)):  # without a way out, for the same reason
        others += (places[j] != place) | (at[j] - at[j - 1] != step)
    if others == 0:
        return len(places)
    while i < len(places) and places[i] == place and at[i] == at[i - 1] + step:
        i += 1
    return i


@loop()
def _put_run(values: Any, row: Any) -> int:
    """Puts a run of readings into slots of a row of counts, many at a time: how many of them have no value.

    -1, and nothing put, where a slot is taken or a value does not fit.
    """
    wrong, empty = 0, 0
    for j in range(len(values)):
        count = np.rint(values[j] * COUNTS_A_KWH)
        gone = values[j] != values[j]
        fits = (abs(count) <= COUNT_MAX) & (count / COUNTS_A_KWH == values[j])
        wrong += (not (fits | gone)) | (row[j] != MISSING)
        empty += gone
    if wrong:
        return -1
    for j in range(len(values)):
        gone = values[j] != values[j]
        row[j] = MISSING if gone else np.int16(np.rint(values[j] * COUNTS_A_KWH))
    return empty


@loop()
def put_readings(places: Any, meter_of_place: Any, at: Any, kwh: Any, guessed: Any, span: Any, first_row: int,
                 most: float, day: Any, tally: Any, unknown: Any, lane: int) -> None:  # fmt: skip
    """Readings one by one, see `DenseDay.put`; and where they come meter after meter, a run at a time."""
    of_kind, times = tally[0], tally[2]
    state, counts, dense, _, wide_row, used = day
    begin, end, step = span
    opened = used[lane, 1:]
    slot, before, i, guesses = -1, np.int64(0), -1, len(guessed) > 0
    while i + 1 < len(places):
        i += 1
        now, value = at[i], kwh[i]
        if slot >= 0 and now == before + step and now <= end:
            slot += 1
        elif slot < 0 or now != before:
            slot = -1 if now <= begin or now > end else (now - begin - 1) // step
        before = now
        place = places[i]
        if slot < 0:
            if now == NO_TIME:
                _note(tally, BAD_TIME, first_row + i, -1, -1)
            else:
                of_kind[OTHER_DAYS] += 1
                times[0], times[1] = min(times[0], now), max(times[1], now)
            continue
        meter = meter_of_place[place] if place >= 0 else -1
        if meter < 0:
            of_kind[UNKNOWN] += 1
            if place >= 0:
                unknown[place] += 1
            continue
        if not guesses and state[meter] != WIDE and i + 1 < len(places) and places[i + 1] == place:
            rest = i + counts.shape[1] - slot
            length = _run(places[i:rest], at[i:rest], step)
            if state[meter] == UNSEEN and opened[1] * _NARROW_FIRST <= opened[0]:
                _open_row(meter, False, day, lane)
                opened[0] += 1
            if state[meter] == NARROW:
                empty = _put_run(kwh[i : i + length], counts[meter, slot : slot + length])
                if empty >= 0:
                    of_kind[TAKEN] += length - empty
                    of_kind[EMPTY] += empty
                    i += length - 1
                    slot += length - 1
                    before = at[i]
                    continue
        if value != value:
            of_kind[EMPTY] += 1
        elif abs(value) > most:
            _note(tally, BAD_VALUE, first_row + i, meter, slot)
        elif guesses or not _put_easily(meter, slot, value, state, counts, dense, wide_row):
            _put(meter, slot, value, guesses and guessed[i] == 1, first_row + i, day, tally, opened, lane)
        else:
            of_kind[TAKEN] += 1


@loop()
def put_columns(meters: Any, first_slot: int, kwh: Any, first_row: int, most: float, day: Any, tally: Any,
                lane: int) -> None:  # fmt: skip
    """Whole rows, column after column of `kwh` [slots, n], see `DenseDay.put_days`."""
    of_kind = tally[0]
    state, counts, dense, _, wide_row, used = day
    opened = used[lane, 1:]
    row = np.empty(len(kwh))
    for i in range(len(meters)):
        meter = meters[i]
        if meter < 0:
            continue
        for j in range(len(row)):
            row[j] = kwh[j, i]
        if state[meter] == UNSEEN and opened[1] * _NARROW_FIRST <= opened[0]:
            _open_row(meter, False, day, lane)
            opened[0] += 1
        if state[meter] == NARROW:
            empty = _put_run(row, counts[meter, first_slot : first_slot + len(row)])
            if empty >= 0:
                of_kind[TAKEN] += len(row) - empty
                of_kind[EMPTY] += empty
                continue
        for j in range(len(row)):
            value, slot = row[j], first_slot + j
            if value != value:
                of_kind[EMPTY] += 1
            elif abs(value) > most:
                _note(tally, BAD_VALUE, first_row + i, meter, slot)
            elif _put_easily(meter, slot, value, state, counts, dense, wide_row):
                of_kind[TAKEN] += 1
            else:
                _put(meter, slot, value, False, first_row + i, day, tally, opened, lane)
