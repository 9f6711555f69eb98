"""Conditions that stand outside the diagram (layouts, letters, indicators), held against the declared facts."""

from collections.abc import Iterator, Mapping

from wanjia.engine.expressions import ExpressionError, check_names, compile_expression, evaluate
from wanjia.model.faults import Fault, Where
from wanjia.model.jsonvalue import Facts, Json
from wanjia.practice.folder import Folder


def condition_faults(
    folder: Folder,
    text: str,
    where: Where,
    expect: str | None = "boolean",
    in_form: bool = False,
    item_fields: frozenset[str] | None = None,
) -> Iterator[Fault]:
    """What is wrong with one expression; `expect` is the JSON type it must give, None when any will do.

    In a form the answers and the item's fields lie side by side, so item-scoped facts are read by their plain names.
    """
    tree, faults = compile_expression(text, where)
    yield from faults
    if tree is not None:
        facts = readable(folder)
        if in_form:
            facts = {name: {**row, "scope": "case"} for name, row in facts.items()}
        yield from check_names(tree, facts, item_fields, where, expect)


def readable(folder: Folder) -> dict[str, Facts]:
    """Everything an expression may read: facts, and settings as facts."""
    return {**folder.section("inputs"), **folder.section("facts")}


def value_of(text: str, facts: Mapping[str, Json], item: Mapping[str, Json] | None = None) -> Json:
    """The value of an expression; null when the facts do not allow one (a text where a number was needed)."""
    tree, faults = compile_expression(text, Where())
    if tree is None or faults:
        return None
    try:
        return evaluate(tree, facts, item)
    except ExpressionError:
        return None
