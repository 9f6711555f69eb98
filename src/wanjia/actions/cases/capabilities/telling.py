"""A case says something to the case that opened it, or to those that it opened."""

from datetime import datetime

from wanjia.actions.cases.tell_parent import said_to_children, said_to_parent
from wanjia.model.actors import Actor
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Case, News


def tell_parent(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`told`: whether there is a case above that listens. It hears `said` in the branch that opened this one."""
    news = News.objects.bulk_create(said_to_parent(case, str(inputs["said"]), now))
    return {"told": bool(news)}


def tell_children(inputs: Facts, case: Case, now: datetime, actor: Actor) -> Facts:
    """`told`: how many running cases that this one opened listen and hear `said`."""
    return {"told": len(News.objects.bulk_create(said_to_children(case, str(inputs["said"]), now)))}
