"""Who gets to the desk, and what a refusal looks like there."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wanjia.model.faults import Denied, NotFound

View = Callable[..., HttpResponse]


def desk_page(view: View) -> View:
    """For people who hold a post today; others sign in first, or learn that this is not for them."""

    @wraps(view)
    def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.actor.person_id:
            return redirect_to_login(request.get_full_path())
        if not request.actor.seats:
            return refusal(request, 403)
        try:
            return view(request, *args, **values)
        except Denied:
            return refusal(request, 403)
        except NotFound:
            return refusal(request, 404)

    return page


def refusal(request: HttpRequest, status: int) -> HttpResponse:
    """The page for `no such thing` and `not for you`; the words differ, the place does not."""
    return render(request, "surfaces/desk/refusal.html", {"denied": status == 403}, status=status)
