"""Note that somebody has seen messages that were sent to them."""

from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.records.cases.models import Message


def read_notices(ids: list[int] | None, actor: Actor, now: datetime) -> int:
    """Mark the actor's own unread messages (those with the ids, or all) as read; returns how many.

    Only one's own can be reached, so there is nothing to permit and nothing for the history.
    """
    if actor.person_id is None:
        return 0
    mine = Message.objects.filter(person=actor.person_id, read_at=None)
    return (mine if ids is None else mine.filter(pk__in=ids)).update(read_at=now)
