"""Clocks of a case: golden stories, and the laws of pausing and firing."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.engine.clocks import (
    Trigger,
    due,
    fire,
    hold,
    on_trigger,
    release,
    stop_all,
    stop_task,
    strictest,
)
from wanjia.engine.nouns import ClockRule, ClockStatus, Edition
from wanjia.model.faults import Refused
from wanjia.model.working_time import Limit, WorkCalendar

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]
CALENDAR = WorkCalendar.from_rows(
    ((day, chinese_calendar.is_workday(day)) for day in DAYS), (2024, 2025, 2026), "Asia/Shanghai"
)
STORIES = sorted((Path(__file__).parents[2] / "cases" / "clocks").glob("*/story.json"))
MONDAY = datetime.fromisoformat("2026-03-02T09:00+08:00")


def rule(identifier="answer", limit=None, limits=None, editions=None, **changes) -> ClockRule:
    limits = limits or {"": limit or Limit(60, "minutes")}
    values = {
        "id": identifier,
        "regime": "company_promise",
        "scope": "case",
        "when": None,
        "start": ("case_started",),
        "stop": ("done:answer",),
        "pause": ("opened:supplement",),
        "resume": ("done:supplement",),
        "warn": (),
        "limit_by": None,
        "editions": editions or (Edition("2024-01-01", limits, "test", "M"),),
        "on_warn": (),
        "on_expire": (),
    }
    return ClockRule(**(values | changes))


def run(rules, clocks, trigger, now=MONDAY, task_key=None, facts=None, branch="", item=None):
    return on_trigger(rules, clocks, Trigger(trigger, task_key, branch, item), facts or {}, now, CALENDAR)


def ticked(clocks, now):
    """What a worker does: take the first thing due, fire it, look again."""
    fired = []
    while events := due(clocks, now):
        clocks, changed = fire(clocks, events[0].key, events[0].kind, now)
        assert [clock.key for clock in changed] == [events[0].key]
        fired.append(events[0])
    return clocks, fired


def after(**length) -> datetime:
    return MONDAY + timedelta(**length)


def read_limit(row) -> Limit:
    return Limit(row["value"], row["unit"])


def read_rule(row) -> ClockRule:
    editions = tuple(
        Edition(e["from"], {name: read_limit(limit) for name, limit in e["limits"].items()}, e["source"], e["sure"])
        for e in row["editions"]
    )
    lists = {name: tuple(row.get(name, ())) for name in ("start", "stop", "pause", "resume")}
    return rule(
        row["id"],
        editions=editions,
        scope=row["scope"],
        when=row.get("when"),
        limit_by=row.get("limit_by"),
        warn=tuple(read_limit(limit) for limit in row.get("warn", ())),
        **lists,
    )


@pytest.mark.parametrize("path", STORIES, ids=[path.parent.name for path in STORIES])
def test_story(path):
    """Each folder of tests/cases/clocks: triggers in order; between them time passes and everything due fires."""
    story = json.loads(path.read_text(encoding="utf-8"))
    rules = [read_rule(row) for row in story["clocks"]]
    clocks, fired = (), []
    for step in story["steps"]:
        now = datetime.fromisoformat(step["at"])
        clocks, events = ticked(clocks, now)
        fired += [f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%MZ} {event.kind} {event.key}" for event in events]
        if "trigger" in step:
            clocks, _ = run(rules, clocks, step["trigger"], now, step.get("task"), step.get("facts"))
        for key, expected in step.get("expect", {}).items():
            clock = next(clock for clock in clocks if clock.key == key)
            due_at = clock.due_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ") if clock.due_at else None
            seen = {"status": str(clock.status), "due_at": due_at, "task": clock.task_key}
            assert {name: seen[name] for name in expected} == expected, (step, key)
        if "clocks" in step:
            assert [clock.key for clock in clocks] == step["clocks"]
    assert fired == story["fired"]


def test_there_are_stories():
    assert len(STORIES) >= 4


def test_only_what_changed_is_reported():
    rules = [rule(), rule("other", start=("opened:review",))]
    clocks, changed = run(rules, (), "case_started")
    assert [clock.key for clock in changed] == ["answer"] and clocks == changed
    clocks, changed = run(rules, clocks, "opened:review")
    assert [clock.key for clock in changed] == ["other"] and len(clocks) == 2
    assert run(rules, clocks, "opened:nothing") == (clocks, ())


def test_a_clock_that_is_open_does_not_start_twice_and_one_that_ended_does():
    rules = [rule(start=("case_started", "opened:answer"))]
    clocks, _ = run(rules, (), "case_started")
    assert run(rules, clocks, "opened:answer", after(minutes=5)) == (clocks, ())
    clocks, _ = run(rules, clocks, "done:answer", after(minutes=6))
    clocks, changed = run(rules, clocks, "opened:answer", after(minutes=7))
    assert [clock.key for clock in changed] == ["answer#2"]
    assert changed[0].started_at == after(minutes=7) and clocks[0].status is ClockStatus.STOPPED


def test_one_trigger_ends_a_clock_and_starts_the_next():
    rules = [rule(start=("done:answer",), stop=("done:answer",))]
    clocks, _ = run(rules, (), "done:answer")
    clocks, changed = run(rules, clocks, "done:answer", after(minutes=5))
    assert [(clock.key, clock.status) for clock in changed] == [
        ("answer", ClockStatus.STOPPED),
        ("answer#2", ClockStatus.RUNNING),
    ]


@pytest.mark.parametrize(
    ("facts", "starts"), [({"urgent": True}, True), ({"urgent": False}, False), ({"urgent": None}, False), ({}, False)]
)
def test_a_clock_with_a_condition_starts_only_when_it_is_true(facts, starts):
    clocks, _ = run([rule(when="urgent = true")], (), "case_started", facts=facts)
    assert bool(clocks) is starts


def test_a_condition_that_cannot_be_evaluated_refuses_the_step():
    with pytest.raises(Refused) as refused:
        run([rule(when="amount > 3")], (), "case_started", facts={"amount": "many"})
    assert [(fault.code, fault.where.column) for fault in refused.value.faults] == [("expression.type", "answer.when")]


@pytest.mark.parametrize(
    ("value", "minutes"), [("urban", 45), ("rural", 90), ("remote", 120), (None, 45), ("island", 45)]
)
def test_the_limit_follows_the_fact_and_is_the_strictest_without_it(value, minutes):
    limits = {"remote": Limit(2, "hours"), "urban": Limit(45, "minutes"), "rural": Limit(90, "minutes")}
    facts = {} if value is None else {"area": value}
    clocks, _ = run([rule(limits=limits, limit_by="area")], (), "case_started", facts=facts)
    assert clocks[0].due_at == after(minutes=minutes)


@pytest.mark.parametrize(
    ("start", "edition", "days"),
    [
        ("2026-03-01T23:59+08:00", "2024-01-01", 7),
        # Still February in UTC, already March in the company's zone.
        ("2026-02-28T16:30+00:00", "2024-01-01", 7),
        ("2026-03-02T00:00+08:00", "2026-03-02", 5),
        ("2026-03-01T16:30+00:00", "2026-03-02", 5),
        ("2024-01-01T00:00+08:00", "2024-01-01", 7),
    ],
)
def test_the_edition_is_that_of_the_company_s_start_day(start, edition, days):
    editions = (
        Edition("2026-03-02", {"": Limit(5, "days")}, "new", "B"),
        Edition("2024-01-01", {"": Limit(7, "days")}, "old", "B"),
    )
    clocks, _ = run([rule(editions=editions)], (), "case_started", datetime.fromisoformat(start))
    assert (clocks[0].edition_from, clocks[0].limit) == (edition, Limit(days, "days"))


def test_before_the_first_edition_the_first_one_holds():
    clocks, _ = run([rule(editions=(Edition("2026-05-01", {"": Limit(5, "days")}, "", "M"),))], (), "case_started")
    assert clocks[0].edition_from == "2026-05-01"


def test_a_year_that_nobody_entered_is_refused_and_named():
    with pytest.raises(Refused) as refused:
        run([rule(limit=Limit(5, "working_days"))], (), "case_started", datetime(2026, 12, 30, 9, tzinfo=UTC))
    fault = refused.value.faults[0]
    assert (fault.code, fault.values) == ("clock.unknown_year", {"clock": "answer", "year": 2027})


def test_each_task_of_a_multi_instance_step_has_its_own_clock():
    rules = [rule("review", scope="task", start=("opened:review",), stop=("done:review",))]
    clocks = ()
    for number in range(3):
        clocks, _ = run(rules, clocks, "opened:review", after(minutes=number), f"t{number}")
    assert [(clock.key, clock.task_key) for clock in clocks] == [
        ("review", "t0"),
        ("review#2", "t1"),
        ("review#3", "t2"),
    ]
    clocks, changed = run(rules, clocks, "done:review", after(minutes=9), "t1")
    assert [clock.task_key for clock in changed] == ["t1"]
    # The trigger of a watched task whose clock is gone must not touch its neighbours'.
    assert run(rules, clocks, "done:review", after(minutes=9), "t1") == (clocks, ())


def test_a_trigger_of_another_step_means_the_named_task_or_all():
    rules = [rule("review", scope="task", start=("opened:review",), stop=("done:review",))]
    clocks = ()
    for key in ("t0", "t1"):
        clocks, _ = run(rules, clocks, "opened:review", MONDAY, key)
    _, changed = run(rules, clocks, "opened:supplement", after(minutes=1), "t1")
    assert [clock.task_key for clock in changed] == ["t1"]
    _, changed = run(rules, clocks, "opened:supplement", after(minutes=1), "s9")
    assert [clock.task_key for clock in changed] == ["t0", "t1"]
    _, changed = run(rules, clocks, "opened:supplement", after(minutes=1))
    assert [clock.task_key for clock in changed] == ["t0", "t1"]


def test_stopped_in_time_is_stopped_and_at_the_end_itself_is_late():
    clocks, _ = run([rule()], (), "case_started")
    last = after(minutes=60) - timedelta(microseconds=1)
    assert run([rule()], clocks, "done:answer", last)[0][0].status is ClockStatus.STOPPED
    late = run([rule()], clocks, "done:answer", after(minutes=60))[0][0]
    assert (late.status, late.stopped_at) == (ClockStatus.LATE, after(minutes=60))
    expired, _ = ticked(clocks, after(minutes=60))
    assert expired[0].status is ClockStatus.EXPIRED
    assert run([rule()], expired, "done:answer", after(minutes=90))[0][0].status is ClockStatus.LATE


def test_what_has_run_out_cannot_be_paused_or_held_any_more():
    clocks, _ = run([rule()], (), "case_started")
    for at in (after(minutes=60), after(hours=9)):
        assert run([rule()], clocks, "opened:supplement", at) == (clocks, ())
        assert hold(clocks, at, CALENDAR) == (clocks, ())


def test_a_paused_clock_neither_warns_nor_ends_and_runs_on_where_it_stood():
    rules = [rule(warn=(Limit(10, "minutes"),))]
    clocks, _ = run(rules, (), "case_started")
    clocks, _ = run(rules, clocks, "opened:supplement", after(minutes=40))
    assert clocks[0].due_at is None and clocks[0].remaining.elapsed == timedelta(minutes=20)
    assert due(clocks, after(days=30)) == ()
    clocks, _ = run(rules, clocks, "done:supplement", after(minutes=100))
    assert (clocks[0].due_at, clocks[0].warn_at) == (after(minutes=120), (after(minutes=110),))


def test_a_warning_given_before_a_pause_is_not_given_again():
    rules = [rule(warn=(Limit(30, "minutes"), Limit(10, "minutes")))]
    clocks, _ = run(rules, (), "case_started")
    clocks, fired = ticked(clocks, after(minutes=35))
    clocks, _ = run(rules, clocks, "opened:supplement", after(minutes=35))
    clocks, _ = run(rules, clocks, "done:supplement", after(hours=5))
    clocks, more = ticked(clocks, after(hours=9))
    assert [event.number for event in fired + more] == [1, 2, 0]
    assert [event.kind for event in fired + more] == ["warn", "warn", "expire"]


def test_a_warning_longer_than_the_limit_is_due_at_the_start():
    clocks, _ = run([rule(warn=(Limit(3, "working_days"),))], (), "case_started")
    assert clocks[0].warn_at == (MONDAY,)
    clocks, _ = run([rule(warn=(Limit(9, "working_days"),))], (), "case_started", datetime(2024, 1, 3, 1, tzinfo=UTC))
    assert clocks[0].warn_at == (datetime(2024, 1, 3, 1, tzinfo=UTC),)


def test_a_hold_and_a_pause_end_each_by_its_own():
    rules = [rule()]
    clocks, _ = run(rules, (), "case_started")
    clocks, _ = run(rules, clocks, "opened:supplement", after(minutes=10))
    clocks, _ = hold(clocks, after(minutes=20), CALENDAR)
    clocks, _ = run(rules, clocks, "done:supplement", after(minutes=30))
    assert clocks[0].status is ClockStatus.PAUSED and clocks[0].paused_by == ("hold",)
    clocks, changed = release(rules, clocks, after(minutes=40), CALENDAR)
    assert changed[0].due_at == after(minutes=40 + 50)

    clocks, _ = hold(clocks, after(minutes=50), CALENDAR)
    clocks, _ = run(rules, clocks, "opened:supplement", after(minutes=55))
    clocks, _ = release(rules, clocks, after(minutes=60), CALENDAR)
    assert clocks[0].status is ClockStatus.PAUSED and clocks[0].paused_by == ("supplement",)
    clocks, _ = run(rules, clocks, "done:supplement", after(minutes=70))
    assert clocks[0].due_at == after(minutes=70 + 40)


def test_a_clock_that_starts_while_the_case_is_held_is_held():
    rules = [rule(), rule("review", start=("opened:review",), stop=())]
    clocks, _ = run(rules, (), "case_started")
    clocks, _ = hold(clocks, after(minutes=10), CALENDAR)
    clocks, _ = run(rules, clocks, "opened:review", after(minutes=20))
    assert [clock.status for clock in clocks] == [ClockStatus.PAUSED, ClockStatus.PAUSED]
    clocks, _ = release(rules, clocks, after(minutes=30), CALENDAR)
    assert [clock.due_at for clock in clocks] == [after(minutes=80), after(minutes=90)]


def test_nothing_fires_after_the_case_or_the_task_is_over():
    rules = [rule(warn=(Limit(5, "minutes"),)), rule("review", scope="task", start=("opened:review",), stop=())]
    clocks, _ = run(rules, (), "case_started")
    clocks, _ = run(rules, clocks, "opened:review", MONDAY, "t1")
    without, changed = stop_task(clocks, "t1", after(minutes=1))
    assert [clock.clock for clock in changed] == ["review"]
    ended, changed = stop_all(without, after(minutes=2))
    assert [clock.clock for clock in changed] == ["answer"]
    assert due(ended, after(days=9)) == ()
    assert run(rules, ended, "done:answer", after(days=9)) == (ended, ())


def test_the_strictest_is_the_earliest_end_and_an_overdue_one_still_shows():
    rules = [rule("a", limit=Limit(5, "days")), rule("b", limit=Limit(2, "hours")), rule("c", limit=Limit(3, "hours"))]
    clocks, _ = run(rules, (), "case_started")
    assert strictest(clocks).key == "b"
    clocks, _ = ticked(clocks, after(hours=2))
    assert strictest(clocks).key == "b" and strictest(clocks).status is ClockStatus.EXPIRED
    clocks, _ = hold(clocks, after(hours=2), CALENDAR)
    clocks = tuple(clock for clock in clocks if clock.key != "b")
    assert strictest(clocks) is None and strictest(()) is None


def test_due_events_are_in_order_of_instant_then_warning_before_end_then_key():
    rules = [
        rule("z", limit=Limit(60, "minutes"), warn=(Limit(0, "minutes"),)),
        rule("a", limit=Limit(60, "minutes")),
        rule("m", limit=Limit(30, "minutes")),
    ]
    clocks, _ = run(rules, (), "case_started")
    assert [(event.kind, event.key) for event in due(clocks, after(hours=1))] == [
        ("expire", "m"),
        ("warn", "z"),
        ("expire", "a"),
        ("expire", "z"),
    ]


def test_firing_what_is_not_due_changes_nothing():
    clocks, _ = run([rule(warn=(Limit(5, "minutes"),))], (), "case_started")
    assert fire(clocks, "answer", "expire", after(minutes=59)) == (clocks, ())
    assert fire(clocks, "answer", "warn", after(minutes=54)) == (clocks, ())
    assert fire(clocks, "nobody", "expire", after(days=1)) == (clocks, ())
    once, _ = fire(clocks, "answer", "expire", after(hours=1))
    assert fire(once, "answer", "expire", after(hours=2)) == (once, ())


elapsed_limits = st.one_of(
    st.integers(1, 5000).map(lambda n: Limit(n, "minutes")), st.integers(1, 200).map(lambda n: Limit(n, "hours"))
)
lengths = st.integers(0, 3 * 86_400_000_000).map(lambda n: timedelta(microseconds=n))


@given(elapsed_limits, st.lists(st.tuples(lengths, lengths), max_size=6), st.booleans())
def test_running_time_over_all_pauses_is_the_limit(limit, spells, held):
    rules = [rule(limit=limit)]
    clocks, _ = run(rules, (), "case_started")
    now, ran = MONDAY, timedelta(0)
    for runs, stands in spells:
        if clocks[0].due_at <= now + runs:
            break
        now, ran = now + runs, ran + runs
        clocks, _ = hold(clocks, now, CALENDAR) if held else run(rules, clocks, "opened:supplement", now)
        now += stands
        resumed = release(rules, clocks, now, CALENDAR) if held else run(rules, clocks, "done:supplement", now)
        clocks, _ = resumed
    assert ran + (clocks[0].due_at - now) == limit.elapsed


@st.composite
def rule_sets(draw):
    count = draw(st.integers(1, 4))
    warns = st.lists(
        st.one_of(
            st.integers(0, 3000).map(lambda n: Limit(n, "minutes")),
            st.integers(0, 4).map(lambda n: Limit(n, "working_days")),
        ),
        max_size=3,
    )
    any_limit = st.one_of(elapsed_limits, st.integers(1, 8).map(lambda n: Limit(n, "working_days")))
    return [rule(f"c{n}", limit=draw(any_limit), warn=tuple(draw(warns))) for n in range(count)]


@given(rule_sets(), st.lists(st.integers(0, 20 * 24 * 60), max_size=12))
def test_many_small_ticks_fire_the_same_as_one_big_one_each_once(rules, minutes):
    start, _ = run(rules, (), "case_started")
    end = after(days=30)
    at_once, all_fired = ticked(start, end)

    clocks, fired = start, []
    for at in [*sorted(after(minutes=n) for n in minutes), end]:
        clocks, events = ticked(clocks, at)
        fired += events

    assert clocks == at_once and fired == all_fired
    assert len(fired) == sum(1 + len(each.warn) for each in rules) == len(set(fired))
    assert [event.at for event in fired] == sorted(event.at for event in fired)


@given(st.integers(1, 20), st.integers(1, 10), st.integers(0, 10))
def test_a_pause_of_whole_working_days_moves_the_end_by_as_many(limit, ran, stood):
    ran = min(ran, limit)
    rules = [rule(limit=Limit(limit, "working_days"))]
    noon = timedelta(hours=12)
    clocks, _ = run(rules, (), "case_started")
    paused_on = CALENDAR.working_day_from(MONDAY.date(), ran)
    resumed_on = CALENDAR.working_day_from(paused_on, stood)
    clocks, _ = run(rules, clocks, "opened:supplement", CALENDAR.end_of(paused_on) - noon)
    clocks, _ = run(rules, clocks, "done:supplement", CALENDAR.end_of(resumed_on) - noon)
    assert clocks[0].due_at == CALENDAR.end_of(CALENDAR.working_day_from(MONDAY.date(), limit + stood))


def test_a_wait_ends_well_by_running_out_and_is_never_due() -> None:
    watch = rule("watch", waits=True, on_expire=({"message": "watch_over"},))
    clocks, _ = run([watch, rule(limit=Limit(90, "minutes"))], (), "case_started")
    assert strictest(clocks).clock == "answer"
    clocks, fired = ticked(clocks, after(minutes=60))
    assert [(event.key, event.kind) for event in fired] == [("watch", "expire")]
    assert {clock.clock: clock.status for clock in clocks} == {
        "watch": ClockStatus.STOPPED, "answer": ClockStatus.RUNNING,
    }  # fmt: skip
