"""`{fact}` in texts: which names a sentence asks for, and how they are filled."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

# What the product fills in besides facts and settings. Name -> what stands there.
PROVIDED: Mapping[str, str] = {
    "case_number": "number of the case",
    "case_title": "title of the case in the reader's language",
    "case_link": "address of the case's page",
    "practice": "name of the practice",
    "company": "name of the company",
    "organisation": "name of the organisation that received the case",
    "task": "name of the task concerned",
    "role": "name of the role concerned",
    "holder": "name of the person who has the task",
    "requester": "name of the person who asked",
    "clock": "name of the clock concerned",
    "due_at": "instant at which the clock concerned ends",
    "end": "name of the result",
    "reason": "reason given for a return, a hold or a withdrawal",
    "question": "question of an added opinion",
    "note": "words of who urges",
    "today": "day of writing",
    "address": "address of the fact `place`",
}


def placeholders(sentence: str) -> tuple[str, ...]:
    """Names in braces, in order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(sentence)))


def filled(sentence: str, values: Mapping[str, object]) -> str:
    """The sentence with every known placeholder filled in one pass; values are never read as templates themselves."""
    return PLACEHOLDER.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], sentence)
