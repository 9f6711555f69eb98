"""Cases that begin by themselves: once for each body and period, on both stores."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction

from tests.support.recurring import monthly
from tests.support.rows import denied
from tests.support.world import World
from wanjia.actions.cases import open_recurring as opening
from wanjia.actions.cases.install_practice import install_practice
from wanjia.actions.cases.open_recurring import open_recurring
from wanjia.actions.cases.switch_recurring import switch_recurring
from wanjia.model.actors import SYSTEM
from wanjia.practice.nouns import Recurring
from wanjia.practice.recurring import next_start, period_of
from wanjia.records.cases.calendar import work_calendar
from wanjia.records.cases.models import Case, HistoryEntry, PracticeVersion, RecurringStart

MONTHLY = Recurring("month", "first_working_day", "station")


def at(day: date) -> datetime:
    """Noon in the company's zone."""
    return datetime.combine(day, time(4), UTC)


@pytest.fixture
def first_day(world: World) -> date:
    """The first working day of the month after the practice was installed, which is the only one that begins so."""
    PracticeVersion.objects.update(active=False)
    install_practice(monthly(), {}, SYSTEM, world.now, run_scenarios=False)
    return next_start(MONTHLY, work_calendar(), world.today)[1]


def test_every_station_gets_one_case_on_the_day_and_never_another(world: World, first_day: date) -> None:
    assert open_recurring(at(first_day - timedelta(days=1))) == 0, "nothing of the month in which it was installed"
    assert open_recurring(at(first_day)) == 2
    for hours in (0, 1, 24, 24 * 7):
        assert open_recurring(at(first_day) + timedelta(hours=hours)) == 0
    rows = RecurringStart.objects.filter(practice="meter_test").order_by("organisation")
    assert [row.organisation_id for row in rows] == ["station-1", "station-2"]
    for row, chief in zip(rows, ("chief", "chief2"), strict=True):
        case = Case.objects.get(pk=row.case_id)
        assert case.organisation_id == row.organisation_id and case.surface == "system"
        assert case.requester == world.person(chief) and case.requester_name == world.person(chief).name
        assert case.state["facts"]["period"] == row.period == f"{first_day:%Y-%m}"
        assert case.state["facts"]["kind"] == "repair"
        assert world.task(case, "handle").holder == world.person(chief)
    later = next_start(MONTHLY, work_calendar(), first_day)[1]
    assert open_recurring(at(later)) == 2


def test_what_is_undone_with_its_row_is_opened_by_the_next_worker(world: World, first_day: date) -> None:
    class Killed(Exception):
        """A worker that dies with its transaction open."""

    with pytest.raises(Killed), transaction.atomic():
        assert open_recurring(at(first_day)) == 2
        raise Killed
    assert not RecurringStart.objects.exists() and not Case.objects.filter(surface="system").exists()
    assert open_recurring(at(first_day), limit=1) == 1
    assert open_recurring(at(first_day)) == 1
    assert open_recurring(at(first_day)) == 0


def test_what_is_refused_says_why_and_is_tried_again(world: World, first_day: date, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    told = opening._told
    monkeypatch.setattr(opening, "_told", lambda period: (5, *told(period)[1:]))
    assert open_recurring(at(first_day)) == 0
    assert {row.fault for row in RecurringStart.objects.all()} == {"form.wrong_type"}
    monkeypatch.undo()
    assert open_recurring(at(first_day)) == 2
    assert {row.fault for row in RecurringStart.objects.all()} == {""}


def test_switched_off_nothing_begins_and_nothing_is_made_up_for(world: World, first_day: date) -> None:
    with denied():
        switch_recurring("meter_test", False, world.actor("manager"), world.now)
    switch_recurring("meter_test", False, world.actor("editor"), world.now)
    assert open_recurring(at(first_day)) == 0
    switch_recurring("meter_test", True, world.actor("admin"), at(first_day + timedelta(days=1)))
    assert open_recurring(at(first_day + timedelta(days=1))) == 0, "the day has gone by"
    assert open_recurring(at(next_start(MONTHLY, work_calendar(), first_day)[1])) == 2
    verbs = HistoryEntry.objects.filter(subject="practice:meter_test").values_list("verb", flat=True)
    assert [verb for verb in verbs if verb.startswith("recurring")] == ["recurring_off", "recurring_on"]


def test_a_worker_that_was_away_on_the_day_still_opens_within_the_period(world: World, first_day: date) -> None:
    last = period_of("month", first_day).ends_on
    assert open_recurring(at(last)) == 2
