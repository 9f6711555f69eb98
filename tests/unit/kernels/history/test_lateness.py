"""Clocks over a log: where they start, stop and stand still, and what counts as broken."""

from datetime import UTC, datetime, timedelta

from wanjia.kernels.history.lateness import Pauses, Rule, own_deadline, replay
from wanjia.kernels.history.nouns import Event, Log, case_of

START = datetime(2024, 1, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def three_days(started_at: datetime, pauses: Pauses) -> datetime | None:
    """Three days of 24 h, longer by every pause."""
    if any(until is None for _, until in pauses):
        return None
    return started_at + timedelta(days=3) + sum((until - since for since, until in pauses if until), timedelta())


def log_of(*steps: tuple[str, float], end: float | None = None, due: float | None = None) -> Log:
    events = [Event(name, day(number)) for name, number in steps]
    end_at, due_at = (None if number is None else day(number) for number in (end, due))
    return Log((case_of("k", events, start_at=day(0), end_at=end_at, deadline_at=due_at),))


def test_an_end_at_the_deadline_is_in_time_and_a_moment_later_is_late() -> None:
    moment = 1 / 86_400_000_000
    assert own_deadline(log_of(("A", 1), end=5, due=5)).late == 0
    assert own_deadline(log_of(("A", 1), end=5 + moment, due=5)).late == 1


def test_open_cases_are_told_apart_from_late_ones_and_judged_at_the_last_event() -> None:
    found = own_deadline(log_of(("A", 1), ("B", 6), due=5))
    assert (found.late, found.open_overdue, found.ended, found.broken[0].late_days) == (0, 1, 0, 1.0)
    assert own_deadline(log_of(("A", 1), due=5)).open_overdue == 0


def test_a_case_without_the_start_does_not_run() -> None:
    rule = Rule("answer", "3 days", three_days, start=("Ask",), stop=("Answer",))
    found = replay(log_of(("Other", 1)), rule)
    assert (found.ran, found.not_run) == (0, 1)


def test_the_first_stop_after_the_start_counts_and_earlier_ones_do_not() -> None:
    rule = Rule("answer", "3 days", three_days, start=("Ask",), stop=("Ans*",))
    found = replay(log_of(("Answer", 1), ("Ask", 2), ("Answer", 6), ("Answer", 9)), rule)
    assert (found.late, found.broken[0].ended_at, found.broken[0].late_days) == (1, day(6), 1.0)


def test_a_pause_moves_the_end_and_one_that_never_ends_stops_the_judgement() -> None:
    rule = Rule("whole", "3 days", three_days, pause=("Supplement asked",), resume=("Supplement here",))
    paused = (("Supplement asked", 1), ("Supplement here", 4))
    assert replay(log_of(*paused, end=5.5), rule).late == 0
    assert replay(log_of(*paused, end=6.5), rule).late == 1
    assert replay(log_of(("Supplement asked", 1), ("Other", 9)), rule).ran == 0
