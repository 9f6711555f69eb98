"""From sensing to service: the case, who is told, who is not told twice, and what the meters end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.support.outages import LEVEL_METER, Stream, change, install, over, row, sensed, world_network
from tests.support.rows import denied
from tests.support.world import REPAIR, World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.messages import message_text
from wanjia.records.cases.models import Case, Delivery, Message, Task
from wanjia.records.network.models import Customer, Outage, RestorationEstimate

MINUTE = 60_000
CONFIRMED: Facts = {"verdict": "real", "confirmed_by": "terminal"}


@pytest.fixture
def stream(world: World) -> Stream:
    """Every customer of the small world has a number of the own: 139000000NN, NN the place in the table."""
    install(at=world.now)
    for at, customer in enumerate(Customer.objects.order_by("district_id")):
        customer.phone = f"139000000{at:02d}"
        customer.save()
    return Stream(world, world_network())


def case_of(outage: Outage) -> Case:
    return Case.objects.get(number=outage.case_number)


def sent(outage: Outage, occasion: str) -> list[str]:
    """Addresses for whom a text of that occasion is queued."""
    rows = Delivery.objects.filter(outage=outage, idempotency_key__contains=f":{occasion}")
    return sorted(rows.exclude(status="dropped").values_list("address", flat=True))


def deliver(outage: Outage) -> None:
    """What is queued goes out."""
    Delivery.objects.filter(outage=outage, status="waiting").update(status="sent")


def do(stream: Stream, case: Case, step: str, answers: Facts, after: timedelta) -> Task:
    """The holder of the open task does it."""
    task = Task.objects.get(case=case, step=step, status="open")
    account = task.holder.account.username
    complete_task(case.number, task.key, answers, stream.world.actor(account), stream.world.now + after)
    return task


def repaired(stream: Stream, case: Case) -> None:
    """Confirmed, sent, arrived, estimated, repaired by those whose tasks it is."""
    do(stream, case, "confirm", CONFIRMED, timedelta(minutes=3))
    crew = f"person:{stream.world.person('manager2').pk}"
    do(stream, case, "send_crew", {"crew_leader": crew, "crew_size": 4}, timedelta(minutes=6))
    do(stream, case, "arrive", {"arrive_place": {"longitude": 119.91, "latitude": 29.91}}, timedelta(minutes=30))
    back = (stream.world.now + timedelta(hours=9)).isoformat()
    do(stream, case, "estimate", {"fault_found": "熔断器熔断", "restore_estimate_at": back}, timedelta(minutes=40))
    do(stream, case, "repair", {"repair_outcome": "repaired", "work_done": "更换"}, timedelta(minutes=70))


@pytest.mark.parametrize(
    ("districts", "login"),
    [((0,), "manager"), ((1,), "manager2"), ((0, 1), "chief"), ((4, 5), "chief2"), ((0, 1, 2, 3), "dispatch")],
)
def test_who_is_in_charge(stream: Stream, districts: tuple[int, ...], login: str) -> None:
    stream.send(change("announced", sensed(1, districts, stream.now), stream.now))
    outage = row(1)
    case = case_of(outage)
    assert case.outage == outage
    assert stream.world.task(case, "confirm").holder == stream.world.person(login)
    assert (case.surface, case.requester) == ("system", None)
    assert case.district_id in {member.district_id for member in outage.districts.all()}
    assert case.state["facts"]["customers_count"] == outage.customers_dark


def test_nobody_opens_such_a_case_by_hand(stream: Stream) -> None:
    with denied():
        stream.world.open("outage_restoration", {"level": "district"}, by=stream.world.actor("dispatch"))


def test_announced_and_over_at_once_when_momentary_makes_no_case(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at), over(one, at + MINUTE, "momentary"))
    assert (row(1).status, row(1).case_number) == ("restored", "")
    assert not Delivery.objects.exists()


def test_an_old_outage_is_rows_only(stream: Stream) -> None:
    at = stream.now - 40 * 24 * 60 * MINUTE
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at), over(one, at + 90 * MINUTE))
    assert row(1).case_number == ""
    assert not Delivery.objects.exists()


def test_a_momentary_outage_ends_its_case_by_itself(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at))
    stream.send(over(one, at + 2 * MINUTE, "momentary"))
    assert (case_of(row(1)).status, case_of(row(1)).end) == ("ended", "momentary")


def test_customers_of_the_districts_are_told_once(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0, 1), at), at))
    outage = row(1)
    assert sent(outage, "announced") == ["13900000000", "13900000001"]
    text = Delivery.objects.filter(outage=outage).order_by("address")[0]
    assert "111网格1号台区" in text.body
    assert "95598" in text.body
    stream.send(change("grown", sensed(1, (0, 1, 2), at), at + MINUTE))
    assert sent(outage, "announced") == ["13900000000", "13900000001", "13900000002"]
    assert Delivery.objects.filter(outage=outage).count() == 3


def test_each_is_told_in_the_language_of_the_last_own_request(stream: Stream) -> None:
    """The first customer asked in English once, the second went back to Chinese, a clerk's English page is nobody's."""
    for phone, language, surface, days in (
        ("13900000000", "en", "portal", 9), ("13900000001", "en", "card", 9), ("13900000001", "zh-Hans", "portal", 5),
        ("13900000002", "en", "window", 2),
    ):  # fmt: skip
        case = stream.world.repair(key=f"{phone}{days}")
        at = stream.world.now - timedelta(days=days)
        Case.objects.filter(pk=case.pk).update(
            requester_phone=phone, language=language, surface=surface, opened_at=at, status="ended"
        )
    stream.send(change("announced", sensed(1, (0, 1, 2), stream.now), stream.now))
    texts = dict(Delivery.objects.filter(outage=row(1)).values_list("address", "body"))
    assert "111网格1号台区" not in texts["13900000000"] and "C111 No. 1" in texts["13900000000"]
    assert "112网格1号台区" in texts["13900000001"] and "121网格1号台区" in texts["13900000002"]


def test_who_was_told_is_told_that_it_is_back(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0, 1), at)
    stream.send(change("announced", one, at))
    deliver(row(1))
    stream.send(change("shrunk", sensed(1, (0,), at), at + 20 * MINUTE))
    assert sent(row(1), "restored") == ["13900000001"]
    stream.send(over(sensed(1, (0,), at), at + 50 * MINUTE))
    assert sent(row(1), "restored") == ["13900000000", "13900000001"]


def test_what_nobody_has_read_is_dropped_when_it_is_over(stream: Stream) -> None:
    at = stream.now
    one = sensed(1, (0, 1), at)
    stream.send(change("announced", one, at))
    stream.send(over(one, at + 50 * MINUTE))
    assert set(Delivery.objects.values_list("status", flat=True)) == {"dropped"}
    assert sent(row(1), "restored") == []


def test_a_split_tells_nobody_again_and_its_end_tells_who_was_told(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0, 1, 2, 3), at), at))
    deliver(row(1))
    later = at + 10 * MINUTE
    stream.send(
        change("shrunk", sensed(1, (0, 1), at), later), change("split", sensed(2, (2, 3), later, parent=1), later)
    )
    assert sent(row(2), "announced") == []
    assert sent(row(1), "restored") == []
    assert case_of(row(2)).pk != case_of(row(1)).pk
    stream.send(over(sensed(2, (2, 3), later), at + 50 * MINUTE))
    assert sent(row(2), "restored") == ["13900000002", "13900000003"]


def test_a_merged_outage_ends_its_case_in_the_others(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at), change("announced", sensed(2, (1, 2), at), at))
    deliver(row(2))
    stream.send(change("merged", replace(sensed(2, (1, 2), at), ends_at=at + MINUTE, merged_into=1), at + MINUTE))
    younger = case_of(row(2))
    assert (younger.status, younger.merged_into) == ("merged", case_of(row(1)))
    assert case_of(row(1)).state["facts"]["districts_count"] == 3
    stream.send(over(sensed(1, (0, 1, 2), at), at + 50 * MINUTE))
    assert sent(row(1), "restored") == ["13900000001", "13900000002"]


def test_managers_of_the_cells_get_one_notice_each(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0, 1), at), at))
    stream.send(change("grown", sensed(1, (0, 1, 4), at), at + MINUTE))
    notices = Message.objects.filter(notice="outage.manager_told", case=case_of(row(1)))
    people = [stream.world.person(login).pk for login in ("manager", "manager2", "manager5")]
    assert sorted(notices.values_list("person_id", flat=True)) == sorted(people)
    case = case_of(row(1))
    words = {
        language: message_text(practice_of(case.practice), case, notices[0], language) for language in ("zh-Hans", "en")
    }
    assert "111网格1号台区" in words["zh-Hans"]
    assert "C111 No. 1" in words["en"]
    assert "{" not in words["zh-Hans"] + words["en"]


def test_life_support_comes_first_and_by_name(stream: Stream) -> None:
    Customer.objects.filter(district="T-C111").update(priority="life_support")
    stream.send(change("announced", sensed(1, (0,), stream.now), stream.now))
    outage, case = row(1), case_of(row(1))
    assert outage.priority_customers == 1
    assert case.state["facts"]["urgency"] == "first"
    listed = case.state["facts"]["priority_customers"]
    assert listed == [{"kind": "life_support", "name": "王*", "district": "111网格1号台区"}]
    assert Message.objects.filter(case=case, notice="notices.priority_first").count() == 1
    assert Delivery.objects.get(outage=outage).urgent
    told = Message.objects.get(case=case, notice="outage.manager_told")
    assert "王*" in told.values["names"]


def test_meters_end_the_outage_and_the_case_waits_for_the_last_ones(stream: Stream) -> None:
    at, world = stream.now, stream.world
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at))
    case = case_of(row(1))
    repaired(stream, case)
    stream.send(over(one, at + 75 * MINUTE), now=world.now + timedelta(minutes=75))
    case.refresh_from_db()
    assert (case.status, case.tasks.filter(status="open").count()) == ("running", 0)
    late = sensed(2, (0,), at + 116 * MINUTE, level=LEVEL_METER, hint="still_dark", customers=3)
    stream.send(change("split", late, at + 116 * MINUTE), now=world.now + timedelta(minutes=116))
    assert row(2).case_number == case.number
    assert world.task(case, "clear_rest").holder == world.person("manager")
    stream.send(over(late, at + 150 * MINUTE), now=world.now + timedelta(minutes=150))
    do(stream, case, "explain", {"cause": "tree", "external": False, "explanation": "树枝碰线"}, timedelta(hours=3))
    case.refresh_from_db()
    outage = row(1)
    assert (case.status, case.end) == ("ended", "restored_late")
    assert (outage.cause, outage.external) == ("tree", False)
    assert outage.revisions.get(what="explained").actor == world.actor("manager").reference
    assert case.letters.count() == 1


def test_meters_that_stay_dark_after_a_short_outage_have_a_case_of_their_own(stream: Stream) -> None:
    at, world = stream.now, stream.world
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at))
    stream.send(over(one, at + 2 * MINUTE, "momentary"))
    late = sensed(2, (0,), at + 43 * MINUTE, level=LEVEL_METER, hint="still_dark", customers=3)
    stream.send(change("split", late, at + 43 * MINUTE), now=world.now + timedelta(minutes=43))
    stream.send(change("shrunk", replace(late, customers=2), at + 44 * MINUTE), now=world.now + timedelta(minutes=44))
    nested = row(2)
    assert nested.split_from == row(1)
    assert case_of(nested).pk != case_of(row(1)).pk
    assert case_of(nested).state["facts"]["hint"] == "still_dark"
    stream.send(over(replace(late, customers=2), at + 90 * MINUTE), now=world.now + timedelta(minutes=90))
    assert not case_of(nested).tasks.filter(status="open").exists()  # the meters were heard: nobody goes there


def test_no_late_meter_and_the_watch_ends_by_the_clock(stream: Stream) -> None:
    at, world = stream.now, stream.world
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at))
    repaired(stream, case_of(row(1)))
    stream.send(over(one, at + 75 * MINUTE), now=world.now + timedelta(minutes=75))
    fire_due_clocks(world.now + timedelta(minutes=121))
    assert world.task(case_of(row(1)), "explain")


def test_a_false_alarm_counts_no_more_and_is_corrected(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    deliver(row(1))
    false: Facts = {"verdict": "false_alarm", "confirmed_by": "phone", "false_reason": "meter_fault"}
    do(stream, case_of(row(1)), "confirm", false, timedelta(minutes=4))
    outage = row(1)
    assert (outage.status, outage.customers_dark, case_of(outage).end) == ("false", 0, "false_alarm")
    assert sent(outage, "false_alarm") == ["13900000000"]
    stream.send(over(sensed(1, (0,), at), at + 30 * MINUTE))
    assert (row(1).status, sent(row(1), "restored")) == ("false", [])


def test_a_false_alarm_that_grows_was_none(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    false: Facts = {"verdict": "false_alarm", "confirmed_by": "phone", "false_reason": "other"}
    do(stream, case_of(row(1)), "confirm", false, timedelta(minutes=4))
    first = row(1).case_number
    stream.send(change("grown", sensed(1, (0, 1), at), at + 5 * MINUTE))
    outage = row(1)
    assert (outage.status, outage.districts_dark) == ("open", 2)
    assert outage.case_number not in ("", first)


def test_the_first_estimate_is_the_promise_until_there_is_experience(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    first = RestorationEstimate.objects.get(outage=row(1))
    assert first.said_by == "system:promise"
    assert timedelta(hours=5.5) <= first.restoration_at - row(1).starts_at <= timedelta(hours=5.75)
    old = stream.world.now - timedelta(days=30)
    for n in range(12):
        Outage.objects.create(
            number=f"OLD{n}", status="restored", device_id="x", device_level="district", starts_at=old,
            detected_at=old, ends_at=old + timedelta(minutes=30 + 10 * n), districts_dark=0, districts_touched=1,
            customers_dark=0, customers_touched=9, confidence=1, changed_at=old,
        )  # fmt: skip
    stream.send(change("announced", sensed(2, (1,), at), at))
    second = RestorationEstimate.objects.get(outage=row(2))
    assert second.said_by == "system:experience"
    assert second.restoration_at - row(2).starts_at < timedelta(hours=2.5)


def test_the_crews_estimate_is_kept_and_told_when_it_moves(stream: Stream) -> None:
    at = stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    deliver(row(1))
    case = case_of(row(1))
    repaired(stream, case)
    outage = row(1)
    assert RestorationEstimate.objects.filter(outage=outage).count() == 2
    assert outage.estimated_restoration_at == stream.world.now + timedelta(hours=9)
    assert sent(outage, "estimate") == ["13900000000"]


def test_a_report_from_a_dark_place_hangs_on_the_outage(stream: Stream) -> None:
    at, world = stream.now, stream.world
    one = sensed(1, (0,), at)
    stream.send(change("announced", one, at))
    case = world.repair("dark", fault="no_power", extent="whole_home")
    outage = row(1)
    assert case.outage == outage
    assert Message.objects.get(case=case, notice="outage.attached").audience == "requester"
    assert world.repair("lit", place={**REPAIR["place"], "longitude": 120.01}).outage is None  # type: ignore[dict-item]
    stream.send(over(one, at + 50 * MINUTE))
    assert Message.objects.filter(case=case, notice="outage.back").count() == 1
    assert sent(outage, "restored") == [REPAIR["contact_phone"]]


def test_planned_work_has_no_case_and_wakes_nobody(stream: Stream) -> None:
    at = stream.now
    stream.send(change("planned", sensed(1, (0,), at, planned=True, hint="planned"), at))
    assert row(1).case_number == ""
    assert not Delivery.objects.exists()
    ends = at + 60 * MINUTE
    late = sensed(2, (0,), ends, hint="planned_overrun", starts_at=ends)
    stream.send(change("overrun", late, ends), now=stream.world.now + timedelta(minutes=60))
    assert sent(row(2), "overrun") == ["13900000000"]
    assert case_of(row(2)).state["facts"]["hint"] == "planned_overrun"


def test_nothing_is_told_late(stream: Stream) -> None:
    at = stream.now - 8 * 60 * MINUTE
    stream.send(change("announced", sensed(1, (0,), at), at))
    assert row(1).case_number
    assert not Delivery.objects.exists()


def test_a_second_run_over_the_same_changes_tells_nobody_twice(stream: Stream) -> None:
    at = stream.now
    changes = (change("announced", sensed(1, (0, 1), at), at), change("grown", sensed(1, (0, 1, 2), at), at + MINUTE))
    stream.send(*changes)
    counts = (Delivery.objects.count(), Message.objects.count(), Case.objects.count())
    stream.again(0, *changes)
    stream.again(1, changes[1])
    assert (Delivery.objects.count(), Message.objects.count(), Case.objects.count()) == counts
