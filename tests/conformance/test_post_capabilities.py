"""A practice lists what is open under a post and changes its holder on the day, as far as who does it may."""

from datetime import timedelta

import pytest

from tests.support.world import World
from wanjia.actions.cases.capabilities.posts import hand_over_post, work_of_post
from wanjia.actions.territory.hand_over import hand_over_due
from wanjia.model.faults import Refused
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.holders import holder_of
from wanjia.records.territory.models import Person, Post, Tenure


def post_of(world: World, login: str) -> Post:
    return Post.objects.get(code=f"post-{login}")


def asked(world: World, days: int = 0) -> Facts:
    successor = Person.objects.create(name="新来的", organisation_id="station-1")
    day = (world.today + timedelta(days=days)).isoformat()
    return {"post": f"post:{post_of(world, 'manager').pk}", "successor": f"person:{successor.pk}", "starts_on": day}


def code_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.faults[0].code


def test_what_is_open_under_a_post_is_listed(world: World) -> None:
    call = world.call()
    own = world.call(key="k3", need="第二件事，同一个格")
    found = work_of_post({"post": f"post:{post_of(world, 'manager').pk}"}, own, world.now)
    assert [row["case_number"] for row in found["work"]] == [call.number], "the case's own tasks are not in its list"  # type: ignore[union-attr,index,call-overload]
    assert (found["work_count"], found["late_count"], found["cards"]) == (1, 0, 1)
    with pytest.raises(Refused):
        work_of_post({"post": "post:0"}, own, world.now)


def test_the_holder_changes_today_and_open_tasks_follow(world: World) -> None:
    case, inputs = world.call(), asked(world)
    given = hand_over_post(inputs, Case(), world.now, world.actor("chief"))
    assert given == {"from_name": "林海生", "to_name": "新来的", "held_from": world.today.isoformat()}
    assert world.task(case).holder.name == "新来的"
    with pytest.raises(Refused) as refused:
        hand_over_post(inputs, Case(), world.now, world.actor("chief"))
    assert code_of(refused) == "already_planned"


def test_the_holder_changes_on_the_day(world: World) -> None:
    case, inputs = world.call(), asked(world, days=5)
    hand_over_post(inputs, Case(), world.now, world.actor("chief"))
    post, day = post_of(world, "manager"), world.today + timedelta(days=5)
    assert holder_of(post, day - timedelta(days=1)).name == "林海生" and holder_of(post, day).name == "新来的"  # type: ignore[union-attr]
    assert world.task(case).holder.name == "林海生"
    assert hand_over_due(day, world.now + timedelta(days=5)) >= 1
    assert Task.objects.get(case=case, status=Task.Status.OPEN).holder.name == "新来的"
    other: Facts = {**inputs, "successor": f"person:{world.person('manager2').pk}"}
    with pytest.raises(Refused) as refused:
        hand_over_post(other, Case(), world.now, world.actor("chief"))
    assert code_of(refused) == "already_planned"


def test_a_past_day_counts_as_today(world: World) -> None:
    assert hand_over_post(asked(world, days=-3), Case(), world.now, world.actor("chief"))["held_from"] == str(
        world.today
    )


def test_only_who_may_appoint_hands_over(world: World) -> None:
    before = Tenure.objects.count()
    for login in ("manager", "chief2", "clerk"):
        with pytest.raises(Refused) as refused:
            hand_over_post(asked(world), Case(), world.now, world.actor(login))
        assert code_of(refused) == "not_allowed"
    assert Tenure.objects.count() == before
