"""Numbers of senders: what was lost is a gap, what came twice is known, in whatever order messages come."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.actions.network.sensed import Gap
from wanjia.adapters.telemetry.gaps import LATE, NEW, REPEATED, RESTARTED, SequenceBook
from wanjia.adapters.telemetry.limits import GAP_GRACE_MS, HOLES_MAX, JUMP_MAX

LONG = 10 * GAP_GRACE_MS


def rows_of(batches: list[list[Gap]]) -> dict[int, tuple[int, bool]]:
    """The rows that a store would hold: found by the first missing number; last, whether filled."""
    rows: dict[int, tuple[int, bool]] = {}
    for batch in batches:
        rows.update({gap.first_missing: (gap.last_missing, gap.filled_at is not None) for gap in batch})
    return rows


def test_a_hole_is_a_gap_when_its_grace_is_over_and_is_filled_in_parts() -> None:
    book = SequenceBook()
    assert [book.note("a", n, 0, 1000) for n in (1, 2, 6, 2)] == [NEW, NEW, NEW, REPEATED]
    assert book.take_gaps(1000 + GAP_GRACE_MS - 1) == []
    assert book.take_gaps(1000 + GAP_GRACE_MS) == [Gap("a", 3, 5, 1000)]
    assert book.note("a", 4, 0, 20_000) == LATE
    assert book.take_gaps(20_000) == [Gap("a", 4, 4, 1000, 20_000), Gap("a", 3, 3, 1000), Gap("a", 5, 5, 1000)]
    assert [book.note("a", n, 0, 30_000) for n in (3, 5, 4)] == [LATE, LATE, REPEATED]
    assert book.take_gaps(30_000) == [Gap("a", 3, 3, 1000, 30_000), Gap("a", 5, 5, 1000, 30_000)]
    assert book.take_gaps(10**9) == []


def test_messages_that_overtake_each_other_are_no_gap() -> None:
    book = SequenceBook()
    assert [book.note("a", n, 0, 1000) for n in (2, 1, 4, 3)] == [NEW, LATE, NEW, LATE]
    assert book.take_gaps(LONG) == [] and book.confirmation("a").lowest == 1


@given(st.lists(st.integers(1, 60), max_size=120), st.data())
@settings(max_examples=150)
def test_rows_say_at_any_time_exactly_what_is_missing(numbers: list[int], data: st.DataObject) -> None:
    """The book against a plain set, taken up from its saved form now and then."""
    book, seen, batches, at = SequenceBook(), set(), [], 0
    for number in numbers:
        at += data.draw(st.sampled_from([1, LONG]))
        assert (book.note("a", number, 0, at) == REPEATED) == (number in seen)
        seen.add(number)
        if data.draw(st.booleans()):
            batches.append(book.take_gaps(at))
            book = SequenceBook.from_plain(json.loads(json.dumps(book.as_plain())))
    batches.append(book.take_gaps(at + LONG))
    missing = set(range(min(seen, default=1), max(seen, default=0) + 1)) - seen
    rows = rows_of(batches)
    told = [n for first, (last, filled) in rows.items() if not filled for n in range(first, last + 1)]
    assert sorted(told) == sorted(missing)
    assert not [n for first, (last, filled) in rows.items() if filled for n in range(first, last + 1) if n not in seen]
    if seen:
        said = book.confirmation("a")
        assert (said.lowest, said.through) == (min(seen), max(seen))
        assert {n for first, last in said.missing for n in range(first, last + 1)} == missing


def test_a_sender_that_counts_anew_is_not_taken_for_repeats() -> None:
    book = SequenceBook()
    for number in (1, 2, 5):
        book.note("a", number, 1000 + number, 1)
    assert book.note("a", 2, 1002, 2) == REPEATED
    assert book.note("a", 1, 2000, 3) == RESTARTED
    assert book.take_gaps(3) == [Gap("a", 3, 4, 1)]
    assert book.note("a", 2, 2001, 4) == NEW and book.note("a", 400, 1003, 4) == LATE
    assert book.take_gaps(LONG) == []
    assert book.note("a", 3 + JUMP_MAX, 2002, 5) == RESTARTED and book.take_gaps(LONG) == []


def test_what_is_remembered_of_one_sender_is_bounded_and_nothing_is_refused_for_it() -> None:
    book, gaps = SequenceBook(), []
    for number in range(0, 4 * HOLES_MAX, 2):
        book.note("a", number, 0, number)
        gaps.append(book.take_gaps(number))
    assert len(book.senders["a"].holes) == HOLES_MAX
    assert book.note("a", 1, 0, 5 * HOLES_MAX) == LATE
    gaps.append(book.take_gaps(5 * HOLES_MAX + LONG))
    assert sorted(rows_of(gaps)) == list(range(1, 4 * HOLES_MAX - 2, 2))
    said = book.confirmation("a")
    assert (said.lowest, said.through, len(said.missing)) == (0, 4 * HOLES_MAX - 2, HOLES_MAX)
