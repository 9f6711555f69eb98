"""What each event does: the accepted way and the refused way side by side."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.processes import CALENDAR, clock, compiled, definition, extra_of
from wanjia.engine import return_targets_of, step
from wanjia.engine.nouns import (
    AskOpinion,
    Assign,
    CallCapability,
    CapabilityDone,
    CapabilityFailed,
    CaseState,
    CaseStatus,
    ClockStatus,
    CloseTask,
    Complete,
    Definition,
    Delegate,
    EndCase,
    Escalate,
    Event,
    GiveOpinion,
    Hold,
    MergeInto,
    Message,
    Notify,
    OpenTask,
    Outcome,
    PassOn,
    Record,
    Release,
    Reopen,
    ReturnTo,
    Start,
    TaskKind,
    Tick,
    Urge,
    Withdraw,
    WriteLetter,
)
from wanjia.model.faults import Refused
from wanjia.model.working_time import Limit

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
P = "person:1"


class Case:
    """A case and its definition, for tests that read like a story."""

    def __init__(self, source: Definition, now: datetime = NOON, **facts: Any) -> None:
        self.definition, self.now = source, now
        self.last: Outcome = step(source, None, Start(P, facts), now, CALENDAR)

    @property
    def state(self) -> CaseState:
        return self.last.state

    def do(self, event: Event, **later: float) -> "Case":
        self.now += timedelta(**later)
        self.last = step(self.definition, self.state, event, self.now, CALENDAR)
        return self

    def done(self, step_id: str, **answers: Any) -> "Case":
        return self.do(Complete(P, self.key(step_id), answers))

    def key(self, step_id: str, nth: int = 0) -> str:
        return [task.key for task in self.state.tasks if task.step == step_id][nth]

    def open(self) -> list[str]:
        return [task.step for task in self.state.tasks]

    def refuses(self, event: Event, code: str, **later: float) -> dict[str, Any]:
        before = self.state
        with pytest.raises(Refused) as refused:
            self.do(event, **later)
        assert [fault.code for fault in refused.value.faults] == [f"engine.{code}"]
        assert self.state is before
        return dict(refused.value.faults[0].values)

    def got(self, kind: type) -> list[Any]:
        return [command for command in self.last.commands if isinstance(command, kind)]

    def clock(self, name: str) -> Any:
        return next(c for c in self.state.clocks if c.clock == name)


def start(name: str, **changes: Any) -> Case:
    clocks = changes.pop("clocks", ())
    source = compiled(name, clocks, **changes) if clocks or changes else definition(name)
    return Case(source, **extra_of(name).get("start", {}))


def triggers(case: Case) -> list[tuple[str, Any]]:
    return [(type(c).__name__, getattr(c, "task_key", None) or getattr(c, "verb", None)) for c in case.last.commands]


def test_commands_come_in_the_order_in_which_things_happened() -> None:
    case = start("parallel").done("check")
    kinds = [type(command) for command in case.last.commands]
    assert kinds == [Record, CloseTask, OpenTask, OpenTask]
    assert [c.task.step for c in case.got(OpenTask)] == ["survey", "design"]


def test_a_wrong_task_an_unknown_fact_and_an_ended_case_are_refused() -> None:
    case = start("parallel")
    case.refuses(Complete(P, "t99", {}), "task_not_open")
    case.refuses(Complete(P, "t1", {"colour": "red"}), "unknown_fact")
    case.do(MergeInto(P, "BM-2"))
    assert case.state.status is CaseStatus.MERGED
    assert case.state.merged_into == "BM-2"
    assert case.refuses(Complete(P, "t1", {}), "wrong_status")["status"] == "merged"


def test_a_case_runs_only_on_the_very_definition_that_it_began_with() -> None:
    case = start("parallel")
    case.definition = definition("inclusive")
    case.refuses(Complete(P, "t1", {}), "digest_unknown")


def test_items_come_out_in_the_order_in_which_they_went_in() -> None:
    case = start("items_parallel").done("receive")
    assert [task.item for task in case.state.tasks] == extra_of("items_parallel")["start"]["departments"]
    for nth, opinion in ((2, "c"), (0, "a"), (0, "b")):
        case.do(Complete(P, case.key("review", nth), {"opinion": opinion, "remark": f"by {opinion}"}))
    assert [(row["department"], row["opinion"]) for row in case.state.facts["opinions"]] == [
        ("water", "a"),
        ("police", "b"),
        ("green", "c"),
    ]
    assert case.state.facts["remark"] == "by b"
    assert "remark" not in case.state.facts["opinions"][0]
    assert "opinion" not in case.state.facts["departments"][0]


def test_sequential_items_open_one_after_another() -> None:
    case = start("items_sequential").done("receive")
    seen = []
    while case.open() == ["review"]:
        seen.append(case.state.tasks[0].item["department"])
        case.done("review", opinion="yes")
    assert seen == ["water", "police", "green"]
    assert case.open() == ["conclude"]


def test_a_repeated_sub_process_is_opened_and_done_once_as_a_whole() -> None:
    clocks = (clock("joint", start=("opened:joint",), stop=("done:joint",), limit=HOUR),)
    case = start("branches", clocks=clocks).done("receive")
    for _ in range(3):
        assert case.clock("joint").status is ClockStatus.RUNNING
        case.done("review", opinion="agree")
    assert case.clock("joint").status is ClockStatus.STOPPED
    assert [c.clock for c in case.state.clocks] == ["joint"]


def test_an_empty_list_is_done_at_once_and_no_list_at_all_is_refused() -> None:
    source = definition("items_parallel")
    empty = Case(source, departments=[]).done("receive")
    assert empty.open() == ["conclude"]
    assert empty.state.facts["opinions"] == []
    without = Case(source)
    assert without.refuses(Complete(P, "t1", {}), "items_not_a_list")["fact"] == "departments"


def test_a_branch_loops_by_its_own_item_alone() -> None:
    case = start("branches").done("receive")
    case.do(Complete(P, case.key("review", 0), {"opinion": "supplement"}))
    assert sorted(case.open()) == ["review", "review", "supplement"]
    case.done("supplement", paper="plan B")
    again = [task for task in case.state.tasks if task.item["department"] == "water"]
    assert [(task.step, task.item["paper"]) for task in again] == [("review", "plan B")]


def test_return_goes_back_within_a_branch_and_not_out_of_it() -> None:
    case = start("branches").done("receive")
    case.do(Complete(P, case.key("review", 0), {"opinion": "supplement"}))
    key = case.key("supplement")
    assert return_targets_of(case.definition, case.state, key) == ["review"]
    assert case.refuses(ReturnTo(P, key, "receive", "no"), "return_target")["allowed"] == "review"
    case.do(ReturnTo(P, key, "review", "look again"))
    assert case.open() == ["review"] * 3
    assert [c.how for c in case.got(CloseTask)] == ["returned"]


def test_return_cancels_what_lies_ahead_and_leaves_what_runs_beside() -> None:
    case = start("parallel").done("check").done("survey").done("build")
    assert sorted(case.open()) == ["design", "photograph"]
    case.do(ReturnTo(P, case.key("photograph"), "survey", "wrong place"))
    assert sorted(case.open()) == ["design", "survey"]
    case.done("survey").done("build").done("photograph").done("design")
    assert case.open() == ["approve"]


def test_return_past_a_join_lets_the_join_fire_again() -> None:
    case = start("parallel").done("check").done("survey").done("design").done("build").done("photograph")
    case.do(ReturnTo(P, case.key("approve"), "build", "crooked"))
    assert case.open() == ["build"]
    case.done("build")
    assert case.open() == ["approve"]


def test_return_in_a_second_round_takes_the_whole_round_back() -> None:
    case = start("parallel").done("check").done("survey").done("design").done("build").done("photograph")
    case.done("approve", accepted=False).done("check")
    assert sorted(case.open()) == ["design", "survey"]
    case.do(ReturnTo(P, case.key("survey"), "approve", "it was right"))
    assert case.open() == ["approve"]
    assert sorted(c.how for c in case.got(CloseTask)) == ["cancelled", "returned"]


def test_returns_are_limited_to_what_the_practice_names() -> None:
    case = start("parallel", returns={"approve": ["check"]})
    case.done("check").done("survey").done("design").done("build").done("photograph")
    assert return_targets_of(case.definition, case.state, case.key("approve")) == ["check"]
    assert return_targets_of(case.definition, case.state, "t99") == []
    case.refuses(ReturnTo(P, case.key("approve"), "design", "no"), "return_target")
    case.do(ReturnTo(P, case.key("approve"), "check", "all of it"))
    assert case.open() == ["check"]


def test_opinions_hang_on_a_task_and_hold_it_back() -> None:
    case = start("parallel").do(AskOpinion(P, "t1", "person:9", "safe?"))
    (opinion,) = [task for task in case.state.tasks if task.kind is TaskKind.OPINION]
    assert (opinion.assigned_to, opinion.question, opinion.for_task) == ("person:9", "safe?", "t1")
    assert case.refuses(Complete(P, "t1", {}), "opinion_open")["count"] == 1
    case.refuses(Complete(P, opinion.key, {}), "opinion_needs_answer")
    case.refuses(ReturnTo(P, opinion.key, "check", ""), "opinion_needs_answer")
    case.refuses(AskOpinion(P, opinion.key, "person:8", "?"), "opinion_on_opinion")
    case.refuses(GiveOpinion(P, "t1", "yes"), "not_an_opinion")
    case.do(GiveOpinion("person:9", opinion.key, "yes"))
    assert [c.data["answer"] for c in case.got(Record)] == ["yes"]
    assert case.got(Notify)[0].audience == "holder:t1"
    assert case.done("check").open() == ["survey", "design"]


def test_opinions_go_when_their_task_goes() -> None:
    case = start("parallel").done("check").do(AskOpinion(P, "t2", "person:9", "?"))
    case.do(ReturnTo(P, "t2", "check", "no"))
    assert case.open() == ["check"]
    assert [c.how for c in case.got(CloseTask)] == ["returned", "cancelled", "cancelled"]


def test_pass_on_delegate_and_urge_move_no_token() -> None:
    case = start("parallel")
    case.do(Delegate(P, "t1", "person:3"))
    assert case.got(Assign) == [Assign("t1", None, "person:3")]
    case.do(PassOn(P, "t1", "person:2", "ill"))
    assert case.got(Assign) == [Assign("t1", "person:2", None)]
    case.do(Urge(P, "please"))
    assert [n.audience for n in case.got(Notify)] == ["holder:t1"]
    assert case.refuses(Urge(P, "please!"), "urged_too_soon", minutes=9)["minutes"] == 10
    assert case.do(Urge(P, "please!"), minutes=10).got(Notify)


def test_withdraw_until_a_step_is_done() -> None:
    early = start("parallel", withdraw_until=["survey"]).done("check")
    late = start("parallel", withdraw_until=["survey"]).done("check").done("survey")
    early.do(Withdraw(P, "sold the house"))
    assert early.state.status is CaseStatus.WITHDRAWN
    assert not early.state.tasks
    assert [e.status for e in early.got(EndCase)] == [CaseStatus.WITHDRAWN]
    assert late.refuses(Withdraw(P, ""), "withdraw_too_late")["step"] == "survey"
    start("parallel").refuses(Withdraw(P, ""), "withdraw_never")


def test_reopen_starts_again_where_the_practice_says() -> None:
    case = start("parallel", reopen_to="check")
    case.refuses(Reopen(P, "?"), "wrong_status")
    case.done("check").done("survey").done("design").done("build").done("photograph").done("approve", accepted=True)
    assert (case.state.status, case.state.end) == (CaseStatus.ENDED, "done")
    case.do(Reopen(P, "broken again"))
    assert (case.state.status, case.state.end, case.open()) == (CaseStatus.RUNNING, None, ["check"])
    assert case.state.facts == {"accepted": True}
    closed = start("terminate").done("first")
    closed.refuses(Reopen(P, "?"), "reopen_never")


def test_reopening_inside_a_parallel_part_counts_the_other_branches_as_done() -> None:
    case = start("parallel", reopen_to="build")
    case.done("check").done("survey").done("design").done("build").done("photograph").done("approve")
    case.do(Reopen(P, "crooked"))
    assert case.done("build").open() == ["approve"]


def test_an_inclusive_join_waits_for_the_branches_that_were_chosen_and_no_others() -> None:
    both = start("inclusive").done("ask", needs_technical=True, needs_legal=True)
    assert sorted(both.open()) == ["legal", "technical"]
    assert both.done("legal").open() == ["technical"]
    assert both.done("technical").open() == ["decide"]
    assert start("inclusive").done("ask", needs_legal=True).done("legal").open() == ["decide"]
    assert start("inclusive").done("ask").open() == ["price"]


def test_messages_interrupt_or_run_beside_and_are_refused_when_nobody_waits() -> None:
    case = start("messages")
    case.refuses(Message(P, "payment", {"amount": 3}), "message_unexpected")
    case.refuses(Message(P, "rumour"), "message_undeclared")
    case.do(Message(P, "nudge")).do(Message(P, "nudge"))
    assert case.open() == ["accept", "hurry", "hurry"]
    case.do(Message(P, "stop"))
    assert sorted(case.open()) == ["call_back", "hurry", "hurry"]
    assert [(c.task_key, c.how) for c in case.got(CloseTask)] == [("t1", "cancelled")]


def test_received_messages_bring_facts_and_a_side_end_is_not_the_result() -> None:
    case = start("messages").do(Message(P, "nudge")).done("accept")
    case.do(Message(P, "payment", {"amount": 30})).do(Message(P, "arrival")).done("repair")
    assert case.state.facts["amount"] == 30
    assert (case.state.status, case.state.end) == (CaseStatus.RUNNING, None)
    case.done("hurry")
    assert (case.state.status, case.state.end) == (CaseStatus.ENDED, "repaired")


def test_a_message_can_be_meant_for_one_branch() -> None:
    case = start("branches").done("receive")
    case.do(Message("clock", "unanswered", {}, case.key("review", 1)))
    assert [task.item["department"] for task in case.state.tasks] == ["water", "green"]


def test_an_interrupting_message_ends_all_branches_at_once() -> None:
    case = start("branches").done("receive").do(Message(P, "cancelled"))
    assert (case.state.status, case.state.end) == (CaseStatus.ENDED, "withdrawn")
    assert [c.how for c in case.got(CloseTask)] == ["cancelled"] * 3


def test_capabilities_wait_for_their_result_and_fail_to_their_error_event() -> None:
    case = start("errors").done("choose")
    (call,) = case.got(CallCapability)
    assert (call.capability, call.inputs) == ("nearest_electricians", {"qualification": None})
    case.refuses(CapabilityDone("system", "t99", {}), "capability_not_waiting")
    found = start("errors").done("choose").do(CapabilityDone("system", call.task_key, {"found": [{"id": "e1"}]}))
    assert found.state.facts["electricians"] == [{"id": "e1"}]
    assert sorted(found.open()) == ["check_left", "check_right"]
    case.do(CapabilityFailed("system", call.task_key, "none"))
    assert case.open() == ["by_hand"]


def test_a_failure_that_nobody_expects_holds_the_case_where_all_can_see_it() -> None:
    case = start("errors").done("choose")
    (call,) = case.got(CallCapability)
    case.do(CapabilityFailed("system", call.task_key, "timeout"))
    assert [(n.key, n.values["code"]) for n in case.got(Notify)] == [("case.capability_failed", "timeout")]
    assert case.state.status is CaseStatus.RUNNING
    case.do(CapabilityDone("system", call.task_key, {"found": []}))
    assert sorted(case.open()) == ["check_left", "check_right"]


def test_an_error_end_reaches_only_the_sub_process_around_it() -> None:
    case = start("errors").done("choose")
    case.do(CapabilityDone("system", case.got(CallCapability)[0].task_key, {}))
    case.done("check_left", broken=True)
    assert sorted(case.open()) == ["check_right", "repair_left"]
    case.done("check_right", broken=False).done("repair_left").done("close")
    assert case.state.end == "closed"


def test_decisions_letters_and_notices_happen_inside_the_step() -> None:
    case = start("work").done("measure", metres=4)
    assert case.state.facts["fee"] == 30
    assert [(n.audience, n.key, n.values["fee"]) for n in case.got(Notify)] == [("requester", "notices.priced", 30)]
    assert [(w.letter, w.facts["fee"]) for w in case.got(WriteLetter)] == [("offer", 30)]
    assert case.open() == ["confirm"]


HOUR = Limit(1, "hours")


def test_silence_answers_and_what_it_starts_is_due_in_the_same_tick() -> None:
    clocks = (
        clock("silent", scope="task", start=("opened:check",), stop=("done:check",), limit=HOUR,
              on_expire=({"complete": {"accepted": True}}, {"notify": "requester"})),
        clock("next", start=("done:check",), limit=Limit(30, "minutes"), on_expire=({"escalate": 2},)),
    )  # fmt: skip
    case = start("parallel", clocks=clocks).do(Tick(), minutes=59)
    assert case.open() == ["check"]
    case.do(Tick(), hours=5)
    assert case.state.facts["accepted"] is True
    assert [(e.task_key, e.clock, e.levels) for e in case.got(Escalate)] == [("t2", "next", 2), ("t3", "next", 2)]
    assert {task.escalated for task in case.state.tasks} == {2}
    assert {task.opened_at for task in case.state.tasks} == {NOON + timedelta(hours=1)}
    assert case.clock("silent").status is ClockStatus.LATE
    assert case.clock("next").due_at == NOON + timedelta(minutes=90)
    assert not case.do(Tick(), days=9).last.commands


def test_a_notice_of_a_clock_goes_to_its_audience_and_knows_the_item_that_was_answered_by_silence() -> None:
    silent = clock("silent", scope="task", start=("opened:review",), limit=HOUR,
                   on_expire=({"complete": {"opinion": "agree"}}, {"notify": "told"}))  # fmt: skip
    case = start("branches", clocks=(silent,), notices={"told": "clerk"}).done("receive").do(Tick(), hours=2)
    told = [(n.audience, n.key, n.values["department"]) for n in case.got(Notify)]
    assert told == [("clerk", "notices.told", department) for department in ("water", "police", "green")]
    assert case.open() == ["decide"]


def test_one_late_tick_equals_many_punctual_ones() -> None:
    clocks = (
        clock("warned", start=("case_started",), limit=Limit(3, "hours"), warn=(HOUR,),
              on_warn=({"notify": "holder"},), on_expire=({"message": "stop"},)),
        clock("other", start=("opened:accept",), limit=Limit(150, "minutes"), on_expire=({"notify": "clerk"},)),
    )  # fmt: skip
    late, punctual = start("messages", clocks=clocks), start("messages", clocks=clocks)
    seen = [command for _ in range(48) for command in punctual.do(Tick(), minutes=5).last.commands]
    late.do(Tick(), hours=4)
    assert late.state == punctual.state
    assert list(late.last.commands) == seen
    assert late.open() == ["call_back"]
    order = [c.data["clock"] for c in late.got(Record) if c.verb.startswith("clock")]
    assert order == ["warned", "other", "warned"]


def test_a_deadline_comes_before_an_event_that_came_too_late_for_it() -> None:
    silent = clock("silent", scope="task", start=("opened:check",), stop=("done:check",), limit=HOUR,
                   on_expire=({"complete": {}},))  # fmt: skip
    case = start("parallel", clocks=(silent,))
    case.refuses(Complete(P, "t1", {}), "task_not_open", hours=1)


def test_a_message_of_a_clock_that_nobody_waits_for_is_only_noted() -> None:
    gone = clock("gone", start=("case_started",), limit=HOUR, on_expire=({"message": "stop"},))
    case = start("messages", clocks=(gone,)).done("accept").do(Tick(), hours=2)
    assert [r.verb for r in case.got(Record)] == ["clock_expired", "message_missed"]


def test_hold_pauses_all_clocks_even_those_that_start_meanwhile() -> None:
    clocks = (
        clock("whole", start=("case_started",), limit=Limit(2, "hours")),
        clock("later", start=("done:check",), limit=HOUR),
    )
    case = start("parallel", clocks=clocks)
    case.refuses(Release(P), "not_held")
    case.do(Hold(P, "typhoon"), hours=1).done("check").do(Tick(), days=2)
    assert {c.status for c in case.state.clocks} == {ClockStatus.PAUSED}
    case.refuses(Hold(P, "again"), "already_held")
    case.do(Release(P))
    assert case.clock("whole").due_at == case.clock("later").due_at == case.now + HOUR.elapsed


def test_hold_before_any_clock_runs_holds_the_first_one_too() -> None:
    case = start("parallel", clocks=(clock("later", start=("done:check",), limit=HOUR),))
    case.do(Hold(P, "typhoon")).done("check")
    assert case.clock("later").status is ClockStatus.PAUSED


def test_clocks_stop_with_their_task_and_with_the_case() -> None:
    clocks = (
        clock("each", scope="task", start=("opened:survey", "opened:design"), limit=HOUR),
        clock("whole", start=("case_started",), stop=("case_ended",), limit=HOUR),
        clock("back", start=("returned:survey",), limit=HOUR),
    )
    case = start("parallel", clocks=clocks, withdraw_until=[]).done("check")
    assert [c.task_key for c in case.state.clocks if c.clock == "each"] == ["t2", "t3"]
    case.do(ReturnTo(P, "t2", "check", "no"))
    assert {c.status for c in case.state.clocks if c.clock == "each"} == {ClockStatus.STOPPED}
    assert case.clock("back").status is ClockStatus.RUNNING
    case.do(Withdraw(P, ""))
    assert {c.status for c in case.state.clocks} == {ClockStatus.STOPPED}


def test_the_same_input_gives_the_same_outcome() -> None:
    case = start("branches").done("receive")
    event = Complete(P, case.key("review", 1), {"opinion": "agree"})
    assert step(case.definition, case.state, event, NOON, CALENDAR) == step(
        case.definition, case.state, event, NOON, CALENDAR
    )


def test_a_naive_instant_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        step(definition("parallel"), None, Start(P, {}), NOON.replace(tzinfo=None), CALENDAR)


def test_a_case_starts_once() -> None:
    case = start("parallel")
    case.refuses(Start(P, {}), "already_started")
    with pytest.raises(Refused):
        step(case.definition, None, Tick(), NOON, CALENDAR)
