"""Take in a photograph or signature of work that is sent afterwards."""

from datetime import datetime
from typing import Any

from wanjia.actions.cases.add_paper import upload_paper
from wanjia.actions.cases.field.once import Sent, once, upload_key
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Paper
from wanjia.records.territory.models import FieldSending


def send_field_paper(key: str, part: int, name: str, content: bytes, actor: Actor, now: datetime) -> Sent:
    """Keep paper number `part` of the sending `key`; the same one sent again is the same paper. Raises Refused.

    A paper that waited for its form until it was thrown away is taken in anew: the device may be out of reach for days.
    """
    own = f"{key}:{part}"

    def act() -> dict[str, Any]:
        return {"token": upload_paper(name, content, upload_key(key, actor), actor, now).token}

    sent = once("paper", own, actor, now, act)
    if not sent.repeated or Paper.objects.filter(token=sent.result["token"]).exists():
        return sent
    FieldSending.objects.filter(person_id=actor.person_id, key=own, result=sent.result).delete()
    return once("paper", own, actor, now, act)
