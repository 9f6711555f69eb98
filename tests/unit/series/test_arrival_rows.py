"""Batches divided by day: a midnight belongs to the day it ends, also where the clocks change; faults by row."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.series import long, registers, wide
from wanjia.model.readings import day_bounds
from wanjia.series.arrival_rows import Days, pieces_of
from wanjia.series.layout_arrivals import LONG, LONG_FORM, REGISTER_FORM, WIDE_FORM

ZONES = ("UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
SECONDS = st.integers(*(int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2001, 2098)))


@settings(max_examples=40)
@given(begin=SECONDS, later=st.lists(st.integers(0, 40 * 86_400), min_size=1, max_size=20), zone=st.sampled_from(ZONES))
def test_each_instant_counts_for_the_day_it_ends(begin: int, later: list[int], zone: str) -> None:
    moments = [begin + seconds for seconds in later]
    at = np.array(moments) * 1000
    first, days_later = Days(zone).of(at)
    for one, days in zip(moments, days_later.tolist(), strict=True):
        midnight, next_midnight = day_bounds(first + timedelta(days=days), zone)
        assert midnight < datetime.fromtimestamp(one, UTC) <= next_midnight


def test_days_and_forms_are_told_apart_in_order() -> None:
    day = date(2026, 6, 1)
    rows = [("A", slot, float(slot)) for slot in (95, 96, 0, 97, 1)]
    pieces, empty, faults = pieces_of(long(rows), Days("Asia/Shanghai"), "a", 0)
    assert (empty, faults) == (0, [])
    assert [(piece.day, piece.form) for piece in pieces] == [(day, LONG_FORM), (day + timedelta(days=1), LONG_FORM)]
    assert [piece.table["energy_kwh"].to_pylist() for piece in pieces] == [[95.0, 0.0, 1.0], [96.0, 97.0]]
    both = pa.Table.from_batches([long([("A", 0, 1.0), ("A", 1, None)]), registers([("A", 0, 5.0)])]).combine_chunks()
    pieces, empty, _ = pieces_of(both.to_batches()[0], Days("Asia/Shanghai"), "a", 0)
    assert [(piece.form, piece.readings) for piece in pieces] == [(LONG_FORM, 1), (REGISTER_FORM, 1)]
    assert empty == 1


def test_wide_rows_lose_slots_that_a_day_does_not_have() -> None:
    batch = wide({"A": [1.0] * 96, "B": [], "C": [None, 2.0]})
    pieces, empty, faults = pieces_of(batch, Days("Asia/Shanghai"), "a", 0)
    assert (len(pieces), faults) == (1, [])
    assert (pieces[0].form, pieces[0].readings, empty) == (WIDE_FORM, 97, 96 + 95)
    assert pieces[0].table["meter_id"].to_pylist() == ["A", "C"], "a row without any value is no arrival"
    assert pieces[0].table["slots"].type == pa.binary(8 * 96)


def test_nulls_and_slices_are_read_as_they_are() -> None:
    table = pa.Table.from_batches([long([("A", 0, 1.0), ("B", 1, 2.0), ("C", 2, 3.0)])]).slice(1)
    table = table.set_column(4, LONG.field("quality"), pa.nulls(2, pa.int8()))
    pieces, _, faults = pieces_of(table.to_batches()[0], Days("UTC"), "a", 10)
    assert faults == []
    assert pieces[0].table["meter_id"].to_pylist() == ["B", "C"]
    assert pieces[0].table["quality"].to_pylist() == [0, 0]
    missing = table.set_column(1, LONG.field("read_at"), pa.nulls(2, LONG.field("read_at").type))
    _, _, faults = pieces_of(missing.to_batches()[0], Days("UTC"), "a", 10)
    assert [(fault.code, str(fault.where)) for fault in faults] == [
        ("series.time_range", "a:11:read_at"), ("series.time_range", "a:12:read_at"),
    ]  # fmt: skip
