"""What a letter says, for those who may read it."""

from dataclasses import dataclass
from datetime import datetime

from wanjia.model.actors import Actor, may
from wanjia.model.faults import NotFound
from wanjia.model.jsonvalue import Facts
from wanjia.records.cases.models import Letter
from wanjia.records.cases.subjects import is_requester, subject_of_case


@dataclass(frozen=True)
class LetterContent:
    """A letter in one language: `content` is `{title, blocks, signed_by}` as `practice/composing.py` made it."""

    number: str
    case_number: str
    organisation: str
    issued_at: datetime
    content: Facts


def letter_content(number: str, actor: Actor, language: str) -> LetterContent:
    """The letter. Raises NotFound, also for somebody who may not read it: its number says what it is about."""
    row = Letter.objects.select_related("case__organisation__parent__parent__parent").filter(number=number).first()
    if row is None or not _may_read(row, actor):
        raise NotFound("letter", number)
    organisation = row.case.organisation
    return LetterContent(
        row.number, row.case.number, organisation.name_en if language == "en" else organisation.name_zh, row.issued_at,
        row.content.get(language) or next(iter(row.content.values())),
    )  # fmt: skip


def _may_read(row: Letter, actor: Actor) -> bool:
    if is_requester(row.case, actor):
        return row.audience == "requester"
    return may(actor, "letter", "see", subject_of_case(row.case))
