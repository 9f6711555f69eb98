"""Days without exactly one holder, against a plain count of days."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.cover import holders_on, read_posts, unheld
from wanjia.model.places import DayRange, Tenure

FIRST = date(2024, 2, 26)
DAYS = 12


@st.composite
def tenures(draw: st.DrawFn) -> list[Tenure]:
    made = []
    for number in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, DAYS - 1))
        length = draw(st.one_of(st.none(), st.integers(0, DAYS - 1 - start)))
        starts_on = FIRST + timedelta(start)
        ends_on = None if length is None else starts_on + timedelta(length)
        cell_id, holder = draw(st.sampled_from("ab")), draw(st.sampled_from(["", "Li", "Wu"]))
        made.append(Tenure(f"t{number}", cell_id, "manager", holder, DayRange(starts_on, ends_on)))
    return made


@settings(max_examples=200, deadline=None)
@given(tenures())
def test_unheld_days_are_those_of_a_count_day_by_day(made: list[Tenure]) -> None:
    found = {one.cell_id: one.ranges for one in unheld(["a", "b", "c"], made)}
    starts_on = min(one.days.starts_on for one in made if one.days.starts_on)
    ends = [one.days.ends_on for one in made]
    is_open = None in ends
    ends_on = FIRST + timedelta(DAYS + 5) if is_open else max(day for day in ends if day)
    for cell_id in "abc":
        ranges = found.get(cell_id, ())
        day = starts_on - timedelta(3)
        while day <= ends_on + timedelta(3 * (not is_open)):
            holders = {one.holder for one in made if one.cell_id == cell_id and one.holder and one.days.holds(day)}
            expected = starts_on <= day <= ends_on and len(holders) != 1
            inside = [one for one in ranges if one.days.holds(day)]
            assert len(inside) == int(expected), (cell_id, day)
            assert not inside or bool(inside[0].posts) == (len(holders) > 1)
            assert len(holders_on(made, day).get(cell_id, ())) == len(holders)
            day += timedelta(1)


def tenure(post_id: str, holder: str, starts_on: date, ends_on: date | None) -> Tenure:
    return Tenure(post_id, "a", "manager", holder, DayRange(starts_on, ends_on))


def test_both_ends_are_days_of_service() -> None:
    handed_over = [
        tenure("1", "Li", date(2024, 1, 1), date(2024, 2, 29)),
        tenure("2", "Wu", date(2024, 3, 1), None),
    ]
    assert unheld(["a"], handed_over) == ()
    assert holders_on(handed_over, date(2024, 2, 29)) == {"a": ("Li",)}
    assert holders_on(handed_over, date(2024, 3, 1)) == {"a": ("Wu",)}


def test_one_person_in_two_posts_is_one_holder() -> None:
    assert unheld(["a"], [tenure("1", "Li", date(2024, 1, 1), None), tenure("2", "Li", date(2024, 1, 1), None)]) == ()


def test_without_any_tenure_every_cell_is_unheld_without_limit() -> None:
    (found,) = unheld(["a"], [])
    assert [one.days for one in found.ranges] == [DayRange(None, None)]


def test_the_last_day_of_the_calendar_is_no_overflow() -> None:
    (found,) = unheld(["a", "b"], [tenure("1", "Li", date(2024, 1, 1), date.max)])
    assert found.cell_id == "b"


def row(**values: str) -> dict[str, str]:
    usual = {"post_id": "p", "cell_id": "a", "role": "r", "holder": "Li", "starts_on": "2024-01-01", "ends_on": ""}
    return usual | values


def test_every_fault_of_every_row_is_listed() -> None:
    posts = read_posts(
        [
            row(),
            row(cell_id="nowhere", starts_on="2024-02-30", ends_on="soon"),
            row(post_id="", starts_on=""),
            row(post_id="q" * 65, starts_on="2024-03-01", ends_on="2024-02-29"),
            row(post_id="r", holder="x" * 201),
        ],
        {"a"},
        "posts.csv",
    )
    assert [
        (fault.where.line, fault.where.column, fault.code.removeprefix("territory.")) for fault in posts.faults
    ] == [
        (3, "cell_id", "post_cell_unknown"),
        (3, "starts_on", "day_invalid"),
        (3, "ends_on", "day_invalid"),
        (3, "post_id", "post_twice"),
        (4, "post_id", "identifier_missing"),
        (4, "starts_on", "starts_on_missing"),
        (5, "post_id", "identifier_too_long"),
        (5, "ends_on", "ends_before_starts"),
        (6, "holder", "holder_too_long"),
    ]
    assert [one.post_id for one in posts.tenures] == ["p"]
