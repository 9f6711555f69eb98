"""What a requester does with their case: each reads its form, calls one action, and comes back to the page."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from wanjia.actions.cases.add_paper import add_paper
from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.reopen_case import reopen_case
from wanjia.actions.cases.urge_case import urge_case
from wanjia.actions.cases.withdraw_case import withdraw_case
from wanjia.actions.cases.write_message import write_message
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.follow import asked_case, task_of_requester
from wanjia.texts import say
from wanjia.web.forms import sent_answers
from wanjia.web.passkeys import identity_proof
from wanjia.web.surfaces.portal.follow import show
from wanjia.web.uploads import add_files, admit_files, upload_key_of

NOTE_CHARACTERS_MAX = 200


@require_POST
def complete(request: HttpRequest, number: str, key: str) -> HttpResponse:
    """Do a task of the requester: choose, confirm, supplement, pay, rate."""
    practice, task = task_of_requester(number, key, request.actor, request.language)
    upload_key = upload_key_of(request)
    answers: Facts = {}
    faults: list[Fault] = []
    if task.has_form:
        answers = sent_answers(practice, task.step, request, task.facts)
        admit_files(request, upload_key)
        faults = add_files(request, practice, task.step, answers, upload_key, request.actor, request.now)
    try:
        if faults:
            raise Refused(faults)
        complete_task(number, key, answers, request.actor, request.now, upload_key, identity_proof(request))
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show(request, number, key, refused.faults, answers)
    messages.success(request, say("portal.done.task", request.language, task=task.name), extra_tags="done")
    return redirect("portal:case", number)


@require_POST
def on_case(request: HttpRequest, number: str, deed: str) -> HttpResponse:
    """A verb on the whole case."""
    if deed not in DEEDS:
        raise NotFound("deed", deed)
    asked_case(number, request.actor)
    try:
        DEEDS[deed](request, number)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return show(request, number, deed, refused.faults, request.POST.dict())
    messages.success(request, say(f"portal.done.{deed}", request.language), extra_tags="done")
    return redirect("portal:case", number)


def _urge(request: HttpRequest, number: str) -> None:
    urge_case(number, request.POST.get("note", "").strip()[:NOTE_CHARACTERS_MAX], request.actor, request.now)


def _withdraw(request: HttpRequest, number: str) -> None:
    withdraw_case(number, _reason(request), request.actor, request.now)


def _reopen(request: HttpRequest, number: str) -> None:
    reopen_case(number, _reason(request), request.actor, request.now)


def _message(request: HttpRequest, number: str) -> None:
    write_message(number, request.POST.get("text", ""), request.actor, request.now)


def _paper(request: HttpRequest, number: str) -> None:
    files = request.FILES.getlist("files")
    if not files:
        raise Refused([Fault("portal.no_file", Where(column="files"))])
    admit_files(request, upload_key_of(request))
    for file in files:
        add_paper(number, "", file.name or "", file.read(), request.actor, request.now)


def _reason(request: HttpRequest) -> str:
    reason = request.POST.get("reason", "").strip()[:NOTE_CHARACTERS_MAX]
    if not reason:
        raise Refused([Fault("portal.no_reason", Where(column="reason"))])
    return reason


DEEDS: Mapping[str, Callable[[HttpRequest, str], None]] = {
    "urge": _urge, "withdraw": _withdraw, "reopen": _reopen, "message": _message, "paper": _paper,
}  # fmt: skip
