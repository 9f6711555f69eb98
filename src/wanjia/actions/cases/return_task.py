"""Send the work back to an earlier step (驳回)."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_task
from wanjia.engine.nouns import ReturnTo
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def return_task(number: str, task_key: str, to_step: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Return an open task to an earlier step of the case, with a reason. Raises Refused."""
    return act_on_task(number, task_key, "return", ReturnTo(actor.reference, task_key, to_step, reason), actor, now)
