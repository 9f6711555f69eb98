"""The anonymous survey: a ticket, the questions, thanks. Writes no session, no history, no message, no log line."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wanjia.actions.standing.answer_survey import answer_survey, survey_of
from wanjia.model.faults import Fault, Refused
from wanjia.model.surveys import RATHER_NOT, VALUES
from wanjia.records.standing.models import Survey
from wanjia.web import limits
from wanjia.web.forms import shown_faults

GATE, PAGE, THANKS = (f"surfaces/portal/pulse{part}.html" for part in ("_gate", "", "_thanks"))


@never_cache
@require_http_methods(["GET", "POST"])
def pulse(request: HttpRequest) -> HttpResponse:
    """Sent is a ticket, and with it the answers or not yet. The ticket never stands in an address."""
    if request.method == "GET":
        return render(request, GATE, {})
    ticket, address = request.POST.get("ticket", ""), limits.address_of(request)
    limits.check(limits.WRONG_CODES_OF_ADDRESS, address)
    try:
        survey = survey_of(ticket, request.now)
    except Refused as refused:
        limits.take(limits.WRONG_CODES_OF_ADDRESS, address)
        return render(request, GATE, {"faults": shown_faults(refused.faults, request.language)}, status=422)
    if "answered" not in request.POST:
        return _page(request, survey, ticket)
    answers = {name: int(value) for name in survey.questions if (value := request.POST.get(name, "")).isdigit()}
    try:
        answer_survey(ticket, answers, request.now)
    except Refused as refused:
        return _page(request, survey, ticket, refused.faults, answers)
    return render(request, THANKS, {})


def _page(
    request: HttpRequest, survey: Survey, ticket: str, faults: tuple[Fault, ...] = (),
    answers: dict[str, int] | None = None,
) -> HttpResponse:  # fmt: skip
    organisation = survey.case.organisation
    wrong = {fault.where.column for fault in faults}
    values = {
        "ticket": ticket, "faults": shown_faults(faults, request.language), "closes_on": survey.closes_on,
        "organisation": organisation.name_en if request.language == "en" else organisation.name_zh,
        "questions": [(name, (answers or {}).get(name), name in wrong) for name in survey.questions],
        "values": [(value, f"pulse.v.{value}") for value in VALUES], "rather_not": RATHER_NOT,
    }  # fmt: skip
    return render(request, PAGE, values, status=422 if faults else 200)
