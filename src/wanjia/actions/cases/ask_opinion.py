"""Ask somebody else's opinion before a task goes on (加签)."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_task
from wanjia.engine.nouns import AskOpinion
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def ask_opinion(number: str, task_key: str, to: str, question: str, actor: Actor, now: datetime) -> Case:
    """Open an opinion for `to` (person:<id>, post:<id> or an organisation) on an open task. Raises Refused."""
    return act_on_task(number, task_key, "ask_opinion", AskOpinion(actor.reference, task_key, to, question), actor, now)
