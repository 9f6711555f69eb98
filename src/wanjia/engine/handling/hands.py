"""PassOn, Delegate, AskOpinion, GiveOpinion, Urge: who holds the work, while no token moves."""

from datetime import datetime, timedelta

from wanjia.engine.draft import Draft
from wanjia.engine.nouns import (
    AskOpinion,
    Assign,
    Delegate,
    GiveOpinion,
    Notify,
    PassOn,
    TaskKind,
    TaskState,
    Urge,
)

URGE_APART = timedelta(minutes=10)
OPINIONS_MAX = 20


def pass_on(draft: Draft, event: PassOn) -> None:
    """转办: another holder for good; a substitute of the old holder goes with the old holder."""
    task = draft.task(event.task_key)
    draft.change_task(task.key, assigned_to=event.to, delegated_to=None)
    draft.emit(Assign(task.key, event.to, None))
    draft.record("passed_on", task=task.key, step=task.step, to=event.to, reason=event.reason)


def delegate(draft: Draft, event: Delegate) -> None:
    """委托: a substitute may act; the holder stays the holder."""
    task = draft.task(event.task_key)
    draft.change_task(task.key, delegated_to=event.to)
    draft.emit(Assign(task.key, task.assigned_to, event.to))
    draft.record("delegated", task=task.key, step=task.step, to=event.to)


def ask_opinion(draft: Draft, event: AskOpinion) -> None:
    """加签: one more task, hanging on the first, which waits for its answer."""
    task = draft.task(event.task_key)
    if task.kind is TaskKind.OPINION:
        draft.refuse("opinion_on_opinion", task=task.key)
    if len(draft.opinions_on(task.key)) >= OPINIONS_MAX:
        draft.refuse("opinions_too_many", task=task.key, maximum=OPINIONS_MAX)
    opinion = TaskState(
        draft.next_key("o"),
        task.step,
        TaskKind.OPINION,
        task.role,
        draft.now,
        item=task.item,
        assigned_to=event.to,
        question=event.question,
        for_task=task.key,
    )
    draft.open_task(opinion)
    draft.record(
        "opinion_asked", task=task.key, step=task.step, opinion=opinion.key, to=event.to, question=event.question
    )


def give_opinion(draft: Draft, event: GiveOpinion) -> None:
    """The answer goes into the history and to the holder who asked."""
    opinion = draft.task(event.task_key)
    if opinion.kind is not TaskKind.OPINION or opinion.for_task is None:
        draft.refuse("not_an_opinion", task=event.task_key)
    draft.close_task(opinion.key, "done")
    draft.record("opinion_given", task=opinion.for_task, step=opinion.step, opinion=opinion.key, answer=event.answer)
    draft.emit(Notify(f"holder:{opinion.for_task}", "case.opinion_given", {"question": opinion.question or ""}))


def urge(draft: Draft, event: Urge) -> None:
    """催办: every holder hears of it, at most once in ten minutes so that a finger on the button is no flood."""
    if draft.urged_at is not None and draft.now - datetime.fromisoformat(draft.urged_at) < URGE_APART:
        minutes = int(URGE_APART.total_seconds() // 60)
        draft.refuse("urged_too_soon", minutes=minutes)
    draft.urged_at = draft.now.isoformat()
    draft.record("urged", note=event.note)
    for task in draft.tasks.values():
        draft.emit(Notify(f"holder:{task.key}", "case.urged", {"note": event.note, "step": task.step}))
