"""Names of causes, which are texts by code."""

from wanjia.texts import say, table

PREFIX = "board.cause."
UNKNOWN = "unknown"


def causes(language: str) -> list[tuple[str, str]]:
    """(code, name) of every cause that has a name, in the order of the texts."""
    return [
        (key.removeprefix(PREFIX), name)
        for key, name in table(language).items()
        if key.startswith(PREFIX) and key != f"{PREFIX}planned"
    ]


def cause_words(cause: str, language: str) -> str:
    """The name of a cause; that it is not known yet for an empty one; a code without a name as it is."""
    key = f"{PREFIX}{cause or UNKNOWN}"
    found = say(key, language)
    return cause if found == key else found
