"""The laws of the pulse survey: whatever is shown, and whatever follows from it, is nobody or ten people."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.model.anonymity import ANSWERS_MIN, groups_shown, share_band, total_shown

GROUPS = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 30), max_size=7)


def enough(people: int) -> bool:
    return people == 0 or people >= ANSWERS_MIN


@given(GROUPS)
def test_no_cut_and_no_difference_of_cuts_is_of_fewer_than_ten(answers: dict[str, int]) -> None:
    shown = groups_shown(answers)
    total = sum(answers.values())
    assert all(answers[name] >= ANSWERS_MIN for name in shown)
    cuts = [frozenset(answers)] * total_shown(answers) + [frozenset([name]) for name in shown]
    for one, other in combinations(cuts, 2):
        assert enough(sum(answers[name] for name in one - other)), (answers, shown)
    for count in range(len(shown) + 1):
        for taken in combinations(sorted(shown), count):
            assert not total_shown(answers) or enough(total - sum(answers[name] for name in taken)), (answers, shown)


@given(GROUPS)
def test_below_ten_in_all_nothing_is_shown_and_no_more_is_withheld_than_needed(answers: dict[str, int]) -> None:
    shown, total = groups_shown(answers), sum(answers.values())
    if total < ANSWERS_MIN:
        assert not total_shown(answers) and not shown
        return
    withheld = [name for name in answers if answers[name] >= ANSWERS_MIN and name not in shown]
    for name in withheld:  # one withheld group more on the page would give the rest away
        rest = total - sum(answers[other] for other in shown) - answers[name]
        assert 0 < rest < ANSWERS_MIN or any(answers[other] < answers[name] for other in withheld if other != name)


@given(st.integers(ANSWERS_MIN, 500), st.data())
def test_a_share_never_says_that_all_answered_alike(answers: int, data: st.DataObject) -> None:
    favourable = data.draw(st.integers(0, answers))
    band = share_band(favourable, answers)
    assert band in range(10, 100, 10)
    assert band in (10, 90) or abs(band - 100 * favourable / answers) <= 5


def test_examples() -> None:
    assert groups_shown({"a": 50, "b": 5}) == frozenset(), "55 less 50 would tell of five people"
    assert groups_shown({"a": 50, "b": 12, "c": 5}) == {"a"}, "17 are left over"
    assert groups_shown({"a": 50, "b": 12, "c": 6, "d": 6}) == {"a", "b"}
    assert groups_shown({"a": 50, "b": 12}) == {"a", "b"}
    assert groups_shown({"a": 9}) == frozenset() and groups_shown({"a": 10}) == {"a"}
    assert (share_band(0, 10), share_band(10, 10), share_band(5, 10), share_band(7, 20)) == (10, 90, 50, 40)
    with pytest.raises(ValueError, match="3 of 9"):
        share_band(3, 9)
