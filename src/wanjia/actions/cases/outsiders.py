"""People outside who have work in a case: found by their telephone, told by short message with a link of their own."""

import secrets
from datetime import datetime

from django.conf import settings

from wanjia.actions.cases.holders import Holder
from wanjia.actions.cases.queue_delivery import Wanted
from wanjia.model.jsonvalue import Facts
from wanjia.practice.formats import is_mobile
from wanjia.practice.nouns import Role
from wanjia.records.cases.models import Case, Outsider, Task
from wanjia.texts import say

TOKEN_BYTES = 18
"""144 random bits: nobody finds a link by trying, whatever the limits on codes."""


def outsider_for(rule: Role, case: Case, facts: Facts, item: Facts | None, now: datetime) -> Holder | None:
    """Whoever has the telephone that stands in the item or in the case; None for other roles, and without a number that
    short messages reach."""
    if rule.who != "contact":
        return None
    phone = {**facts, **(item or {})}.get(rule.fact or "")
    if not isinstance(phone, str) or not is_mobile(phone):
        return None
    made = {"token": secrets.token_urlsafe(TOKEN_BYTES), "created_at": now}
    row, _ = Outsider.objects.get_or_create(case=case, role=rule.id, phone=phone.strip()[:24], defaults=made)
    return Holder(outsider=row)


def link_message(row: Task, name: str, occasion: str) -> Wanted:
    """The short message that brings the link; the same task and occasion bring it once."""
    case, outsider = row.case, row.outsider
    assert outsider is not None
    english = case.language == "en"
    body = say(
        "outside.sms", case.language, task=name, number=case.number, link=link_of(outsider),
        organisation=case.organisation.name_en if english else case.organisation.name_zh,
    )  # fmt: skip
    key = f"case:{case.pk}:{row.key}:outside:{outsider.pk}:{occasion}"
    return Wanted(key=key, channel="sms", address=outsider.phone, subject="", body=body, case_id=case.pk)


def link_of(outsider: Outsider) -> str:
    """The address of their page."""
    return f"{settings.PUBLIC_URL}/tasks/{outsider.token}/"
