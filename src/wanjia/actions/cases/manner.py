"""How titles and letters of cases are written: the company's zone and the words for units."""

from functools import cache

from django.utils import timezone

from wanjia.practice.wording import Manner
from wanjia.texts import table

UNIT = "unit."


@cache
def manner(language: str) -> Manner:
    """The company's way of writing in one language."""
    texts = table(language).items()
    units = {key.removeprefix(UNIT): word for key, word in texts if key.startswith(UNIT)}
    return Manner(language, timezone.get_default_timezone_name(), units)
