"""A declared message is sent to a case: the same page at the desk and at the window, confirmed before it goes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wanjia.actions.cases.send_message import send_message
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.facts import answer_rows
from wanjia.queries.cases.sendable import Sending, sending
from wanjia.web.case_deeds import Trouble
from wanjia.web.forms import page_form, sent_answers, shown_faults
from wanjia.web.naming_fields import nameable
from wanjia.web.saying import said
from wanjia.web.uploads import add_files, admit_files, upload_key_of

SURE = "sure"
"""The box that says: I have looked, send it."""


def send_page(
    request: HttpRequest, number: str, name: str, template: str, done: Callable[[Sending], HttpResponse]
) -> HttpResponse:
    """Show the message's form, or send what was filled in; `done` says where to go then. Raises NotFound, Denied."""
    branch = request.GET.get("branch", "")
    found = sending(number, name, branch, request.actor, request.today, request.language)
    if request.method == "GET":
        return _shown(request, found, template, Trouble())
    refused = _sent(request, found)
    if refused is not None:
        return _shown(request, found, template, refused)
    said(request, "desk.done.send", message=found.message.label)
    return done(found)


def _sent(request: HttpRequest, found: Sending) -> Trouble | None:
    upload_key, payload = upload_key_of(request), {}
    admit_files(request, upload_key)
    try:
        if found.step:
            payload = sent_answers(found.practice, found.step, request, found.facts)
        faults = _not_ready(request, found, payload, upload_key)
        if faults:
            raise Refused(faults)
        send_message(
            found.head.number, found.message.name, payload, request.actor, request.now, found.message.branch, upload_key
        )
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return Trouble("send", "", refused.faults, payload, upload_key)
    return None


def _not_ready(request: HttpRequest, found: Sending, payload: Facts, upload_key: str) -> list[Fault]:
    faults = [] if request.POST.get(SURE) else [Fault("field.not_confirmed", Where(SURE))]
    if not found.step:
        return faults
    return faults + add_files(request, found.practice, found.step, payload, upload_key, request.actor, request.now)


def _shown(request: HttpRequest, found: Sending, template: str, trouble: Trouble) -> HttpResponse:
    language, form = request.language, None
    own = tuple(fault for fault in trouble.faults if fault.where.file != SURE)
    if found.step:
        naming = nameable(request, found.practice, found.step, found.facts)
        form = page_form(found.practice, found.step, language, trouble.values, own, found.facts, naming=naming)
    values = {
        "sending": found, "head": found.head, "form": form, "upload_key": trouble.upload_key or upload_key_of(request),
        "shows": answer_rows(found.practice, form.shows, found.facts, language) if form else (),
        "sure_fault": any(fault.where.file == SURE for fault in trouble.faults),
        "faults": () if form else shown_faults(own, language),
    }  # fmt: skip
    return render(request, template, values, status=422 if trouble.faults else 200)
