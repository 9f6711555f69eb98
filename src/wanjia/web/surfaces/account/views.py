"""Signing in and out, choosing the language, one's own account."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wanjia.model.permissions import PARTNER_ROLES
from wanjia.queries.territory.passkeys import devices_of
from wanjia.records.territory.holders import actor_of
from wanjia.records.territory.models import Account
from wanjia.texts import LANGUAGES, say
from wanjia.web.middleware import GRANTS_IN_SESSION, LANGUAGE_COOKIE
from wanjia.web.passkeys import site_of


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; too many wrong tries are stopped by django-axes, which answers 429."""
    wrong = False
    if request.method == "POST":
        account = authenticate(
            request, username=request.POST.get("username", ""), password=request.POST.get("password", "")
        )
        if account is not None:
            grants = request.session.get(GRANTS_IN_SESSION, [])
            login(request, account)
            request.session[GRANTS_IN_SESSION] = grants
            return redirect(next_of(request) or home_of(request))
        wrong = True
    logins = Account.objects.order_by("pk").values_list("username", flat=True) if settings.DEMO else []
    page = {
        "wrong": wrong,
        "next": next_of(request),
        "passkeys": site_of(request) is not None,
        "username": request.POST.get("username", ""),
        "demo_logins": [(name, say(f"demo.login.{name}", request.language)) for name in logins],
    }
    return render(request, "surfaces/account/sign_in.html", page, status=422 if wrong else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; what the field surface keeps on the device goes with it, whatever page this was pressed on."""
    logout(request)
    response = redirect("/")
    response.headers["Clear-Site-Data"] = '"storage"'  # the stores, not the cookies: the language stays
    return response


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language for a year and go back to the page."""
    response = HttpResponseRedirect(next_of(request) or "/")
    chosen = request.POST.get("language")
    if chosen in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=31_536_000, samesite="Lax", httponly=True)
    return response


@login_required
@require_http_methods(["GET", "POST"])
def own_account(request: HttpRequest) -> HttpResponse:
    """Who I am here, the posts I hold, and a new password."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        messages.success(request, say("account.password_changed", request.language), extra_tags="done")
        return redirect("account:own")
    page = {
        "form": form, "seats": request.actor.seats, "person": request.user.person,
        "devices": devices_of(request.user.person_id), "has_password": request.user.has_usable_password(),
        "has_site": site_of(request) is not None,
    }  # fmt: skip
    return render(request, "surfaces/account/own.html", page, status=422 if form.errors else 200)


def home_of(request: HttpRequest) -> str:
    """Where somebody works: partner bodies at the window, staff at the desk, residents on the portal."""
    roles = {seat.role for seat in actor_of(request.user.person, request.today).seats}
    if not roles:
        return "/"
    return reverse("window:tasks") if roles <= PARTNER_ROLES else reverse("desk:tasks")


def next_of(request: HttpRequest) -> str:
    """Where the visitor wanted to go, if that is here; else empty."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    return target if url_has_allowed_host_and_scheme(target, hosts, require_https=request.is_secure()) else ""
