"""Say something in a case: staff to the requester, or the requester to staff."""

from datetime import datetime

from django.db import transaction

from wanjia.actions.cases.stepping import locked_case
from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, Message
from wanjia.records.cases.subjects import is_requester

MESSAGE_CHARACTERS_MAX = 1000
"""Longer explanations belong in a paper."""


def write_message(number: str, text: str, actor: Actor, now: datetime) -> Message:
    """Write a message; the requester's goes to staff, everybody else's to the requester. Raises Refused."""
    text = text.strip()
    if not 0 < len(text) <= MESSAGE_CHARACTERS_MAX:
        raise Refused([Fault("message.length", Where("text"), {"max": MESSAGE_CHARACTERS_MAX})])
    with transaction.atomic():
        case = locked_case(number)
        require_on_case(actor, "message", "say", case)
        requester = is_requester(case, actor)
        message = Message.objects.create(
            case=case, audience="staff" if requester else "requester", person_id=_reader(case) if requester else None,
            sender=actor.reference, text=text, created_at=now,
        )  # fmt: skip
        write_history(f"case:{case.pk}", actor, now, [("message_written", {"to": message.audience})])
        return message


def _reader(case: Case) -> int | None:
    """The member of staff who has the case now."""
    held = case.tasks.filter(holder__isnull=False).order_by("-status", "-opened_at").first()
    return held.holder_id if held else None
