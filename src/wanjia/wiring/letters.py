"""Which adapter draws letters."""

from django.utils import timezone

from wanjia.adapters.letters.codec import Page, source
from wanjia.adapters.letters.driver import compile_pdf
from wanjia.queries.cases.letter_content import LetterContent
from wanjia.texts import say


def letter_pdf(letter: LetterContent, language: str) -> bytes:
    """The letter as PDF/A."""
    issued_at = timezone.localtime(letter.issued_at)
    page = Page(
        letter.number, letter.organisation, issued_at.date(), issued_at, language, say("letter.number", language),
        say("letter.page", language),
    )  # fmt: skip
    return compile_pdf(source(letter.content, page), int(letter.issued_at.timestamp()))
