"""The indices: by hand, and what must hold of any table."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.kernels.reliability.comparison import year_on_year
from wanjia.kernels.reliability.dlt836 import Dlt836, dlt836
from wanjia.kernels.reliability.indices import by_label, distinct_users, indices, per_place
from wanjia.kernels.reliability.major_events import (
    daily_saidi,
    major_event_days,
    outside,
    threshold,
    thresholds,
)
from wanjia.kernels.reliability.nouns import Interruptions, Period, Places, Served
from wanjia.model.network import words

UTC_ZONE = ZoneInfo("UTC")
YEAR = Period(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), UTC_ZONE)
Row = tuple[datetime, float, int]


def table(rows: list[Row], ids: list[str] | None = None, momentary: list[int] | None = None) -> Interruptions:
    """Interruptions of (start, minutes, users)."""
    starts = np.array([round(start.timestamp() * 1e6) for start, _, _ in rows], dtype=np.int64)
    lasted = np.array([round(minutes * 60e6) for _, minutes, _ in rows], dtype=np.int64)
    return Interruptions(
        words(ids or [f"o{n}" for n in range(len(rows))]),
        starts,
        starts + lasted,
        np.array([users for _, _, users in rows], dtype=np.int64),
        np.array(momentary or [-1] * len(rows), dtype=np.int8),
    )


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2025, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)


def placed(found: Interruptions, lists: list[list[int]], users: list[int]) -> Interruptions:
    first = np.cumsum([0, *(len(one) for one in lists)]).astype(np.int64)
    place = np.array([at for one in lists for at in one], dtype=np.int32)
    ids = words([f"D{n}" for n in range(len(users))])
    return replace(found, places=Places(ids, first, place, np.array(users, dtype=np.int64)))


def test_five_minutes_is_momentary_and_a_second_more_is_not() -> None:
    found = indices(table([(at(1), 5, 10), (at(2), 5 + 1 / 60, 20)]), Served(100), YEAR)
    assert (found.saifi, found.maifi, found.interruptions) == (0.2, 0.1, 1)
    assert (found.sustained.tolist(), found.short.tolist()) == ([1], [0])
    chinese = indices(table([(at(1), 3, 10), (at(2), 4, 20)]), Served(100), YEAR, None, 3)
    assert (chinese.saifi, chinese.maifi) == (0.2, 0.1)


def test_what_the_row_says_of_itself_wins_over_its_length() -> None:
    found = indices(table([(at(1), 60, 10), (at(2), 1, 20)], momentary=[1, 0]), Served(100), YEAR)
    assert (found.saifi, found.maifi) == (0.2, 0.1)


def test_momentary_steps_of_one_outage_are_one_event_and_none_before_a_sustained_one() -> None:
    rows = [(at(1), 1, 10), (at(1, 9), 1, 30), (at(2), 1, 50), (at(2, 9), 90, 50)]
    found = indices(table(rows, ["a", "a", "b", "b"]), Served(100), YEAR)
    assert (found.maifi, found.maifie, found.saifi) == (0.9, 0.3, 0.5)


def test_steps_of_one_outage_are_one_interruption_whose_customers_add_up() -> None:
    found = indices(table([(at(1), 30, 60), (at(1), 90, 40)], ["a", "a"]), Served(100), YEAR)
    assert (found.interruptions, found.saifi, found.saidi_minutes, found.caidi_minutes) == (1, 1.0, 54.0, 54.0)


def test_no_interruption_is_full_reliability_and_no_average() -> None:
    found = indices(table([]), Served(100), YEAR)
    assert (found.saifi, found.saidi_minutes, found.asai, found.caidi_minutes) == (0, 0, 1, None)


def test_an_interruption_belongs_to_the_instant_at_which_it_began_whole() -> None:
    late = datetime(2025, 12, 31, 23, 50, tzinfo=UTC)
    early = datetime(2024, 12, 31, 23, 59, tzinfo=UTC)
    found = indices(table([(early, 60, 10), (late, 60, 10)]), Served(10), YEAR)
    assert (found.saifi, found.saidi_minutes) == (1, 60)


def test_99_9951_percent_of_a_year_are_25_8_minutes() -> None:
    found = indices(table([(at(1), 25.8, 100)]), Served(100), YEAR)
    assert found.asai is not None
    assert f"{100 * found.asai:.4f}" == "99.9951"
    assert f"{(1 - 0.999951) * 525_600:.1f}" == "25.8"


def test_districts_tell_who_was_hit_how_often_and_how_long() -> None:
    found = table([(at(1), 60, 30), (at(2), 600, 10), (at(3), 30, 20), (at(4), 6, 10)])
    found = placed(found, [[0, 1], [0], [1], [0]], [10, 20, 70])
    every = indices(found, Served(100), YEAR)
    assert distinct_users(found, every.sustained) == 30
    assert every.ctaidi_minutes == pytest.approx((60 * 30 + 6000 + 600 + 60) / 30)
    assert every.caifi == pytest.approx(70 / 30)
    hit = per_place(found, every.sustained)
    assert hit is not None
    assert hit.interruptions.tolist() == [3, 2, 0]
    assert hit.minutes.tolist() == [666, 90, 0]
    assert (hit.cemi(3, 100), hit.cemi(2, 100)) == (0.1, 0.3)
    assert (hit.celid_total(11, 100), hit.celid_single(11, 100), hit.celid_single(10, 100)) == (0.1, 0, 0.1)


def test_a_partial_interruption_of_a_district_leaves_distinct_users_untold() -> None:
    found = placed(table([(at(1), 60, 5)]), [[0]], [10])
    every = indices(found, Served(100), YEAR)
    assert (every.caifi, per_place(found, every.sustained)) == (None, None)


def test_load_indices_need_the_load_of_every_row() -> None:
    found = table([(at(1), 60, 5), (at(2), 30, 5)])
    known = indices(replace(found, load_kva=np.array([100.0, 300.0])), Served(100, 1000), YEAR)
    assert (known.asifi, known.asidi_minutes) == (0.4, 15)
    partly = indices(replace(found, load_kva=np.array([100.0, np.nan])), Served(100, 1000), YEAR)
    assert (partly.asifi, partly.asidi_minutes) == (None, None)


def test_dlt_836_apart_by_cause() -> None:
    found = table([(at(1), 60, 1), (at(2), 120, 2), (at(3), 180, 1)])
    flags = {"planned": [True, False, False], "external": [False, True, False], "shortage": [False, False, True]}
    found = replace(found, **{name: np.array(values) for name, values in flags.items()})
    parts = dlt836(found, Served(10), YEAR, 3)
    assert parts.without_external_2 and parts.without_shortage_3 and parts.fault and parts.planned
    hours = [Dlt836.user_hours(one) for one in (parts.all_1, parts.without_external_2, parts.without_shortage_3)]
    assert hours == [8, 4, 5]
    assert (Dlt836.user_hours(parts.fault), Dlt836.user_hours(parts.planned)) == (7, 1)
    assert dlt836(table([]), Served(10), YEAR, 3).planned is None


rows_of_a_year = st.lists(
    st.tuples(
        st.integers(0, 364).map(at), st.floats(0, 3000).map(lambda minutes: round(minutes, 2)), st.integers(0, 1000)
    ),
    max_size=30,
)


@given(rows_of_a_year)
def test_identities(rows: list[Row]) -> None:
    found = indices(table(rows), Served(1000), YEAR)
    assert found.saifi is not None and found.saidi_minutes is not None and found.asai is not None
    if found.caidi_minutes is not None:
        assert found.saifi * found.caidi_minutes == pytest.approx(found.saidi_minutes)
    assert found.asai == pytest.approx(1 - found.saidi_minutes / 525_600)
    assert sorted([*found.sustained.tolist(), *found.short.tolist()]) == list(range(len(rows)))


@given(rows_of_a_year, st.data())
def test_groups_add_up_to_the_whole(rows: list[Row], data: st.DataObject) -> None:
    labels = [data.draw(st.sampled_from(["storm", "digger", "animal"])) for _ in rows]
    found = table(rows)
    whole, parts = indices(found, Served(1000), YEAR), by_label(found, Served(1000), YEAR, labels)
    assert sum(one.saidi_minutes or 0 for one in parts.values()) == pytest.approx(whole.saidi_minutes)
    assert sum(one.saifi or 0 for one in parts.values()) == pytest.approx(whole.saifi)
    assert sorted(row for one in parts.values() for row in one.sustained.tolist()) == whole.sustained.tolist()


def test_a_group_may_have_users_of_its_own() -> None:
    found = table([(at(1), 60, 10), (at(2), 60, 10)])
    parts = by_label(found, Served(1000), YEAR, ["F1", "F2"], {"F1": Served(20)})
    assert (parts["F1"].saifi, parts["F2"].saifi) == (0.5, 0.01)


# major event days

values = st.lists(st.floats(0.001, 1000), min_size=2, max_size=40)


@given(values, st.floats(0.01, 100), st.integers(0, 20), st.randoms())
def test_the_threshold_scales_with_saidi_and_knows_neither_order_nor_zero_days(
    daily: list[float], factor: float, zeros: int, chance: "object"
) -> None:
    limit = threshold(daily)
    assert limit is not None
    mixed = [*(value * factor for value in daily), *([0.0] * zeros)]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    scaled = threshold(mixed)
    assert scaled is not None
    assert scaled.t_med_minutes == pytest.approx(limit.t_med_minutes * factor, rel=1e-6)
    assert scaled.beta == pytest.approx(limit.beta, abs=1e-6)
    assert limit.t_med_minutes >= math.exp(limit.alpha)


def test_the_threshold_by_hand() -> None:
    limit = threshold([math.e, math.e**3])
    assert limit is not None
    assert limit.t_med_minutes == pytest.approx(math.exp(2 + 2.5 * math.sqrt(2)))
    assert threshold([1.0]) is None


def history() -> Interruptions:
    """Ordinary days from 2019 on, a storm on 2025-06-01, and one in 2019 that five years from 2025 do not see."""
    rows: list[Row] = [(datetime(2019, 6, 1, 8, tzinfo=UTC), 100_000, 100)]
    for year in range(2019, 2026):
        rows += [(datetime(year, 1 + n % 12, 1 + n % 25, 8, tzinfo=UTC), 30 + 7 * (n % 9), 10) for n in range(60)]
    rows.append((datetime(2025, 6, 1, 23, 50, tzinfo=UTC), 6000, 90))
    return table(rows)


def test_a_storm_is_set_apart_by_the_five_years_before_it() -> None:
    found, served = history(), Served(100)
    daily = daily_saidi(found, served, UTC_ZONE)
    limits = thresholds(daily, [2019, 2020, 2025])
    assert limits[2019] is None
    assert limits[2020] is not None and limits[2020].years == (2019,)
    assert limits[2025] is not None and limits[2025].years == (2020, 2021, 2022, 2023, 2024)
    assert limits[2025].t_med_minutes < limits[2020].t_med_minutes
    days = major_event_days(daily, limits)
    assert days == (date(2025, 6, 1),)
    kept = outside(found, days, UTC_ZONE)
    assert np.flatnonzero(~kept).tolist() == [len(found.ids) - 1]
    with_storm, without = indices(found, served, YEAR), indices(found, served, YEAR, kept)
    assert with_storm.saidi_minutes == pytest.approx((without.saidi_minutes or 0) + 6000 * 90 / 100)


# days of a zone

BERLIN = ZoneInfo("Europe/Berlin")


def test_a_day_of_daylight_saving_change_has_23_or_25_hours() -> None:
    def minutes(first: date, last: date) -> float:
        ends = (datetime(d.year, d.month, d.day, tzinfo=BERLIN).astimezone(UTC) for d in (first, last))
        return Period(*ends, BERLIN).minutes

    assert minutes(date(2025, 3, 30), date(2025, 3, 31)) == 23 * 60
    assert minutes(date(2025, 10, 26), date(2025, 10, 27)) == 25 * 60
    assert minutes(date(2025, 1, 1), date(2026, 1, 1)) == 525_600


def test_an_interruption_over_the_change_lasts_as_long_as_it_lasts_and_counts_on_the_day_it_began() -> None:
    start = datetime(2025, 3, 30, 1, 30, tzinfo=BERLIN)
    end = datetime(2025, 3, 30, 3, 30, tzinfo=BERLIN)
    found = table([(start, (end.timestamp() - start.timestamp()) / 60, 10)])
    assert found.minutes.tolist() == [60]
    assert daily_saidi(found, Served(10), BERLIN) == {date(2025, 3, 30): 60}
    just_after_midnight = table([(datetime(2025, 3, 30, 22, 30, tzinfo=UTC), 60, 10)])
    assert list(daily_saidi(just_after_midnight, Served(10), BERLIN)) == [date(2025, 3, 31)]
    assert list(daily_saidi(just_after_midnight, Served(10), UTC_ZONE)) == [date(2025, 3, 30)]


# year on year


def test_faults_year_on_year_show_years_without_any() -> None:
    rows = [(datetime(year, 5, 1, tzinfo=UTC), 60.0, 10) for year in (2023, 2023, 2025, 2025, 2025)]
    found = year_on_year(table(rows), ["tree", "tree", "tree", "digger", "tree"], UTC_ZONE)
    shown = [(one.label, one.year, one.interruptions, one.change) for one in found]
    assert shown == [
        ("digger", 2023, 0, None), ("digger", 2024, 0, None), ("digger", 2025, 1, None),
        ("tree", 2023, 2, None), ("tree", 2024, 0, -1.0), ("tree", 2025, 2, None),
    ]  # fmt: skip
    assert found[3].rows.tolist() == [0, 1]
