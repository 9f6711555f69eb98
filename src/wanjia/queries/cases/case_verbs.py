"""Which verbs a page may offer: the permission table, and what the case's state and practice allow."""

from datetime import datetime, timedelta

from wanjia.engine.nouns import CaseState
from wanjia.engine.states import is_held
from wanjia.model.actors import Actor, Subject, may
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Task
from wanjia.records.cases.subjects import subject_of_task

TASK_VERBS = ("complete", "return", "ask_opinion", "pass_on", "delegate")


def case_verbs(
    case: Case, practice: Practice, state: CaseState, actor: Actor, subject: Subject, now: datetime
) -> frozenset[str]:
    """Of urge, hold, release, merge, withdraw, reopen, say, add_paper, reveal: those that would not be refused."""
    running = case.status == Case.Status.RUNNING
    held = is_held(state)
    possible = {
        "urge": running and bool(state.tasks),
        "hold": running and not held,
        "release": running and held,
        "merge": running and practice.merge is not None,
        "withdraw": running and _withdrawable(practice, state),
        "reopen": _reopenable(case, practice, now),
    }
    found = {verb for verb, can in possible.items() if can and may(actor, "case", _asked(verb), subject)}
    others = (("message", "say", True), ("paper", "add_paper", running), ("personal_data", "reveal", True))
    return frozenset(found | {verb for noun, verb, can in others if can and may(actor, noun, verb, subject)})


def task_verbs(task: Task, case: Case, actor: Actor) -> frozenset[str]:
    """Of TASK_VERBS and give_opinion: those that the actor may do with this open task."""
    subject = subject_of_task(task)
    if task.for_requester:
        asked = case.requester_id is not None and case.requester_id == actor.person_id
        return frozenset({"complete"} if asked and may(actor, "task", "complete", subject) else ())
    if task.kind == "opinion":
        verbs = {verb for verb in ("pass_on", "delegate") if may(actor, "task", verb, subject)}
        return frozenset(verbs | ({"give_opinion"} if may(actor, "task", "complete", subject) else set()))
    return frozenset(verb for verb in TASK_VERBS if may(actor, "task", verb, subject))


def _asked(verb: str) -> str:
    return "hold" if verb == "release" else verb


def _withdrawable(practice: Practice, state: CaseState) -> bool:
    until = practice.withdraw_until
    return until is not None and not any(step in state.done_steps for step in until)


def _reopenable(case: Case, practice: Practice, now: datetime) -> bool:
    rule = practice.reopen
    if rule is None or case.status != Case.Status.ENDED or case.ended_at is None:
        return False
    return now <= case.ended_at + timedelta(days=rule.within_days)
