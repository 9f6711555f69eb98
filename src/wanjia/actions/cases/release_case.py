"""Let the clocks of a held case run on."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Release
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def release_case(number: str, actor: Actor, now: datetime) -> Case:
    """Release a case from hold. Raises Refused."""
    return act_on_case(number, "hold", Release(actor.reference), actor, now)
