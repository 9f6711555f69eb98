"""Names of causes, which are texts by code."""

from wanjia.texts import say, table

PREFIX = "outages.cause."
NOT_FOUND = "none"
"""In an address: the cause has not been found out yet; the row has an empty one."""
PLANNED = "planned"


def causes(language: str) -> list[tuple[str, str]]:
    """(code, name) of every cause, in the order of the texts; first that it has not been found out."""
    found = [(key.removeprefix(PREFIX), name) for key, name in table(language).items() if key.startswith(PREFIX)]
    return [(code or NOT_FOUND, name) for code, name in found]


def cause_words(cause: str, language: str) -> str:
    """The name of a cause; a code without a name as it is."""
    if cause == PLANNED:
        return say("board.cause.planned", language)
    key = f"{PREFIX}{'' if cause == NOT_FOUND else cause}"
    found = say(key, language)
    return cause if found == key else found
