"""Give a waiting case the message it waits for."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Message
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case


def send_message(number: str, name: str, payload: Facts, actor: Actor, now: datetime) -> Case:
    """Deliver a declared message with its payload to a running case. Raises Refused."""
    return act_on_case(number, "complete", Message(actor.reference, name, payload), actor, now)
