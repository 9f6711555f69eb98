"""Hand over: on the day a new holder begins, the open tasks of the post follow."""

from datetime import date, datetime

from django.db import transaction

from wanjia.actions.permission import require
from wanjia.actions.territory.appoint import subject_of_post
from wanjia.actions.territory.moving_tasks import move_open_tasks
from wanjia.model.actors import SYSTEM, Actor
from wanjia.model.faults import NotFound
from wanjia.records.cases.models import Task
from wanjia.records.territory.holders import holder_of
from wanjia.records.territory.models import Person, Post


def hand_over_tasks(task_ids: list[int], to_person: int, actor: Actor, now: datetime) -> int:
    """Bulk hand-over chosen at the desk: the tasks go to another person, post by post. Raises Refused."""
    with transaction.atomic():
        person = Person.objects.filter(pk=to_person).first()
        if person is None:
            raise NotFound("person", to_person)
        rows = Task.objects.filter(pk__in=task_ids, status=Task.Status.OPEN, post__isnull=False)
        posts = Post.objects.filter(pk__in=rows.values("post")).select_related("organisation")
        for post in posts:
            require(actor, "task", "hand_over", subject_of_post(post))
        return sum(move_open_tasks(post, person, actor, now, only=task_ids) for post in posts)


def hand_over_due(today: date, now: datetime) -> int:
    """Give every open task whose post has a new holder today to that holder; run by the worker each day."""
    with transaction.atomic():
        posts = Post.objects.filter(tasks__status=Task.Status.OPEN).select_related("organisation").distinct()
        moved = 0
        for post in posts:
            person = holder_of(post, today)
            stale = Task.objects.filter(post=post, status=Task.Status.OPEN, holder__tenures__post=post)
            former = stale.exclude(holder=person).values_list("pk", flat=True) if person else []
            if person and former:
                moved += move_open_tasks(post, person, SYSTEM, now, only=list(former))
        return moved
