"""Messages of a case to the requester and to staff; the caller writes them in the transaction that caused them.

A practice's notice that names `sms` or `email` among its channels also leaves the house, to whoever can be reached so.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime

from wanjia.actions.cases.holders import find_holder
from wanjia.actions.cases.manner import manner
from wanjia.actions.cases.queue_delivery import Wanted
from wanjia.actions.cases.saving import Changes
from wanjia.engine.nouns import Notify
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.practice.notice_words import notice_words
from wanjia.practice.nouns import Notice, Practice
from wanjia.records.cases.models import Case, Message, Task
from wanjia.records.territory.models import Person
from wanjia.records.territory.names import with_names
from wanjia.texts import say

OUTSIDE = ("sms", "email")
"""Channels of a notice that leave the house; the others are places where it is read."""


def notify(
    practice: Practice, command: Notify, facts: Facts, open_tasks: Collection[Task], changes: Changes, day: date
) -> list[Message]:
    """One notice of the practice, to the requester, the holder of a task, or whoever performs a role."""
    case, actor, now = changes.case, changes.actor, changes.at
    values = with_names(practice.facts, command.values, case.language)
    command = replace(command, values={**values, "holder": _holders(command, open_tasks)})
    if command.audience == "requester":
        return [_message(case, "requester", None, actor, command, now)]
    rule = practice.roles.get(command.audience)
    if rule is not None and rule.who == "contact":
        return [_message(case, "contact", None, actor, command, now)]
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


def deliveries_of(practice: Practice, facts: Facts, changes: Changes) -> list[Wanted]:
    """What of the collected messages leaves the house, worded as things stand now.

    The key names the case's version and the message's place in it: the same step done again after a crash queues the
    same deliveries, and no two steps share one.
    """
    return [
        _wanted(practice, changes.case, message, notice, number, channel, address, language)
        for number, message in enumerate(changes.messages)
        if (notice := _outside(practice, message.notice))
        for channel, address, language in _addresses(practice, facts, changes.case, message, notice)
    ]


def _outside(practice: Practice, key: str) -> Notice | None:
    """The practice's notice behind a message, when it leaves the house."""
    kind, _, name = key.partition(".")
    notice = practice.notices.get(name) if kind == "notices" else None
    return notice if notice and set(notice.channels) & set(OUTSIDE) else None


def _addresses(
    practice: Practice, facts: Facts, case: Case, message: Message, notice: Notice
) -> Iterator[tuple[str, str, str]]:
    """Channel, address and language of everybody outside whom a message reaches."""
    if message.audience == "contact":
        yield from _to_contact(practice, facts, case, notice)
        return
    requester = message.audience == "requester"
    pk = case.requester_id if requester else message.person_id
    person = Person.objects.filter(pk=pk).first() if pk else None
    phone = (case.requester_phone if requester else "") or (person.phone if person else "")
    language = case.language if requester or person is None else person.language
    if "sms" in notice.channels and phone:
        yield "sms", phone, language
    mailbox = _mailbox(practice, facts) if requester else ""
    if "email" in notice.channels and mailbox:
        yield "email", mailbox, language


def _to_contact(practice: Practice, facts: Facts, case: Case, notice: Notice) -> Iterator[tuple[str, str, str]]:
    """Somebody whose telephone stands in a fact: told in the language of the case, and nothing without a number."""
    phone = facts.get(practice.roles[notice.to].fact or "")
    if "sms" in notice.channels and isinstance(phone, str) and phone:
        yield "sms", phone, case.language


def _mailbox(practice: Practice, facts: Facts) -> str:
    """The requester's mailbox: the first fact of the format `email` that was answered."""
    answered = (facts.get(name) for name, rule in practice.facts.items() if rule.get("format") == "email")
    return next((value for value in answered if isinstance(value, str) and value), "")


def _wanted(
    practice: Practice, case: Case, message: Message, notice: Notice, number: int, channel: str, address: str,
    language: str,
) -> Wanted:  # fmt: skip
    text = notice_words(practice, case, message.notice, message.values, manner(language))
    if case.number not in text:
        text = say("delivery.about_case", language, text=text, number=case.number)
    return Wanted(
        key=f"case:{case.pk}:{case.row_version}:{number}:{channel}", channel=channel, address=address,
        subject=f"{practice.text('name', language)} {case.number}",
        body=text, urgent=notice.urgent, case_id=case.pk,
    )  # fmt: skip
