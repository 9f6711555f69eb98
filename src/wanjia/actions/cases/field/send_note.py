"""Put work that came too late beside the case: what was found on site is not lost because somebody else was faster."""

from datetime import datetime
from typing import Any

from wanjia.actions.cases.field.once import Sent, once, upload_key
from wanjia.actions.cases.stepping import locked_case
from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Message, Paper

NOTE_CHARACTERS_MAX = 4000
"""A whole form as text; more than any has."""


def send_field_note(key: str, number: str, text: str, actor: Actor, now: datetime) -> Sent:
    """Keep the text, for staff, and the papers sent under `key` with the case, running or over. Raises Refused."""

    def act() -> dict[str, Any]:
        if not 0 < len(text.strip()) <= NOTE_CHARACTERS_MAX:
            raise Refused([Fault("message.length", Where("text"), {"max": NOTE_CHARACTERS_MAX})])
        case = locked_case(number)
        require_on_case(actor, "message", "say", case)
        Message.objects.create(case=case, audience="staff", sender=actor.reference, text=text.strip(), created_at=now)
        papers = Paper.objects.filter(case=None, upload_key=upload_key(key, actor)).update(case=case, upload_key="")
        write_history(f"case:{case.pk}", actor, now, [("field_note_added", {"papers": papers})])
        return {"number": case.number, "status": case.status}

    return once("note", key, actor, now, act)
