"""Sub-meters against the main meter: what is shared adds up, order and names change nothing, no gap is no sharing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.submeters.gap import Meter, Point, parts, problems, reconcile

BEGIN, END = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
PRICE = Fraction(6, 10)


def meter(name: str, used: float | str, days: int = 31) -> Meter:
    return Meter(name, Fraction(100), 100 + Fraction(used), BEGIN, BEGIN + timedelta(days=days))


figures = st.decimals(0, 5000, places=2).map(Fraction)
meters = st.lists(st.tuples(figures, st.integers(20, 40)), min_size=1, max_size=6).map(
    lambda rows: [meter(f"m{at}", str(used), days) for at, (used, days) in enumerate(rows)]
)
points = st.lists(st.tuples(figures, st.integers(0, 31)), max_size=3).map(
    lambda rows: [Point(f"p{at}", kw / 1000, Fraction(hours)) for at, (kw, hours) in enumerate(rows)]
)
percents = st.integers(0, 20).map(Fraction)


@settings(max_examples=120, deadline=None)
@given(figures, meters, points, percents)
def test_shares_add_up_to_the_gap(main: Fraction, subs: list[Meter], extras: list[Point], percent: Fraction) -> None:
    found = reconcile(meter("all", str(main)), subs, extras, percent, PRICE)
    assert found.gap == found.timing + found.points + found.loss + found.left
    assert sum(share.extra for share in found.shares) == found.gap - min(0, found.left)
    assert sum(share.use for share in found.shares) == found.sub
    whole = sum(share.extra for share in found.shares) * PRICE
    assert abs(sum(share.fen for share in found.shares) - whole) <= Fraction(1, 2)
    assert found.points <= sum(point.used for point in extras) and 0 <= found.loss <= found.main * percent / 100
    assert all(share.points >= 0 and share.loss >= 0 and share.rest >= 0 for share in found.shares)


@settings(max_examples=80, deadline=None)
@given(figures, meters, points, percents, st.randoms(use_true_random=False))
def test_the_order_of_meters_changes_nothing(main, subs, extras, percent, chance) -> None:  # type: ignore[no-untyped-def]
    mixed = list(subs)
    chance.shuffle(mixed)
    first = reconcile(meter("all", str(main)), subs, extras, percent, PRICE)
    second = reconcile(meter("all", str(main)), mixed, list(reversed(extras)), percent, PRICE)
    assert {share.meter: share for share in first.shares} == {share.meter: share for share in second.shares}
    assert replace(first, shares=()) == replace(second, shares=())


@settings(max_examples=60, deadline=None)
@given(st.lists(figures, min_size=1, max_size=6), points, percents)
def test_without_a_gap_there_is_nothing_to_share(used: list[Fraction], extras: list[Point], percent: Fraction) -> None:
    subs = [meter(f"m{at}", str(each)) for at, each in enumerate(used)]
    found = reconcile(meter("all", str(sum(used))), subs, extras, percent, PRICE)
    assert (found.gap, found.left, found.points, found.loss) == (0, 0, 0, 0)
    assert all(share.extra == share.fen == 0 for share in found.shares)


@given(st.dictionaries(st.text(max_size=3), st.fractions(-100, 100), max_size=6))
def test_whole_units_are_off_by_less_than_one(exact: dict[str, Fraction]) -> None:
    found = parts(exact)
    assert all(abs(found[name] - value) < 1 or value == found[name] for name, value in exact.items())
    assert abs(sum(found.values()) - sum(exact.values())) <= Fraction(1, 2)


def test_by_hand() -> None:
    """Main 1,000 kWh, sub-meters 500 and 300, the second read after 30 of 31 days, a lift of 2 kW for 40 hours.

    Gap 200. At 10 kWh a day the second lacks 10: timing 10. The lift 80, used by the first alone. Three percent of
    1,000 is 30. Left 80. Uses 500 : 310 of 810. Loss 30: 18.52 and 11.48; rest 80: 49.38 and 30.62.
    """
    found = reconcile(
        meter("all", 1000), [meter("a", 500), meter("b", 300, 30)],
        [Point("lift", Fraction(2), Fraction(40), ("a",))], Fraction(3), PRICE,
    )  # fmt: skip
    assert (found.gap, found.timing, found.points, found.loss, found.left) == (20000, 1000, 8000, 3000, 8000)
    first, second = found.shares
    assert (first.timing, first.points, first.loss, first.rest, first.extra) == (0, 8000, 1852, 4938, 14790)
    assert (second.timing, second.points, second.loss, second.rest, second.extra) == (1000, 0, 1148, 3062, 5210)
    assert (first.fen, second.fen) == (8874, 3126)


def test_sub_meters_that_count_more_are_shared_by_nobody() -> None:
    found = reconcile(meter("all", 100), [meter("a", 90), meter("b", 30)], [], Fraction(5), PRICE)
    assert (found.gap, found.left) == (-2000, -2000)
    assert [share.extra for share in found.shares] == [0, 0]


def test_points_explain_no_more_than_there_is() -> None:
    lamp, lift = Point("lamp", Fraction(1), Fraction(10)), Point("lift", Fraction(1), Fraction(30))
    found = reconcile(meter("all", 120), [meter("a", 100)], [lamp, lift], Fraction(5), PRICE)
    assert (found.points, found.loss, found.left) == (2000, 0, 0)


def test_nobody_used_anything() -> None:
    found = reconcile(meter("all", 3), [meter("a", 0), meter("b", 0)], [], Fraction(0), PRICE)
    assert [share.extra for share in found.shares] == [150, 150]


@pytest.mark.parametrize(
    ("subs", "extras", "kind"),
    [
        ([], [], "no_meters"),
        ([meter("a", 1), meter("a", 1)], [], "repeated"),
        ([meter("a", -1)], [], "reading_falls"),
        ([meter("a", 1, 0)], [], "period_wrong"),
        ([replace(meter("a", 1), multiplier=Fraction(0))], [], "multiplier_wrong"),
        ([meter("a", 1)], [Point("p", Fraction(-1), Fraction(1))], "point_wrong"),
        ([meter("a", 1)], [Point("p", Fraction(1), Fraction(1), ("z",))], "unknown_user"),
        ([meter(f"m{at}", 1) for at in range(201)], [], "too_many"),
    ],
)
def test_rows_that_cannot_be_reckoned_with(subs: list[Meter], extras: list[Point], kind: str) -> None:
    assert kind in {problem.kind for problem in problems(meter("all", 9), subs, extras)}
    with pytest.raises(ValueError, match="reckoned"):
        reconcile(meter("all", 9), subs, extras, Fraction(0), PRICE)
