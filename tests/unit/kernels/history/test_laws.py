"""Laws that hold for every log."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wanjia.kernels.history.audit import Audit, audit
from wanjia.kernels.history.nouns import Case, Event, Log, case_of
from wanjia.kernels.history.steps import steps_of
from wanjia.kernels.history.whatif import Branch, Plan, compare

START = datetime(2024, 1, 1, tzinfo=UTC)
MINUTES = st.integers(0, 60 * 24 * 60)
PLAN = Plan("two", (Branch("ab", ("A", "B")), Branch("", ("C*",), each=True)))


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    rows = draw(st.lists(st.tuples(MINUTES, st.sampled_from(["A", "B", "C1", "C2", "D"]), st.sampled_from("xyz"),
                                   st.sampled_from(["start", "complete", "complete", "schedule"])),
                         min_size=1, max_size=9))  # fmt: skip
    return [Event(activity, at(minute), group, transition=kind) for minute, activity, group, kind in rows]


@st.composite
def logs(draw: st.DrawFn) -> Log:
    cases = []
    for number in range(draw(st.integers(1, 5))):
        end, due = (draw(st.none() | MINUTES) for _ in range(2))
        cases.append(
            case_of(
                f"case-{number}", draw(events()), start_at=draw(st.none() | st.just(START)),
                end_at=None if end is None else at(end), deadline_at=None if due is None else at(due),
                department=draw(st.sampled_from(["north", "south"])),
            )
        )  # fmt: skip
    return Log(tuple(cases))


def without_ids(found: Audit) -> dict[str, Any]:
    """Everything that names no case."""
    plain = asdict(found)
    del plain["deadline"]["broken"], plain["first_at"], plain["as_of"]
    for comparison in plain["comparisons"]:
        comparison["cases"] = sorted((row["logged_days"], row["parallel_days"]) for row in comparison["cases"])
    return plain


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_neither_the_names_of_cases_nor_the_order_of_rows_matter(log: Log, chance: Random) -> None:
    def shuffled(case: Case, new_id: str) -> Case:
        rows = list(case.events)
        chance.shuffle(rows)
        return replace(case_of(new_id, rows), start_at=case.start_at, end_at=case.end_at,
                       deadline_at=case.deadline_at, department=case.department)  # fmt: skip

    names = [f"renamed-{number}" for number in range(len(log.cases))]
    chance.shuffle(names)
    other = Log(tuple(shuffled(case, name) for case, name in zip(log.cases, names, strict=True)))
    assert without_ids(audit(other, [PLAN])) == without_ids(audit(log, [PLAN]))


@settings(max_examples=60, deadline=None)
@given(logs(), st.timedeltas(min_value=timedelta(days=-4000), max_value=timedelta(days=4000)))
def test_moving_all_times_changes_no_duration(log: Log, shift: timedelta) -> None:
    def moved(instant: datetime | None) -> datetime | None:
        return None if instant is None else instant + shift

    other = Log(
        tuple(
            replace(case, events=tuple(replace(event, at=event.at + shift) for event in case.events),
                    start_at=moved(case.start_at), end_at=moved(case.end_at), deadline_at=moved(case.deadline_at))
            for case in log.cases
        )
    )  # fmt: skip
    assert without_ids(audit(other, [PLAN])) == without_ids(audit(log, [PLAN]))


@settings(max_examples=80, deadline=None)
@given(logs())
def test_parallel_is_never_longer_than_serial_and_best_never_longer_than_cautious(log: Log) -> None:
    found = compare(tuple((case, steps_of(case)) for case in log.cases), PLAN)
    for row in found.cases:
        assert -1e-9 <= row.parallel_best_days <= row.parallel_days + 1e-9
        assert row.parallel_days <= row.logged_days + 1e-9
    assert found.late_parallel_best <= found.late_parallel <= found.late_logged


@settings(max_examples=60, deadline=None)
@given(logs())
def test_with_one_branch_there_is_nothing_to_compare(log: Log) -> None:
    one = Plan("one", (Branch("all", ("*",)),))
    found = compare(tuple((case, steps_of(case)) for case in log.cases), one)
    assert found.cases_compared == 0
    assert found.logged_days == found.parallel_days == found.parallel_best_days == 0


@settings(max_examples=80, deadline=None)
@given(logs())
def test_the_steps_of_a_case_add_up_to_it(log: Log) -> None:
    for case in log.cases:
        steps = steps_of(case)
        timed = [step for step in steps if step.elapsed_s is not None]
        assert all(step.waiting_s + step.working_s == step.elapsed_s for step in timed)
        assert all(step.waiting_s >= 0 and step.working_s >= 0 for step in steps)
        if steps:
            first_at = steps[0].started_at or steps[0].done_at
            assert sum(step.elapsed_s or 0.0 for step in timed) == (steps[-1].done_at - first_at).total_seconds()


@settings(max_examples=60, deadline=None)
@given(logs())
def test_every_division_of_the_time_has_the_same_sum(log: Log) -> None:
    found = audit(log)
    places = (found.activities, found.groups, tuple(row.place for row in found.departments))
    sums = [sum(place.spread.total_days for place in rows) for rows in places]
    splits = [sum(p.waiting_days + p.working_days + p.returned_days for p in rows) for rows in places]
    assert max(sums + splits) - min(sums + splits) < 1e-6
    assert sum(place.steps for place in found.groups) == found.steps
