"""Messages of a case to the requester and to staff; the caller writes them in the transaction that caused them."""

from datetime import date, datetime

from wanjia.actions.cases.holders import find_holder
from wanjia.engine.nouns import Notify
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Message, Task


def notify(
    case: Case, practice: Practice, command: Notify, facts: Facts, actor: Actor, now: datetime, day: date
) -> list[Message]:
    """One notice of the practice, to the requester, the holder of a task, or whoever performs a role."""
    if command.audience == "requester":
        return [_message(case, "requester", None, actor, command, now)]
    people = _people(case, practice, command.audience, facts, day)
    return [_message(case, "staff", person, actor, command, now) for person in sorted(people)]


def _people(case: Case, practice: Practice, audience: str, facts: Facts, day: date) -> set[int]:
    """Holders of the tasks meant; a role without a task in this case yet is found as for a new task."""
    kind, _, key = audience.partition(":")
    tasks = case.tasks.filter(holder__isnull=False)
    if kind == "holder":
        tasks = tasks.filter(status=Task.Status.OPEN)
        return set((tasks.filter(key=key) if key else tasks).values_list("holder_id", flat=True))
    people = set(tasks.filter(role=audience).values_list("holder_id", flat=True))
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
