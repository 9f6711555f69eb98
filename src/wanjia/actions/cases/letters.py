"""Issues a letter of a case: what it says is fixed in both languages at that moment; the PDF is drawn from it later."""

from datetime import datetime

from django.utils import timezone

from wanjia.actions.cases.manner import manner
from wanjia.engine.nouns import WriteLetter
from wanjia.practice.composing import compose
from wanjia.practice.nouns import Practice
from wanjia.practice.wording import day_text
from wanjia.records.cases.models import Case, Letter
from wanjia.records.territory.names import with_names
from wanjia.texts import LANGUAGES


def issue_letter(case: Case, practice: Practice, command: WriteLetter, now: datetime) -> str:
    """Write the letter row and return its number: the case's own, and a running number per case."""
    number = f"{case.number}-{case.letters.count() + 1:02d}"
    letter = command.letter
    content = {
        language: compose(
            practice,
            letter,
            with_names(practice.facts, command.facts, language),
            provided(case, number, now, language),
            manner(language),
        )
        for language in LANGUAGES
    }
    audience = practice.letters[command.letter].audience
    Letter.objects.create(
        case=case, letter=command.letter, number=number, audience=audience, content=content, issued_at=now
    )
    return number


def provided(case: Case, number: str, now: datetime, language: str) -> dict[str, str]:
    """What every letter may name beside the case's facts; see the table of placeholders in the practice reference."""
    english = language == "en"
    day = now.astimezone(timezone.get_default_timezone()).date()
    return {
        "case_number": case.number,
        "letter_number": number,
        "case_title": case.title_en if english else case.title,
        "today": day_text(day, language),
        "organisation": case.organisation.name_en if english else case.organisation.name_zh,
        "requester": case.requester_name,
        "address": case.address,
    }
