"""What happens beside the way of the work: withdraw, urge, reopen, merge, hold, release, messages."""

from datetime import timedelta

from tests.support.rows import denied, refused
from tests.support.world import World
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.fire_due_clocks import fire_due_clocks
from wanjia.actions.cases.hold_case import hold_case
from wanjia.actions.cases.merge_case import merge_case
from wanjia.actions.cases.release_case import release_case
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.send_message import send_message
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import MESSAGE_CHARACTERS_MAX, write_message
from wanjia.model.actors import SYSTEM
from wanjia.records.cases.models import Case, HistoryEntry, Message, Task

ANSWERED = {"outcome": "answered", "answer_text": "已电话说明"}
SOLVED = {"confirmation": "solved", "stars": 5}


def solved(world: World, key: str = "k2") -> Case:
    case = world.call(key)
    complete_task(case.number, world.task(case).key, ANSWERED, world.actor("manager"), world.now)
    complete_task(case.number, world.task(case).key, SOLVED, world.requester(case), world.now)
    return Case.objects.get(pk=case.pk)


def test_a_request_is_withdrawn_while_nothing_is_done(world: World) -> None:
    case, other = world.call("a"), world.call("b")
    with denied():
        withdraw_case(case.number, "不是我的", world.requester(other), world.now)
    withdraw_case(case.number, "已解决", world.requester(case), world.now)
    assert Case.objects.get(pk=case.pk).status == "withdrawn"
    assert not Task.objects.filter(case=case, status="open").exists()
    with refused("engine.wrong_status"):
        withdraw_case(case.number, "再撤", world.requester(case), world.now)
    complete_task(other.number, world.task(other).key, ANSWERED, world.actor("manager"), world.now)
    with refused("engine.withdraw_too_late"):
        withdraw_case(other.number, "晚了", world.requester(other), world.now)


def test_urging_reaches_every_holder_and_is_no_flood(world: World) -> None:
    case = world.call()
    urge_case(case.number, "快点", world.requester(case), world.now)
    told = Message.objects.filter(case=case, notice="case.urged")
    assert [message.person for message in told] == [world.person("manager")]
    with refused("case.urged_lately"):
        urge_case(case.number, "快点", world.requester(case), world.now + timedelta(minutes=119))
    with refused("engine.urged_too_soon"):
        urge_case(case.number, "快点", world.actor("senior"), world.now + timedelta(minutes=9))
    urge_case(case.number, "请抓紧", world.actor("senior"), world.now + timedelta(minutes=11))
    urge_case(case.number, "还没来", world.requester(case), world.now + timedelta(minutes=132))
    with denied():
        urge_case(case.number, "我不是", world.actor("clerk"), world.now)


def test_an_ended_case_runs_again_and_is_no_longer_ended(world: World) -> None:
    case = solved(world)
    assert case.ended_at == world.now
    with denied():
        reopen_case(case.number, "无关", world.actor("manager2"), world.now)
    later = world.now + timedelta(days=1)
    reopen_case(case.number, "又坏了", world.requester(case), later)
    case = Case.objects.get(pk=case.pk)
    assert (case.status, case.end, case.ended_at) == ("running", "", None)
    assert world.task(case).step == "answer"
    with refused("engine.wrong_status"):
        reopen_case(case.number, "再来", world.requester(case), later)


def test_a_repeated_request_is_merged_into_the_first(world: World) -> None:
    first, second, repair = world.call("a"), world.call("b"), world.repair("c")
    chief = world.actor("chief")
    with refused("case.not_mergeable"):
        merge_case(second.number, second.number, chief, world.now)
    with refused("case.not_mergeable"):
        merge_case(second.number, repair.number, chief, world.now)
    with denied():
        merge_case(second.number, first.number, world.actor("chief2"), world.now)
    merge_case(second.number, first.number, chief, world.now)
    second = Case.objects.get(pk=second.pk)
    assert (second.status, second.merged_into) == ("merged", first)
    assert HistoryEntry.objects.get(subject=f"case:{first.pk}", verb="case_absorbed").data == {"case": second.number}
    with refused("case.not_mergeable"):
        merge_case(first.number, second.number, chief, world.now)


def test_a_held_case_lets_no_clock_run(world: World) -> None:
    case = world.call()
    due_at = case.clocks.get(clock="answer").due_at
    with denied():
        hold_case(case.number, "等雨停", world.actor("manager"), world.now)
    hold_case(case.number, "等雨停", world.actor("senior"), world.now)
    held = Case.objects.get(pk=case.pk)
    assert held.on_hold and held.due_at is None and not held.clocks.filter(next_at__isnull=False).exists()
    with refused("engine.already_held"):
        hold_case(case.number, "再等", world.actor("senior"), world.now)
    assert fire_due_clocks(world.now + timedelta(days=3)) == 0
    release_case(case.number, world.actor("senior"), world.now + timedelta(days=3))
    released = Case.objects.get(pk=case.pk)
    assert not released.on_hold and released.clocks.get(clock="answer").due_at == due_at + timedelta(days=3)
    with refused("engine.not_held"):
        release_case(case.number, world.actor("senior"), world.now + timedelta(days=3))


def test_an_engine_message_nobody_waits_for_is_refused(world: World) -> None:
    case = world.repair()
    with refused("engine.message_unexpected"):
        send_message(case.number, "unanswered", {}, SYSTEM, world.now)
    with refused("engine.message_undeclared"):
        send_message(case.number, "no_such_message", {}, SYSTEM, world.now)
    send_message(case.number, "not_chosen", {}, SYSTEM, world.now)
    assert world.task(case).step == "arrange"


def test_both_sides_write_to_each_other(world: World) -> None:
    case = world.call()
    asked = write_message(case.number, " 何时上门？ ", world.requester(case), world.now)
    answered = write_message(case.number, "下午三点", world.actor("manager"), world.now)
    assert (asked.audience, asked.person, asked.text) == ("staff", world.person("manager"), "何时上门？")
    assert (answered.audience, answered.person) == ("requester", None)
    for text in ("", "   ", "长" * (MESSAGE_CHARACTERS_MAX + 1)):
        with refused("message.length"):
            write_message(case.number, text, world.actor("manager"), world.now)
    with denied():
        write_message(case.number, "插话", world.actor("manager2"), world.now)
