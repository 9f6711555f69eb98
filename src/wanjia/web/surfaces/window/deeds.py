"""Verbs at the window: each reads its form, calls one action, and comes back to where it was."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from wanjia.actions.cases.add_paper import add_paper
from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.merge_case import merge_case
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.return_task import return_task
from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import write_message
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.people import is_person
from wanjia.queries.cases.window_cases import window_case
from wanjia.queries.cases.window_tasks import WindowTask, window_task
from wanjia.texts import say
from wanjia.web.forms import sent_answers
from wanjia.web.surfaces.window.access import counter_page, window_page
from wanjia.web.surfaces.window.cases import keep_revealed, show_case
from wanjia.web.surfaces.window.tasks import Trouble, show_task
from wanjia.web.uploads import add_files, upload_key_of

OnTask: TypeAlias = Callable[[HttpRequest, WindowTask], None]
OnCase: TypeAlias = Callable[[HttpRequest, str], None]


@window_page
@require_POST
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Do a task: the form's answers, with the papers sent along."""
    task = window_task(pk, request.actor, request.now, request.language)
    upload_key, answers = upload_key_of(request), _answers(request, task)
    try:
        faults = add_files_of(request, task, answers, upload_key)
        if faults:
            raise Refused(faults)
        complete_task(task.number, task.key, answers, request.actor, request.now, upload_key)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_task(request, pk, Trouble("complete", refused.faults, answers, upload_key))
    _said(request, "window.done.complete", task=task.name)
    return redirect("window:tasks")


@window_page
@require_POST
def on_task(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """A verb on an open task."""
    if deed not in ON_TASK:
        raise NotFound("deed", deed)
    task = window_task(pk, request.actor, request.now, request.language)
    try:
        ON_TASK[deed](request, task)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_task(request, pk, Trouble(deed, refused.faults, request.POST.dict()))
    stays = deed in ("ask-opinion", "delegate")
    return redirect("window:task", pk) if stays else redirect("window:tasks")


@counter_page
@require_POST
def on_case(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A verb on a whole case."""
    if deed not in ON_CASE:
        raise NotFound("deed", deed)
    window_case(number, request.actor, request.now, request.language)  # only what may be seen whole is acted upon
    try:
        ON_CASE[deed](request, number)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_case(request, number, Trouble(deed, refused.faults, request.POST.dict()))
    return redirect("window:case", number)


def add_files_of(request: HttpRequest, task: WindowTask, answers: Facts, upload_key: str) -> list[Fault]:
    """Keep the files that came with a task's form; what was not taken comes back."""
    if not task.has_form:
        return []
    return add_files(request, task.practice, task.step, answers, upload_key, request.actor, request.now)


def _answers(request: HttpRequest, task: WindowTask) -> Facts:
    return sent_answers(task.practice, task.step, request, task.form_facts) if task.has_form else {}


def _said(request: HttpRequest, key: str, **values: object) -> None:
    messages.success(request, say(key, request.language, **values), extra_tags="done")


def _asked(request: HttpRequest, *names: str) -> list[str]:
    """The named fields; raises Refused with every one that is empty."""
    values = [request.POST.get(name, "").strip() for name in names]
    empty = [name for name, value in zip(names, values, strict=True) if not value]
    if empty:
        raise Refused([Fault("field.missing", Where(name)) for name in empty])
    return values


def _to_person(request: HttpRequest, *names: str) -> list[str]:
    values = _asked(request, "to", *names)
    if not is_person(values[0]):
        raise Refused([Fault("field.no_such_person", Where("to"))])
    return values


def _return(request: HttpRequest, task: WindowTask) -> None:
    to, reason = _asked(request, "to", "reason")
    return_task(task.number, task.key, to, reason, request.actor, request.now)
    _said(request, "window.done.return")


def _opinion(request: HttpRequest, task: WindowTask) -> None:
    to, question = _to_person(request, "question")
    ask_opinion(task.number, task.key, to, question, request.actor, request.now)
    _said(request, "window.done.ask_opinion")


def _answer(request: HttpRequest, task: WindowTask) -> None:
    (answer,) = _asked(request, "answer")
    give_opinion(task.number, task.key, answer, request.actor, request.now)
    _said(request, "window.done.give_opinion")


def _pass_on(request: HttpRequest, task: WindowTask) -> None:
    to, reason = _to_person(request, "reason")
    pass_on(task.number, task.key, to, reason, request.actor, request.now)
    _said(request, "window.done.pass_on")


def _delegate(request: HttpRequest, task: WindowTask) -> None:
    if request.POST.get("end"):
        delegate(task.number, task.key, None, request.actor, request.now)
        _said(request, "window.done.undelegate")
        return
    (to,) = _to_person(request)
    delegate(task.number, task.key, to, request.actor, request.now)
    _said(request, "window.done.delegate")


def _urge(request: HttpRequest, number: str) -> None:
    urge_case(number, request.POST.get("note", "").strip()[:200], request.actor, request.now)
    _said(request, "window.done.urge")


def _merge(request: HttpRequest, number: str) -> None:
    (into,) = _asked(request, "into")
    merge_case(number, into, request.actor, request.now)
    _said(request, "window.done.merge", into=into)


def _reopen(request: HttpRequest, number: str) -> None:
    (reason,) = _asked(request, "reason")
    reopen_case(number, reason, request.actor, request.now)
    _said(request, "window.done.reopen")


def _withdraw(request: HttpRequest, number: str) -> None:
    (reason,) = _asked(request, "reason")
    withdraw_case(number, reason, request.actor, request.now)
    _said(request, "window.done.withdraw")


def _message(request: HttpRequest, number: str) -> None:
    write_message(number, request.POST.get("text", ""), request.actor, request.now)
    _said(request, "window.done.message")


def _paper(request: HttpRequest, number: str) -> None:
    files = request.FILES.getlist("files")
    if not files:
        raise Refused([Fault("field.missing", Where("files"))])
    for file in files:
        add_paper(number, request.POST.get("fact", ""), file.name or "", file.read(), request.actor, request.now)
    _said(request, "window.done.paper", count=len(files))


def _reveal(request: HttpRequest, number: str) -> None:
    reveal_personal_data(number, request.POST.get("reason", ""), request.actor, request.now)
    keep_revealed(request, number)


ON_TASK: Mapping[str, OnTask] = {
    "return": _return, "ask-opinion": _opinion, "give-opinion": _answer, "pass-on": _pass_on, "delegate": _delegate,
}  # fmt: skip
ON_CASE: Mapping[str, OnCase] = {
    "urge": _urge, "merge": _merge, "reopen": _reopen, "withdraw": _withdraw, "message": _message, "paper": _paper,
    "reveal": _reveal,
}  # fmt: skip
