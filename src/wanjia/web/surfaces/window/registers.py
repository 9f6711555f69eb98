"""Registers (台账) at the window: for bodies that a practice lets see one, as far as their own part reaches."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wanjia.web.own_entries import own_entries
from wanjia.web.register_pages import Place, index_page, register_page
from wanjia.web.surfaces.window.access import window_page

WINDOW = Place("surfaces/window/base.html", "window:registers", "window:register", "window:entries", "window:case")


@window_page
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """The registers that are open to this body."""
    return index_page(request, _place(request))


@window_page
@require_GET
def register(request: HttpRequest, practice: str, register: str) -> HttpResponse:
    """One register."""
    return register_page(request, practice, register, _place(request))


@window_page
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """What stands in registers about me."""
    return own_entries(request, "components/register/entries_page.html", _place(request))


def _place(request: HttpRequest) -> Place:
    """Bodies that are asked for a part only cannot open whole cases."""
    return WINDOW if request.sees_cases else replace(WINDOW, case="")
