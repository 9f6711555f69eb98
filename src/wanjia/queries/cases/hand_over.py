"""Who has the tasks that are about to be handed over."""

from collections.abc import Iterable

from wanjia.records.cases.models import Task


def holders_of_tasks(task_ids: Iterable[int]) -> dict[int, int]:
    """Task id -> person id of the open ones that somebody holds."""
    rows = Task.objects.filter(pk__in=list(task_ids), status=Task.Status.OPEN, holder__isnull=False)
    return dict(rows.values_list("pk", "holder_id"))
