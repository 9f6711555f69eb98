"""What a letter says, for those who may read it."""

from dataclasses import dataclass
from datetime import date, datetime

from wanjia.model.actors import Actor
from wanjia.model.faults import NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.queries.cases.installed import practice_of
from wanjia.queries.cases.letter_readers import may_read
from wanjia.records.cases.models import Letter
from wanjia.records.territory.holders import nearest_post
from wanjia.records.territory.models import Organisation


@dataclass(frozen=True)
class LetterContent:
    """A letter in one language: `content` is `{title, blocks, signed_by}` as `practice/composing.py` made it."""

    number: str
    case_number: str
    organisation: str
    issued_at: datetime
    content: Facts


def letter_content(number: str, actor: Actor, language: str, today: date) -> LetterContent:
    """The letter. Raises NotFound, also for somebody who may not read it: its number says what it is about."""
    rows = Letter.objects.select_related("case__practice", "case__organisation__parent__parent__parent")
    row = rows.defer("case__practice__files").filter(number=number).first()
    if row is None or not _may_read(row, actor, today):
        raise NotFound("letter", number)
    organisation = _issuer(row)
    return LetterContent(
        row.number, row.case.number, organisation.name_en if language == "en" else organisation.name_zh, row.issued_at,
        row.content.get(language) or next(iter(row.content.values())),
    )  # fmt: skip


def _issuer(row: Letter) -> Organisation:
    """Whose letter it is: of whoever last worked in the role that signs it, else of the post that would.

    A letter that nobody signs, or whose signing role is found by the case's place, is of who received the case.
    """
    practice = practice_of(row.case.practice)
    rule = practice.letters.get(row.letter)
    tasks = row.case.tasks.filter(role=rule.signed_by if rule else "", organisation__isnull=False)
    signing = tasks.filter(opened_at__lte=row.issued_at).select_related("organisation").order_by("-opened_at", "-pk")
    task = signing.first()
    if task and task.organisation:
        return task.organisation
    role = practice.roles.get(rule.signed_by or "") if rule else None
    post = nearest_post(role.role or "", row.case.organisation) if role and role.who == "post" else None
    return post.organisation if post else row.case.organisation


def _may_read(row: Letter, actor: Actor, today: date) -> bool:
    if row.case.outsiders.filter(pk__in=actor.outsiders, role=row.audience).exists():
        return True
    return may_read(row, actor, today)
