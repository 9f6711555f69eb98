"""Hold, Release, Tick: time stands still, or goes on and brings what is due."""

from collections.abc import Callable, Mapping

from wanjia.engine.clockwork import Due, fire, next_due, pause_all, resume_all, rule_of
from wanjia.engine.draft import Draft
from wanjia.engine.handling.news import deliver
from wanjia.engine.handling.work import finish
from wanjia.engine.motion import known
from wanjia.engine.nouns import (
    CaseStatus,
    ClockState,
    Escalate,
    Hold,
    Notify,
    Release,
    TaskState,
    Tick,
)
from wanjia.model.jsonvalue import Facts, Json

FIRES_MAX = 1_000
HOLDER, REQUESTER = "holder", "requester"


def hold(draft: Draft, event: Hold) -> None:
    """All running clocks are paused, and those that start meanwhile are too."""
    if draft.held:
        draft.refuse("already_held")
    draft.held = True
    draft.record("held", reason=event.reason)
    pause_all(draft)


def release(draft: Draft, event: Release) -> None:
    if not draft.held:
        draft.refuse("not_held")
    draft.held = False
    draft.record("released")
    resume_all(draft)


def tick(draft: Draft, event: Tick) -> None:
    """Fires what is due, earliest first, one at a time: what one fires may start, stop or end the others.

    Each happens at its own instant, so a worker that was down for hours brings about what a punctual one would have.
    """
    until = draft.now
    for _ in range(FIRES_MAX):
        due = next_due(draft, until)
        if due is None:
            draft.now = until
            return
        draft.now = due.at
        _fire(draft, due)
    draft.refuse("endless", maximum=FIRES_MAX)


def _fire(draft: Draft, due: Due) -> None:
    clock = fire(draft, due)
    rule = rule_of(draft, clock)
    expired = due.kind == "expire"
    items = {task.key: task.item or {} for task in watched(draft, clock)}  # a notice may follow a silence's answer
    draft.record("clock_expired" if expired else "clock_warned", clock=rule.id, task=clock.task_key)
    for action in rule.on_expire if expired else rule.on_warn:
        for name, value in action.items():
            if draft.status is not CaseStatus.RUNNING:
                return
            if name == "notify" and value in draft.definition.notice_audiences:
                _send_notice(draft, str(value), items)
            else:
                _ACT[name](draft, clock, value, expired)


def watched(draft: Draft, clock: ClockState) -> list[TaskState]:
    """The open tasks that a clock is about: its own task, or all of the case."""
    if clock.task_key is None:
        return draft.user_tasks()
    return [task for task in draft.user_tasks() if task.key == clock.task_key]


def _notify(draft: Draft, clock: ClockState, audience: Json, expired: bool) -> None:
    due_at = None if clock.due_at is None else clock.due_at.isoformat()
    values: Facts = {"what": "expired" if expired else "warned", "due_at": due_at, "task": clock.task_key}
    key = f"clocks.{clock.clock}"
    notices = draft.definition.notice_audiences
    if isinstance(audience, str) and audience in notices:
        draft.emit(Notify(notices[audience], f"notices.{audience}", {**known(draft), **values}))
    elif audience == HOLDER:
        for task in watched(draft, clock):
            draft.emit(Notify(f"{HOLDER}:{task.key}", key, values))
    else:
        draft.emit(Notify(str(audience), key, values))


def _send_notice(draft: Draft, notice: str, items: Mapping[str, Facts]) -> None:
    """A notice that the practice words itself, with the facts as they are now and the item of the watched task."""
    audience = draft.definition.notice_audiences[notice]
    for key, item in items.items() if audience == HOLDER else [("", next(iter(items.values()), {}))]:
        to = f"{HOLDER}:{key}" if audience == HOLDER else audience
        draft.emit(Notify(to, f"notices.{notice}", {**draft.facts, **item}))


def _escalate(draft: Draft, clock: ClockState, levels: Json, _expired: bool) -> None:
    """The watched tasks go up; the action layer finds the post, the task remembers how far it has risen."""
    count = levels if isinstance(levels, int) else 1
    for task in watched(draft, clock):
        draft.change_task(task.key, escalated=task.escalated + count)
        draft.emit(Escalate(task.key, clock.clock, count))
        draft.record("escalated", task=task.key, step=task.step, clock=clock.clock, levels=count)


def _message(draft: Draft, clock: ClockState, name: Json, _expired: bool) -> None:
    """A message that nobody waits for any more is only noted: the deadline passed, but the case had moved on."""
    if not deliver(draft, str(name), {}, clock.task_key):
        draft.record("message_missed", name=name, clock=clock.clock)


def _complete(draft: Draft, clock: ClockState, answers: Json, _expired: bool) -> None:
    """默示: no answer in time is an answer. Opinions that are still out are dropped with the task."""
    for task in watched(draft, clock):
        draft.record("silence", task=task.key, step=task.step, clock=clock.clock)
        finish(draft, task.key, dict(answers) if isinstance(answers, dict) else {})


_ACT: Mapping[str, Callable[[Draft, ClockState, Json, bool], None]] = {
    "notify": _notify,
    "escalate": _escalate,
    "message": _message,
    "complete": _complete,
}
