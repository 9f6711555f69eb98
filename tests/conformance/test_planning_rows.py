"""What plans are made from: works asked for, means, windows without outages, customers with two supplies."""

from datetime import timedelta

import pytest

from tests.support.outages import world_network
from tests.support.world import World
from wanjia.actions.network.plan_work import WantedWork, plan_work
from wanjia.actions.network.request_work import WantedRequest, request_work
from wanjia.actions.network.set_double_source import remove_double_source, set_double_source
from wanjia.actions.network.set_means import WantedMeans, remove_means, set_means
from wanjia.actions.network.set_supply_demand import WantedDemand, set_supply_demand, withdraw_supply_demand
from wanjia.actions.network.withdraw_work_request import withdraw_work_request
from wanjia.model.faults import Denied, NotFound, Refused
from wanjia.records.cases.models import HistoryEntry
from wanjia.records.network.planning import DoubleSource, Means, SupplyDemand, WorkRequest

pytestmark = pytest.mark.django_db


def wanted(world: World, device: str = "T-C111", **values: object) -> WantedRequest:
    first = world.today + timedelta(days=10)
    plain: dict[str, object] = {
        "title_zh": "更换变压器", "kind": "transformer", "hours": 4.0, "earliest_on": first,
        "latest_on": first + timedelta(days=20),
    }  # fmt: skip
    return WantedRequest(device, **{**plain, **values})  # type: ignore[arg-type]


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [fault.code for fault in refused.value.faults]


def test_a_work_is_asked_for_by_who_answers_there_and_taken_back(world: World) -> None:
    row = request_work(wanted(world), world.actor("manager"), world.now)
    assert row.organisation_id == "station-1" and row.feeder_id == "F001" and row.number.startswith("JX")
    assert list(row.districts.values_list("district", flat=True)) == ["T-C111"]
    with pytest.raises(Denied):
        request_work(wanted(world, "T-C211"), world.actor("manager"), world.now)
    with pytest.raises(Denied):
        withdraw_work_request(row.number, "not needed", world.actor("chief2"), world.now)
    with pytest.raises(Refused) as refused:
        withdraw_work_request(row.number, " ", world.actor("chief"), world.now)
    assert codes(refused) == ["plan.reason_missing"]
    withdraw_work_request(row.number, "done by another one", world.actor("chief"), world.now)
    assert WorkRequest.objects.get().state == "withdrawn"
    verbs = HistoryEntry.objects.filter(subject=f"work:{row.number}").values_list("verb", flat=True)
    assert list(verbs.order_by("sequence")) == ["work_requested", "work_request_withdrawn"]
    with pytest.raises(Refused) as refused:
        withdraw_work_request(row.number, "again", world.actor("chief"), world.now)
    assert codes(refused) == ["plan.work_withdrawn"]


def test_every_fault_of_a_request_is_told_and_nothing_is_written(world: World) -> None:
    late = world.today + timedelta(days=900)
    bad = wanted(
        world, title_zh=" ", kind="magic", hours=40.0, crew_kind="wizards", modes=("fly",), earliest_on=late,
        latest_on=world.today,
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        request_work(bad, world.actor("dispatch"), world.now)
    assert codes(refused) == [
        "work.title_missing", "plan.work_kind", "plan.crew_kind", "plan.work_hours", "plan.modes", "plan.work_days",
        "plan.work_past",
    ]  # fmt: skip
    assert not WorkRequest.objects.exists()


def test_a_branch_asks_for_all_districts_behind_it_once_a_case(world: World) -> None:
    line = wanted(world, "breaker", case_number="JD1", modes=("bypass", "outage"))
    row = request_work(line, world.actor("dispatch"), world.now, world_network())
    assert row.organisation_id == "county" and row.districts.count() == 8 and row.modes == ["outage", "bypass"]
    assert request_work(line, world.actor("dispatch"), world.now, world_network()).pk == row.pk


def test_means_are_set_changed_and_taken_out_of_use(world: World) -> None:
    truck = WantedMeans("truck-1", "generator_truck", "发电车", "county", 119.95, 29.95, (1, 1, 1, 1, 1, 0, 0), kva=400)
    set_means(truck, world.actor("county"), world.now)
    day = world.today + timedelta(days=3)
    again = WantedMeans("truck-1", "generator_truck", "发电车", "county", 119.95, 29.95, (2,) * 7, {day: 0}, kva=400)
    row = set_means(again, world.actor("dispatch"), world.now)
    assert row.by_weekday == [2] * 7 and row.by_day == {day.isoformat(): 0}
    for login in ("chief", "manager", "clerk"):
        with pytest.raises(Denied):
            set_means(truck, world.actor(login), world.now)
    bad = WantedMeans(" ", "horse", "", "county", 500, 0, (1,), from_hour=9, until_hour=9, kva=-1)
    with pytest.raises(Refused) as refused:
        set_means(bad, world.actor("dispatch"), world.now)
    assert codes(refused) == [
        f"plan.means_{one}" for one in ("code", "kind", "name", "place", "week", "hours", "kva")
    ]  # fmt: skip
    remove_means("truck-1", world.actor("county"), world.now)
    assert Means.objects.get().removed_at == world.now
    with pytest.raises(NotFound):
        remove_means("truck-1", world.actor("county"), world.now)


def test_a_window_without_outages_is_set_again_by_its_case_and_names_what_is_against_it(world: World) -> None:
    begin = world.now + timedelta(days=20)
    plan = WantedWork("T-C111", "换杆", begin, begin + timedelta(hours=4))
    code = plan_work(plan, world.actor("dispatch"), world.now).work.code
    demand = WantedDemand("exam", frozenset({"T-C111", "T-C112"}), begin, begin + timedelta(hours=1), "高考", "GK1")
    first = set_supply_demand(demand, world.actor("dispatch"), world.now)
    assert first.against == (code,)
    later = WantedDemand("exam", frozenset({"T-C112"}), begin, begin + timedelta(days=2), "高考", "GK1")
    second = set_supply_demand(later, world.actor("county"), world.now)
    assert second.demand.pk == first.demand.pk and second.against == () and SupplyDemand.objects.count() == 1
    assert list(second.demand.districts.values_list("district", flat=True)) == ["T-C112"]
    withdraw_supply_demand(second.demand.number, world.actor("county"), world.now)
    assert SupplyDemand.objects.get().withdrawn_at == world.now
    bad = WantedDemand("party", frozenset({"T-C111", "T-9"}), begin, begin, " ")
    with pytest.raises(Refused) as refused:
        set_supply_demand(bad, world.actor("dispatch"), world.now)
    assert codes(refused) == [
        "plan.demand_kind", "plan.reason_missing", "plan.district_unknown", "plan.demand_window"
    ]  # fmt: skip
    with pytest.raises(Denied):
        set_supply_demand(demand, world.actor("chief"), world.now)


def test_a_customer_with_two_supplies(world: World) -> None:
    sources = (("T-C111",), ("T-C211", "T-C212"))
    set_double_source("hospital", "县医院", sources, world.actor("county"), world.now)
    assert DoubleSource.objects.get().sources == [["T-C111"], ["T-C211", "T-C212"]]
    with pytest.raises(Refused) as refused:
        set_double_source("", "", (("T-C111",), ("T-C111", "T-8")), world.actor("dispatch"), world.now)
    assert codes(refused) == ["plan.source_code", "plan.source_name", "plan.sources_shared", "plan.district_unknown"]
    remove_double_source("hospital", world.actor("county"), world.now)
    assert DoubleSource.objects.get().removed_at == world.now
