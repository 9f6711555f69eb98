"""Take a request back."""

from datetime import datetime

from wanjia.actions.cases.stepping import act_on_case
from wanjia.engine.nouns import Withdraw
from wanjia.model.actors import Actor
from wanjia.records.cases.models import Case


def withdraw_case(number: str, reason: str, actor: Actor, now: datetime) -> Case:
    """Withdraw a running case as far as its practice allows. Raises Refused."""
    return act_on_case(number, "withdraw", Withdraw(actor.reference, reason), actor, now)
