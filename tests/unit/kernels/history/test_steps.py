"""How completions and starts become steps."""

from datetime import UTC, datetime, timedelta

from wanjia.kernels.history.nouns import Event, case_of
from wanjia.kernels.history.steps import steps_of

START = datetime(2024, 1, 1, 8, tzinfo=UTC)
HOUR = 3600.0


def done(activity: str, hour: float, started: float | None = None, instance: str = "") -> Event:
    started_at = None if started is None else START + timedelta(hours=started)
    return Event(activity, START + timedelta(hours=hour), "g", instance=instance, started_at=started_at)


def begun(activity: str, hour: float, instance: str = "") -> Event:
    return Event(activity, START + timedelta(hours=hour), "g", transition="start", instance=instance)


def test_a_step_lasts_from_the_completion_before_it_and_the_first_is_not_timed() -> None:
    steps = steps_of(case_of("k", [done("B", 5), done("A", 2)]))
    assert [(step.activity, step.elapsed_s) for step in steps] == [("A", None), ("B", 3 * HOUR)]


def test_a_start_splits_a_step_whether_it_stands_in_the_same_row_or_in_its_own() -> None:
    one_row = steps_of(case_of("k", [done("A", 0), done("B", 5, started=3)]))
    two_rows = steps_of(case_of("k", [done("A", 0), begun("B", 3), done("B", 5)]))
    assert one_row == two_rows
    assert (one_row[1].waiting_s, one_row[1].working_s) == (3 * HOUR, 2 * HOUR)


def test_starts_belong_to_their_instance_and_else_to_the_oldest_open_one() -> None:
    named = steps_of(
        case_of("k", [begun("A", 0, "i"), begun("A", 1, "j"), done("A", 2, None, "j"), done("A", 4, None, "i")])
    )
    assert [step.started_at for step in named] == [START + timedelta(hours=1), START]
    unnamed = steps_of(case_of("k", [begun("A", 0), begun("A", 1), done("A", 2), done("A", 4)]))
    assert [step.started_at for step in unnamed] == [START, START + timedelta(hours=1)]


def test_a_step_done_again_at_once_is_a_repeat_and_after_another_a_return() -> None:
    steps = steps_of(case_of("k", [done(name, hour) for hour, name in enumerate("AABCBD")]))
    assert [step.repeat for step in steps] == [False, True, False, False, True, False]
    assert [step.returned for step in steps] == [False, False, False, False, True, False]
    assert [step.in_loop for step in steps] == [False, False, False, True, True, False]
