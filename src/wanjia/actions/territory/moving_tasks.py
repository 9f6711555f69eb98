"""Moves open tasks from one holder of a post to the next."""

from datetime import datetime

from wanjia.model.actors import Actor
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Case, Task
from wanjia.records.territory.models import Person, Post


def move_open_tasks(post: Post, to: Person, actor: Actor, now: datetime, only: list[int] | None = None) -> int:
    """Give the post's open tasks (all, or those with the given ids) to `to`; history keeps who answered before."""
    tasks = Task.objects.filter(post=post, status=Task.Status.OPEN).exclude(holder=to)
    tasks = tasks if only is None else tasks.filter(pk__in=only)
    # A step of one of these cases writes its tasks and its history too: the case's lock decides who is first. Everybody
    # who locks several cases does so in the order of their numbers.
    cases = list(tasks.values_list("case_id", flat=True))
    list(Case.objects.select_for_update().filter(pk__in=cases).order_by("number").values_list("pk"))
    chosen = list(tasks.all())
    for task in chosen:
        data = {"task": task.key, "step": task.step, "from": task.holder_id, "to": to.pk, "post": post.code}
        write_history(f"case:{task.case_id}", actor, now, [("task_handed_over", data)])
    Task.objects.filter(pk__in=[task.pk for task in chosen]).update(holder=to, delegated_to=None)
    return len(chosen)
