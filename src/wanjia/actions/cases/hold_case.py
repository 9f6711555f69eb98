"""Stop the clocks of a case for a stated reason."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Hold
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def hold_case(number: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Put a running case on hold. Raises Refused."""
    return act_on_case(number, "hold", Hold(actor.reference, reason), actor, now)
