"""Text to tokens."""

import re
from dataclasses import dataclass
from typing import Literal

from wanjia.engine.expressions.errors import ExpressionError
from wanjia.engine.expressions.grammar import NUMBER_MAX, SPELLINGS, TEXT_MAX_CHARACTERS, WORDS

TokenKind = Literal["number", "string", "name", "word", "sign", "end"]

_HABITS = "|".join(re.escape(habit) for habit in sorted(SPELLINGS, key=len, reverse=True))
_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<habit>(?!!=)(?:{_HABITS}))
  | (?P<number>[0-9]+(?:\.[0-9]+)?)
  | (?P<string>"(?:[^"\\\n]|\\["\\])*")
  | (?P<name>[^\W\d]\w*)
  | (?P<sign>\.\.|<=|>=|!=|[=<>+\-*/(),\[\].])
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `at` is its 1-based character, `value` what a number or string means."""

    kind: TokenKind
    text: str
    at: int
    value: int | float | str | None = None


def tokens_of(text: str) -> list[Token]:
    """All tokens and an `end`. Raises ExpressionError for a text too long, a stray character or an open string."""
    if len(text) > TEXT_MAX_CHARACTERS:
        values = {"length": len(text), "most": TEXT_MAX_CHARACTERS}
        raise ExpressionError("expression.too_long", TEXT_MAX_CHARACTERS + 1, values)
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _stray(text, at)
        if match.lastgroup != "space":
            tokens.append(_token(match.lastgroup or "", match.group(), at + 1))
        at = match.end()
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _token(group: str, text: str, at: int) -> Token:
    if group == "habit":
        raise ExpressionError("expression.spelling", at, {"found": text, "write": SPELLINGS[text]})
    if group == "number":
        return Token("number", text, at, _number(text, at))
    if group == "string":
        return Token("string", text, at, _ESCAPED.sub(r"\1", text[1:-1]))
    if group == "name":
        return Token("word" if text in WORDS else "name", text, at)
    return Token("sign", text, at)


def _number(text: str, at: int) -> int | float:
    # The length is looked at first: turning a very long text into an integer would itself be slow.
    if len(text.partition(".")[0]) > len(str(NUMBER_MAX)) or float(text) > NUMBER_MAX:
        raise ExpressionError("expression.number_too_large", at, {"found": text[:40], "most": NUMBER_MAX})
    return float(text) if "." in text else int(text)


def _stray(text: str, at: int) -> ExpressionError:
    if text[at] == '"':
        return ExpressionError("expression.open_string", at + 1)
    return ExpressionError("expression.character", at + 1, {"found": text[at]})
