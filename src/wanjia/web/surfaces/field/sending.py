"""What a device sends: papers first, then the work they belong to. Each under its own key, so that twice is once."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from wanjia.actions.cases.field.once import Sent
from wanjia.actions.cases.field.send_case import send_field_case
from wanjia.actions.cases.field.send_note import send_field_note
from wanjia.actions.cases.field.send_paper import send_field_paper
from wanjia.actions.cases.field.send_task import Conflict, FieldTask, send_field_opinion, send_field_task
from wanjia.model.faults import Denied, Fault, NotFound, Refused, Where
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.field_work import FieldTaskWork, field_starts, field_task, open_task_key, theirs
from wanjia.queries.cases.organisations import own_organisation
from wanjia.web.forms import sent_answers
from wanjia.web.surfaces.field.access import field_call
from wanjia.web.surfaces.field.work import start_json, task_json
from wanjia.web.templatetags.words import instant

SUPPLY_KINDS = ("station", "county_company", "city_company", "province_company")
SIGNATURE = "@signature:"
"""Field name that carries the token of a drawn signature; no fact begins with @."""


@field_call
@require_POST
def paper(request: HttpRequest) -> JsonResponse:
    """One photograph or signature, before the work that it belongs to."""
    file, part = request.FILES.get("file"), request.POST.get("@part", "")
    if file is None or not part.isdigit():
        raise Refused([Fault("field.missing", Where("file"))])
    sent = send_field_paper(_key(request), int(part), file.name or "", file.read(), request.actor, request.now)
    return _sent(sent)


@field_call
@require_POST
def send(request: HttpRequest) -> JsonResponse:
    """Work that was done without signal: a task, an opinion, a new case, a note for a case that went on without it."""
    kind = request.POST.get("@kind", "")
    if kind not in KINDS:
        raise NotFound("field_work", kind)
    try:
        return _sent(KINDS[kind](request))
    except Conflict as conflict:
        return _conflict(request, conflict)


def _task(request: HttpRequest) -> Sent:
    sent = request.POST
    now, answers = _own_task(request), {}
    if now is not None and now.task.card.has_form:
        answers = sent_answers(now.task.practice, now.task.card.step, request, now.task.form_facts)
    work = FieldTask(
        _key(request), sent.get("@number", ""), sent.get("@task", ""), sent.get("@step", ""), answers,
        sent.get("@form", ""), sent.get("@values", ""),
        {name.removeprefix(SIGNATURE): sent[name] for name in sent if name.startswith(SIGNATURE)},
    )  # fmt: skip
    return send_field_task(work, request.actor, request.now)


def _opinion(request: HttpRequest) -> Sent:
    sent = request.POST
    return send_field_opinion(
        _key(request),
        sent.get("@number", ""),
        sent.get("@task", ""),
        sent.get("answer", ""),
        request.actor,
        request.now,
    )


def _case(request: HttpRequest) -> Sent:
    practice = _start_of(request)
    answers = sent_answers(practice, "start", request)
    number = next(
        (str(answers.get(name) or "") for name in practice.forms["start"].fields
         if practice.facts[name].get("format") == "customer_number"), "",
    )  # fmt: skip
    return send_field_case(
        _key(request), practice.name, answers, request.POST.get("@form", ""), request.language, request.actor,
        request.now, number, own_organisation(request.actor, *SUPPLY_KINDS),
    )  # fmt: skip


def _note(request: HttpRequest) -> Sent:
    sent = request.POST
    return send_field_note(_key(request), sent.get("@number", ""), sent.get("text", ""), request.actor, request.now)


KINDS: dict[str, Callable[[HttpRequest], Sent]] = {"task": _task, "opinion": _opinion, "case": _case, "note": _note}


def _start_of(request: HttpRequest) -> Practice:
    """The practice that is begun. Raises Denied for who begins none, NotFound for one that is not installed."""
    name, practices = request.POST.get("@practice", ""), field_starts(request.actor)
    if not practices:
        raise Denied("case", "open")
    for practice in practices:
        if practice.name == name:
            return practice
    raise NotFound("practice", name)


def _own_task(request: HttpRequest) -> FieldTaskWork | None:
    """None for a task that is no longer the sender's: a conflict for the action to tell, not a refusal to look."""
    number = request.POST.get("@number", "")
    try:
        return field_task(number, _task_key(request), request.actor, request.now, request.language)
    except (Denied, NotFound):
        return None


def _task_key(request: HttpRequest) -> str:
    """The task that is meant: by its key, or the one that a step done ahead has become."""
    sent = request.POST
    return sent.get("@task", "") or open_task_key(sent.get("@number", ""), sent.get("@step", ""), request.actor)


def _conflict(request: HttpRequest, conflict: Conflict) -> JsonResponse:
    """Both sides: the device has its own; this is the other one, and the form as it is now where there still is one."""
    return JsonResponse(
        {
            "outcome": "conflict", "kind": conflict.kind, "theirs": _their_side(request),
            "now": _as_it_is(request, conflict.kind),
        },
        status=409,
    )  # fmt: skip


def _their_side(request: HttpRequest) -> dict[str, Any] | None:
    found = theirs(request.POST.get("@number", ""), _task_key(request), request.actor, request.language)
    if found is None:
        return None
    return {
        "status": found.status, "case_status": found.case_status, "case_end": found.case_end, "who": found.who,
        "at": instant(found.at, request.language), "facts": _pairs((row.label, row.text) for row in found.facts),
    }  # fmt: skip


def _as_it_is(request: HttpRequest, kind: str) -> dict[str, Any] | None:
    if kind not in ("form_changed", "values_changed"):
        return None
    if request.POST.get("@kind") == "case":
        return start_json(request, _start_of(request))
    found = _own_task(request)
    return task_json(request, found) if found else None


def _pairs(rows: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[label, text] for label, text in rows if text]


def _key(request: HttpRequest) -> str:
    return request.POST.get("@id", "")


def _sent(sent: Sent) -> JsonResponse:
    return JsonResponse({"outcome": "sent", "repeated": sent.repeated, **sent.result})
