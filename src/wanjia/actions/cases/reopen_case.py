"""Start an ended case again."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Reopen
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def reopen_case(number: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Reopen an ended case at the step that its practice names. Raises Refused."""
    return act_on_case(number, "reopen", Reopen(actor.reference, reason), actor, now)
