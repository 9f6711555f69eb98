"""Answer an opinion that was asked."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_task
from wanjia.engine.nouns import GiveOpinion
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def give_opinion(number: str, task_key: str, answer: str, actor: Actor, now: datetime) -> Case:
    """Answer an open opinion task. Raises Refused."""
    return act_on_task(number, task_key, "complete", GiveOpinion(actor.reference, task_key, answer), actor, now)
