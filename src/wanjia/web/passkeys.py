"""Passkeys in a session: which site this is, the one question that may be answered, and once."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from wanjia.adapters.passkeys.codec import Question, Site, answer_of
from wanjia.model.faults import Fault, Refused
from wanjia.texts import DEFAULT_LANGUAGE, say
from wanjia.web.limits import Limit, TooMany, take

QUESTION_IN_SESSION = "passkey_question"
PROVED_IN_SESSION = "passkey_proved"
"""When, and with which device, the one who is signed in unlocked it."""
QUESTION_MINUTES_MAX = 5
"""How long a question can be answered: longer than a browser waits for the finger."""
LOCAL = "localhost"
"""The one host that browsers allow passkeys on without TLS; the demo runs there."""

WRONG_PASSKEYS = Limit("wrong_passkeys", 20, 15)
"""Answers per address that prove nothing: a family with several phones stays below, a program learns nothing."""
ANSWERS = Limit("passkey_answers", 1, QUESTION_MINUTES_MAX)
"""Answers to one question."""
QUESTIONS = Limit("passkey_questions", 60, 15)
"""Questions per address."""


def site_of(request: HttpRequest) -> Site | None:
    """This site by its settings; on localhost by itself; None where there can be no passkeys."""
    name = say("site.name", getattr(request, "language", DEFAULT_LANGUAGE))
    if settings.PASSKEY_ORIGINS:
        return Site(urlsplit(settings.PASSKEY_ORIGINS[0]).hostname or "", settings.PASSKEY_ORIGINS, name)
    origin = f"{request.scheme}://{request.get_host()}"
    return Site(LOCAL, (origin,), name) if urlsplit(origin).hostname == LOCAL else None


def required_site(request: HttpRequest) -> Site:
    """The same; raises Refused."""
    site = site_of(request)
    if site is None:
        raise Refused([Fault("passkey.no_site")])
    return site


def remember(request: HttpRequest, purpose: str, question: Question) -> dict[str, Any]:
    """Keep the question in this browser's session, in place of any earlier one; the options for the device."""
    until = request.now + timedelta(minutes=QUESTION_MINUTES_MAX)
    request.session[QUESTION_IN_SESSION] = [purpose, question.challenge, until.timestamp()]
    return question.options


def answered(request: HttpRequest, purpose: str) -> tuple[str, dict[str, Any]]:
    """The challenge that was asked, and the device's answer. The question is gone, whatever comes. Raises Refused."""
    asked = request.session.pop(QUESTION_IN_SESSION, None)
    if not asked or asked[0] != purpose or request.now.timestamp() > asked[2]:
        raise Refused([Fault("passkey.no_question")])
    try:
        take(ANSWERS, asked[1])  # two at the same time have both read the session before either has written it
    except TooMany as again:
        raise Refused([Fault("passkey.no_question")]) from again
    return asked[1], answer_of(request.body)


def handle_of(account_id: int) -> bytes:
    """What a device knows an account by: no number that means anything elsewhere."""
    return salted_hmac("wanjia.passkey_handle", str(account_id), algorithm="sha256").digest()


def prove(request: HttpRequest, passkey_id: int) -> None:
    """From now on this session was opened by an unlocked device."""
    request.session[PROVED_IN_SESSION] = [passkey_id, request.now.isoformat()]


def identity_proof(request: HttpRequest) -> str:
    """`passkey` when it was, else empty: what an action writes down."""
    return "passkey" if request.actor.person_id and PROVED_IN_SESSION in request.session else ""
