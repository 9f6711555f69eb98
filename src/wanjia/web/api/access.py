"""Who calls the API: a program with a person's key, a browser session, or anybody; and how often, and how much."""

from collections.abc import Callable
from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from wanjia.actions.cases.open_case import opens
from wanjia.actions.territory.issue_api_token import holder_of_token
from wanjia.model.actors import Actor
from wanjia.model.faults import Denied
from wanjia.records.cases.models import Case
from wanjia.records.territory.holders import actor_of
from wanjia.web.limits import (
    WRONG_CODES,
    WRONG_CODES_OF_ADDRESS,
    WRONG_CODES_OF_NUMBER,
    Limit,
    address_of,
    check,
    take,
)
from wanjia.web.middleware import ANONYMOUS

JSON_BYTES_MAX = 1024 * 1024
"""Bytes of a JSON body: the largest form with 500 rows has a tenth of it."""
FORM_BYTES_OVER_PAPER_MAX = 64 * 1024
"""Bytes that a multipart body may have beside its paper."""
CALLS_OF_PERSON = Limit("api_person", 3000, 5)
"""Calls per person and five minutes: ten a second, which a synchronising program stays below."""
CALLS_OF_ADDRESS = Limit("api_address", 300, 5)
"""Calls of nobody in particular, per address and five minutes: a public page that shows who answers."""
WRONG_KEYS = Limit("api_wrong_keys", 20, 15)
"""Wrong keys per address: a program with an old key stops; a guesser gets nowhere."""
CODE_HEADER = "X-Case-Code"
"""Carries the code of a case; in an address it would stand in logs."""


class TooLarge(Exception):
    """A body over its limit; `limit` in bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"a body of more than {limit} bytes")


class KeyAuth(HttpBearer):
    """`Authorization: Bearer wanjia_…`: a key that its person issued."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The person of the key; a wrong one is an error even where nobody has to sign in."""
        check(WRONG_KEYS, address_of(request))
        person = holder_of_token(token, request.now)
        if person is None:
            take(WRONG_KEYS, address_of(request))
            raise HttpError(401, "key")
        return _admitted(request, actor_of(person, request.today))


class SessionAuth(APIKeyCookie):
    """The session of a browser, with the CSRF header for everything that changes something."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The signed-in person; CSRF is checked here because the API's views are exempt from the middleware."""
        if not request.actor.person_id:
            return None
        if check_csrf(request):
            raise HttpError(403, "csrf")
        return _admitted(request, request.actor)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Never asked: the middleware has looked at the cookie."""
        return None


def anybody(request: HttpRequest) -> Actor:
    """Nobody in particular; what the session of the browser opened by number and code does not count here."""
    return _admitted(request, ANONYMOUS)


SIGNED_IN: list[Callable[[HttpRequest], Actor | None]] = [KeyAuth(), SessionAuth()]
PUBLIC: list[Callable[[HttpRequest], Actor | None]] = [*SIGNED_IN, anybody]


def acting(request: HttpRequest, number: str = "") -> Actor:
    """Who acts; with the case's code in the header also as its requester. Raises Denied for a wrong code."""
    actor: Actor = request.auth
    code = request.headers.get(CODE_HEADER, "")
    if not number or not code:
        return actor
    address = address_of(request)
    tries = ((WRONG_CODES, (number, address)), (WRONG_CODES_OF_ADDRESS, (address,)), (WRONG_CODES_OF_NUMBER, (number,)))
    for limit, whose in tries:
        check(limit, *whose)
    case = Case.objects.filter(number=number).only("pk", "number", "access_hash").first()
    if case is None or not opens(case, code):
        for limit, whose in tries:
            take(limit, *whose)
        raise Denied("case", "see")
    return replace(actor, grants=actor.grants | {case.pk})


def _admitted(request: HttpRequest, actor: Actor) -> Actor:
    """Counts the call and looks at its size before anything of it is read."""
    if actor.person_id:
        take(CALLS_OF_PERSON, str(actor.person_id))
    else:
        take(CALLS_OF_ADDRESS, address_of(request))
    form = request.content_type == "multipart/form-data"
    limit = settings.PAPER_SIZE_BYTES_MAX + FORM_BYTES_OVER_PAPER_MAX if form else JSON_BYTES_MAX
    length = request.headers.get("Content-Length", "0")
    if length.isdigit() and int(length) > limit:
        raise TooLarge(limit)
    if length not in ("", "0") and not form and request.content_type != "application/json":
        raise HttpError(415, "media type")
    request.actor = actor
    return actor
