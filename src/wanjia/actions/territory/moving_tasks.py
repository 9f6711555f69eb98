"""Moves open tasks from one holder of a post to the next."""

from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Task
from wanjia.records.territory.models import Person, Post


def move_open_tasks(post: Post, to: Person, actor: Actor, now: datetime, only: list[int] | None = None) -> int:
    """Give the post's open tasks (all, or those with the given ids) to `to`; history keeps who answered before."""
    tasks = Task.objects.select_for_update(of=("self",)).filter(post=post, status=Task.Status.OPEN).exclude(holder=to)
    chosen = list(tasks if only is None else tasks.filter(pk__in=only))
    for task in chosen:
        data = {"task": task.key, "step": task.step, "from": task.holder_id, "to": to.pk, "post": post.code}
        write_history(f"case:{task.case_id}", actor, now, [("task_handed_over", data)])
    Task.objects.filter(pk__in=[task.pk for task in chosen]).update(holder=to, delegated_to=None)
    return len(chosen)
