"""Issues a letter of a case: what it says is fixed in both languages at that moment; the PDF is drawn from it later."""

from datetime import datetime

from wanjia.engine.nouns import WriteLetter
from wanjia.practice.letters import compose
from wanjia.practice.nouns import Practice
from wanjia.records.cases.models import Case, Letter
from wanjia.texts import LANGUAGES


def issue_letter(case: Case, practice: Practice, command: WriteLetter, now: datetime) -> str:
    """Write the letter row and return its number: the case's own, and a running number per case."""
    number = f"{case.number}-{case.letters.count() + 1:02d}"
    facts = {**command.facts, **letter_facts(case, number, now)}
    content = {language: compose(practice, command.letter, facts, language) for language in LANGUAGES}
    audience = str(practice.letters[command.letter].get("audience", "requester"))
    Letter.objects.create(
        case=case, letter=command.letter, number=number, audience=audience, content=content, issued_at=now
    )
    return number


def letter_facts(case: Case, number: str, now: datetime) -> dict[str, str]:
    """What every letter may name beside the case's facts."""
    return {
        "case_number": case.number,
        "letter_number": number,
        "issued_on": now.date().isoformat(),
        "organisation": case.organisation.name_zh,
        "organisation_en": case.organisation.name_en,
    }
