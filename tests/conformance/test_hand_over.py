"""A post changes hands: its open tasks follow in the same transaction, and history still says who answered then."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.rows import denied, fingerprint, refused, unknown
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.territory import appoint as appoint_module
from wanjia.actions.territory.appoint import appoint
from wanjia.actions.territory.cancel_appointment import cancel_appointment
from wanjia.actions.territory.hand_over import hand_over_due, hand_over_tasks
from wanjia.queries.territory.who_answers import who_answers
from wanjia.records.cases.models import Case, HistoryEntry, Task
from wanjia.records.territory.models import Person, Tenure


def manager_of(case: Case, on: date) -> str:
    return {row.level: row.person for row in who_answers(case.longitude, case.latitude, on)}[3]


def newcomer() -> Person:
    return Person.objects.create(name="新来的", organisation_id="station-1")


def test_open_tasks_follow_at_once_and_the_past_stays(world: World) -> None:
    case, other = world.call("a"), world.call("b")
    complete_task(
        other.number, world.task(other).key, {"outcome": "answered", "answer_text": "好"}, world.actor("manager"),
        world.now,
    )  # fmt: skip
    new = newcomer()
    delegate(case.number, world.task(case).key, f"person:{world.person('manager2').pk}", world.actor("manager"),
             world.now)  # fmt: skip
    appoint("post-manager", new.pk, world.today, world.actor("chief"), world.now, world.today)
    task = world.task(case)
    assert (task.holder, task.delegated_to) == (new, None)
    assert Task.objects.get(case=other, step="answer").holder == world.person("manager"), "what is done stays"
    yesterday = world.today - timedelta(days=1)
    assert (manager_of(case, yesterday), manager_of(case, world.today)) == ("林海生", "新来的")
    moved = HistoryEntry.objects.get(subject=f"case:{case.pk}", verb="task_handed_over")
    assert (moved.data["from"], moved.data["to"]) == (world.person("manager").pk, new.pk)
    assert HistoryEntry.objects.filter(subject="post:post-manager", verb="appointed").count() == 1
    with denied():
        complete_task(case.number, task.key, {"outcome": "answered", "answer_text": "x"}, world.actor("manager"),
                      world.now)  # fmt: skip


def test_an_appointment_for_later_moves_the_tasks_on_its_day(world: World) -> None:
    case, new = world.call(), newcomer()
    day = world.today + timedelta(days=3)
    appoint("post-manager", new.pk, day, world.actor("county"), world.now, world.today)
    assert world.task(case).holder == world.person("manager")
    before = fingerprint()
    for ahead in range(3):
        assert hand_over_due(world.today + timedelta(days=ahead), world.now + timedelta(days=ahead)) == 0
    assert fingerprint() == before
    assert hand_over_due(day, world.now + timedelta(days=3)) == 1
    assert hand_over_due(day, world.now + timedelta(days=3)) == 0
    assert world.task(case).holder == new
    assert HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb="task_handed_over").count() == 1


def test_a_task_passed_on_by_hand_does_not_fall_back(world: World) -> None:
    """`hand_over_due` moves what former holders of the post have, not what somebody gave away on purpose."""
    case = world.call()
    hand_over_tasks([world.task(case).pk], world.person("manager2").pk, world.actor("senior"), world.now)
    assert hand_over_due(world.today, world.now) == 0
    assert world.task(case).holder == world.person("manager2")


def test_what_stands_in_the_way_is_refused(world: World) -> None:
    new, chief, county = newcomer(), world.actor("chief"), world.actor("county")
    planned = world.today + timedelta(days=10)
    appoint("post-manager", new.pk, planned, county, world.now, world.today)
    with refused("tenure.already_planned"):
        appoint("post-manager", new.pk, world.today + timedelta(days=5), county, world.now, world.today)
    with unknown():
        appoint("post-nobody", new.pk, world.today, county, world.now, world.today)
    with unknown():
        appoint("post-manager2", 999_999, world.today, county, world.now, world.today)
    for login in ("manager", "senior", "chief2", "clerk"):
        with denied():
            appoint("post-manager2", new.pk, world.today, world.actor(login), world.now, world.today)
    assert Tenure.objects.filter(post__code="post-manager2").count() == 1 and chief.organisations


def test_appointing_and_moving_is_one_transaction(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.call()
    new = newcomer()
    before = fingerprint()

    def fails(*_: object) -> int:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(appoint_module, "move_open_tasks", fails)
    with pytest.raises(RuntimeError):
        appoint("post-manager", new.pk, world.today, world.actor("chief"), world.now, world.today)
    assert fingerprint() == before


def test_a_desk_hands_chosen_tasks_over_in_bulk(world: World) -> None:
    cases = [world.call(f"k{at}") for at in range(3)]
    ids = [world.task(case).pk for case in cases]
    to = world.person("manager2")
    for login in ("manager", "clerk", "chief2"):
        with denied():
            hand_over_tasks(ids, to.pk, world.actor(login), world.now)
    with unknown():
        hand_over_tasks(ids, 999_999, world.actor("senior"), world.now)
    assert hand_over_tasks(ids[:2], to.pk, world.actor("senior"), world.now) == 2
    assert [world.task(case).holder.name for case in cases] == [to.name, to.name, "林海生"]
    assert hand_over_tasks(ids[:2], to.pk, world.actor("senior"), world.now) == 0


def held(post: str) -> list[tuple[date, date | None]]:
    return list(Tenure.objects.filter(post__code=post).order_by("starts_on").values_list("starts_on", "ends_on"))


def test_a_planned_end_survives_an_appointment_that_is_taken_back(world: World) -> None:
    """Somebody who leaves in spring leaves in spring, whatever was planned and given up for the time before."""
    chief, new, day = world.actor("chief"), newcomer(), world.today + timedelta(days=10)
    spring = world.today + timedelta(days=90)
    Tenure.objects.filter(post__code="post-manager").update(ends_on=spring)
    before = held("post-manager")
    planned = appoint("post-manager", new.pk, day, chief, world.now, world.today)
    assert held("post-manager")[0][1] == day - timedelta(days=1)
    cancel_appointment(planned.pk, chief, world.now, world.today)
    assert held("post-manager") == before


def test_who_leaves_on_the_day_before_leaves_all_the_same(world: World) -> None:
    chief, day = world.actor("chief"), world.today + timedelta(days=10)
    Tenure.objects.filter(post__code="post-manager").update(ends_on=day - timedelta(days=1))
    before = held("post-manager")
    planned = appoint("post-manager", newcomer().pk, day, chief, world.now, world.today)
    cancel_appointment(planned.pk, chief, world.now, world.today)
    assert held("post-manager") == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), days=st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True).map(sorted),
       end=st.none() | st.integers(0, 80))  # fmt: skip
def test_plans_given_up_in_any_order_leave_no_trace(
    world: World, data: st.DataObject, days: list[int], end: int | None
) -> None:
    """While some stand, nobody overlaps and nobody is missing; when all are given up everything is as it was."""
    with transaction.atomic():
        first = Tenure.objects.get(post__code="post-manager")
        last = None if end is None else world.today + timedelta(days=end)
        Tenure.objects.filter(pk=first.pk).update(ends_on=last)
        chief, before = world.actor("chief"), held("post-manager")
        planned = {day: appoint("post-manager", newcomer().pk, world.today + timedelta(days=day), chief, world.now,
                                world.today).pk for day in days}  # fmt: skip
        for day in data.draw(st.permutations(days)):
            cancel_appointment(planned.pop(day), chief, world.now, world.today)
            assert held("post-manager") == expected(world.today, before[0], sorted(planned))
        transaction.set_rollback(True)


def expected(today: date, first: tuple[date, date | None], days: list[int]) -> list[tuple[date, date | None]]:
    """The holder of today until own end or the first plan; each plan until the next."""
    starts = [today + timedelta(days=day) for day in days]
    ends: list[date | None] = [start - timedelta(days=1) for start in starts]
    own = [end for end in (first[1], *ends[:1]) if end is not None]
    return [(first[0], min(own) if own else None), *zip(starts, (*ends, None)[1:], strict=True)]
