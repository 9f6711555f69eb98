"""What a device takes along: tasks with their forms drawn, practices that can be begun, whom to call."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from wanjia.actions.cases.field.take_contacts import take_contacts
from wanjia.model.jsonvalue import Facts
from wanjia.practice.marks import form_mark, known_values
from wanjia.practice.nouns import Practice
from wanjia.queries.cases.facts import answer_rows
from wanjia.queries.cases.field_work import FieldTaskWork, StepAhead, ahead_of, field_starts, field_tasks
from wanjia.texts import say
from wanjia.web.forms import page_form
from wanjia.web.place_map import place_map
from wanjia.web.surfaces.field.access import field_call

FIELD_KEEP_DAYS = 3
"""Days after which a device throws away what it took along, signal or not: a round through villages and a reserve."""
START_FORMS_KEPT = 512
"""Drawn start forms in memory: all versions that a server meets between two starts, in both languages."""
_START_FORMS: dict[tuple[str, str], str] = {}


@field_call
@gzip_page
@require_GET
def work(request: HttpRequest) -> JsonResponse:
    """Everything that is mine to do and to begin, as it is now."""
    get_token(request)  # the cookie that sendings show
    tasks, left_out = field_tasks(request.actor, request.now, request.language)
    return JsonResponse(
        {
            "person": request.actor.person_id, "name": request.actor.name, "prepared_at": request.now.isoformat(),
            "language": request.language, "keep_days": FIELD_KEEP_DAYS, "left_out": left_out,
            "tasks": [task_json(request, one) for one in tasks],
            "starts": [start_json(request, practice) for practice in field_starts(request.actor)],
        }
    )  # fmt: skip


@field_call
@require_POST
def contacts(request: HttpRequest) -> JsonResponse:
    """Name, phone and address of the own cases; that they were taken along is written down."""
    reason = say("offline.contact_reason", request.language)
    found = take_contacts(request.POST.getlist("number"), reason, request.actor, request.now)
    return JsonResponse({"contacts": found})


def task_json(request: HttpRequest, one: FieldTaskWork) -> dict[str, Any]:
    """A task as the device keeps it. Facts and form are drawn here, so that they are those of the other surfaces."""
    card, head = one.task.card, one.task.head
    name = say("deed.opinion", request.language) if card.opinion else card.name
    return {
        "number": head.number, "key": card.key, "step": card.step, "name": name,
        "item": card.item, "title": head.title, "practice": head.practice_name, "help": card.help,
        "opinion": card.opinion, "question": card.question, "held": head.held, "address": head.address,
        "due_at": card.due_at.isoformat() if card.due_at else None, "may": sorted(card.verbs),
        "form_mark": one.form_mark, "values_mark": one.values_mark,
        "signatures": _labels(one.task.practice, one.signatures, request.language),
        "map": place_map(head, reverse("portal:cells")), "facts": _drawn(request, "facts", {"shown": one.task}),
        "form": _form(request, one.task.practice, card.step, one.task.form_facts) if card.has_form else "",
        "next": [_step_json(request, one, ahead) for ahead in ahead_of(one)],
        "papers": [{"token": row.token, "name": row.name, "label": row.label} for row in one.task.papers],
    }  # fmt: skip


def _step_json(request: HttpRequest, one: FieldTaskWork, ahead: StepAhead) -> dict[str, Any]:
    practice = one.task.practice
    return {
        "step": ahead.step, "name": practice.text(f"tasks.{ahead.step}", request.language),
        "form_mark": ahead.form_mark, "values_mark": ahead.values_mark,
        "signatures": _labels(practice, ahead.signatures, request.language),
        "form": _form(request, practice, ahead.step, one.task.form_facts),
    }  # fmt: skip


def start_json(request: HttpRequest, practice: Practice) -> dict[str, Any]:
    """A practice that can be begun, with its start form."""
    form = practice.forms["start"]
    signed = tuple(name for name in form.fields if practice.facts[name].get("format") == "signature")
    return {
        "practice": practice.name, "name": practice.text("name", request.language),
        "summary": practice.text("summary", request.language), "form_mark": form_mark(practice, "start"),
        "signatures": _labels(practice, signed, request.language),
        "form": _start_form(practice, request.language),
    }  # fmt: skip


def _start_form(practice: Practice, language: str) -> str:
    """The empty start form: the same for everybody, so drawn once for each version and language."""
    key = (practice.digest, language)
    if key not in _START_FORMS:
        if len(_START_FORMS) >= START_FORMS_KEPT:
            _START_FORMS.clear()
        values = {"form": page_form(practice, "start", language, {}), "shows": (), "language": language}
        _START_FORMS[key] = render_to_string("surfaces/field/parts/form.html", values)
    return _START_FORMS[key]


def _form(request: HttpRequest, practice: Practice, step: str, facts: Facts) -> str:
    form = page_form(practice, step, request.language, known_values(practice, step, facts), facts=facts)
    shows = answer_rows(practice, form.shows, facts, request.language)
    return _drawn(request, "form", {"form": form, "shows": shows})


def _drawn(request: HttpRequest, part: str, values: dict[str, Any]) -> str:
    return render_to_string(f"surfaces/field/parts/{part}.html", {**values, "language": request.language}, request)


def _labels(practice: Practice, fields: tuple[str, ...], language: str) -> dict[str, str]:
    return {name: practice.text(f"facts.{name}", language) for name in fields}
