"""Hand a task over to somebody else for good (转办)."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_task
from wanjia.engine.nouns import PassOn
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def pass_on(number: str, task_key: str, to: str, reason: str, actor: Actor, now: datetime) -> Case:
    """The task now belongs to `to`. Raises Refused."""
    return act_on_task(number, task_key, "pass_on", PassOn(actor.reference, task_key, to, reason), actor, now)
