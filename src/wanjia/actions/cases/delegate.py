"""Let somebody else do a task on one's behalf (委托)."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_task
from wanjia.engine.nouns import Delegate
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def delegate(number: str, task_key: str, to: str | None, actor: Actor, now: datetime) -> Case:
    """A substitute may do the task, its holder stays answerable; `to=None` ends it. Raises Refused."""
    return act_on_task(number, task_key, "delegate", Delegate(actor.reference, task_key, to), actor, now)
