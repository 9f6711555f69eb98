"""One's own keys for programs: issue, see when they were used, revoke. A key is shown once."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from wanjia.actions.territory.issue_api_token import issue_api_token, revoke_api_token
from wanjia.model.faults import Denied, Refused
from wanjia.queries.territory.people import tokens_of
from wanjia.web.forms import shown_faults
from wanjia.web.surfaces.admin.access import done


@never_cache
@sensitive_variables("shown")
@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The list, and a new key."""
    if not request.actor.person_id:
        return redirect_to_login(request.get_full_path())
    shown, faults = "", ()
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            shown = issue_api_token(request.actor.person_id, name, request.actor, request.now).token
        except Denied:
            raise
        except Refused as refused:
            faults = refused.faults  # type: ignore[assignment]
    values = {
        "tokens": tokens_of(request.actor.person_id), "shown": shown, "faults": shown_faults(faults, request.language)
    }  # fmt: skip
    return render(request, "surfaces/admin/keys.html", values, status=422 if faults else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """From now on the key opens nothing."""
    if not request.actor.person_id:
        return redirect_to_login(request.get_full_path())
    row = revoke_api_token(pk, request.actor, request.now)
    done(request, "key_revoked", name=row.name)
    return redirect("admin:keys")
