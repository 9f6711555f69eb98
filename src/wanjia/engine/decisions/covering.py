"""Whether a table answers every case, and only once: found by trying one value out of every class of equal values.

Each input column is reduced to its candidates: an enumeration's or boolean's values, and for numbers every constant of
the column, a value between each two neighbours, and one beyond both ends; so all values of a class behave alike. A
column for which that cannot be done (it compares with another fact, or shares one with another column) leaves the table
to the check at run time.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise, product
from math import prod

from wanjia.engine.expressions import ExpressionError, evaluate, shape_of
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json

# Combinations tried per table (about 20 ms), and examples shown of each kind of fault.
COMBINATIONS_MAX = 50_000
EXAMPLES_MAX = 3
_ORDERINGS = frozenset({"<", "<=", ">", ">=", "within"})
_OTHER = "\N{HORIZONTAL ELLIPSIS}"


def cover_faults(
    table: Facts, facts: Mapping[str, Facts], item_fields: frozenset[str] | None, where: Where
) -> tuple[Fault, ...]:
    """Combinations that no rule holds for (UNIQUE, FIRST), and those that several do (UNIQUE)."""
    if table["hit_policy"] == "COLLECT":
        return ()
    inputs, rules = _dicts(table["inputs"]), _dicts(table["rules"])
    columns = [_list(rule["when"]) for rule in rules]
    candidates = [
        _candidates(column["ast"], [cells[at] for cells in columns], facts, item_fields)
        for at, column in enumerate(inputs)
    ]
    if any(values is None for values in candidates) or _share_facts([column["ast"] for column in inputs]):
        return ()
    known = [values for values in candidates if values is not None]
    if prod(len(values) for values in known) > COMBINATIONS_MAX:
        return ()
    try:
        masks = [
            {value: _mask(columns, at, column["ast"], value) for value in values}
            for at, (column, values) in enumerate(zip(inputs, known, strict=True))
        ]
    except ExpressionError:
        # A fact without a declared type whose allowed values the cells cannot compare: seen at run time.
        return ()
    names = [str(column["text"]) for column in inputs]
    return tuple(_found(str(table["id"]), table["hit_policy"] == "UNIQUE", names, masks, len(rules), where))


def _found(
    name: str, unique: bool, names: list[str], masks: list[dict[Json, int]], rules: int, where: Where
) -> Iterator[Fault]:
    """Bit n of a mask says that rule n + 1 holds for a value; a combination's rules are the bits that all have."""
    gaps = 0
    pairs: set[int] = set()
    for values in product(*masks):
        holding = (1 << rules) - 1
        for mask, value in zip(masks, values, strict=True):
            holding &= mask[value]
        example = ", ".join(f"{text} = {_shown(value)}" for text, value in zip(names, values, strict=True))
        if not holding:
            gaps += 1
            if gaps <= EXAMPLES_MAX:
                yield Fault("decision.gap", where, {"decision": name, "example": example})
        elif unique and holding & (holding - 1) and holding not in pairs and len(pairs) < EXAMPLES_MAX:
            pairs.add(holding)
            numbers = ", ".join(str(n + 1) for n in range(rules) if holding >> n & 1)
            yield Fault("decision.overlap", where, {"decision": name, "rules": numbers, "example": example})


def _mask(columns: list[list[Json]], at: int, subject: Json, value: Json) -> int:
    constant: Json = ["const", 1, value]
    return sum(
        1 << number
        for number, cells in enumerate(columns)
        if evaluate(_replaced(cells[at], subject, constant), {}) is True
    )


def _replaced(tree: Json, old: Json, new: Json) -> Json:
    """The tree with the column's own expression replaced by a value."""
    if tree is old or tree == old:
        return new
    return [_replaced(part, old, new) for part in tree] if isinstance(tree, list) else tree


def _candidates(
    subject: Json, cells: list[Json], facts: Mapping[str, Facts], item_fields: frozenset[str] | None
) -> list[Json] | None:
    """One value of every class of the column's values; None when the classes cannot be told."""
    tests = [_replaced(cell, subject, ["const", 1, None]) for cell in cells]
    if any(_kinds(test) & {"fact", "item", "+", "-", "*", "/", "minus"} for test in tests):
        return None
    constants = [value for cell in cells for value in _constants(_replaced(cell, subject, None))]
    values = _values(subject, constants, tests, facts, item_fields)
    if values is None:
        return None
    return [*values, None] if None in constants else values


def _values(
    subject: Json,
    constants: list[Json],
    tests: list[Json],
    facts: Mapping[str, Facts],
    item_fields: frozenset[str] | None,
) -> list[Json] | None:
    kind, enum = shape_of(subject, facts, item_fields)
    if enum is not None:
        return [value for value in enum if value is not None]
    if kind == "boolean":
        return [True, False]
    if all(test == ["const", 1, True] for test in tests):
        return [_OTHER]
    fact = _fact_of(subject, facts)
    if kind == "number" and fact is not None:
        return _numbers([c for c in constants if isinstance(c, int | float) and not isinstance(c, bool)], fact)
    if kind == "string" and fact is not None and not any(_kinds(test) & _ORDERINGS for test in tests):
        return [*dict.fromkeys(c for c in constants if isinstance(c, str)), _OTHER]
    return None


def _fact_of(subject: Json, facts: Mapping[str, Facts]) -> Facts | None:
    """The declaration of a column that is a plain fact or a count; others may be bound in ways not seen here."""
    if not isinstance(subject, list):
        return None
    if subject[0] in {"fact", "item"}:
        return facts.get(str(subject[2]))
    if subject[0] == "call" and subject[2] in {"count", "count_where"}:
        return {"type": "integer", "minimum": 0}
    return None


def _numbers(constants: list[int | float], fact: Facts) -> list[Json]:
    bounds = [fact[key] for key in ("minimum", "maximum") if isinstance(fact.get(key), int | float)]
    points = sorted({*constants, *(bound for bound in bounds if isinstance(bound, int | float))}) or [0]
    whole = fact.get("type") == "integer"
    between = [point + 1 for point in points] if whole else [(a + b) / 2 for a, b in pairwise(points)]
    tried = sorted({points[0] - 1, *points, *between, points[-1] + 1})
    low, high = fact.get("minimum"), fact.get("maximum")
    return [
        value
        for value in tried
        if (not isinstance(low, int | float) or value >= low)
        and (not isinstance(high, int | float) or value <= high)
        and (not whole or value == int(value))
    ]


def _constants(tree: Json) -> Iterator[Json]:
    if not isinstance(tree, list):
        return
    if len(tree) == 3 and tree[0] == "const":
        yield tree[2]
        return
    for part in tree:
        yield from _constants(part)


def _kinds(tree: Json) -> set[str]:
    """Kinds of all nodes of a tree."""
    if not isinstance(tree, list):
        return set()
    own = {tree[0]} if len(tree) > 2 and isinstance(tree[0], str) else set()
    return own.union(*(_kinds(part) for part in tree)) if tree[:1] != ["const"] else own


def _share_facts(subjects: list[Json]) -> bool:
    """Whether two columns read the same fact: then not every combination can occur."""
    names = [frozenset(_names(subject)) for subject in subjects]
    return len(frozenset().union(*names)) < sum(len(each) for each in names)


def _names(tree: Json) -> Iterator[str]:
    if isinstance(tree, list):
        if len(tree) == 3 and tree[0] in ("fact", "item"):
            yield str(tree[2])
        elif tree[:1] != ["const"]:
            for part in tree:
                yield from _names(part)


def _shown(value: Json) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value}"' if isinstance(value, str) else str(value)


def _dicts(part: Json) -> list[Facts]:
    return [each for each in part if isinstance(each, dict)] if isinstance(part, list) else []


def _list(part: Json) -> list[Json]:
    return part if isinstance(part, list) else []
