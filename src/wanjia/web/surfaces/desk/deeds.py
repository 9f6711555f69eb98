"""Verbs on a case and on its tasks: each reads its form, calls one action, and comes back to the case."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from wanjia.actions.cases.add_paper import add_paper
from wanjia.actions.cases.ask_opinion import ask_opinion
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.delegate import delegate
from wanjia.actions.cases.give_opinion import give_opinion
from wanjia.actions.cases.hold_case import hold_case
from wanjia.actions.cases.merge_case import merge_case
from wanjia.actions.cases.pass_on import pass_on
from wanjia.actions.cases.release_case import release_case
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.return_task import return_task
from wanjia.actions.cases.reveal_personal_data import reveal_personal_data
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import write_message
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.queries.cases.people import is_person
from wanjia.queries.cases.task_form import TaskForm, may_on_task, task_form
from wanjia.texts import say
from wanjia.web.forms import sent_answers
from wanjia.web.surfaces.desk.access import desk_page
from wanjia.web.surfaces.desk.cases import Trouble, keep_revealed, show_case
from wanjia.web.surfaces.desk.saying import said, said_undoable
from wanjia.web.surfaces.portal.papers import admit_files
from wanjia.web.uploads import add_files, upload_key_of

OnTask: TypeAlias = Callable[[HttpRequest, str, str], None]
OnCase: TypeAlias = Callable[[HttpRequest, str], None]


@desk_page
@require_POST
def on_task(request: HttpRequest, number: str, key: str, deed: str) -> HttpResponse:
    """A verb on an open task."""
    if deed not in ON_TASK:
        raise NotFound("deed", deed)
    try:
        ON_TASK[deed](request, number, key)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_case(request, number, Trouble(deed, key, refused.faults, request.POST.dict()))
    return redirect("desk:case", number)


@desk_page
@require_POST
def complete(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Do a task: the form's answers, with the papers sent along."""
    upload_key, answers = upload_key_of(request), {}
    admit_files(request, upload_key)
    try:
        form = task_form(number, key, request.actor, request.language)
        answers = sent_answers(form.practice, form.step, request, form.facts) if form.has_form else {}
        faults = _files(request, form, answers, upload_key)
        if faults:
            raise Refused(faults)
        complete_task(number, key, answers, request.actor, request.now, upload_key)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_case(request, number, Trouble("complete", key, refused.faults, answers, upload_key))
    said(request, "desk.done.complete", task=form.name)
    return redirect("desk:case", number)


@desk_page
@require_POST
def on_case(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A verb on the whole case."""
    if deed not in ON_CASE:
        raise NotFound("deed", deed)
    try:
        ON_CASE[deed](request, number)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show_case(request, number, Trouble(deed, "", refused.faults, request.POST.dict()))
    return redirect("desk:case", number)


def _files(request: HttpRequest, form: TaskForm, answers: dict, upload_key: str) -> list[Fault]:
    if not form.has_form:
        return []
    return add_files(request, form.practice, form.step, answers, upload_key, request.actor, request.now)


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


def _return(request: HttpRequest, number: str, key: str) -> None:
    to, reason = _asked(request, "to", "reason")
    return_task(number, key, to, reason, request.actor, request.now)
    said(request, "desk.done.return")


def _opinion(request: HttpRequest, number: str, key: str) -> None:
    to, question = _to_person(request, "question")
    ask_opinion(number, key, to, question, request.actor, request.now)
    said(request, "desk.done.ask_opinion")


def _answer(request: HttpRequest, number: str, key: str) -> None:
    (answer,) = _asked(request, "answer")
    give_opinion(number, key, answer, request.actor, request.now)
    said(request, "desk.done.give_opinion")


def _pass_on(request: HttpRequest, number: str, key: str) -> None:
    to, reason = _to_person(request, "reason")
    before = task_form(number, key, request.actor, request.language).holder
    pass_on(number, key, to, reason, request.actor, request.now)
    if before and may_on_task(number, key, "pass_on", request.actor):
        undo = {"to": before, "reason": say("desk.undo", request.language)}
        _undoable(request, "desk.done.pass_on", reverse("desk:on_task", args=[number, key, "pass-on"]), undo)
    else:
        said(request, "desk.done.pass_on")


def _delegate(request: HttpRequest, number: str, key: str) -> None:
    if request.POST.get("end"):
        delegate(number, key, None, request.actor, request.now)
        said(request, "desk.done.undelegate")
        return
    (to,) = _to_person(request)
    delegate(number, key, to, request.actor, request.now)
    _undoable(
        request, "desk.done.delegate", reverse("desk:on_task", args=[number, key, "delegate"]), {"end": "1"}
    )  # fmt: skip


def _urge(request: HttpRequest, number: str) -> None:
    urge_case(number, request.POST.get("note", "").strip()[:200], request.actor, request.now)
    said(request, "desk.done.urge")


def _hold(request: HttpRequest, number: str) -> None:
    (reason,) = _asked(request, "reason")
    hold_case(number, reason, request.actor, request.now)
    _undoable(request, "desk.done.hold", reverse("desk:on_case", args=[number, "release"]), {})


def _release(request: HttpRequest, number: str) -> None:
    release_case(number, request.actor, request.now)
    said(request, "desk.done.release")


def _merge(request: HttpRequest, number: str) -> None:
    (into,) = _asked(request, "into")
    merge_case(number, into, request.actor, request.now)
    said(request, "desk.done.merge", into=into)


def _reopen(request: HttpRequest, number: str) -> None:
    (reason,) = _asked(request, "reason")
    reopen_case(number, reason, request.actor, request.now)
    said(request, "desk.done.reopen")


def _withdraw(request: HttpRequest, number: str) -> None:
    (reason,) = _asked(request, "reason")
    withdraw_case(number, reason, request.actor, request.now)
    said(request, "desk.done.withdraw")


def _message(request: HttpRequest, number: str) -> None:
    write_message(number, request.POST.get("text", ""), request.actor, request.now)
    said(request, "desk.done.message")


def _paper(request: HttpRequest, number: str) -> None:
    files = request.FILES.getlist("files")
    if not files:
        raise Refused([Fault("field.missing", Where("files"))])
    for file in files:
        add_paper(number, request.POST.get("fact", ""), file.name or "", file.read(), request.actor, request.now)
    said(request, "desk.done.paper", count=len(files))


def _reveal(request: HttpRequest, number: str) -> None:
    reveal_personal_data(number, request.POST.get("reason", ""), request.actor, request.now)
    keep_revealed(request, number)


def _undoable(request: HttpRequest, key: str, action: str, fields: Mapping[str, str]) -> None:
    said_undoable(request, say(key, request.language), action, fields)


ON_TASK: Mapping[str, OnTask] = {
    "return": _return, "ask-opinion": _opinion, "give-opinion": _answer, "pass-on": _pass_on, "delegate": _delegate,
}  # fmt: skip
ON_CASE: Mapping[str, OnCase] = {
    "urge": _urge, "hold": _hold, "release": _release, "merge": _merge, "reopen": _reopen, "withdraw": _withdraw,
    "message": _message, "paper": _paper, "reveal": _reveal,
}  # fmt: skip
