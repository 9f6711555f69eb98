"""What people say of outages: until when, why, that there is one, that work is planned, that they want to be told."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.outages import CODES, DIGEST, Stream, change, install, over, row, sensed, world_network
from tests.support.rows import denied, refused, unknown
from tests.support.world import World
from wanjia.actions.network.attach_case import attach_case
from wanjia.actions.network.close_outage import close_outage, dismiss_outage
from wanjia.actions.network.estimate_restoration import estimate_restoration
from wanjia.actions.network.explain_outage import explain_outage
from wanjia.actions.network.install_network import install_network
from wanjia.actions.network.plan_work import WantedWork, cancel_planned_work, plan_work
from wanjia.actions.network.record_outage import Reported, record_outage
from wanjia.actions.network.reveal_priority_customers import reveal_priority_customers
from wanjia.actions.network.watch_outage import A_DAY_MAX, watch_outage
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case, Delivery, HistoryEntry, PersonalDataRead
from wanjia.records.network.models import Customer, DistrictState, NetworkModel, Outage, OutageWatch, PlannedWork

MINUTE = 60_000
CITIZEN = Actor("citizen", "")


@pytest.fixture
def stream(world: World) -> Stream:
    """District T-C111 is dark; its customer has been told."""
    install(at=world.now)
    for at, customer in enumerate(Customer.objects.order_by("district_id")):
        customer.phone = f"139000000{at:02d}"
        customer.save()
    made = Stream(world, world_network())
    made.send(change("announced", sensed(1, (0,), made.now), made.now))
    Delivery.objects.update(status="sent")
    return made


def texts(occasion: str) -> list[str]:
    return sorted(Delivery.objects.filter(idempotency_key__contains=f":{occasion}").values_list("address", flat=True))


# until when


def test_an_estimate_is_kept_and_told_when_it_moves_by_more_than_half_an_hour(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    said = row(1).estimated_restoration_at
    assert said is not None
    manager = world.actor("manager")
    assert estimate_restoration(number, said + timedelta(minutes=20), "", manager, world.now) == 0
    assert estimate_restoration(number, said + timedelta(minutes=45), "备件在途。", manager, world.now) == 1
    assert estimate_restoration(number, said + timedelta(minutes=70), "", manager, world.now) == 0
    outage = row(1)
    assert outage.estimated_restoration_at == said + timedelta(minutes=70)
    assert outage.estimates.count() == 4
    assert outage.revisions.filter(what="estimated").count() == 3
    assert "备件在途。" in Delivery.objects.get(idempotency_key__contains=":estimate").body


def test_who_may_say_until_when(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    at = world.now + timedelta(hours=9)
    for login in ("manager", "senior", "chief", "county", "dispatch"):
        estimate_restoration(number, at, "", world.actor(login), world.now)
    for login in ("manager2", "chief2", "electrician", "clerk", "resident", "admin"):
        with denied():
            estimate_restoration(number, at, "", world.actor(login), world.now)
    with unknown():
        estimate_restoration("TD0", at, "", world.actor("dispatch"), world.now)


def test_an_estimate_lies_ahead_of_an_open_outage(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    manager = world.actor("manager")
    with refused("outage.estimate_past"):
        estimate_restoration(number, world.now, "", manager, world.now)
    with refused("outage.estimate_far"):
        estimate_restoration(number, world.now + timedelta(days=20), "", manager, world.now)
    stream.send(over(sensed(1, (0,), stream.now), stream.now + 9 * MINUTE))
    with refused("outage.not_open"):
        estimate_restoration(number, world.now + timedelta(hours=1), "", manager, world.now)


# why


def test_a_cause_is_recorded_by_who_knows_it(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    explain_outage(number, "third_party", True, "挖断电缆", world.actor("manager"), world.now)
    outage = row(1)
    assert (outage.cause, outage.external) == ("third_party", True)
    line = outage.revisions.get(what="explained")
    assert (line.actor, line.data["note"]) == (world.actor("manager").reference, "挖断电缆")
    with refused("outage.cause_unknown"):
        explain_outage(number, "ghosts", False, "", world.actor("manager"), world.now)
    with denied():
        explain_outage(number, "tree", False, "", world.actor("manager2"), world.now)


# over, or none


def test_a_person_ends_an_outage_and_the_case_goes_on(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    later = world.now + timedelta(minutes=30)
    with refused("outage.end_impossible"):
        close_outage(number, later + timedelta(minutes=1), world.actor("manager"), later)
    close_outage(number, later, world.actor("manager"), later)
    assert (row(1).status, row(1).districts_dark, texts("restored")) == ("restored", 0, ["13900000000"])
    assert not Case.objects.get(number=row(1).case_number).tasks.filter(status="open").exists()
    with refused("outage.not_open"):
        close_outage(number, later, world.actor("manager"), later)


def test_a_false_alarm_is_said_in_the_case(stream: Stream) -> None:
    with refused("outage.dismiss_in_case"):
        dismiss_outage(row(1).number, "test", stream.world.actor("manager"), stream.world.now)


# entered by a person


def test_an_outage_entered_by_a_person_is_like_a_sensed_one(stream: Stream) -> None:
    world = stream.world
    since = world.now - timedelta(minutes=10)
    outage = record_outage(Reported(since, ("T-C112",), note="来电"), world.actor("manager2"), world.now)
    assert (outage.device_id, outage.device_level, outage.districts_dark) == ("T-C112", "district", 1)
    assert Case.objects.get(number=outage.case_number).state["facts"]["hint"] == "recorded"
    assert "13900000001" in texts("announced")
    assert outage.revisions.get().actor == world.actor("manager2").reference
    # When the sensor sees it too, it is that outage, not another one.
    stream.send(change("announced", sensed(2, (1,), stream.now), stream.now))
    assert Outage.objects.count() == 2
    assert row(2).number == outage.number
    stream.send(over(sensed(2, (1,), stream.now), stream.now + 9 * MINUTE))
    assert row(2).status == "restored"


def test_an_outage_entered_by_its_device(stream: Stream) -> None:
    world = stream.world
    report = Reported(world.now, device_id="line-T-C122")
    assert record_outage(report, world.actor("chief"), world.now, stream.network).device_id == "line-T-C122"
    with refused("outage.no_network"):
        record_outage(Reported(world.now, device_id="line-T-C211"), world.actor("chief2"), world.now)
    with refused("outage.device_unknown"):
        record_outage(Reported(world.now, device_id="nothing"), world.actor("chief2"), world.now, stream.network)


def test_districts_that_are_dark_already_are_left_to_their_outage(stream: Stream) -> None:
    world = stream.world
    with refused("outage.known_already"):
        record_outage(Reported(world.now, ("T-C111",)), world.actor("manager"), world.now)
    both = record_outage(Reported(world.now, ("T-C111", "T-C112")), world.actor("chief"), world.now)
    assert list(both.districts.values_list("district_id", flat=True)) == ["T-C112"]


def test_what_cannot_have_been_is_refused(stream: Stream) -> None:
    world = stream.world
    manager = world.actor("manager2")
    for code, report in (
        ("outage.nothing_named", Reported(world.now)),
        ("outage.district_unknown", Reported(world.now, ("nowhere",))),
        ("outage.start_future", Reported(world.now + timedelta(hours=1), ("T-C112",))),
        ("outage.start_old", Reported(world.now - timedelta(days=90), ("T-C112",))),
    ):
        with refused(code):
            record_outage(report, manager, world.now)
    with denied():
        record_outage(Reported(world.now, ("T-C121",)), manager, world.now)


# planned


def work(world: World, device: str = "T-C112", **changes: object) -> WantedWork:
    begins = world.now + timedelta(days=8)
    plan = WantedWork(device, "更换变压器", begins, begins + timedelta(hours=4), "New transformer")
    return replace(plan, **changes)  # type: ignore[arg-type]


def test_planned_work_is_told_beforehand_and_its_cancelling_too(stream: Stream) -> None:
    world, dispatch = stream.world, stream.world.actor("dispatch")
    Customer.objects.filter(district="T-C112").update(priority="sensitive")
    plan = plan_work(work(world), dispatch, world.now)
    assert (plan.districts, plan.told, plan.is_short_notice) == (frozenset({"T-C112"}), 1, False)
    assert plan.priority == {"life_support": 0, "sensitive": 1}
    assert texts("planned") == ["13900000001"]
    Delivery.objects.update(status="sent")
    cancel_planned_work(plan.work.code, "雨天", dispatch, world.now)
    assert texts("plan_cancelled") == ["13900000001"]
    assert HistoryEntry.objects.filter(subject=f"work:{plan.work.code}").count() == 2
    with refused("work.cancelled"):
        cancel_planned_work(plan.work.code, "", dispatch, world.now)


def test_a_plan_cancelled_before_anybody_was_told_tells_nobody(stream: Stream) -> None:
    world, dispatch = stream.world, stream.world.actor("dispatch")
    plan = plan_work(work(world), dispatch, world.now)
    cancel_planned_work(plan.work.code, "", dispatch, world.now)
    assert texts("plan_cancelled") == []
    assert Delivery.objects.get(idempotency_key__contains=":planned:").status == "dropped"


def test_short_notice_is_pointed_out(stream: Stream) -> None:
    world = stream.world
    soon = world.now + timedelta(days=2)
    plan = plan_work(work(world, starts_at=soon, ends_at=soon + timedelta(hours=1)), world.actor("dispatch"), world.now)
    assert plan.is_short_notice


def test_a_plan_by_device_concerns_all_below_it(stream: Stream) -> None:
    world = stream.world
    plan = plan_work(work(world, "breaker"), world.actor("dispatch"), world.now, stream.network)
    assert plan.districts == frozenset(CODES)


def test_every_fault_of_a_plan_is_said(stream: Stream) -> None:
    world, dispatch = stream.world, stream.world.actor("dispatch")
    past = world.now - timedelta(hours=1)
    with refused("work.window", "work.past", "work.title_missing"):
        plan_work(work(world, starts_at=past, ends_at=past, title_zh=" "), dispatch, world.now)
    plan_work(work(world), dispatch, world.now)
    with refused("work.overlap"):
        plan_work(work(world), dispatch, world.now)
    for login in ("manager2", "chief", "county", "admin"):
        with denied():
            plan_work(work(world), world.actor(login), world.now)
    assert PlannedWork.objects.count() == 1


# told when it is back


def test_who_asked_is_told_once_when_the_place_is_back(stream: Stream) -> None:
    world = stream.world
    first = watch_outage("T-C111", "sms", "138 0000 0077", "en", CITIZEN, world.now)
    assert watch_outage("T-C111", "sms", "13800000077", "en", CITIZEN, world.now) == first
    watch_outage("T-C111", "email", "lin@example.cn", "zh-Hans", CITIZEN, world.now)
    stream.send(over(sensed(1, (0,), stream.now), stream.now + 9 * MINUTE))
    assert texts("restored") == ["13800000077", "13900000000", "lin@example.cn"]
    assert "Power is back" in Delivery.objects.get(address="13800000077").body
    assert Delivery.objects.get(address="lin@example.cn").subject == "恢复供电告知"
    assert not OutageWatch.objects.filter(told_at=None).exists()


def test_a_watch_needs_a_dark_place_and_an_address(stream: Stream) -> None:
    world = stream.world
    for code, place, channel, address in (
        ("outage.place_lit", "T-C112", "sms", "13800000077"),
        ("outage.watch_channel", "T-C111", "pigeon", "13800000077"),
        ("outage.watch_address", "T-C111", "sms", "12345"),
        ("outage.watch_address", "T-C111", "email", "nobody"),
    ):
        with refused(code):
            watch_outage(place, channel, address, "en", CITIZEN, world.now)


def test_one_address_cannot_ask_without_end(stream: Stream) -> None:
    world = stream.world
    outage = row(1)
    for n in range(A_DAY_MAX):
        other = Outage.objects.get(pk=outage.pk)
        other.pk, other.number, other.sensing_key = None, f"TD-{n}", ""
        other.save()
        OutageWatch.objects.create(
            outage=other, district_id="T-C111", channel="sms", address="13800000077", asked_at=world.now
        )
    with refused("outage.watch_too_many"):
        watch_outage("T-C111", "sms", "13800000077", "en", CITIZEN, world.now)


# names


def test_names_are_shown_to_who_answers_for_them_and_recorded(stream: Stream) -> None:
    world = stream.world
    stream.send(change("grown", sensed(1, (0, 1), stream.now), stream.now + MINUTE))
    Customer.objects.filter(district__in=("T-C111", "T-C112")).update(priority="life_support")
    number = row(1).number
    shown = reveal_priority_customers(number, "联系应急电源", world.actor("manager"), world.now)
    assert [(one["name"], one["phone"]) for one in shown] == [("王秀英", "13900000000")]
    assert len(reveal_priority_customers(number, "联系应急电源", world.actor("chief"), world.now)) == 2
    assert PersonalDataRead.objects.filter(subject=f"outage:{number}").count() == 2
    with refused("reveal.reason_missing"):
        reveal_priority_customers(number, " ", world.actor("manager"), world.now)
    for login in ("manager5", "company", "admin", "clerk"):
        with denied():
            reveal_priority_customers(number, "好奇而已", world.actor(login), world.now)


# network, attaching, other systems


def test_a_network_is_installed_whole_or_not_at_all(stream: Stream) -> None:
    world, admin = stream.world, stream.world.actor("admin")
    DistrictState.objects.create(district_id="T-C111", meters=3, meters_heard=2, changed_at=world.now)
    done = install_network(stream.network, "f" * 64, "network/f", admin, world.now)
    assert list(NetworkModel.objects.filter(active=True)) == [done.model]
    assert DistrictState.objects.count() == len(CODES)
    assert DistrictState.objects.get(district="T-C111").meters_heard == 2
    again = install_network(stream.network, DIGEST, "network/d", admin, world.now)
    assert NetworkModel.objects.get(active=True) == again.model
    with refused("network.districts_unknown", "network.folder"):
        install_network(world_network(("T-C111", "nowhere")), "e" * 64, "../etc", admin, world.now)
    with denied():
        install_network(stream.network, "f" * 64, "network/f", world.actor("dispatch"), world.now)


def test_a_plan_for_a_device_that_the_new_network_lacks_is_named(stream: Stream) -> None:
    world = stream.world
    plan = plan_work(work(world, "breaker"), world.actor("dispatch"), world.now, stream.network)
    other = world_network()
    other.branches.ids[0] = "breaker-2"
    assert install_network(other, "f" * 64, "network/f", world.actor("admin"), world.now).orphaned_plans == (
        plan.work.code,
    )


def test_an_open_outage_of_the_old_network_goes_on_under_its_number(stream: Stream) -> None:
    world, number = stream.world, row(1).number
    install_network(stream.network, "f" * 64, "network/f", world.actor("admin"), world.now)
    stream.digest, stream.written = "f" * 64, 0
    stream.send(change("announced", sensed(1, (0,), stream.now), stream.now))
    assert Outage.objects.get().number == row(1, "f" * 64).number == number


def test_a_case_is_attached_by_hand(stream: Stream) -> None:
    world = stream.world
    case = world.call(place={"longitude": 120.01, "latitude": 29.91, "address": "石桥"})
    assert case.outage is None
    with denied():
        attach_case(case.number, row(1).number, world.actor("manager2"), world.now)
    attach_case(case.number, row(1).number, world.actor("dispatch"), world.now)
    assert Case.objects.get(pk=case.pk).outage == row(1)


def test_other_systems_hear_of_every_change(stream: Stream, settings) -> None:  # type: ignore[no-untyped-def]
    settings.WEBHOOK_RECEIVERS = ("dispatch",)
    stream.send(change("grown", sensed(1, (0, 1), stream.now), stream.now + MINUTE))
    told = Delivery.objects.get(channel="webhook")
    document = json.loads(told.body)
    assert (told.address, document["outage"], document["what"]) == ("dispatch", row(1).number, ["grown"])
    assert document["districts_dark"] == 2
    explain_outage(row(1).number, "tree", False, "", stream.world.actor("chief"), stream.world.now)
    assert Delivery.objects.filter(channel="webhook").count() == 2
