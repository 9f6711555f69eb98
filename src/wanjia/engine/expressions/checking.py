"""Names and types of a compiled tree against the declared facts, before anything runs. Finds all faults, not one.

A fact is declared as a JSON-Schema fragment (type, enum, items, properties). What is not declared is not guessed: an
unknown type fits everywhere.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from wanjia.engine.expressions.grammar import FUNCTIONS, WHERE_FUNCTIONS
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json


@dataclass(frozen=True)
class _Shape:
    """What is known of a value: its type ("" unknown, integer counts as number), its constant or its allowed values."""

    type: str = ""
    enum: tuple[Json, ...] | None = None
    name: str = ""
    constant: bool = False
    value: Json = None
    declared: Mapping[str, Json] = field(default_factory=dict)


_UNKNOWN = _Shape()
_BOOLEAN = _Shape("boolean")
_NUMBER = _Shape("number")


def check_names(
    ast: Json,
    facts: Mapping[str, Facts],
    item_fields: frozenset[str] | None,
    where: Where,
    expect: str | None = None,
) -> tuple[Fault, ...]:
    """Every fault of a tree that `compile_expression` made.

    `facts` holds each fact's JSON-Schema fragment by name; `item_fields` the fields that may be read as `item.<field>`,
    or None outside a multi-instance branch; `expect` the type that the whole must have ("boolean" for a condition).
    A fact of `scope: item` is read through its item only. Fields of list elements that no schema names are accepted.
    """
    check = _Check(facts, item_fields, where)
    shape = check.shape(ast)
    if expect is not None:
        check.want(shape, ("number" if expect == "integer" else expect,), ast)
    return tuple(check.faults)


def shape_of(
    ast: Json, facts: Mapping[str, Facts], item_fields: frozenset[str] | None
) -> tuple[str, tuple[Json, ...] | None]:
    """Type of a tree's value ("" when not known; integer counts as number) and its allowed values, if declared."""
    shape = _Check(facts, item_fields, Where()).shape(ast)
    return shape.type, shape.enum


class _Check:
    """One walk over one tree; `faults` grows."""

    def __init__(self, facts: Mapping[str, Facts], item_fields: frozenset[str] | None, where: Where) -> None:
        self.facts = facts
        self.item_fields = item_fields
        self.where = where
        self.faults: list[Fault] = []

    def say(self, code: str, node: Json, **values: object) -> None:
        self.faults.append(Fault(code, self.where, {"position": _position(node), **values}))

    def shape(self, node: Json) -> _Shape:
        return _SHAPES[str(_part(node, 0))](self, node)

    def want(self, shape: _Shape, types: tuple[str, ...], node: Json) -> None:
        """The shape must be of one of the types; null and unknown fit everywhere."""
        if shape.type not in {"", "null", *types}:
            found = f"{shape.type} ({shape.name})" if shape.name else shape.type
            self.say("expression.type", node, wanted=" / ".join(types), found=found)

    def match(self, left: _Shape, right: _Shape, node: Json) -> None:
        """Two values are compared for equality: their types must be able to agree, a constant must be allowed."""
        types = {left.type, right.type} - {"", "null"}
        if len(types) > 1:
            self.say("expression.compared_types", node, left=_named(left), right=_named(right))
            return
        self._allowed(left, right, node)
        self._allowed(right, left, node)

    def order(self, left: _Shape, right: _Shape, node: Json) -> None:
        """Two values are put in order: numbers with numbers, strings (dates) with strings."""
        self.want(left, ("number", "string"), node)
        self.want(right, ("number", "string"), node)
        if {left.type, right.type} == {"number", "string"}:
            self.say("expression.compared_types", node, left=_named(left), right=_named(right))

    def _allowed(self, listed: _Shape, given: _Shape, node: Json) -> None:
        if listed.enum is None or not given.constant or given.value is None or given.value in listed.enum:
            return
        allowed = ", ".join(str(value) for value in listed.enum)
        self.say("expression.not_allowed", node, fact=listed.name, value=given.value, allowed=allowed)

    def field(self, elements: _Shape, name: str, node: Json) -> _Shape:
        """The shape of a field of a list's elements, from the list's own schema or an item fact of that name."""
        items = elements.declared.get("items")
        properties = items.get("properties") if isinstance(items, dict) else None
        if isinstance(properties, dict):
            if isinstance(declared := properties.get(name), dict):
                return _declared(name, declared)
            if not _is_item_fact(self.facts.get(name)):
                known = ", ".join(sorted(properties))
                self.say("expression.unknown_field", node, field=name, list=elements.name, known=known)
                return _UNKNOWN
        fact = self.facts.get(name)
        return _declared(name, fact) if fact is not None and _is_item_fact(fact) else _UNKNOWN


def _const(check: _Check, node: Json) -> _Shape:
    value = _part(node, 2)
    return _Shape(_type_of(value), constant=True, value=value)


def _list(check: _Check, node: Json) -> _Shape:
    for part in _parts(_part(node, 2)):
        check.shape(part)
    return _Shape("array")


def _fact(check: _Check, node: Json) -> _Shape:
    name = str(_part(node, 2))
    declared = check.facts.get(name)
    if declared is None:
        check.say("expression.unknown_fact", node, name=name, near=_near(name, check.facts))
        return _UNKNOWN
    if _is_item_fact(declared):
        check.say("expression.item_fact", node, name=name)
    return _declared(name, declared)


def _item(check: _Check, node: Json) -> _Shape:
    name = str(_part(node, 2))
    if check.item_fields is None:
        check.say("expression.no_item", node, field=name)
        return _UNKNOWN
    if name not in check.item_fields:
        known = ", ".join(sorted(check.item_fields))
        check.say("expression.unknown_item_field", node, field=name, known=known)
        return _UNKNOWN
    declared = check.facts.get(name)
    return _declared(f"item.{name}", declared) if declared is not None and _is_item_fact(declared) else _UNKNOWN


def _truths(check: _Check, node: Json) -> _Shape:
    for part in _parts(_part(node, 2)):
        check.want(check.shape(part), ("boolean",), part)
    return _BOOLEAN


def _if(check: _Check, node: Json) -> _Shape:
    condition = _part(node, 2)
    check.want(check.shape(condition), ("boolean",), condition)
    yes, no = check.shape(_part(node, 3)), check.shape(_part(node, 4))
    if yes.type == no.type or no.type == "null":
        return _Shape(yes.type)
    return _Shape(no.type if yes.type == "null" else "")


def _equality(check: _Check, node: Json) -> _Shape:
    check.match(check.shape(_part(node, 2)), check.shape(_part(node, 3)), node)
    return _BOOLEAN


def _ordering(check: _Check, node: Json) -> _Shape:
    check.order(check.shape(_part(node, 2)), check.shape(_part(node, 3)), node)
    return _BOOLEAN


def _within(check: _Check, node: Json) -> _Shape:
    value, low, high = (check.shape(_part(node, part)) for part in (2, 3, 4))
    check.order(value, low, node)
    check.order(value, high, node)
    return _BOOLEAN


def _in(check: _Check, node: Json) -> _Shape:
    value, listed = check.shape(_part(node, 2)), _part(node, 3)
    elements = check.shape(listed)
    check.want(elements, ("array",), node)
    _match_elements(check, value, listed, elements, node)
    return _BOOLEAN


def _match_elements(check: _Check, value: _Shape, listed: Json, elements: _Shape, node: Json) -> None:
    """A value is looked for among a written list's parts, or among a list fact's declared elements."""
    if _part(listed, 0) == "list":
        for part in _parts(_part(listed, 2)):
            # The parts were walked before; only constants matter here, so no fault is said twice.
            if _part(part, 0) == "const":
                check.match(value, _const(check, part), part)
    elif isinstance(items := elements.declared.get("items"), dict):
        check.match(_declared(elements.name, items), value, node)


def _minus(check: _Check, node: Json) -> _Shape:
    check.want(check.shape(_part(node, 2)), ("number",), node)
    return _NUMBER


def _arithmetic(check: _Check, node: Json) -> _Shape:
    for part in (_part(node, 2), _part(node, 3)):
        check.want(check.shape(part), ("number",), part)
    return _NUMBER


def _call(check: _Check, node: Json) -> _Shape:
    name = str(_part(node, 2))
    arguments = list(_parts(_part(node, 3)))
    shapes = [check.shape(argument) for argument in arguments]
    known = _ARGUMENTS[name](check, node, arguments, shapes)
    return known or _Shape(FUNCTIONS[name].gives)


def _not_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    check.want(shapes[0], ("boolean",), arguments[0])


def _list_argument(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    check.want(shapes[0], ("array",), arguments[0])


def _extreme_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    if len(shapes) == 1:
        check.want(shapes[0], ("array",), arguments[0])
    for other in shapes[1:]:
        check.order(shapes[0], other, node)


def _contains_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    check.want(shapes[0], ("array",), arguments[0])
    _match_elements(check, shapes[1], arguments[0], shapes[0], node)


def _where_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    check.want(shapes[0], ("array",), arguments[0])
    field = check.field(shapes[0], str(shapes[1].value), node)
    if field.type == "array" and shapes[2].type != "array":
        parts = field.declared.get("items")
        field = _declared(field.name, parts) if isinstance(parts, dict) else _UNKNOWN
    check.match(field, shapes[2], node)


def _append_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> _Shape:
    check.want(shapes[0], ("array",), arguments[0])
    _match_elements(check, shapes[1], arguments[0], shapes[0], node)
    return shapes[0] if shapes[0].type == "array" else _Shape("array")


def _sum_of_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    check.want(shapes[0], ("array",), arguments[0])
    check.want(check.field(shapes[0], str(shapes[1].value), node), ("number",), arguments[1])


def _sum_where_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    _where_arguments(check, node, arguments, shapes)
    check.want(check.field(shapes[0], str(shapes[3].value), node), ("number",), arguments[3])


def _filter_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> _Shape:
    _where_arguments(check, node, arguments, shapes)
    return shapes[0] if shapes[0].type == "array" else _Shape("array")


def _round_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> None:
    for shape, argument in zip(shapes, arguments, strict=True):
        check.want(shape, ("number",), argument)


def _value_where_arguments(check: _Check, node: Json, arguments: list[Json], shapes: list[_Shape]) -> _Shape:
    _where_arguments(check, node, arguments, shapes)
    return check.field(shapes[0], str(shapes[3].value), node)


def _declared(name: str, schema: Mapping[str, Json]) -> _Shape:
    kind = schema.get("type")
    types = [word for word in kind if word != "null"] if isinstance(kind, list) else [kind]
    word = types[0] if len(types) == 1 and isinstance(types[0], str) else ""
    enum = schema.get("enum")
    return _Shape(
        type="number" if word == "integer" else word,
        enum=tuple(enum) if isinstance(enum, list) else None,
        name=name,
        declared=schema,
    )


def _is_item_fact(declared: Mapping[str, Json] | None) -> bool:
    return declared is not None and declared.get("scope") == "item"


def _named(shape: _Shape) -> str:
    if shape.constant:
        return f"{shape.value!r} ({shape.type})"
    return f"{shape.name} ({shape.type})" if shape.name else shape.type


def _type_of(value: Json) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _near(name: str, facts: Mapping[str, Facts]) -> str:
    """Facts that share a beginning of three characters or more, for the hint; else all that there are, up to ten."""
    close = [fact for fact in sorted(facts) if fact[:3] == name[:3]]
    return ", ".join((close or sorted(facts))[:10])


def _part(node: Json, index: int) -> Json:
    return node[index] if isinstance(node, list) else None


def _parts(nodes: Json) -> Iterator[Json]:
    return iter(nodes if isinstance(nodes, list) else [])


def _position(node: Json) -> int:
    at = _part(node, 1)
    return at if isinstance(at, int) else 1


_SHAPES: Mapping[str, Callable[[_Check, Json], _Shape]] = {
    "const": _const, "list": _list, "fact": _fact, "item": _item, "call": _call, "and": _truths, "or": _truths,
    "if": _if, "within": _within, "in": _in, "minus": _minus,
    **dict.fromkeys(("=", "!="), _equality), **dict.fromkeys(("<", "<=", ">", ">="), _ordering),
    **dict.fromkeys("+-*/", _arithmetic),
}  # fmt: skip

# What a function asks of its arguments; some know the shape of their value better than the table of functions does.
_ARGUMENTS: Mapping[str, Callable[[_Check, Json, list[Json], list[_Shape]], _Shape | None]] = {
    "not": _not_arguments, "count": _list_argument, "sum": _list_argument, "min": _extreme_arguments,
    "max": _extreme_arguments, "contains": _contains_arguments, "append": _append_arguments,
    "round": _round_arguments, "sum_of": _sum_of_arguments, "sum_where": _sum_where_arguments,
    "where": _filter_arguments, "value_where": _value_where_arguments,
    **dict.fromkeys(WHERE_FUNCTIONS, _where_arguments),
}  # fmt: skip
