"""Running a compiled tree over facts: every node and every list element costs one unit of fuel.

What is missing is null, and null is carried on: arithmetic with null is null, an ordering with null is false, null
counts as no in `and`, `or`, `not` and `if`, and lists skip it in sum, min and max. Any other mismatch of types is an
ExpressionError. Arithmetic is decimal, as on paper: 0.1 + 0.2 = 0.3.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from operator import ge, gt, le, lt
from typing import Any, TypeAlias, TypeVar

from wanjia.engine.expressions.errors import ExpressionError
from wanjia.engine.expressions.grammar import (
    DEPTH_MAX,
    FUNCTIONS,
    LIST_MAX_ITEMS,
    NODE_PARTS,
    NUMBER_MAX,
    PLACES_MAX,
)
from wanjia.model.jsonvalue import Json

# Enough for ten walks over the longest list; a run that uses it all takes about 20 ms.
FUEL = 20_000

# Digits of intermediate results: all of a JSON number's 17 on both sides of a product, less would round twice.
_PAPER = Context(prec=34)
_PAPER_SIGNS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _PAPER.add, "-": _PAPER.subtract, "*": _PAPER.multiply, "/": _PAPER.divide,
}  # fmt: skip
_ORDERINGS: Mapping[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}

_Figure = TypeVar("_Figure", int, float)


def evaluate(ast: Json, facts: Mapping[str, Json], item: Mapping[str, Json] | None = None, fuel: int = FUEL) -> Json:
    """The value of a tree. Raises ExpressionError, whatever the tree or the facts are, and nothing else."""
    return _Run(facts, item, fuel).value(ast, 0)


class _Run:
    """One evaluation: facts, the item of the branch if any, and the fuel that is left."""

    __slots__ = ("facts", "fuel", "item")

    def __init__(self, facts: Mapping[str, Json], item: Mapping[str, Json] | None, fuel: int) -> None:
        self.facts = facts
        self.item = item
        self.fuel = fuel

    def value(self, node: Json, depth: int) -> Json:
        if type(node) is not list or len(node) < 3 or type(node[1]) is not int:
            raise ExpressionError("expression.tree", 1)
        kind, at = node[0], node[1]
        if type(kind) is not str or NODE_PARTS.get(kind) != len(node) - 2:
            raise ExpressionError("expression.tree", at)
        if depth > DEPTH_MAX:
            raise ExpressionError("expression.too_deep", at, {"most": DEPTH_MAX})
        self.burn(1, at)
        return _HANDLERS[kind](self, node, at, depth + 1)

    def burn(self, units: int, at: int) -> None:
        self.fuel -= units
        if self.fuel < 0:
            raise ExpressionError("expression.fuel", at)

    def truth(self, node: Json, depth: int, at: int) -> bool:
        value = self.value(node, depth)
        if value is None or value is False:
            return False
        if value is True:
            return True
        raise _wrong_type(at, "boolean", value)

    def figure(self, node: Json, depth: int, at: int) -> int | float | None:
        value = self.value(node, depth)
        return None if value is None else _figure(value, at)

    def elements(self, node: Json, depth: int, at: int) -> list[Json]:
        value = self.value(node, depth)
        if value is None:
            return []
        if type(value) is not list:
            raise _wrong_type(at, "array", value)
        if len(value) > LIST_MAX_ITEMS:
            raise ExpressionError("expression.list_too_long", at, {"length": len(value), "most": LIST_MAX_ITEMS})
        self.burn(len(value), at)
        return value

    def same(self, left: Json, right: Json, at: int, depth: int = 0) -> bool:
        """Equality of JSON values: true is not 1, but 1 is 1.0. Parts of lists and objects cost fuel as well."""
        if type(left) is list and type(right) is list:
            self._enter(len(left), at, depth)
            pairs = zip(left, right, strict=False)
            return len(left) == len(right) and all(self.same(a, b, at, depth + 1) for a, b in pairs)
        if type(left) is dict and type(right) is dict:
            self._enter(len(left), at, depth)
            return left.keys() == right.keys() and all(self.same(left[k], right[k], at, depth + 1) for k in left)
        if _is_figure(left) and _is_figure(right):
            return left == right
        return type(left) is type(right) and left == right

    def _enter(self, parts: int, at: int, depth: int) -> None:
        if depth > DEPTH_MAX:
            raise ExpressionError("expression.too_deep", at, {"most": DEPTH_MAX})
        self.burn(parts, at)


_Handler: TypeAlias = Callable[[_Run, list[Json], int, int], Json]


def _const(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    value = node[2]
    if value is None or type(value) in {bool, str}:
        return value
    return _figure(value, at)


def _list(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return [run.value(part, depth) for part in _nodes(node[2], at)]


def _fact(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return run.facts.get(_name(node[2], at))


def _item(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    if run.item is None:
        raise ExpressionError("expression.no_item", at, {"field": _name(node[2], at)})
    return run.item.get(_name(node[2], at))


def _and(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return all(run.truth(part, depth, at) for part in _nodes(node[2], at))


def _or(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return any(run.truth(part, depth, at) for part in _nodes(node[2], at))


def _if(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return run.value(node[3] if run.truth(node[2], depth, at) else node[4], depth)


def _equal(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return run.same(run.value(node[2], depth), run.value(node[3], depth), at)


def _unequal(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return not run.same(run.value(node[2], depth), run.value(node[3], depth), at)


def _ordering(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    return _ordered(str(node[0]), run.value(node[2], depth), run.value(node[3], depth), at)


def _within(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    if type(node[5]) is not bool or type(node[6]) is not bool:
        raise ExpressionError("expression.tree", at)
    value, low, high = (run.value(node[part], depth) for part in (2, 3, 4))
    above = _ordered(">=" if node[5] else ">", value, low, at)
    return _ordered("<=" if node[6] else "<", value, high, at) and above


def _in(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    value = run.value(node[2], depth)
    return any(run.same(value, element, at) for element in run.elements(node[3], depth, at))


def _minus(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    value = run.figure(node[2], depth, at)
    return None if value is None else -value


def _arithmetic(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    left, right = run.figure(node[2], depth, at), run.figure(node[3], depth, at)
    if left is None or right is None:
        return None
    if node[0] == "/":
        return _quotient(left, right, at)
    if type(left) is int and type(right) is int:
        return _bounded(left + right if node[0] == "+" else left - right if node[0] == "-" else left * right, at)
    return _on_paper(str(node[0]), left, right, at)


def _quotient(left: int | float, right: int | float, at: int) -> int | float:
    if right == 0:
        raise ExpressionError("expression.division_by_zero", at)
    if type(left) is int and type(right) is int and left % right == 0:
        return left // right
    return _on_paper("/", left, right, at)


def _on_paper(sign: str, left: int | float, right: int | float, at: int) -> int | float:
    # repr gives the shortest decimal that means the same figure: what a person wrote, not its binary neighbour.
    result = float(_PAPER_SIGNS[sign](Decimal(repr(left)), Decimal(repr(right))))
    return _bounded(int(result) if result.is_integer() else result, at)


def _call(run: _Run, node: list[Json], at: int, depth: int) -> Json:
    name, arguments = node[2], _nodes(node[3], at)
    function = FUNCTIONS.get(name) if type(name) is str else None
    if function is None or not function.least <= len(arguments) <= (function.most or LIST_MAX_ITEMS):
        raise ExpressionError("expression.tree", at)
    return _FUNCTIONS[str(name)](run, arguments, at, depth)


def _not(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return not run.truth(arguments[0], depth, at)


def _count(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return len(run.elements(arguments[0], depth, at))


def _sum(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return _total(run.elements(arguments[0], depth, at), at)


def _total(elements: list[Json], at: int) -> int | float:
    total: int | float = 0
    for element in elements:
        if element is None:
            continue
        figure = _figure(element, at)
        exact = type(total) is int and type(figure) is int
        total = _bounded(total + figure, at) if exact else _on_paper("+", total, figure, at)
    return total


def _least(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return _extreme(run, arguments, at, depth, "<")


def _most(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return _extreme(run, arguments, at, depth, ">")


def _extreme(run: _Run, arguments: list[Json], at: int, depth: int, sign: str) -> Json:
    """Of one list, or of several single values; null when nothing is left after the nulls."""
    if len(arguments) == 1:
        values = run.elements(arguments[0], depth, at)
    else:
        values = [run.value(argument, depth) for argument in arguments]
    best: Json = None
    for value in values:
        if value is not None and (best is None or _ordered(sign, value, best, at)):
            best = _orderable(value, at)
    return best


def _contains(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    elements = run.elements(arguments[0], depth, at)
    value = run.value(arguments[1], depth)
    return any(run.same(element, value, at) for element in elements)


def _append(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    """The list with one more element; null is none, and a list that is full stays an error, never cut."""
    elements, value = run.elements(arguments[0], depth, at), run.value(arguments[1], depth)
    if value is None:
        return list(elements)
    if len(elements) >= LIST_MAX_ITEMS:
        values = {"length": len(elements) + 1, "most": LIST_MAX_ITEMS}
        raise ExpressionError("expression.list_too_long", at, values)
    return [*elements, value]


def _sum_of(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    field = _field_name(run, arguments[1], depth, at)
    elements = run.elements(arguments[0], depth, at)
    return _total([_field(element, field, at) for element in elements if element is not None], at)


def _sum_where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    """The sum of one field over the elements that have the value in another."""
    field, wanted = _field_name(run, arguments[1], depth, at), _field_name(run, arguments[3], depth, at)
    found = _holding(run, arguments[0], field, arguments[2], depth, at)
    return _total([_field(element, wanted, at) for element in found], at)


def _where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    """The elements that have the value in the field, in their order."""
    return _holding(run, arguments[0], _field_name(run, arguments[1], depth, at), arguments[2], depth, at)


def _holding(run: _Run, listed: Json, field: str, wanted: Json, depth: int, at: int) -> list[Json]:
    elements, value = run.elements(listed, depth, at), run.value(wanted, depth)
    return [each for each in elements if each is not None and _holds(run, _field(each, field, at), value, at)]


def _round(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    """Half away from zero (四舍五入), as bills are rounded, not half to even."""
    figure, places = run.figure(arguments[0], depth, at), run.figure(arguments[1], depth, at)
    if figure is None or places is None:
        return None
    if type(places) is not int or not 0 <= places <= PLACES_MAX:
        raise ExpressionError("expression.places", at, {"most": PLACES_MAX})
    rounded = float(Decimal(repr(figure)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _PAPER))
    return _bounded(int(rounded) if rounded.is_integer() else rounded, at)


def _value_where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    """The wanted field of the first element that has the value; null when none has it."""
    field, wanted = _field_name(run, arguments[1], depth, at), _field_name(run, arguments[3], depth, at)
    elements, value = run.elements(arguments[0], depth, at), run.value(arguments[2], depth)
    if value is None:
        return None
    found = (each for each in elements if each is not None and _holds(run, _field(each, field, at), value, at))
    return _field(next(found, {}), wanted, at)


def _count_where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return sum(_matches(run, arguments, at, depth))


def _every_where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return all(_matches(run, arguments, at, depth))


def _any_where(run: _Run, arguments: list[Json], at: int, depth: int) -> Json:
    return any(_matches(run, arguments, at, depth))


def _matches(run: _Run, arguments: list[Json], at: int, depth: int) -> list[bool]:
    elements = run.elements(arguments[0], depth, at)
    field = _field_name(run, arguments[1], depth, at)
    wanted = run.value(arguments[2], depth)
    return [_holds(run, _field(element, field, at), wanted, at) for element in elements]


def _holds(run: _Run, value: Json, wanted: Json, at: int) -> bool:
    """A field that is itself a list holds each of its parts, so that rows linked n to m can be asked for."""
    if type(value) is list and type(wanted) is not list:
        run.burn(len(value), at)
        return any(run.same(part, wanted, at) for part in value)
    return run.same(value, wanted, at)


def _field_name(run: _Run, argument: Json, depth: int, at: int) -> str:
    field = run.value(argument, depth)
    if type(field) is not str:
        raise _wrong_type(at, "string", field)
    return field


def _field(element: Json, field: str, at: int) -> Json:
    if type(element) is not dict:
        raise _wrong_type(at, "object", element)
    return element.get(field)


def _ordered(sign: str, left: Json, right: Json, at: int) -> bool:
    if left is None or right is None:
        return False
    left, right = _orderable(left, at), _orderable(right, at)
    if (type(left) is str) != (type(right) is str):
        raise _wrong_type(at, type_of(left), right)
    return _ORDERINGS[sign](left, right)


def _orderable(value: Json, at: int) -> int | float | str:
    return value if type(value) is str else _figure(value, at, "number / string")


def _figure(value: Json, at: int, wanted: str = "number") -> int | float:
    if type(value) is int or type(value) is float:
        return _bounded(value, at)
    raise _wrong_type(at, wanted, value)


def _bounded(value: _Figure, at: int) -> _Figure:
    # Written so that "not a number" fails as well.
    if -NUMBER_MAX <= value <= NUMBER_MAX:
        return value
    raise ExpressionError("expression.number_too_large", at, {"found": "", "most": NUMBER_MAX})


def _is_figure(value: Json) -> bool:
    return type(value) is int or type(value) is float


def _nodes(part: Json, at: int) -> list[Json]:
    if type(part) is not list or len(part) > LIST_MAX_ITEMS:
        raise ExpressionError("expression.tree", at)
    return part


def _name(part: Json, at: int) -> str:
    if type(part) is not str:
        raise ExpressionError("expression.tree", at)
    return part


def type_of(value: Json) -> str:
    """The JSON-Schema word for a value's type."""
    return _TYPE_WORDS.get(type(value), "object")


def _wrong_type(at: int, wanted: str, value: Json) -> ExpressionError:
    return ExpressionError("expression.type", at, {"wanted": wanted, "found": type_of(value)})


_TYPE_WORDS: Mapping[type, str] = {
    type(None): "null", bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object",
}  # fmt: skip

_HANDLERS: Mapping[str, _Handler] = {
    "const": _const, "list": _list, "fact": _fact, "item": _item, "call": _call, "and": _and, "or": _or, "if": _if,
    "=": _equal, "!=": _unequal, "within": _within, "in": _in, "minus": _minus,
    **dict.fromkeys(("<", "<=", ">", ">="), _ordering), **dict.fromkeys("+-*/", _arithmetic),
}  # fmt: skip

_FUNCTIONS: Mapping[str, _Handler] = {
    "not": _not, "count": _count, "sum": _sum, "min": _least, "max": _most, "contains": _contains,
    "append": _append, "round": _round, "sum_of": _sum_of, "sum_where": _sum_where, "where": _where,
    "value_where": _value_where, "count_where": _count_where, "every_where": _every_where, "any_where": _any_where,
}  # fmt: skip
