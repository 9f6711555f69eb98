"""Files that a practice's form sends along: kept as papers of an unsent form, their tokens put into the answers."""

import secrets
from datetime import datetime

from django.http import HttpRequest

from wanjia.actions.cases.add_paper import upload_paper
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.model.jsonvalue import Facts
from wanjia.practice.nouns import Practice

UPLOAD_KEY_FIELD = "upload_key"
"""Hidden field that joins a form with the papers it sent before it was complete."""


def upload_key_of(request: HttpRequest) -> str:
    """The form's key as it was sent, else a new one."""
    sent = request.POST.get(UPLOAD_KEY_FIELD, "")
    return sent if 16 <= len(sent) <= 64 else secrets.token_urlsafe(24)


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
