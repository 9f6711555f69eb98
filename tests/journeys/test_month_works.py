"""An outage that is asked for as a case and placed by the month's plan; the case goes on by itself once it is told."""

from datetime import datetime, time, timedelta
from pathlib import Path

from django.utils import timezone

from tests.support import plans
from tests.support.screens import at_desk, starts_at_desk
from tests.support.world import HOME, World
from wanjia.actions.cases.deliver_news import deliver_news
from wanjia.actions.network.adopt_month_plan import adopt_month_plan
from wanjia.actions.network.free_means import free_means
from wanjia.actions.network.set_means import WantedMeans, set_means
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, Delivery, Task
from wanjia.records.network.models import Customer, PlannedWork
from wanjia.records.network.planning import PlannedItem, WorkRequest

CODE = "T-C111"


def test_an_approved_outage_goes_into_the_plan_of_its_month(world: World, tmp_path: Path, settings) -> None:  # type: ignore[no-untyped-def]
    settings.HOME = tmp_path
    plans.ready(world)
    Customer.objects.filter(district=CODE).update(phone="13900000011")
    day = plans.next_month(world) + timedelta(days=2)
    at = datetime.combine(day, time(8), timezone.get_default_timezone())
    wanted: Facts = {
        "work_title": "更换变压器", "place": HOME, "device": CODE, "work_kind": "planned", "work_reason": "变压器缺陷",
        "starts_at": at.isoformat(), "ends_at": (at + timedelta(hours=4)).isoformat(), "timing": "month",
    }  # fmt: skip
    number = starts_at_desk(world, "manager", "planned_outage", wanted)
    rows = {row["mode"]: row for row in Case.objects.get(number=number).state["facts"]["alternatives"]}
    assert (rows["outage"]["available"], rows["generator"]["available"]) == (True, False), "nobody has a truck"
    assert rows["generator"]["lacking"] >= 1
    assert Case.objects.get(number=number).state["facts"]["least_mode"] == "outage"
    leader = f"person:{world.person('senior').pk}"
    choice: Facts = {"chosen_mode": "outage", "choice_reason": "当天没有发电车", "work_leader": leader}
    at_desk(world, "manager", number, "choose", choice)
    at_desk(world, "chief", number, "approve", {"approval": "agree"})
    request = WorkRequest.objects.get(case_number=number)
    assert (request.device_id, request.hours, request.modes, request.earliest_on) == (CODE, 4.0, ["outage"], day)
    assert not Task.objects.filter(case__number=number, status="open").exists(), "it waits for the plan"
    assert number in str(world.client("dispatch").get("/board/plans/requests/").content.decode())
    plan = plans.make_plan(world)
    adopt_month_plan(plan.number, world.actor("dispatch"), world.now)
    plans.work()
    assert deliver_news(world.now) >= 1
    item = plan.items.get(request=request)
    facts = Case.objects.get(number=number).state["facts"]
    work = PlannedWork.objects.get()
    assert facts["plan_code"] == work.code == item.planned_works[0] and facts["told_count"] == 1
    assert datetime.fromisoformat(facts["starts_at"]) == item.starts_at == work.starts_at
    assert Delivery.objects.filter(idempotency_key__startswith=f"plan:{work.code}:planned:").count() == 1
    assert Task.objects.get(case__number=number, status="open").step == "permit"
    assert deliver_news(world.now) == 0 and PlannedWork.objects.count() == 1

    _a_truck_sent_out_is_not_free(world, item)


def _a_truck_sent_out_is_not_free(world: World, item: PlannedItem) -> None:
    truck = WantedMeans("truck", "generator_truck", "发电车", "county", 119.95, 29.95, (1,) * 7, kva=400.0)
    set_means(truck, world.actor("dispatch"), world.now)
    times = {"leaves_at": item.starts_at.isoformat(), "back_at": item.ends_at.isoformat()}
    item.means = [{"means": "truck", "count": 1, **times}]
    item.save()
    day = timezone.localdate(item.starts_at)
    there, after = free_means("county", day), free_means("county", day + timedelta(days=1))
    assert there is not None and after is not None
    assert (there["generator_truck"], after["generator_truck"]) == (0, 1)
