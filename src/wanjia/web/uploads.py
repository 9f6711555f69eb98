"""Files that a practice's form sends along: kept as papers of an unsent form, their tokens put into the answers."""

import secrets
from datetime import datetime

from django.http import HttpRequest

from wanjia.actions.cases.add_paper import upload_paper
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice
from wanjia.web.limits import UPLOADS, address_of, take

UPLOAD_KEY_FIELD = "upload_key"
"""Hidden field that joins a form with the papers it sent before it was complete."""

UPLOADS_IN_SESSION = "uploads"
KEYS_KEPT = 20
"""Unsent forms of one browser whose papers it can still see."""


def upload_key_of(request: HttpRequest) -> str:
    """The form's key as it was sent, else a new one."""
    sent = request.POST.get(UPLOAD_KEY_FIELD, "")
    return sent if 16 <= len(sent) <= 64 else secrets.token_urlsafe(24)


def admit_files(request: HttpRequest, key: str) -> None:
    """Count the files that come along (raises TooMany), and let this browser look at the papers of its unsent form."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    for _ in files:
        take(UPLOADS, address_of(request))
    if files:
        known = [old for old in request.session.get(UPLOADS_IN_SESSION, []) if old != key]
        request.session[UPLOADS_IN_SESSION] = [*known, key][-KEYS_KEPT:]


def add_files(
    request: HttpRequest, practice: Practice, step: str, answers: Facts, upload_key: str, actor: Actor, now: datetime
) -> list[Fault]:  # fmt: skip
    """Keep the files of every papers field and add their tokens to `answers`; what was not taken comes back."""
    faults: list[Fault] = []
    for name in practice.forms[step].fields:
        if practice.facts[name].get("format") != "papers":
            continue
        tokens = answers.get(name) or []
        kept = [str(token) for token in tokens] if isinstance(tokens, list) else []
        for file in request.FILES.getlist(f"{name}.files"):
            try:
                kept.append(upload_paper(file.name or "", file.read(), upload_key, actor, now).token)
            except Refused as refused:
                faults += [
                    Fault(fault.code, Where(name), {**fault.values, "name": file.name}) for fault in refused.faults
                ]
        if kept:
            answers[name] = list(kept)
    return faults
