"""An outage that nobody has called about: its case at the desk from first to last, and a caller who is told at once."""

from datetime import timedelta

import pytest

from tests.support.outages import Stream, change, install, over, row, sensed, world_network
from tests.support.world import World
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.records.cases.models import Case, Message
from wanjia.records.network.models import Customer

MINUTE = 60_000


@pytest.fixture
def stream(world: World) -> Stream:
    install(at=world.now)
    return Stream(world, world_network())


def complete(world: World, login: str, case: Case, step: str, answers: dict[str, str]) -> str:
    """Fill the step's form at the desk; gives the page on which one lands."""
    client, task = world.client(login), world.task(case, step)
    form = client.get(f"/desk/cases/{case.number}/")
    assert form.status_code == 200
    done = client.post(f"/desk/cases/{case.number}/tasks/{task.key}/complete/", answers)
    assert done.status_code == 302, done.content.decode()
    return client.get(f"/desk/cases/{case.number}/").content.decode()


def test_from_the_first_gasp_to_the_explanation(stream: Stream) -> None:
    world, at = stream.world, stream.now
    Customer.objects.filter(district="T-C111").update(priority="life_support")
    stream.send(change("announced", sensed(1, (0,), at), at))
    case = Case.objects.get(number=row(1).case_number)

    manager = world.client("manager")
    listed = manager.get("/desk/").content.decode()
    assert case.number in listed
    assert "111网格1号台区" in listed
    notices = manager.get("/desk/notices/").content.decode()
    assert row(1).number in notices
    assert "王*" in notices
    assert "王秀英" not in notices
    page = manager.get(f"/desk/cases/{case.number}/").content.decode()
    assert "生命支持" in page
    english = world.client("manager", "en").get(f"/desk/cases/{case.number}/").content.decode()
    assert "Life-support customers" in english

    page = complete(world, "manager", case, "confirm", {"verdict": "real", "confirmed_by": "phone"})
    assert "派出抢修队伍" in page
    crew = f"person:{world.person('manager2').pk}"
    complete(world, "manager", case, "send_crew", {"crew_leader": crew, "crew_size": "3"})
    place = {"arrive_place.longitude": "119.91", "arrive_place.latitude": "29.91", "arrive_place.address": ""}
    complete(world, "manager2", case, "arrive", place)
    back = (world.now + timedelta(hours=8)).astimezone().strftime("%Y-%m-%dT%H:%M")
    complete(world, "manager2", case, "estimate", {"fault_found": "熔断器熔断", "restore_estimate_at": back})
    assert row(1).estimates.count() == 2
    complete(world, "manager2", case, "repair", {"repair_outcome": "repaired", "work_done": "更换熔断器"})
    stream.send(over(sensed(1, (0,), at), at + 40 * MINUTE), now=world.now + timedelta(minutes=40))
    fire_due_clocks(world.now + timedelta(minutes=90))
    explained = {"cause": "equipment_age", "external": "false", "explanation": "熔断器老化，已更换"}
    page = complete(world, "manager", case, "explain", explained)
    assert "已恢复供电" in page
    assert row(1).cause == "equipment_age"
    assert case.letters.count() == 1


def test_the_practice_is_offered_to_nobody(world: World) -> None:
    assert "停电抢修复电" not in world.client().get("/").content.decode()
    assert "停电抢修复电" not in world.client("dispatch").get("/desk/new/").content.decode()
    assert world.client("dispatch").get("/desk/new/outage_restoration/").status_code == 404


def test_a_caller_from_a_dark_place_is_told_at_once(stream: Stream) -> None:
    world, at = stream.world, stream.now
    stream.send(change("announced", sensed(1, (0,), at), at))
    case = world.call()
    told = Message.objects.get(case=case, notice="outage.attached")
    assert told.values["outage"] == row(1).number
    page = world.client("manager").get(f"/desk/cases/{case.number}/").content.decode()
    assert row(1).number in page
