"""Hold, Release, Tick: time stands still, or goes on and brings what is due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

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
from wanjia.engine.process.tokens import branch_of, outward, path_to
from wanjia.model.jsonvalue import Facts, Json

FIRES_MAX = 1_000
HOLDER = "holder"


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


@dataclass(frozen=True)
class Fired:
    """What a clock did, and whose work it watched at that moment: an action may close the task before the next one."""

    clock: ClockState
    expired: bool
    item: Facts


def _fire(draft: Draft, due: Due) -> None:
    clock = fire(draft, due)
    rule = rule_of(draft, clock)
    item = next((task.item for task in watched(draft, clock) if rule.scope != "case" and task.item), {})
    fired = Fired(clock, due.kind == "expire", item)
    verb = "clock_expired" if fired.expired else "clock_warned"
    draft.record(verb, clock=rule.id, task=clock.task_key)
    for action in rule.on_expire if fired.expired else rule.on_warn:
        for name, value in action.items():
            if draft.status is CaseStatus.RUNNING or name == "notify":
                _ACT[name](draft, fired, value)


def watched(draft: Draft, clock: ClockState) -> list[TaskState]:
    """The open tasks that a clock is about: its own task; else all of its branch; all of the case when it has none."""
    own = [task for task in draft.user_tasks() if task.key == clock.task_key]
    if own or (clock.task_key is not None and not clock.branch):
        return own
    tasks = draft.user_tasks()
    return [task for task in tasks if clock.branch in outward(branch_of(path_to(draft.tokens, task.key)))]


def _notify(draft: Draft, fired: Fired, audience: Json) -> None:
    """`audience` is holder, requester, a role, or one of the practice's notices, which says itself who is told."""
    clock = fired.clock
    due_at = None if clock.due_at is None else clock.due_at.isoformat()
    values: Facts = {"what": "expired" if fired.expired else "warned", "due_at": due_at, "task": clock.task_key}
    name, key = str(audience), f"clocks.{clock.clock}"
    if name in draft.definition.notice_audiences:
        values = {**known(draft), **fired.item, **values}
        name, key = draft.definition.notice_audiences[name], f"notices.{name}"
    for told in [f"{HOLDER}:{task.key}" for task in watched(draft, clock)] if name == HOLDER else [name]:
        draft.emit(Notify(told, key, values))


def _escalate(draft: Draft, fired: Fired, levels: Json) -> None:
    """The watched tasks go up; the action layer finds the post, the task remembers how far it has risen."""
    count, name = levels if isinstance(levels, int) else 1, fired.clock.clock
    for task in watched(draft, fired.clock):
        draft.change_task(task.key, escalated=task.escalated + count)
        draft.emit(Escalate(task.key, name, count))
        draft.record("escalated", task=task.key, step=task.step, clock=name, levels=count)


def _message(draft: Draft, fired: Fired, name: Json) -> None:
    """A message that nobody waits for any more is only noted: the deadline passed, but the case had moved on."""
    if not deliver(draft, str(name), {}, fired.clock.task_key):
        draft.record("message_missed", name=name, clock=fired.clock.clock)


def _complete(draft: Draft, fired: Fired, answers: Json) -> None:
    """默示: no answer in time is an answer. Opinions that are still out are dropped with the task."""
    for task in [task for task in watched(draft, fired.clock) if task.key == fired.clock.task_key]:
        draft.record("silence", task=task.key, step=task.step, clock=fired.clock.clock)
        finish(draft, task.key, dict(answers) if isinstance(answers, dict) else {})


_ACT: Mapping[str, Callable[[Draft, Fired, Json], None]] = {
    "notify": _notify,
    "escalate": _escalate,
    "message": _message,
    "complete": _complete,
}
