"""One's own devices for signing in, and signing in with them: a browser's program asks, a device answers, once."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from wanjia.actions.territory.open_own_account import open_own_account
from wanjia.actions.territory.register_passkey import NewPasskey, register_passkey, remove_passkey
from wanjia.actions.territory.use_passkey import use_passkey
from wanjia.adapters.passkeys.codec import Site, ask_to_register, ask_to_sign_in, registered, signed
from wanjia.model.faults import Denied, Fault, NotFound, Refused
from wanjia.queries.cases.follow import asked_case
from wanjia.queries.territory.passkeys import known_to
from wanjia.records.territory.models import Passkey
from wanjia.web.forms import shown_faults
from wanjia.web.limits import TooMany, address_of, check, take
from wanjia.web.middleware import GRANTS_IN_SESSION
from wanjia.web.passkeys import QUESTIONS, WRONG_PASSKEYS, answered, handle_of, prove, remember, required_site
from wanjia.web.saying import said
from wanjia.web.surfaces.account.views import home_of, next_of

BACKEND = "django.contrib.auth.backends.ModelBackend"
View = Callable[..., HttpResponse]


def device_call(view: View) -> View:
    """Answers a program: JSON, with every fault in words. Questions are limited, and answers that prove nothing."""

    @wraps(view)
    @never_cache
    @require_POST
    def call(request: HttpRequest, *args: object, **values: object) -> HttpResponse:
        try:
            check(WRONG_PASSKEYS, address_of(request))
            return view(request, *args, **values)
        except TooMany as many:
            return _faults(request, [Fault("passkey.too_often", values={"minutes": many.minutes})], 429)
        except Refused as refused:
            take_quietly(request)
            status = 403 if isinstance(refused, Denied) else 404 if isinstance(refused, NotFound) else 422
            return _faults(request, refused.faults, status)

    return call


@device_call
def ask_new(request: HttpRequest) -> HttpResponse:
    """What a further device of the signed-in person is to sign."""
    site, account = required_site(request), _own(request)
    take(QUESTIONS, address_of(request))
    known = known_to(account.person_id)
    question = ask_to_register(site, handle_of(account.pk), account.username, account.person.name, known)
    return JsonResponse(remember(request, f"register:{account.pk}", question))


@device_call
def add(request: HttpRequest) -> HttpResponse:
    """Remember the device that answered."""
    account = _own(request)
    new, name = _registered(request, required_site(request), f"register:{account.pk}")
    register_passkey(account.pk, name, new, request.actor, request.now)
    said(request, "passkey.done.added", name=name.strip())
    return JsonResponse({"next": "/account/"})


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a device away; a lost one opens nothing from now on."""
    _own(request)
    row = remove_passkey(pk, request.actor, request.now)
    said(request, "passkey.done.removed", name=row.name)
    return redirect("account:own")


@device_call
def ask_sign_in(request: HttpRequest) -> HttpResponse:
    """What any device of this site is to sign; who it is comes with the answer."""
    take(QUESTIONS, address_of(request))
    return JsonResponse(remember(request, "sign_in", ask_to_sign_in(required_site(request))))


@device_call
def sign_in(request: HttpRequest) -> HttpResponse:
    """Whoever unlocked the device is signed in."""
    site = required_site(request)
    challenge, answer = answered(request, "sign_in")
    row = use_passkey(str(answer["id"]), lambda key: signed(site, challenge, answer, key), request.now)
    _enter(request, row)
    return JsonResponse({"next": next_of(request) or home_of(request)})


@device_call
def ask_for_case(request: HttpRequest, number: str) -> HttpResponse:
    """What the device of somebody who follows a case by its code is to sign, to need no code next time."""
    site, case = required_site(request), asked_case(number, request.actor)
    if request.actor.person_id or case.requester_id is not None:
        raise Refused([Fault("passkey.case_taken")])
    take(QUESTIONS, address_of(request))
    shown = case.requester_name or case.number
    question = ask_to_register(site, handle_of(-case.pk), shown, shown, ())
    return JsonResponse(remember(request, f"case:{number}", question))


@device_call
def add_for_case(request: HttpRequest, number: str) -> HttpResponse:
    """An account of their own, opened by this device; signed in with it at once."""
    new, name = _registered(request, required_site(request), f"case:{number}")
    row = open_own_account(number, name, new, request.actor, request.now)
    _enter(request, row)
    said(request, "passkey.done.case")
    return JsonResponse({"next": f"/follow/{number}/"})


def take_quietly(request: HttpRequest) -> None:
    """Count a wrong answer; that the limit is reached shows with the next one."""
    try:
        take(WRONG_PASSKEYS, address_of(request))
    except TooMany:
        return


def _own(request: HttpRequest) -> Any:
    if not request.actor.person_id:
        raise Denied("account", "edit")
    return request.user


def _registered(request: HttpRequest, site: Site, purpose: str) -> tuple[NewPasskey, str]:
    challenge, answer = answered(request, purpose)
    name = str(answer.pop("name", ""))
    device = registered(site, challenge, answer)
    return NewPasskey(device.credential_id, device.public_key, device.sign_count, device.synced), name


def _enter(request: HttpRequest, row: Passkey) -> None:
    """Signed in as by password; what this browser opened by number and code stays open."""
    grants = request.session.get(GRANTS_IN_SESSION, [])
    login(request, row.account, backend=BACKEND)
    request.session[GRANTS_IN_SESSION] = grants
    prove(request, row.pk)


def _faults(request: HttpRequest, faults: Any, status: int) -> JsonResponse:
    return JsonResponse({"faults": shown_faults(faults, request.language)}, status=status)
