"""Messages of a case to the requester and to staff, written in the transaction that caused them."""

from datetime import datetime

from wanjia.engine.nouns import Notify
from wanjia.model.actors import Actor
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Message, Task


def notify(case: Case, practice: Practice, command: Notify, actor: Actor, now: datetime) -> None:
    """One notice of the practice, to the requester, the holder of a task, or everybody who holds a role's tasks."""
    if command.audience == "requester":
        _write(case, "requester", None, actor, command.key, command.values, now)
        return
    open_tasks = case.tasks.filter(status=Task.Status.OPEN)
    kind, _, key = command.audience.partition(":")
    tasks = open_tasks.filter(key=key) if kind == "holder" and key else open_tasks
    if kind != "holder" and command.audience in practice.roles:
        tasks = case.tasks.filter(role=command.audience)
    for person in {task.holder_id for task in tasks if task.holder_id}:
        _write(case, "staff", person, actor, command.key, command.values, now)


def tell_holder(case: Case, task: Task, verb: str, now: datetime) -> None:
    """A task came to somebody: its holder, its substitute, or the requester learns of it."""
    values = {"step": task.step, "task": task.key}
    if task.for_requester:
        Message.objects.create(
            case=case, audience="requester", sender="system", notice=f"platform.{verb}", values=values, created_at=now
        )
        return
    person = task.delegated_to_id or task.holder_id
    if person:
        Message.objects.create(
            case=case, audience="staff", person_id=person, sender="system", notice=f"platform.{verb}",
            values=values, created_at=now,
        )  # fmt: skip


def _write(
    case: Case, audience: str, person: int | None, actor: Actor, notice: str, values: dict, now: datetime
) -> None:  # fmt: skip
    Message.objects.create(
        case=case, audience=audience, person_id=person, sender=actor.reference, notice=notice, values=values,
        created_at=now,
    )  # fmt: skip
