"""Letters as PDF."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wanjia.queries.cases.letter_content import letter_content
from wanjia.texts import LANGUAGES
from wanjia.wiring.letters import letter_pdf


@never_cache
@require_safe
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """The letter in the language asked for, else in the visitor's."""
    language = request.GET.get("language", "")
    language = language if language in LANGUAGES else request.language
    pdf = letter_pdf(letter_content(number, request.actor, language, request.today), language)
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = content_disposition_header(False, f"{number}.pdf")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
