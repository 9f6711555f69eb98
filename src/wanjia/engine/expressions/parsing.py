"""Tokens to the compiled tree: recursive descent, one method a level of precedence.

expression := 'if' expression 'then' expression 'else' expression | disjunction
disjunction := conjunction ('or' conjunction)*        conjunction := comparison ('and' comparison)*
comparison := sum [('=' | '!=' | '<' | '<=' | '>' | '>=') sum | 'between' sum 'and' sum | 'in' (interval | sum)]
sum := product (('+' | '-') product)*                 product := unary (('*' | '/') unary)*
unary := '-' unary | primary
primary := number | string | true | false | null | name | 'item' '.' name | name '(' arguments ')' | list | '(' expression ')'
"""  # noqa: E501

from collections.abc import Callable

from wanjia.engine.expressions.errors import ExpressionError
from wanjia.engine.expressions.grammar import (
    DEPTH_MAX,
    EQUALITIES,
    FUNCTIONS,
    LIST_MAX_ITEMS,
    ORDERINGS,
)
from wanjia.engine.expressions.tokens import Token, tokens_of
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Json

_CONSTANTS: dict[str, Json] = {"true": True, "false": False, "null": None}


def compile_expression(text: str, where: Where) -> tuple[Json | None, tuple[Fault, ...]]:
    """The tree of an expression, or None and what is wrong with the text."""
    return _compiled(text, where, _Parser.whole_expression)


def compile_unary_test(text: str, subject: Json, where: Where) -> tuple[Json | None, tuple[Fault, ...]]:
    """The tree of a decision table's input cell, a yes-or-no question about `subject` (itself a tree)."""
    if text.strip() == "-":
        return ["const", 1, True], ()
    return _compiled(text, where, lambda parser: parser.whole_unary_test(subject))


def _compiled(
    text: str, where: Where, parse: Callable[["_Parser"], list[Json]]
) -> tuple[Json | None, tuple[Fault, ...]]:
    try:
        tree = parse(_Parser(tokens_of(text)))
        if depth_of(tree) > DEPTH_MAX:
            raise ExpressionError("expression.too_deep", 1, {"most": DEPTH_MAX})
    except ExpressionError as error:
        return None, (error.fault(where, text),)
    return tree, ()


def depth_of(tree: Json) -> int:
    """Nesting of a tree's lists, without recursion, since a tree may come from anywhere."""
    depth = 0
    level: list[Json] = [tree]
    while level:
        depth += 1
        level = [part for node in level if isinstance(node, list) for part in node if isinstance(part, list)]
    return depth


class _Parser:
    """Walks the tokens once; raises ExpressionError at the first that does not fit."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0
        self._begun: list[Json] | None = None

    def whole_expression(self) -> list[Json]:
        if self._peek().kind == "end":
            raise ExpressionError("expression.empty", 1)
        tree = self._expression()
        self._expect_end()
        return tree

    def whole_unary_test(self, subject: Json) -> list[Json]:
        at = self._peek().at
        if self._peek().kind == "end":
            raise ExpressionError("expression.empty", 1)
        negated = self._peek().text == "not" and self._take() is not None
        if negated:
            self._expect("(")
        tests = [self._unary_test(subject)]
        while self._accept(","):
            tests.append(self._unary_test(subject))
        if negated:
            self._expect(")")
        self._expect_end()
        tree: list[Json] = tests[0] if len(tests) == 1 else ["or", at, _bounded(tests, at)]
        return ["call", at, "not", [tree]] if negated else tree

    def _unary_test(self, subject: Json) -> list[Json]:
        token = self._peek()
        if token.text in ORDERINGS | EQUALITIES and token.kind == "sign":
            self._take()
            return [token.text, token.at, subject, self._sum()]
        return self._membership(subject, token.at, otherwise="=")

    def _expression(self) -> list[Json]:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExpressionError("expression.too_deep", self._peek().at, {"most": DEPTH_MAX})
        tree = self._choice() if self._peek().text == "if" and self._peek().kind == "word" else self._disjunction()
        self._depth -= 1
        return tree

    def _choice(self) -> list[Json]:
        at = self._take().at
        condition = self._expression()
        self._expect("then")
        yes = self._expression()
        self._expect("else")
        return ["if", at, condition, yes, self._expression()]

    def _disjunction(self) -> list[Json]:
        return self._chain("or", self._conjunction)

    def _conjunction(self) -> list[Json]:
        return self._chain("and", self._comparison)

    def _chain(self, word: str, part: Callable[[], list[Json]]) -> list[Json]:
        at = self._peek().at
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else [word, at, _bounded(parts, at)]

    def _comparison(self) -> list[Json]:
        left = self._sum()
        token = self._peek()
        if token.kind == "sign" and token.text in ORDERINGS | EQUALITIES:
            self._take()
            return [token.text, token.at, left, self._sum()]
        if self._accept("between"):
            low = self._sum()
            self._expect("and")
            return ["within", token.at, left, low, self._sum(), True, True]
        if self._accept("in"):
            return self._membership(left, token.at, otherwise="in")
        return left

    def _membership(self, left: Json, at: int, otherwise: str) -> list[Json]:
        """An interval `[1..5]`, `(1..5]`, or a list, or any other sum, which is compared by `otherwise`."""
        opening = self._peek()
        if opening.kind == "sign" and opening.text in {"[", "("}:
            interval = self._interval_or_start(left, at)
            if interval is not None:
                return interval
        right = self._sum()
        return ["in" if right[0] == "list" else otherwise, at, left, right]

    def _interval_or_start(self, left: Json, at: int) -> list[Json] | None:
        """An interval; or None, and the list or bracket that was read instead begins the sum that follows.

        Nothing is read twice: reading again from the bracket would double the work with every nesting.
        """
        opening = self._take()
        if opening.text == "[" and self._accept("]"):
            self._begun = ["list", opening.at, []]
            return None
        first = self._expression()
        if self._accept(".."):
            high = self._sum()
            closing = self._expect("]", ")")
            return ["within", at, left, first, high, opening.text == "[", closing.text == "]"]
        if opening.text == "(":
            self._expect(")")
            self._begun = first
            return None
        others = self._listed("]") if self._accept(",") else []
        if not others:
            self._accept("]") or self._expect("]", ",")
        self._begun = ["list", opening.at, _bounded([first, *others], at)]
        return None

    def _sum(self) -> list[Json]:
        return self._left_to_right({"+", "-"}, self._product)

    def _product(self) -> list[Json]:
        return self._left_to_right({"*", "/"}, self._unary)

    def _left_to_right(self, signs: set[str], part: Callable[[], list[Json]]) -> list[Json]:
        left = part()
        while self._peek().kind == "sign" and self._peek().text in signs:
            sign = self._take()
            left = [sign.text, sign.at, left, part()]
        return left

    def _unary(self) -> list[Json]:
        if self._begun is not None:
            begun, self._begun = self._begun, None
            return begun
        sign = self._peek()
        if not self._accept("-"):
            return self._primary()
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise ExpressionError("expression.too_deep", sign.at, {"most": DEPTH_MAX})
        inner = self._unary()
        self._depth -= 1
        if inner[0] == "const" and isinstance(inner[2], int | float) and not isinstance(inner[2], bool):
            return ["const", sign.at, -inner[2]]
        return ["minus", sign.at, inner]

    def _primary(self) -> list[Json]:
        token = self._take()
        if token.kind == "end":
            raise _unexpected(token, "")
        if token.kind in {"number", "string"}:
            return ["const", token.at, token.value]
        if token.kind == "name":
            return self._call(token) if self._peek().text == "(" else ["fact", token.at, token.text]
        if token.kind == "word" and token.text in _CONSTANTS:
            return ["const", token.at, _CONSTANTS[token.text]]
        if token.kind == "word" and token.text == "item":
            return self._item_field(token)
        if token.kind == "sign" and token.text == "[":
            return ["list", token.at, [*self._listed("]")]]
        if token.kind == "sign" and token.text == "(":
            inner = self._expression()
            self._expect(")")
            return inner
        raise ExpressionError("expression.value_expected", token.at, {"found": token.text})

    def _item_field(self, token: Token) -> list[Json]:
        self._expect(".")
        name = self._take()
        if name.kind not in {"name", "word"}:
            raise _unexpected(name, "item.<field>")
        return ["item", token.at, name.text]

    def _call(self, name: Token) -> list[Json]:
        function = FUNCTIONS.get(name.text)
        if function is None:
            known = ", ".join(sorted(FUNCTIONS))
            raise ExpressionError("expression.unknown_function", name.at, {"found": name.text, "known": known})
        self._expect("(")
        arguments = self._listed(")")
        if len(arguments) < function.least or (function.most is not None and len(arguments) > function.most):
            values = {"function": name.text, "wanted": function.least, "found": len(arguments)}
            raise ExpressionError("expression.arguments", name.at, values)
        for place in function.fields:
            if not (arguments[place][0] == "const" and isinstance(arguments[place][2], str)):
                raise ExpressionError("expression.field_name", name.at, {"function": name.text})
        return ["call", name.at, name.text, [*arguments]]

    def _listed(self, closing: str) -> list[list[Json]]:
        at = self._peek().at
        if self._accept(closing):
            return []
        parts = [self._expression()]
        while self._accept(","):
            parts.append(self._expression())
        self._expect(closing, ",")
        _bounded(parts, at)
        return parts

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        if token.kind != "end":
            self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token.text == text and token.kind in {"sign", "word"}:
            self._next += 1
            return True
        return False

    def _expect(self, *texts: str) -> Token:
        token = self._peek()
        if token.text in texts and token.kind in {"sign", "word"}:
            return self._take()
        raise _unexpected(token, " / ".join(texts))

    def _expect_end(self) -> None:
        token = self._peek()
        if token.kind == "end":
            return
        if token.text == ".":
            raise ExpressionError("expression.dot", token.at)
        raise _unexpected(token, "")


def _bounded(parts: list[list[Json]], at: int) -> list[Json]:
    if len(parts) > LIST_MAX_ITEMS:
        raise ExpressionError("expression.list_too_long", at, {"length": len(parts), "most": LIST_MAX_ITEMS})
    return [*parts]


def _unexpected(token: Token, wanted: str) -> ExpressionError:
    if token.kind == "end":
        return ExpressionError("expression.ends_early", token.at)
    code = "expression.expected" if wanted else "expression.left_over"
    return ExpressionError(code, token.at, {"found": token.text, "wanted": wanted})
