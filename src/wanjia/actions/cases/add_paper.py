"""Take in an uploaded paper or photograph, after looking at what it really is."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from wanjia.actions.cases.media_types import MEDIA_TYPES, recognise
from wanjia.actions.cases.stepping import locked_case
from wanjia.actions.permission import require_on_case
from wanjia.model.actors import Actor
from wanjia.model.faults import Fault, Refused, Where
from wanjia.records.cases.history import write_history
from wanjia.records.cases.models import Paper

UPLOADS_PER_KEY_MAX = 20
"""Papers that one unsent form may hold."""


def upload_paper(name: str, content: bytes, upload_key: str, actor: Actor, now: datetime) -> Paper:
    """Keep a paper of a form that has not been sent yet; it is claimed when the form is. Raises Refused."""
    media_type = _checked(name, content)
    with transaction.atomic():
        if Paper.objects.filter(upload_key=upload_key).count() >= UPLOADS_PER_KEY_MAX:
            raise Refused([Fault("paper.too_many", Where(name), {"max": UPLOADS_PER_KEY_MAX})])
        return _keep(name, content, media_type, actor, now, upload_key=upload_key)


def add_paper(number: str, fact: str, name: str, content: bytes, actor: Actor, now: datetime) -> Paper:
    """Add a paper to a running case afterwards. Raises Refused."""
    media_type = _checked(name, content)
    with transaction.atomic():
        case = locked_case(number)
        require_on_case(actor, "paper", "add_paper", case)
        if case.papers.count() >= settings.PAPERS_PER_CASE_MAX:
            raise Refused([Fault("paper.too_many", Where(name), {"max": settings.PAPERS_PER_CASE_MAX})])
        paper = _keep(name, content, media_type, actor, now, case=case, fact=fact)
        write_history(f"case:{case.pk}", actor, now, [("paper_added", {"name": paper.name, "sha256": paper.sha256})])
        return paper


def _checked(name: str, content: bytes) -> str:
    """The media type by content, not by name. Raises Refused for what is too large, empty or not allowed."""
    if not 0 < len(content) <= settings.PAPER_SIZE_BYTES_MAX:
        limit = settings.PAPER_SIZE_BYTES_MAX // 1024**2
        raise Refused([Fault("paper.size", Where(name), {"megabytes": limit})])
    media_type = recognise(name, content)
    if media_type is None:
        kinds = ", ".join(sorted(ending for endings in MEDIA_TYPES.values() for ending in endings))
        raise Refused([Fault("paper.type", Where(name), {"kinds": kinds})])
    return media_type


def _keep(name: str, content: bytes, media_type: str, actor: Actor, now: datetime, **columns: object) -> Paper:
    clean = "".join(sign for sign in name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable())[-160:]
    return Paper.objects.create(
        token=secrets.token_urlsafe(18), name=clean or "paper", media_type=media_type, size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(), content=content, added_by=actor.reference, added_at=now, **columns,
    )  # fmt: skip
