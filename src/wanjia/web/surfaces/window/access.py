"""Who gets to the window."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from wanjia.model.faults import Denied
from wanjia.queries.cases.sendable import names_body
from wanjia.queries.cases.window_tasks import partner_organisations, sees_cases

View = Callable[..., HttpResponse]


def window_page(view: View) -> View:
    """For people with a seat in a partner body; others sign in first, or learn that this is not for them."""

    @wraps(view)
    @never_cache
    def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.actor.person_id:
            return redirect_to_login(request.get_full_path())
        if not partner_organisations(request.actor):
            raise Denied("task", "see")
        request.sees_cases = sees_cases(request.actor)
        request.names_body = names_body(request.actor)
        return view(request, *args, **values)

    return page


def counter_page(view: View) -> View:
    """For bodies that have whole cases."""

    @window_page
    @wraps(view)
    def page(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        if not request.sees_cases:
            raise Denied("case", "see")
        return view(request, *args, **values)

    return page
