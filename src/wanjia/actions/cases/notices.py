"""Messages of a case to the requester and to staff; the caller writes them in the transaction that caused them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from wanjia.actions.cases.holders import find_holder
from wanjia.actions.cases.saving import Changes
from wanjia.engine.nouns import Notify
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Message, Task


def notify(
    practice: Practice, command: Notify, facts: Facts, open_tasks: Collection[Task], changes: Changes, day: date
) -> list[Message]:
    """One notice of the practice, to the requester, the holder of a task, or whoever performs a role."""
    case, actor, now = changes.case, changes.actor, changes.at
    command = replace(command, values={**command.values, "holder": _holders(command, open_tasks)})
    if command.audience == "requester":
        return [_message(case, "requester", None, actor, command, now)]
    people = _people(case, practice, command.audience, facts, open_tasks, day)
    return [_message(case, "staff", person, actor, command, now) for person in sorted(people)]


def _holders(command: Notify, open_tasks: Collection[Task]) -> str:
    """Who has the task that a notice is about now, after any escalation; all who have one when it is about the case."""
    key = command.values.get("task")
    held = [task for task in open_tasks if task.holder_id and key in (None, task.key)]
    return "、".join(dict.fromkeys(task.holder.name for task in held))


def _people(
    case: Case, practice: Practice, audience: str, facts: Facts, open_tasks: Collection[Task], day: date
) -> set[int]:
    """Holders of the tasks meant; a role without a task in this case yet is found as for a new task."""
    kind, _, key = audience.partition(":")
    if kind == "holder":
        return {task.holder_id for task in open_tasks if task.holder_id and key in ("", task.key)}
    done = case.tasks.filter(role=audience, holder__isnull=False).exclude(status=Task.Status.OPEN)
    people = set(done.values_list("holder_id", flat=True))
    people |= {task.holder_id for task in open_tasks if task.holder_id and task.role == audience}
    rule = practice.roles.get(audience)
    if not people and rule is not None and rule.who != "item":
        person = find_holder(rule, case, facts, None, day).person
        people = {person.pk} if person else set()
    return people


def tell_holder(case: Case, task: Task, verb: str, now: datetime) -> list[Message]:
    """A task came to somebody: its holder, its substitute, or the requester learns of it."""
    person = None if task.for_requester else task.delegated_to_id or task.holder_id
    if person is None and not task.for_requester:
        return []
    values = {"step": task.step, "task": task.key}
    audience = "requester" if task.for_requester else "staff"
    return [
        Message(
            case=case, audience=audience, person_id=person, sender="system", notice=f"platform.{verb}",
            values=values, created_at=now,
        )
    ]  # fmt: skip


def _message(
    case: Case, audience: str, person: int | None, actor: Actor, command: Notify, now: datetime
) -> Message:  # fmt: skip
    return Message(
        case=case, audience=audience, person_id=person, sender=actor.reference, notice=command.key,
        values=command.values, created_at=now,
    )  # fmt: skip
