"""Running a compiled decision table over facts."""

from collections.abc import Iterator, Mapping

from wanjia.engine.expressions import ExpressionError, evaluate
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json


class DecisionError(Exception):
    """A table gave no answer: `decision.no_rule`, `decision.several_rules`, or `expression.*` from one of its cells."""

    def __init__(self, code: str, decision: str, values: Mapping[str, object]) -> None:
        self.code = code
        self.decision = decision
        self.values: Mapping[str, object] = {"decision": decision, **values}
        super().__init__(f"{code} in {decision}: {dict(self.values)}")

    def fault(self, file: str = "decisions.dmn") -> Fault:
        """The same as a value."""
        return Fault(self.code, Where(file, 0, self.decision), self.values)


def decide(decision: Json, facts: Mapping[str, Json], item: Mapping[str, Json] | None = None) -> Facts:
    """The output facts of a table that `read_dmn` made. Raises DecisionError.

    UNIQUE: exactly one rule may hold. FIRST: the first that holds. COLLECT: a list of all that hold, in their order,
    possibly empty. Rules hold when every cell of theirs is true; null is not.
    """
    table = decision if isinstance(decision, dict) else {}
    name = str(table.get("id"))
    try:
        if table.get("hit_policy") == "COLLECT":
            return {str(table["into"]): _collected(table, facts, item)}
        return _row(table, _only_rule(table, name, facts, item), facts, item)
    except ExpressionError as error:
        raise DecisionError(error.code, name, {"text": "", **error.values}) from error


def _only_rule(table: Facts, name: str, facts: Mapping[str, Json], item: Mapping[str, Json] | None) -> Facts:
    holding = _holding(table, facts, item)
    first = next(holding, None)
    if first is None:
        seen = {str(column["text"]): evaluate(column["ast"], facts, item) for column in _dicts(table, "inputs")}
        values = ", ".join(f"{text} = {value}" for text, value in seen.items())
        raise DecisionError("decision.no_rule", name, {"values": values})
    if table.get("hit_policy") == "UNIQUE" and (other := next(holding, None)) is not None:
        raise DecisionError("decision.several_rules", name, {"rules": f"{first['number']}, {other['number']}"})
    return first


def _collected(table: Facts, facts: Mapping[str, Json], item: Mapping[str, Json] | None) -> list[Json]:
    rows = [_row(table, rule, facts, item) for rule in _holding(table, facts, item)]
    if table.get("of_objects") is True:
        return [*rows]
    return [value for row in rows for value in row.values()]


def _holding(table: Facts, facts: Mapping[str, Json], item: Mapping[str, Json] | None) -> Iterator[Facts]:
    for rule in _dicts(table, "rules"):
        if all(evaluate(cell, facts, item) is True for cell in _list(rule, "when")):
            yield rule


def _row(table: Facts, rule: Facts, facts: Mapping[str, Json], item: Mapping[str, Json] | None) -> Facts:
    cells = zip(_list(table, "outputs"), _list(rule, "then"), strict=True)
    return {str(name): evaluate(cell, facts, item) for name, cell in cells}


def _dicts(table: Facts, key: str) -> Iterator[Facts]:
    return (part for part in _list(table, key) if isinstance(part, dict))


def _list(table: Facts, key: str) -> list[Json]:
    part = table.get(key)
    return part if isinstance(part, list) else []
