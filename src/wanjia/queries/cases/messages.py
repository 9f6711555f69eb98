"""The words of messages: what people wrote, and notices of practices and of the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Json
from wanjia.practice.notice_words import About, notice_words
from wanjia.practice.nouns import Practice
from wanjia.practice.placeholders import filled
from wanjia.practice.wording import Manner
from wanjia.queries.cases.facts import moment_text
from wanjia.queries.cases.history import who_text
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.masking import hidden_requester
from wanjia.queries.cases.rows import Rows
from wanjia.records.cases.models import Case, Message
from wanjia.records.territory.names import Names
from wanjia.texts import say


@dataclass(frozen=True)
class Said:
    """A message of a case: who to whom, and what. `written` was typed by a person; the rest are notices."""

    pk: int
    at: datetime
    sender: str
    audience: str
    text: str
    written: bool
    from_requester: bool
    read: bool


@dataclass(frozen=True)
class Notice:
    """A message in somebody's own list."""

    pk: int
    at: datetime
    number: str
    title: str
    text: str
    sender: str
    written: bool
    read: bool


def message_text(practice: Practice, case: Case, message: Message, language: str) -> str:
    """The words of a message in a language."""
    return message.text or notice_text(practice, case, message.notice, message.values, language)


def notice_text(practice: Practice, case: About, notice: str, values: Mapping[str, Json], language: str) -> str:
    """`notices.<id>` and `clocks.<id>` are the practice's; `platform.*`, `case.*` and `outage.*` the product's own."""
    kind, _, name = notice.partition(".")
    if kind == "notices":
        manner = Manner(language, timezone.get_default_timezone_name())
        return notice_words(practice, case, notice, values, manner)
    if kind == "clocks":
        what = "platform.clock_expired" if values.get("what") == "expired" else "platform.clock_warned"
        due_at = moment_text(str(values.get("due_at") or ""))
        return say(what, language, clock=practice.text(notice, language), due_at=due_at)
    if kind == "outage":
        return filled(say(notice, language), {key: _plain(value, language) for key, value in values.items()})
    step = practice.text(f"tasks.{values.get('step')}", language)
    plain = {key: values.get(key) or "" for key in ("note", "question", "answer", "code", "reason")}
    return say(f"platform.{name}", language, step=step, **plain)


def _plain(value: Json, language: str) -> str:
    """A value without a practice's rule: named in both languages, an instant, or as it is."""
    if isinstance(value, dict):
        value = value.get(language)
    return "" if value is None else moment_text(value) if isinstance(value, str) else str(value)


def case_messages(case: Case, practice: Practice, language: str) -> tuple[Said, ...]:
    """The thread, oldest first; that a task was opened stands in the history, so not here once more."""
    rows = list(case.messages.exclude(notice__startswith="platform.task_"))
    names = Names((row.sender for row in rows), language)
    return tuple(
        Said(
            row.pk, row.created_at, _sender(row.sender, hidden_requester(case), names, language), row.audience,
            message_text(practice, case, row, language), bool(row.text), row.audience == "staff" and bool(row.text),
            row.read_at is not None,
        )
        for row in rows
    )  # fmt: skip


def my_notices(actor: Actor, language: str, unread_only: bool = False) -> Rows[Notice]:
    """Messages to this person, newest first."""
    query = _mine(actor).select_related("case__practice").defer("case__state", "case__practice__files")
    query = query.filter(read_at=None) if unread_only else query
    return Rows(query.order_by("-created_at", "-pk"), lambda rows: _notices(rows, language))


def unread_count(actor: Actor) -> int:
    """Messages to this person that nobody has opened."""
    return _mine(actor).filter(read_at=None).count()


def _mine(actor: Actor) -> QuerySet:
    return Message.objects.filter(person=actor.person_id) if actor.person_id else Message.objects.none()


def _notices(rows: list[Message], language: str) -> list[Notice]:
    names = Names((row.sender for row in rows), language)
    return [
        Notice(
            row.pk, row.created_at, row.case.number, row.case.title_en if language == "en" else row.case.title,
            message_text(practice_of(row.case.practice), row.case, row, language),
            _sender(row.sender, hidden_requester(row.case), names, language), bool(row.text), row.read_at is not None,
        )
        for row in rows
    ]  # fmt: skip


def _sender(reference: str, requester: int | None, names: Names, language: str) -> str:
    """Who sent it; the requester is called so, not by name."""
    if requester is not None and reference == f"person:{requester}":
        reference = "citizen"
    return who_text(reference, names(reference) if reference.startswith("person:") else "", language)
