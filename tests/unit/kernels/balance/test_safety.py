"""Thresholds: held long enough to count, cleared only well below, one spell an episode, and nothing is ever cut."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.balance.safety.following import (
    GAP_SECONDS,
    LEVELS,
    QUANTITIES,
    Event,
    Limit,
    Reading,
    Track,
    follow,
    is_silent,
    limit_on,
)
from wanjia.kernels.balance.safety.limits import LIMITS, RANGES

BEGIN = datetime(2026, 11, 1, 8, tzinfo=UTC)
LIMIT = Limit("residual_current_ma", date(2020, 1, 1), 300, 500, 30, 60, 300, "test")


def readings(*pairs: tuple[int, float]) -> list[Reading]:
    """(seconds from the beginning, value)."""
    return [Reading(BEGIN + timedelta(seconds=second), value) for second, value in pairs]


def told(events: tuple[Event, ...]) -> list[tuple[str, str, int]]:
    return [(one.change, one.level, int((one.at - BEGIN).total_seconds())) for one in events]


def test_a_spell_by_hand() -> None:
    """Every minute; pre-alarm from 60 s at 300, alarm after 60 s at 500, cleared after 5 min below 470 and 270."""
    values = [200, 310, 320, 520, 540, 480, 460, 460, 460, 460, 460, 460, 200, 200, 200, 200, 200, 200]
    track, events = follow(Track(), readings(*((60 * at, value) for at, value in enumerate(values))), LIMIT)
    assert told(events) == [
        ("began", "pre_alarm", 120), ("rose", "alarm", 240), ("fell", "pre_alarm", 660), ("ended", "normal", 1020),
    ]  # fmt: skip
    assert events[0].since == BEGIN + timedelta(seconds=60) and events[-1].highest == 540
    assert track.level == "normal" and track.since is None


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0, 900), (59, 900)], []),  # not held long enough
        ([(0, 900), (60, 900)], [("began", "alarm", 60)]),
        ([(0, 900), (30, 100), (60, 900), (90, 900)], []),  # the hold begins anew
        ([(0, 299.9), (600, 299.9)], []),
        ([(0, 900), (GAP_SECONDS + 1, 900)], []),  # nobody knows what was between
        ([(0, 300), (60, 300), (120, 271), (900, 271)], [("began", "pre_alarm", 60)]),  # within the hysteresis
    ],
)
def test_edges(pairs: list[tuple[int, float]], expected: list[tuple[str, str, int]]) -> None:
    assert told(follow(Track(), readings(*pairs), LIMIT)[1]) == expected


VALUES = st.lists(st.tuples(st.integers(1, 1200), st.floats(0, 900)), max_size=40).map(
    lambda rows: readings(*((sum(step for step, _ in rows[: at + 1]), value) for at, (_, value) in enumerate(rows)))
)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.integers(0, 40))
def test_how_readings_are_bundled_changes_nothing_and_repeats_neither(rows: list[Reading], cut: int) -> None:
    whole, events = follow(Track(), rows, LIMIT)
    half, first = follow(Track(), rows[:cut], LIMIT)
    again, none = follow(half, rows[:cut], LIMIT)
    end, second = follow(again, rows[cut:], LIMIT)
    assert (whole, events) == (end, first + second) and none == ()


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_spells_begin_and_end_in_turn(rows: list[Reading]) -> None:
    level = "normal"
    for event in follow(Track(), rows, LIMIT)[1]:
        rises = LEVELS.index(event.level) > LEVELS.index(level)
        assert event.change == (
            "began" if level == "normal" else "rose" if rises else "ended" if event.level == "normal" else "fell"
        )
        assert rises == (event.change in ("began", "rose")) and event.since <= event.at
        assert event.change in ("fell", "ended") or event.value >= LIMIT.least(event.level)
        level = event.level


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from([2.0**-10, 2.0**10]))
def test_scaling_units_changes_nothing(rows: list[Reading], factor: float) -> None:
    """By a power of two, which scales exactly."""
    scaled = replace(LIMIT, pre_alarm=300 * factor, alarm=500 * factor, hysteresis=30 * factor)
    larger = [Reading(one.at, one.value * factor) for one in rows]
    assert told(follow(Track(), larger, scaled)[1]) == told(follow(Track(), rows, LIMIT)[1])


def test_a_quiet_place_says_nothing() -> None:
    assert follow(Track(), readings(*((60 * at, 120.0 + at % 80) for at in range(500))), LIMIT)[1] == ()


def test_silence_is_the_device_s() -> None:
    assert not is_silent(BEGIN, BEGIN + timedelta(hours=3.9), 4) and is_silent(BEGIN, BEGIN + timedelta(hours=4), 4)


def test_the_edition_of_the_day() -> None:
    later = replace(LIMIT, starts_on=date(2026, 1, 1), alarm=400)
    assert limit_on("residual_current_ma", date(2025, 12, 31), (LIMIT, later)) == LIMIT
    assert limit_on("residual_current_ma", date(2026, 1, 1), (later, LIMIT)) == later
    assert limit_on("temperature_c", date(2026, 1, 1), (LIMIT,)) is None


def test_what_ships_has_a_source_and_lies_where_the_standard_allows() -> None:
    assert {one.quantity for one in LIMITS} == set(QUANTITIES)
    for one in LIMITS:
        least, most = RANGES[one.quantity]
        assert one.source and one.sure in "ABCM" and least <= one.pre_alarm < one.alarm <= most
        assert one.sure in "AB" or "unverified" in one.source
