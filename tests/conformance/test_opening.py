"""Opening a case: once for a key, numbered in order, located, and refused whole."""

from tests.support.rows import denied, fingerprint, refused
from tests.support.world import CALL, HOME, REPAIR, World
from wanjia.actions.cases.open_case import access_code, opens
from wanjia.actions.cases.send_message import send_message
from wanjia.model.actors import Actor
from wanjia.records.cases.history import broken_links
from wanjia.records.cases.models import Case, Clock, HistoryEntry, Task


def test_a_request_becomes_a_case_with_its_people_and_clocks(world: World) -> None:
    case = world.call()
    task = world.task(case, "answer")
    assert (task.holder, task.post.cell_code) == (world.person("manager"), "C111")
    assert case.cell_path == "S1/A11/C111" and case.district.code == "T-C111"
    assert (case.requester_name, case.requester_phone) == ("李阿婆", "13800000067")
    running = {clock.clock: clock for clock in case.clocks.filter(status="running")}
    assert set(running) == {"answer", "answer_second", "hotline_contact"}
    assert case.due_at == task.due_at == min(clock.due_at for clock in running.values())
    assert all(clock.next_at == min(clock.due_at, clock.next_at) for clock in running.values())
    assert broken_links(f"case:{case.pk}") == []


def test_the_same_key_opens_one_case_and_gives_the_same_code(world: World) -> None:
    first = world.open("contact_card", CALL, "key-1", "card")
    before = fingerprint()
    again = world.open("contact_card", CALL, "key-1", "card")
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.case.pk, again.access_code) == (first.case.pk, first.access_code) and fingerprint() == before
    assert opens(first.case, access_code("key-1")) and not opens(first.case, "00000000")


def test_numbers_run_on_by_prefix_and_day(world: World) -> None:
    numbers = [world.call(f"c{at}").number for at in range(3)] + [world.repair("r").number]
    day = world.today.strftime("%y%m%d")
    assert numbers == [f"CC{day}00001", f"CC{day}00002", f"CC{day}00003", f"BM{day}00001"]


def test_every_fault_is_told_at_once_and_nothing_is_kept(world: World) -> None:
    with refused("form.not_a_choice", "form.missing"):
        world.open("contact_card", {"line": "gossip", "place": HOME}, "k", "card")
    with refused("case.place_outside"):
        away = {"longitude": 100.0, "latitude": 10.0, "address": "别处"}
        world.open("contact_card", {**CALL, "place": away}, "k", "card")
    with refused("case.practice_unknown"):
        world.open("no_such_practice", {}, "k")
    with refused("paper.unknown"):
        world.open("behind_meter_repair", {**REPAIR, "photos": ["never-uploaded"]}, "k")
    assert world.open("contact_card", CALL, "k", "card").is_new, "a refused key is free again"


def test_an_actor_without_the_verb_opens_nothing(world: World) -> None:
    case = world.call()
    stranger = Actor("citizen", "")
    with denied():
        send_message(case.number, "unanswered", {}, stranger, world.now)


def test_the_case_is_found_by_what_was_copied_from_its_state(world: World) -> None:
    case = world.repair()
    assert {task["key"] for task in case.state["tasks"]} == set(
        Task.objects.filter(case=case, status="open").values_list("key", flat=True)
    )
    assert {clock["key"] for clock in case.state["clocks"]} == set(
        Clock.objects.filter(case=case).values_list("key", flat=True)
    )
    assert Case.objects.get(pk=case.pk).row_version == 1
    assert HistoryEntry.objects.filter(subject=f"case:{case.pk}", verb="started").count() == 1
