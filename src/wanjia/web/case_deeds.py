"""What staff do with a case and its tasks, on whatever surface: each deed reads its form and calls one action.

A surface says where it is done (`Scene`); what may be done is for the permission table to say, not for the surface.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse

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
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.people import is_person
from wanjia.queries.cases.task_form import TaskForm, may_on_task, task_form
from wanjia.texts import say
from wanjia.web.forms import sent_answers
from wanjia.web.revealing import keep_revealed
from wanjia.web.saying import said, said_undoable
from wanjia.web.uploads import add_files, admit_files, upload_key_of

NOTE_CHARACTERS_MAX = 200


@dataclass(frozen=True)
class Trouble:
    """What was wrong with a form of a page: which deed, on which task (its key), and what had been sent."""

    deed: str = ""
    task: str = ""
    faults: Sequence[Fault] = ()
    values: Facts = field(default_factory=dict)
    upload_key: str = ""


@dataclass(frozen=True)
class Scene:
    """Where a deed is done: the case, the task's key (empty: on the whole case), and how its surface answers.

    `address` is where another deed of the same place is sent, for an undo button; `refused` the page with the faults.
    """

    request: HttpRequest
    number: str
    task: str
    address: Callable[[str], str]
    refused: Callable[[Trouble], HttpResponse]


Deed: TypeAlias = Callable[[Scene], None]


def do(deeds: Mapping[str, Deed], deed: str, scene: Scene) -> HttpResponse | None:
    """Do it. None when it is done; else the page that says why not. Raises NotFound and Denied."""
    if deed not in deeds:
        raise NotFound("deed", deed)
    try:
        deeds[deed](scene)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return scene.refused(Trouble(deed, scene.task, refused.faults, scene.request.POST.dict()))
    return None


def complete(scene: Scene) -> HttpResponse | None:
    """Do the task itself: the form's answers, with the papers sent along. Answers as `do` does."""
    request, upload_key, answers = scene.request, upload_key_of(scene.request), {}
    admit_files(request, upload_key)
    try:
        form = task_form(scene.number, scene.task, request.actor, request.language)
        answers = sent_answers(form.practice, form.step, request, form.facts) if form.has_form else {}
        if faults := _files(request, form, answers, upload_key):
            raise Refused(faults)
        complete_task(scene.number, scene.task, answers, request.actor, request.now, upload_key)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return scene.refused(Trouble("complete", scene.task, refused.faults, answers, upload_key))
    said(request, "desk.done.complete", task=form.name)
    return None


def _files(request: HttpRequest, form: TaskForm, answers: Facts, upload_key: str) -> list[Fault]:
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


def _return(scene: Scene) -> None:
    request = scene.request
    to, reason = _asked(request, "to", "reason")
    return_task(scene.number, scene.task, to, reason, request.actor, request.now)
    said(request, "desk.done.return")


def _opinion(scene: Scene) -> None:
    request = scene.request
    to, question = _to_person(request, "question")
    ask_opinion(scene.number, scene.task, to, question, request.actor, request.now)
    said(request, "desk.done.ask_opinion")


def _answer(scene: Scene) -> None:
    (answer,) = _asked(scene.request, "answer")
    give_opinion(scene.number, scene.task, answer, scene.request.actor, scene.request.now)
    said(scene.request, "desk.done.give_opinion")


def _pass_on(scene: Scene) -> None:
    request = scene.request
    to, reason = _to_person(request, "reason")
    before = task_form(scene.number, scene.task, request.actor, request.language).holder
    pass_on(scene.number, scene.task, to, reason, request.actor, request.now)
    if before and may_on_task(scene.number, scene.task, "pass_on", request.actor):
        undo = {"to": before, "reason": say("desk.undo", request.language)}
        said_undoable(request, "desk.done.pass_on", scene.address("pass-on"), undo)
    else:
        said(request, "desk.done.pass_on")


def _delegate(scene: Scene) -> None:
    request = scene.request
    if request.POST.get("end"):
        delegate(scene.number, scene.task, None, request.actor, request.now)
        said(request, "desk.done.undelegate")
        return
    (to,) = _to_person(request)
    delegate(scene.number, scene.task, to, request.actor, request.now)
    said_undoable(request, "desk.done.delegate", scene.address("delegate"), {"end": "1"})


def _urge(scene: Scene) -> None:
    request = scene.request
    urge_case(scene.number, request.POST.get("note", "").strip()[:NOTE_CHARACTERS_MAX], request.actor, request.now)
    said(request, "desk.done.urge")


def _hold(scene: Scene) -> None:
    (reason,) = _asked(scene.request, "reason")
    hold_case(scene.number, reason, scene.request.actor, scene.request.now)
    said_undoable(scene.request, "desk.done.hold", scene.address("release"), {})


def _release(scene: Scene) -> None:
    release_case(scene.number, scene.request.actor, scene.request.now)
    said(scene.request, "desk.done.release")


def _merge(scene: Scene) -> None:
    (into,) = _asked(scene.request, "into")
    merge_case(scene.number, into, scene.request.actor, scene.request.now)
    said(scene.request, "desk.done.merge", into=into)


def _reopen(scene: Scene) -> None:
    (reason,) = _asked(scene.request, "reason")
    reopen_case(scene.number, reason, scene.request.actor, scene.request.now)
    said(scene.request, "desk.done.reopen")


def _withdraw(scene: Scene) -> None:
    (reason,) = _asked(scene.request, "reason")
    withdraw_case(scene.number, reason, scene.request.actor, scene.request.now)
    said(scene.request, "desk.done.withdraw")


def _message(scene: Scene) -> None:
    request = scene.request
    write_message(scene.number, request.POST.get("text", ""), request.actor, request.now)
    said(request, "desk.done.message")


def _paper(scene: Scene) -> None:
    request, files = scene.request, scene.request.FILES.getlist("files")
    if not files:
        raise Refused([Fault("field.missing", Where("files"))])
    for file in files:
        add_paper(scene.number, request.POST.get("fact", ""), file.name or "", file.read(), request.actor, request.now)
    said(request, "desk.done.paper", count=len(files))


def _reveal(scene: Scene) -> None:
    request = scene.request
    reveal_personal_data(scene.number, request.POST.get("reason", ""), request.actor, request.now)
    keep_revealed(request, scene.number)


ON_TASK: Mapping[str, Deed] = {
    "return": _return, "ask-opinion": _opinion, "give-opinion": _answer, "pass-on": _pass_on, "delegate": _delegate,
}  # fmt: skip
ON_CASE: Mapping[str, Deed] = {
    "urge": _urge, "hold": _hold, "release": _release, "merge": _merge, "reopen": _reopen, "withdraw": _withdraw,
    "message": _message, "paper": _paper, "reveal": _reveal,
}  # fmt: skip
