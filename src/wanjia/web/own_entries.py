"""What stands in registers about the person who is signed in: one page for staff, one for residents."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wanjia.queries.cases.register_entries import Entry
from wanjia.queries.cases.registers import RegisterList, my_entries
from wanjia.web.paging import page_of

SHOWN_MAX = 20
"""Rows of each register on the page of all of them; the rest is on the register's own."""


def own_entries(request: HttpRequest, template: str, place: object = None) -> HttpResponse:
    """All registers with rows about me, the newest rows of each; `?practice=` and `?register=`: all rows of one."""
    practice, register = request.GET.get("practice", ""), request.GET.get("register", "")
    only = (practice, register) if practice and register else None
    found = my_entries(request.actor, request.today, request.language, only)
    lists: list[tuple[RegisterList, Sequence[Entry], int]] = [
        (one, one.rows[:SHOWN_MAX], max(0, len(one.rows) - SHOWN_MAX)) for one in found
    ]
    page = page_of(request, found[0].rows) if only and found else None
    if page is not None:
        lists = [(found[0], page.rows, 0)]
    return render(request, template, {"lists": lists, "page": page, "only": only, "place": place})
