"""The page of somebody outside who has a task: a link by short message, a code by short message, the form."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from wanjia.actions.cases.complete_task import complete_task
from wanjia.actions.cases.open_link import CODE_MINUTES, open_link, send_code
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.outside import OutsidePage, outside_page, outsider_of_link
from wanjia.queries.cases.own_tasks import OwnTask
from wanjia.texts import say
from wanjia.web import limits
from wanjia.web.forms import page_form, sent_answers, shown_faults
from wanjia.web.middleware import grant_outside
from wanjia.web.uploads import UPLOAD_KEY_FIELD, add_files, admit_files, upload_key_of


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The page, or for whoever has not entered the code yet, the code. Sent is a code."""
    if request.method == "POST":
        if _entered(request, token):
            return redirect("portal:outside", token)
        faults = shown_faults([Fault("portal.wrong_sms_code", Where(column="code"))], request.language)
        return _gate(request, token, sent=True, faults=faults)
    try:
        return _page(request, outside_page(token, request.actor, request.language))
    except NotFound:
        return _gate(request, token)


@never_cache
@require_POST
def code(request: HttpRequest, token: str) -> HttpResponse:
    """Send a code to the telephone of the link. Raises TooMany."""
    shown = outsider_of_link(token, request.language)
    limits.take(limits.OUTSIDE_CODES, token)
    limits.take(limits.OUTSIDE_CODES_OF_ADDRESS, limits.address_of(request))
    send_code(token, request.language, request.now)
    return _gate(request, shown.token, sent=True)


@never_cache
@require_POST
def complete(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Do one of the tasks behind the link."""
    shown = outside_page(token, request.actor, request.language)
    task = next((task for task in shown.tasks if task.key == key), None)
    if task is None:
        raise NotFound("task", key)
    actor, upload_key = _actor(request.actor, shown), upload_key_of(request)
    answers: Facts = sent_answers(shown.practice, task.step, request, task.facts) if task.has_form else {}
    faults: list[Fault] = []
    if task.has_form:
        admit_files(request, upload_key)
        faults = add_files(request, shown.practice, task.step, answers, upload_key, actor, request.now)
    try:
        if faults:
            raise Refused(faults)
        complete_task(shown.number, key, answers, actor, request.now, upload_key)
    except (Denied, NotFound):
        raise
    except Refused as refused:
        return _page(request, shown, key, refused.faults, answers)
    messages.success(request, say("outside.done", request.language, task=task.name), extra_tags="done")
    return redirect("portal:outside", token)


def _entered(request: HttpRequest, token: str) -> bool:
    """Let this browser behind the link if the code is right. Raises TooMany."""
    address = limits.address_of(request)
    limits.check(limits.WRONG_CODES_OF_ADDRESS, address)
    outsider = open_link(token, request.POST.get("code", ""), request.now)
    if outsider is None:
        limits.take(limits.WRONG_CODES_OF_ADDRESS, address)
        return False
    grant_outside(request, outsider.pk)
    return True


def _actor(actor: Actor, shown: OutsidePage) -> Actor:
    """In the history stands the masked number: whoever may look finds the whole one in the case."""
    return replace(actor, reference=f"outside:{shown.pk}", name=shown.phone, outsiders=frozenset([shown.pk]))


def _gate(
    request: HttpRequest, token: str, sent: bool = False, faults: tuple[dict[str, str], ...] = ()
) -> HttpResponse:
    shown = outsider_of_link(token, request.language)
    values = {"page": shown, "sent": sent, "faults": faults, "minutes": CODE_MINUTES}
    return render(request, "surfaces/portal/outside_gate.html", values, status=422 if faults else 200)


def _page(
    request: HttpRequest, shown: OutsidePage, key: str = "", faults: tuple[Fault, ...] = (),
    answers: Facts | None = None,
) -> HttpResponse:  # fmt: skip
    def form(task: OwnTask):
        mine = task.key == key
        values, wrong = ((answers or {}), faults) if mine else ({}, ())
        return page_form(shown.practice, task.step, request.language, values, wrong, task.facts)

    tasks = [(task, form(task) if task.has_form else None) for task in shown.tasks]
    on_top = () if any(task.key == key and drawn for task, drawn in tasks) else faults
    values = {
        "page": shown, "tasks": tasks, "faults": shown_faults(on_top, request.language),
        "upload_key": upload_key_of(request), "upload_key_field": UPLOAD_KEY_FIELD,
    }  # fmt: skip
    return render(request, "surfaces/portal/outside.html", values, status=422 if faults else 200)
