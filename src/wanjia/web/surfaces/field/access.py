"""Who gets to the field, and how a program on a phone is told what is wrong: JSON, with a status and an outcome."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from wanjia.model.faults import Denied, NotFound, Refused
from wanjia.web.forms import shown_faults
from wanjia.web.limits import Limit, TooMany, take

View = Callable[..., HttpResponse]
SENDINGS = Limit("field_sendings", 600, 60)
"""Sendings of one person and hour: a week's work with all its photographs, all at once."""


def field_call(view: View) -> View:
    """For people who hold a post today. Answers 401, 403, 404, 409, 422, 429 as `{"outcome", "faults"}`."""

    @wraps(view)
    @never_cache
    def call(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.actor.person_id:
            return JsonResponse({"outcome": "sign_in"}, status=401)
        if not request.actor.seats:
            return _refused(request, "refused", 403, Denied("task", "complete"))
        if request.method == "POST" and request.POST.get("@person") != str(request.actor.person_id):
            return JsonResponse({"outcome": "other_person"}, status=409)
        try:
            if request.method == "POST":
                take(SENDINGS, str(request.actor.person_id))
            return view(request, *args, **values)
        except Refused as refused:
            status = 403 if isinstance(refused, Denied) else 404 if isinstance(refused, NotFound) else 422
            return _refused(request, "refused", status, refused)
        except TooMany as many:
            return JsonResponse({"outcome": "later", "minutes": many.minutes}, status=429)

    return call


def _refused(request: HttpRequest, outcome: str, status: int, refused: Refused) -> JsonResponse:
    codes = [fault.code for fault in refused.faults]
    shown = shown_faults(refused.faults, request.language)
    return JsonResponse({"outcome": outcome, "codes": codes, "faults": shown}, status=status)
