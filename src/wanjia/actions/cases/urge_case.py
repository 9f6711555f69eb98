"""Press for an answer (催办)."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Urge
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def urge_case(number: str, note: str, actor: Actor, now: datetime) -> Case:
    """Remind the holders of all open tasks of a case. Raises Refused."""
    return act_on_case(number, "urge", Urge(actor.reference, note), actor, now)
