"""A month's plan from asking to customers who were told: made by a worker, moved, put in force, made again."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.support.plans import asked, make_plan, next_month, ready, work
from tests.support.world import World
from wanjia.actions.network import enter_plan
from wanjia.actions.network.adopt_month_plan import adopt_month_plan
from wanjia.actions.network.ask_month_plan import ask_month_plan
from wanjia.actions.network.lose_day import lose_day
from wanjia.actions.network.move_planned_item import lock_planned_item, move_planned_item, undo_move
from wanjia.actions.network.plan_runs import ATTEMPTS_MAX, CLAIM, claim_plan, keep_plan, tell_plan
from wanjia.actions.network.return_to_plan import return_to_plan
from wanjia.actions.network.set_supply_demand import WantedDemand, set_supply_demand
from wanjia.model.faults import Denied, Refused
from wanjia.queries.network.plan_page import plan_page
from wanjia.queries.network.plan_price import price_of_move
from wanjia.records.cases.models import Delivery
from wanjia.records.network.models import PlannedWork
from wanjia.records.network.planning import MonthPlan, WorkRequest

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def test_a_plan_is_made_moved_and_put_in_force(world: World) -> None:
    ready(world)
    outage = asked(world, "line-T-C111", 2, modes=("outage",))
    lit = asked(world, "line-T-C112", 2, modes=("live_line",))
    plan = make_plan(world)
    assert plan.state == "proposed" and plan.unplaced == [], plan.faults
    page = plan_page(plan.number, world.actor("manager"), world.now, "zh-Hans")
    assert [item.mode_kind for item in sorted(page.items, key=lambda one: one.request)] == ["outage", "live_line"]
    assert page.figures is not None and page.figures.district_hours == 4.0 and page.figures.household_hours == 480.0
    assert page.line.gap == pytest.approx(0.0, abs=1e-6) and page.figures.naive_district_hours == 4.0
    row = next(item for item in page.items if item.request == outage.number)
    assert row.districts == ("T-C111",) and row.notice == "due" and row.crew_names[0].startswith("配电班")
    later = row.starts_at + timedelta(days=1)
    priced = price_of_move(plan.number, row.id, later, world.actor("dispatch"))
    assert priced.allowed and priced.district_hours_before == 4.0
    far = price_of_move(plan.number, row.id, later + timedelta(days=20), world.actor("dispatch"))
    assert [fault.code for fault in far.faults] == ["plan.not_days"]
    with pytest.raises(Refused) as refused:
        move_planned_item(plan.number, row.id, later + timedelta(days=20), world.actor("dispatch"), world.now)
    assert codes(refused) == ["plan.not_days"]
    move_planned_item(plan.number, row.id, later, world.actor("dispatch"), world.now)
    assert plan.items.get(pk=row.id).starts_at == later
    undo_move(plan.number, world.actor("dispatch"), world.now)
    assert plan.items.get(pk=row.id).starts_at == row.starts_at
    lock_planned_item(plan.number, row.id, True, world.actor("dispatch"), world.now)
    with pytest.raises(Refused) as refused:
        move_planned_item(plan.number, row.id, later, world.actor("dispatch"), world.now)
    assert codes(refused) == ["plan.locked"]
    with pytest.raises(Denied):
        adopt_month_plan(plan.number, world.actor("county"), world.now)
    adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
    work()
    plan.refresh_from_db()
    assert plan.state == "adopted"
    told = PlannedWork.objects.get()
    assert (told.device_id, told.starts_at, told.ends_at) == ("line-T-C111", row.starts_at, row.ends_at)
    assert Delivery.objects.filter(idempotency_key__startswith=f"plan:{told.code}:planned:").count() == 1
    assert WorkRequest.objects.get(pk=lit.pk).state == "planned"
    assert plan.items.get(request=lit).planned_works == []


def test_a_lost_day_moves_its_work_alone_and_customers_hear_of_it(world: World) -> None:
    ready(world)
    for day, code in enumerate(("T-C111", "T-C112", "T-C121")):
        asked(world, f"line-{code}", 2 * day, modes=("outage",), latest_on=next_month(world) + timedelta(days=20))
    plan = make_plan(world)
    adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
    work()
    first = plan.items.order_by("starts_at")[0]
    stay = [item for item in plan.items.all() if item.starts_at.date() != first.starts_at.date()]
    again = lose_day(
        plan.number, first.starts_at.astimezone(world.now.astimezone().tzinfo).date(), "台风", world.actor("dispatch"),
        world.now,
    )  # fmt: skip
    work()
    again.refresh_from_db()
    assert again.state == "proposed", again.faults
    for item in stay:
        assert again.items.get(request=item.request).starts_at == item.starts_at
    assert again.items.get(request=first.request).starts_at != first.starts_at
    adopt_month_plan(again.number, world.actor("dispatch"), world.now)
    work()
    plan.refresh_from_db()
    assert plan.state == "superseded" and MonthPlan.objects.get(pk=again.pk).state == "adopted"
    gone = PlannedWork.objects.exclude(cancelled_at=None)
    assert [one.code for one in gone] == first.planned_works or gone.count() == 1
    assert PlannedWork.objects.filter(cancelled_at=None).count() == 3
    back = return_to_plan(again.number, world.actor("dispatch"), world.now)
    assert back.state == "proposed" and back.based_on_id == again.pk and back.gap is not None
    assert [(one.request_id, one.starts_at) for one in back.items.all()] == [
        (one.request_id, one.starts_at) for one in plan.items.all()
    ]
    adopt_month_plan(back.number, world.actor("dispatch"), world.now)
    work()
    standing = PlannedWork.objects.filter(cancelled_at=None)
    assert sorted(one.starts_at for one in standing) == sorted(one.starts_at for one in plan.items.all())
    assert MonthPlan.objects.get(pk=back.pk).state == "adopted" and PlannedWork.objects.count() == 5


def test_a_worker_killed_while_it_enters_a_plan_is_followed_by_another(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    ready(world)
    for day, code in enumerate(("T-C111", "T-C112")):
        asked(world, f"line-{code}", 3 * day, modes=("outage",))
    plan = make_plan(world)
    adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
    entered = enter_plan.plan_work

    class Killed(BaseException):
        """As if the process were gone between two outages."""

    def once(*values: object) -> object:
        if PlannedWork.objects.exists():
            raise Killed
        return entered(*values)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(enter_plan, "plan_work", once)
        work()
    assert PlannedWork.objects.count() == 1 and MonthPlan.objects.get().state == "adopting"
    assert claim_plan(timezone.now()) is None, "the first one may still live"
    MonthPlan.objects.update(claimed_until=timezone.now())
    work()
    assert MonthPlan.objects.get().state == "adopted" and PlannedWork.objects.count() == 2
    told = Delivery.objects.filter(idempotency_key__contains=":planned:").values_list("idempotency_key", flat=True)
    assert len(told) == len(set(told)) == 2


def test_a_computation_is_taken_over_and_given_up_after_some_attempts(world: World) -> None:
    ready(world)
    asked(world, "line-T-C111", 2)
    plan = ask_month_plan(next_month(world), "county", world.actor("county"), world.now)
    assert ask_month_plan(next_month(world), "county", world.actor("county"), world.now).pk == plan.pk
    now, first = world.now, claim_plan(world.now)
    assert first is not None and claim_plan(now) is None
    second = claim_plan(now + CLAIM)
    assert second is not None and second.attempts == 2
    assert not tell_plan(first, now + CLAIM, stage="solve"), "the first one learns that it is not its own any more"
    assert not keep_plan(first, [], {}, now + CLAIM) and MonthPlan.objects.get().state == "computing"
    for _ in range(ATTEMPTS_MAX - 2):
        now += 2 * CLAIM
        assert claim_plan(now) is not None
    assert claim_plan(now + CLAIM) is None
    line = plan_page(plan.number, world.actor("county"), now, "en").line
    assert line.state == "failed" and [fault.code for fault in line.faults] == ["plan.given_up"]


def test_what_cannot_be_asked_and_what_cannot_be_planned(world: World) -> None:
    ready(world)
    with pytest.raises(Denied):
        ask_month_plan(next_month(world), "county", world.actor("chief"), world.now)
    with pytest.raises(Refused) as refused:
        ask_month_plan(world.today - timedelta(days=60), "county", world.actor("county"), world.now, 0.0, -1)
    assert codes(refused) == ["plan.month", "plan.seconds", "plan.seed"]
    plan = make_plan(world)
    assert plan.state == "failed" and [one["code"] for one in plan.faults] == ["plan.no_works"]
    first = asked(world, "line-T-C111", 2, modes=("outage",), crew_kind="cable")
    asked(world, "line-T-C112", 2, modes=("outage",))
    begin = datetime.combine(next_month(world), time(), ZoneInfo("Asia/Shanghai"))
    exam = WantedDemand("exam", frozenset({"T-C112"}), begin, begin + timedelta(days=4), "高考")
    set_supply_demand(exam, world.actor("dispatch"), world.now)
    plan = make_plan(world)
    assert plan.state == "proposed" and [one["request"] for one in plan.unplaced] == [first.number]
    assert plan.items.get().starts_at >= exam.until_at
    page = plan_page(plan.number, world.actor("chief"), world.now, "zh-Hans")
    assert page.windows[0].districts == ("T-C112",) and sum(len(day.windows) for day in page.days) == 4
    inside = begin + timedelta(days=2, hours=9)
    priced = price_of_move(plan.number, plan.items.get().pk, inside, world.actor("dispatch"))
    assert [fault.code for fault in priced.faults] == ["plan.not_blackout"]
