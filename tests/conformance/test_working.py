"""Doing the work: complete, return, pass on, delegate, opinions; and what keeps others from doing it."""

from datetime import timedelta

from tests.support.rows import denied, refused, unknown
from tests.support.world import World
from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.return_task import return_task
from wanjia.engine.states import case_from_json
from wanjia.records.cases.models import Case, HistoryEntry, Message, Rating, Task

ANSWERED = {"outcome": "answered", "answer_text": "已电话说明"}


def verbs(case: Case) -> list[str]:
    return list(HistoryEntry.objects.filter(subject=f"case:{case.pk}").values_list("verb", flat=True))


def test_a_call_is_answered_and_confirmed_with_stars(world: World) -> None:
    case = world.call()
    done = complete_task(
        case.number, world.task(case).key, ANSWERED, world.actor("manager"), world.now + timedelta(minutes=5)
    )
    row = Task.objects.get(case=case, step="answer")
    assert (row.status, row.answers, row.closed_by) == ("done", ANSWERED, world.actor("manager").reference)
    confirm = world.task(done, "confirm")
    assert confirm.for_requester and confirm.holder is None
    later = world.now + timedelta(hours=2)
    ended = complete_task(
        case.number, confirm.key, {"confirmation": "solved", "stars": 5}, world.requester(case), later
    )
    assert (ended.status, ended.end, ended.ended_at, ended.due_at) == ("ended", "solved", later, None)
    assert Rating.objects.get(case=case).stars == 5
    assert not Task.objects.filter(case=case, status="open").exists()
    assert not ended.clocks.filter(next_at__isnull=False).exists()


def test_what_may_not_be_completed_changes_nothing(world: World) -> None:
    case = world.call()
    key, manager = world.task(case).key, world.actor("manager")
    with refused("form.missing"):
        complete_task(case.number, key, {"answer_text": "x"}, manager, world.now)
    with refused("task.not_open"):
        complete_task(case.number, "t999", ANSWERED, manager, world.now)
    with unknown():
        complete_task("CC00000000000", key, ANSWERED, manager, world.now)
    for login in ("manager2", "chief", "clerk", "admin"):
        with denied():
            complete_task(case.number, key, ANSWERED, world.actor(login), world.now)
    complete_task(case.number, key, ANSWERED, manager, world.now)
    with refused("task.not_open"):
        complete_task(case.number, key, ANSWERED, manager, world.now)
    confirm = world.task(case, "confirm").key
    with denied():
        complete_task(case.number, confirm, {"confirmation": "solved"}, manager, world.now)


def test_work_returned_goes_back_and_keeps_what_was_said(world: World) -> None:
    case = world.call()
    manager = world.actor("manager")
    visit_at = (world.now + timedelta(hours=4)).isoformat()
    visit = {"outcome": "visit", "answer_text": "下午上门", "visit_at": visit_at}
    complete_task(case.number, world.task(case).key, visit, manager, world.now)
    key = world.task(case, "visit").key
    with refused("engine.return_target"):
        return_task(case.number, key, "confirm", "no", manager, world.now)
    with denied():
        return_task(case.number, key, "answer", "no", world.actor("manager2"), world.now)
    return_task(case.number, key, "answer", "来电人改期", manager, world.now + timedelta(minutes=1))
    assert Task.objects.get(case=case, key=key).status == "returned"
    assert world.task(case).step == "answer" and Task.objects.filter(case=case, step="answer").count() == 2
    assert HistoryEntry.objects.get(subject=f"case:{case.pk}", verb="returned").data["reason"] == "来电人改期"


def test_a_passed_on_task_belongs_to_another_for_good(world: World) -> None:
    case = world.call()
    task, other = world.task(case), world.person("manager2")
    with denied():
        pass_on(case.number, task.key, f"person:{other.pk}", "忙", world.actor("manager3"), world.now)
    pass_on(case.number, task.key, f"person:{other.pk}", "请假", world.actor("manager"), world.now)
    assert world.task(case).holder == other
    assert Message.objects.filter(case=case, person=other, notice="platform.task_handed").count() == 1
    with denied():
        complete_task(case.number, task.key, ANSWERED, world.actor("manager"), world.now)
    assert complete_task(case.number, task.key, ANSWERED, world.actor("manager2"), world.now)


def test_a_substitute_may_act_while_the_holder_stays(world: World) -> None:
    case = world.call()
    task, substitute = world.task(case), world.person("manager2")
    delegate(case.number, task.key, f"person:{substitute.pk}", world.actor("manager"), world.now)
    row = world.task(case)
    assert (row.holder, row.delegated_to) == (world.person("manager"), substitute)
    complete_task(case.number, task.key, ANSWERED, world.actor("manager2"), world.now)
    assert Task.objects.get(pk=row.pk).closed_by == world.actor("manager2").reference


def test_a_task_waits_for_the_opinion_that_was_asked(world: World) -> None:
    case = world.call()
    task, manager = world.task(case), world.actor("manager")
    ask_opinion(case.number, task.key, f"person:{world.person('senior2').pk}", "怎么看", manager, world.now)
    opinion = Task.objects.get(case=case, kind="opinion")
    assert (opinion.holder, opinion.question, opinion.for_task) == (world.person("senior2"), "怎么看", task.key)
    with refused("engine.opinion_open"):
        complete_task(case.number, task.key, ANSWERED, manager, world.now)
    with denied():
        give_opinion(case.number, opinion.key, "不归我", manager, world.now)
    with refused("engine.not_an_opinion"):
        give_opinion(case.number, task.key, "不归我", manager, world.now)
    give_opinion(case.number, opinion.key, "可以", world.actor("senior2"), world.now)
    assert Message.objects.filter(case=case, notice="case.opinion_given", person=manager.person_id).count() == 1
    complete_task(case.number, task.key, ANSWERED, manager, world.now)
    assert {"opinion_asked", "opinion_given", "done"} <= set(verbs(case))


def test_the_saved_state_and_the_rows_say_the_same_after_every_step(world: World) -> None:
    case = world.repair()
    requester, electrician = world.requester(case), world.actor("electrician")
    offer = case.state["facts"]["electricians"][0]["id"]
    steps = [
        ("choose", {"electrician": offer, "fee_agreed": True}, requester),
        ("accept", {"accepted": True, "promised_at": (world.now + timedelta(hours=1)).isoformat()}, electrician),
        ("arrive", {"arrive_place": {"longitude": 119.91, "latitude": 29.91}}, electrician),
        ("repair", {"outcome": "fixed", "work_done": "换插座", "parts": [], "hazard": "none"},
         electrician),
        ("pay", {"paid_by": "wechat", "paid_yuan": 30}, electrician),
        ("rate", {"solved": True, "stars": 4}, requester),
    ]  # fmt: skip
    for minutes, (step, answers, actor) in enumerate(steps, start=1):
        at = world.now + timedelta(minutes=minutes)
        case = complete_task(case.number, world.task(case, step).key, answers, actor, at)
        saved = Case.objects.get(pk=case.pk)
        state = case_from_json(saved.state)
        assert {task.key for task in state.tasks} == set(
            Task.objects.filter(case=case, status="open").values_list("key", flat=True)
        )
        assert {(clock.key, clock.status.value, clock.due_at) for clock in state.clocks} == set(
            saved.clocks.values_list("key", "status", "due_at")
        )
        assert saved.row_version == minutes + 1
    assert (saved.status, saved.end) == ("ended", "repaired")
    assert saved.letters.get().letter == "pay_note"
