"""The code that opens an outsider's link: sent to the telephone that the case names, good for few minutes and tries."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from wanjia.actions.cases.queue_delivery import Wanted, queue
from wanjia.model.faults import NotFound
from wanjia.practice.formats import is_mobile
from wanjia.records.cases.models import Case, Outsider
from wanjia.texts import say

CODE_DIGITS = 6
CODE_MINUTES = 10
"""How long a code opens the link: a short message arrives within a minute or two."""

CODE_TRIES_MAX = 5
"""Wrong tries with one code; with six digits a guess is right once in 200,000 codes."""

OPEN_AFTER_END_DAYS = 30
"""How long letters can still be fetched after the case has ended; then the link is dead."""


def send_code(token: str, language: str, now: datetime) -> Outsider:
    """Send a new code to the outsider's telephone, whatever the time of day: they are waiting for it. The old one is
    no good any more. Raises NotFound for a link that is dead."""
    code = str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
    with transaction.atomic():
        row = alive(token, now)
        row.code_hash, row.code_tries = _hashed(row, code), 0
        row.code_until = now + timedelta(minutes=CODE_MINUTES)
        row.save(update_fields=["code_hash", "code_tries", "code_until"])
        body = say("outside.code_sms", language, code=code, minutes=CODE_MINUTES)
        key = f"outsider:{row.pk}:code:{row.code_hash[:24]}"
        queue([Wanted(key, "sms", row.phone, "", body, urgent=True, case_id=row.case_id)], now)
    return row


def open_link(token: str, code: str, now: datetime) -> Outsider | None:
    """The outsider if the code is right; it is then used up. None for a wrong one, which counts. Raises NotFound."""
    with transaction.atomic():
        row = alive(token, now)
        live = bool(row.code_hash) and row.code_until is not None and now < row.code_until
        if not live or row.code_tries >= CODE_TRIES_MAX:
            return None
        if constant_time_compare(row.code_hash, _hashed(row, "".join(code.split()))):
            Outsider.objects.filter(pk=row.pk).update(code_hash="", code_until=None)
            return row
        Outsider.objects.filter(pk=row.pk).update(code_tries=row.code_tries + 1)
        return None


def alive(token: str, now: datetime) -> Outsider:
    """The outsider of a link, locked. Raises NotFound when there is none, its case ended too long ago, or the telephone
    was forgotten with the case's other personal data."""
    rows = Outsider.objects.select_for_update(of=("self",)).select_related("case")
    row = rows.defer("case__state").filter(token=token).first()
    if row is None or not _open(row.case, now) or not is_mobile(row.phone):
        raise NotFound("link", token)
    return row


def _open(case: Case, now: datetime) -> bool:
    return case.ended_at is None or now <= case.ended_at + timedelta(days=OPEN_AFTER_END_DAYS)


def _hashed(row: Outsider, code: str) -> str:
    return salted_hmac("wanjia.outsider_code", f"{row.token}:{code}", algorithm="sha256").hexdigest()
