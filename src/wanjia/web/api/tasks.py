"""Tasks: mine, one of them, and the verbs on it. A task's key is unique within its case."""

from django.http import HttpRequest
from ninja import Query, Router

from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.return_task import return_task
from wanjia.model.faults import NotFound
from wanjia.queries.cases.task_list import TaskFilters, my_tasks
from wanjia.queries.cases.window_tasks import window_task
from wanjia.records.cases.models import Case, Task
from wanjia.web.api import shapes
from wanjia.web.api.access import PUBLIC, SIGNED_IN, acting
from wanjia.web.api.cases import PAGE_SIZE_MAX, own_key
from wanjia.web.api.telling import task_out

router = Router(tags=["tasks"], auth=SIGNED_IN)
ONE = "/cases/{number}/tasks/{key}"


@router.get("/tasks", response=list[shapes.TaskOut])
def mine(
    request: HttpRequest, text: str = "", practice: str = "", due: str = "",
    page: int = Query(1, ge=1, le=100_000), size: int = Query(PAGE_SIZE_MAX, ge=1, le=PAGE_SIZE_MAX),
):  # fmt: skip
    """Open tasks that wait for the caller, the strictest clock first. `due`: overdue, today, later, none."""
    filters = TaskFilters(text=text[:80], practice=practice, due=due)
    rows = my_tasks(acting(request), filters, request.now, request.language).rows[(page - 1) * size : page * size]
    steps = dict(Task.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "step"))
    return [
        shapes.TaskOut(
            number=row.number, key=row.key, step=steps.get(row.pk, ""), name=row.name, title=row.title,
            practice=row.practice, holder=row.holder, opened_at=row.opened_at, due_at=row.due_at, group=row.group,
        )
        for row in rows
    ]  # fmt: skip


@router.get(ONE, response=shapes.TaskPageOut)
def task(request: HttpRequest, number: str, key: str) -> shapes.TaskPageOut:
    """One task with the facts and papers that its holder may see."""
    row = Task.objects.filter(case__number=number, key=key).only("pk").first()
    if row is None:
        raise NotFound("task", f"{number}/{key}")
    return task_out(window_task(row.pk, acting(request), request.now, request.language))


@router.post(ONE + "/complete", response=shapes.Done, auth=PUBLIC)
def complete(request: HttpRequest, number: str, key: str, body: shapes.Answers) -> Case:
    """Do a task. A requester does theirs with the case's code in the header."""
    actor = acting(request, number)
    return complete_task(number, key, body.answers, actor, request.now, own_key(actor, body.request_key))


@router.post(ONE + "/return", response=shapes.Done)
def return_one(request: HttpRequest, number: str, key: str, body: shapes.Return) -> Case:
    """Send the work back to an earlier step."""
    return return_task(number, key, body.to, body.reason, acting(request), request.now)


@router.post(ONE + "/ask-opinion", response=shapes.Done)
def ask(request: HttpRequest, number: str, key: str, body: shapes.Question) -> Case:
    """Ask somebody else before the task goes on."""
    return ask_opinion(number, key, body.to, body.question, acting(request), request.now)


@router.post(ONE + "/give-opinion", response=shapes.Done)
def give(request: HttpRequest, number: str, key: str, body: shapes.Opinion) -> Case:
    """Answer what was asked."""
    return give_opinion(number, key, body.answer, acting(request), request.now)


@router.post(ONE + "/pass-on", response=shapes.Done)
def hand(request: HttpRequest, number: str, key: str, body: shapes.Hand) -> Case:
    """Hand the task over for good."""
    return pass_on(number, key, body.to, body.reason, acting(request), request.now)


@router.post(ONE + "/delegate", response=shapes.Done)
def substitute(request: HttpRequest, number: str, key: str, body: shapes.Substitute) -> Case:
    """Let somebody else do it on one's behalf, or end that."""
    return delegate(number, key, body.to, acting(request), request.now)
