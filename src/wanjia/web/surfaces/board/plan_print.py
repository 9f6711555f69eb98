"""What stands at the edge of every printed page of a plan: month, unit, version, state, page of how many."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from wanjia.queries.network.month_plan import plan_line, plan_row
from wanjia.texts import say
from wanjia.web.surfaces.board.access import board_page
from wanjia.web.templatetags.loss_words import month_of
from wanjia.web.templatetags.words import instant

EDGE = "@{place} {{ content: {content}; font: 9pt sans-serif; color: #000; }}"


@never_cache
@board_page
@require_GET
def print_style(request: HttpRequest, number: str) -> HttpResponse:
    """A style sheet: the edge of a page can say only what a style says."""
    language = request.language
    line = plan_line(plan_row(number, request.actor, heavy=False), request.now, language)
    title = f"{month_of(line.month, language)} {line.organisation_name} {say('plans.title', language)}"
    version = say("plans.version", language, version=line.version)
    state = f"{number} · {version} · {say(f'plans.state.{line.state}', language)}"
    edges = (
        EDGE.format(place="top-left", content=_quoted(title)), EDGE.format(place="top-right", content=_quoted(state)),
        EDGE.format(place="bottom-left", content=_quoted(say("plans.printed", language, at=_at(request)))),
        EDGE.format(place="bottom-right", content='counter(page) " / " counter(pages)'),
    )  # fmt: skip
    body = f"@page {{ size: A4 landscape; margin: 16mm 10mm 14mm; {' '.join(edges)} }}"
    return HttpResponse(body, content_type="text/css; charset=utf-8")


def _at(request: HttpRequest) -> str:
    return instant(request.now, request.language)


def _quoted(text: str) -> str:
    """A string of a style sheet; a name can end neither it nor the rule."""
    escaped = "".join(sign if sign.isalnum() or sign in " ·-_.:" else f"\\{ord(sign):06x}" for sign in text)
    return f'"{escaped}"'
