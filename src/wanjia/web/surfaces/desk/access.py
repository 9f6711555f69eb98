"""Who gets to the desk, and what a refusal looks like there."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wanjia.model.actors import Subject, may
from wanjia.model.faults import Denied, NotFound
from wanjia.model.permissions import PARTNER_ROLES, ROLES, allowed
from wanjia.queries.cases.messages import unread_count
from wanjia.web.surfaces.board.access import sees_outages

View = Callable[..., HttpResponse]

SEE_CASES = frozenset(role for role in ROLES if allowed((role,), "case", "see") not in (None, "own"))
"""Roles that see more than what is their own: they search, compare and open cases for others."""


def desk_page(view: View) -> View:
    """For people who hold a post of the supply side today; others sign in first, or learn that this is not for them."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.actor.person_id:
            return redirect_to_login(request.get_full_path())
        if all(seat.role in PARTNER_ROLES for seat in request.actor.seats):
            return refusal(request, 403)  # partner bodies see their own part of a case, at the window
        request.desk_nav = _nav(request)
        try:
            return view(request, *args, **values)
        except Denied:
            return refusal(request, 403)
        except NotFound:
            return refusal(request, 404)

    return page


def _nav(request: HttpRequest) -> list[tuple[str, str, int]]:
    """(address, text key, count) of what this actor may open."""
    actor = request.actor
    reports, cases = may(actor, "report", "see"), any(role in SEE_CASES for role in actor.roles)
    opens = allowed((seat.role for seat in actor.seats), "case", "open") is not None
    wanted = (
        ("desk:tasks", "tasks", True, 0), ("desk:cases", "cases", cases, 0), ("desk:new", "new", opens, 0),
        ("desk:station", "station", reports and cases, 0), ("desk:company", "company", reports and cases, 0),
        ("board:home", "board", sees_outages(actor), 0), ("desk:zones", "zones", may(actor, "network", "see"), 0),
        ("desk:indicators", "indicators", reports and cases, 0), ("desk:registers", "registers", True, 0),
        ("desk:notices", "notices", True, unread_count(actor)),
        ("field:shell", "field", True, 0), ("gallery:list", "gallery", may(actor, "practice", "see", Subject()), 0),
    )  # fmt: skip
    return [(reverse(name), f"desk.nav.{key}", count) for name, key, shown, count in wanted if shown]


def refusal(request: HttpRequest, status: int) -> HttpResponse:
    """The page for `no such thing` and `not for you`; the words differ, the place does not."""
    return render(request, "surfaces/desk/refusal.html", {"denied": status == 403}, status=status)
