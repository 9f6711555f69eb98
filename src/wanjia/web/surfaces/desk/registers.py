"""Registers (台账) at the desk."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wanjia.web.own_entries import own_entries
from wanjia.web.register_pages import Place, index_page, register_page
from wanjia.web.surfaces.desk.access import desk_page

DESK = Place("surfaces/desk/base.html", "desk:registers", "desk:register", "desk:entries", "desk:case")


@desk_page
@require_GET
def registers(request: HttpRequest) -> HttpResponse:
    """The registers that are open to me."""
    return index_page(request, DESK)


@desk_page
@require_GET
def register(request: HttpRequest, practice: str, register: str) -> HttpResponse:
    """One register."""
    return register_page(request, practice, register, DESK)


@desk_page
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    """What stands in registers about me."""
    return own_entries(request, "components/register/entries_page.html", DESK)
