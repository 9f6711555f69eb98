"""What the language consists of: limits, words, functions, node kinds, and what people write instead. All tables.

A compiled expression is nested lists `[kind, position, ...]` of plain JSON. Positions are 1-based characters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Limits. The longest condition in the first practices has 180 characters; what is longer belongs into a decision table.
TEXT_MAX_CHARACTERS = 2000
# Nesting of the compiled tree; keeps both recursions far below Python's own limit.
DEPTH_MAX = 40
# Elements of a list that an expression may walk, written or in a fact.
LIST_MAX_ITEMS = 1000
# Figures are exact as JSON numbers below 2**53, about 9e15.
NUMBER_MAX = 10**15
# Decimal places to which a figure can be rounded; money needs two, rates three or four.
PLACES_MAX = 6

WORDS = frozenset({"if", "then", "else", "and", "or", "in", "between", "true", "false", "null", "item"})
ORDERINGS = frozenset({"<", "<=", ">", ">="})
EQUALITIES = frozenset({"=", "!="})
ARITHMETIC = frozenset({"+", "-", "*", "/"})


@dataclass(frozen=True)
class Function:
    """How often a function takes arguments; `most` None means as many as LIST_MAX_ITEMS. `gives` a type or "".

    `fields` are the places (from 0) of the arguments that name a field and so must be plain texts.
    """

    least: int
    most: int | None
    gives: str
    fields: tuple[int, ...] = ()


FUNCTIONS: Mapping[str, Function] = {
    "not": Function(1, 1, "boolean"),
    "count": Function(1, 1, "number"),
    "sum": Function(1, 1, "number"),
    "min": Function(1, None, ""),
    "max": Function(1, None, ""),
    "contains": Function(2, 2, "boolean"),
    "append": Function(2, 2, "array"),
    "round": Function(2, 2, "number"),
    "sum_of": Function(2, 2, "number", fields=(1,)),
    "sum_where": Function(4, 4, "number", fields=(1, 3)),
    "where": Function(3, 3, "array", fields=(1,)),
    "value_where": Function(4, 4, "", fields=(1, 3)),
    "count_where": Function(3, 3, "number", fields=(1,)),
    "every_where": Function(3, 3, "boolean", fields=(1,)),
    "any_where": Function(3, 3, "boolean", fields=(1,)),
}
WHERE_FUNCTIONS = frozenset({"count_where", "every_where", "any_where"})

# A fact of one of these names could not be read.
RESERVED_NAMES = WORDS | FUNCTIONS.keys()

# Number of parts after kind and position; the evaluator refuses any other shape.
NODE_PARTS: Mapping[str, int] = {
    "const": 1,  # scalar
    "list": 1,  # [node, ...]
    "fact": 1,  # name
    "item": 1,  # field
    "call": 2,  # function, [node, ...]
    "and": 1,  # [node, ...]
    "or": 1,  # [node, ...]
    "if": 3,  # condition, then, else
    "minus": 1,  # node
    "in": 2,  # node, list
    "within": 5,  # node, low, high, low is included, high is included
    **dict.fromkeys(ORDERINGS | EQUALITIES | ARITHMETIC, 2),
}

# What people write out of habit, from other languages or with a Chinese keyboard, and what is meant.
SPELLINGS: Mapping[str, str] = {
    "==": "=", "<>": "!=", "≠": "!=", "≤": "<=", "≥": ">=", "≧": ">=", "≦": "<=", "&&": "and", "||": "or", "&": "and",
    "|": "or", "!": "not(...)", "'": '"', "“": '"', "”": '"', "‘": '"', "’": '"', "（": "(", "）": ")", "，": ",",
    "、": ",", "＝": "=", "＜": "<", "＞": ">", "！": "not(...)", "【": "[", "】": "]", "［": "[", "］": "]", "．": ".",
    "×": "*", "÷": "/", "—": "-", "–": "-", "−": "-", "；": ",", ";": ",", "％": "/ 100", "%": "/ 100",
}  # fmt: skip
