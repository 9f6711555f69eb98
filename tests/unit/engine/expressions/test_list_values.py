"""Sums of a column, a value looked up in a list, a list that grows: missing things are null, mistakes are told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanjia.engine.expressions import ExpressionError, check_names, compile_expression, evaluate
from wanjia.engine.expressions.grammar import LIST_MAX_ITEMS
from wanjia.model.faults import Where
from wanjia.model.jsonvalue import Facts, Json

PARTS: Json = [
    {"name": "breaker", "amount": 34.1, "unit": "A"},
    {"name": "wire"},
    None,
    {"name": "lamp", "amount": 0.2},
]
KNOWN: Facts = {"parts": PARTS, "nothing": None, "chosen": "lamp", "refused": ["e1"], "words": ["a"]}
DECLARED: dict[str, Facts] = {
    "parts": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "amount": {"type": "number"}, "unit": {"type": "string"}},
        },
    },
    "nothing": {"type": "array"},
    "chosen": {"type": "string"},
    "refused": {"type": "array", "items": {"type": "string"}},
    "words": {"type": "array"},
}


def value(text: str, facts: Facts = KNOWN, fuel: int = 20_000) -> Json:
    tree, faults = compile_expression(text, Where())
    assert not faults
    return evaluate(tree, facts, fuel=fuel)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('sum_of(parts, "amount")', 34.3),
        ('sum_of(nothing, "amount")', 0),
        ('sum_of(parts, "height")', 0),
        ('value_where(parts, "name", chosen, "amount")', 0.2),
        ('value_where(parts, "name", "wire", "amount")', None),
        ('value_where(parts, "name", "door", "amount")', None),
        ('value_where(parts, "unit", nothing, "name")', None),
        ('value_where(nothing, "name", chosen, "amount")', None),
        ('value_where(parts, "name", "door", "amount") > 3', False),
        ('sum_where(parts, "name", chosen, "amount")', 0.2),
        ('sum_where(parts, "name", "door", "amount")', 0),
        ('sum_where(nothing, "name", chosen, "amount")', 0),
        ('where(parts, "name", "wire")', [{"name": "wire"}]),
        ('where(nothing, "name", "wire")', []),
        ("round(2.675, 2)", 2.68),
        ("round(-0.125, 2)", -0.13),
        ("round(540000.4, 0)", 540000),
        ("round(nothing, 2)", None),
        ('append(refused, "e2")', ["e1", "e2"]),
        ('append(nothing, "e2")', ["e2"]),
        ("append(refused, nothing)", ["e1"]),
    ],
)
def test_values(text: str, expected: Json) -> None:
    assert value(text) == expected
    assert KNOWN["refused"] == ["e1"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('sum_of(words, "amount")', "expression.type"),
        ('sum_of(parts, "name")', "expression.type"),
        ('value_where(words, "name", 1, "amount")', "expression.type"),
        ('sum_where(parts, "amount", 34.1, "name")', "expression.type"),
        ('where(words, "name", 1)', "expression.type"),
        ("round(1.5, 7)", "expression.places"),
        ("round(1.5, 0.5)", "expression.places"),
        ("round(chosen, 1)", "expression.type"),
    ],
)
def test_other_mismatches_are_errors(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as error:
        value(text)
    assert error.value.code == code


def test_lists_and_fuel_are_bounded() -> None:
    with pytest.raises(ExpressionError, match="list_too_long"):
        value("append(words, 1)", {"words": [0] * LIST_MAX_ITEMS})
    for text in ('sum_of(parts, "amount")', 'value_where(parts, "name", "x", "amount")', "append(parts, 1)"):
        with pytest.raises(ExpressionError, match="fuel"):
            value(text, {"parts": [{"amount": 1}] * 50}, fuel=40)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ('sum_of(parts, "amount") > 1', []),
        ('sum_of(parts, "name") > 1', ["expression.type"]),
        ('sum_of(parts, "height") > 1', ["expression.unknown_field"]),
        ('sum_of(chosen, "amount") > 1', ["expression.type"]),
        ('value_where(parts, "name", chosen, "amount") > 1', []),
        ('value_where(parts, "name", 3, "amount") > 1', ["expression.compared_types"]),
        ('value_where(parts, "name", chosen, "unit") > 1', ["expression.compared_types"]),
        ('value_where(parts, "name", chosen, "price") > 1', ["expression.unknown_field"]),
        ('sum_where(parts, "name", chosen, "amount") > 1', []),
        ('sum_where(parts, "name", chosen, "unit") > 1', ["expression.type"]),
        ('sum_where(parts, "name", 3, "amount") > 1', ["expression.compared_types"]),
        ('count(where(parts, "name", chosen)) > 1', []),
        ('count(where(parts, "height", chosen)) > 1', ["expression.unknown_field"]),
        ("round(chosen, 2) > 1", ["expression.type"]),
        ("count(append(refused, chosen)) = 1", []),
        ("count(append(refused, 3)) = 1", ["expression.compared_types"]),
    ],
)
def test_checked_before_anything_runs(text: str, codes: list[str]) -> None:
    tree, faults = compile_expression(text, Where())
    assert not faults
    assert [fault.code for fault in check_names(tree, DECLARED, None, Where(), "boolean")] == codes


def test_field_names_are_plain_texts() -> None:
    for text in ("sum_of(parts, chosen)", 'value_where(parts, "name", 1, chosen)', 'value_where(parts, 1, 1, "a")'):
        assert [fault.code for fault in compile_expression(text, Where())[1]] == ["expression.field_name"]


@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6)), max_size=30))
def test_a_sum_of_a_column_is_the_sum_of_its_figures(amounts: list[int | None]) -> None:
    rows: Json = [{"amount": amount} for amount in amounts]
    plain: Json = list(amounts)
    assert value('sum_of(parts, "amount")', {"parts": rows}) == value("sum(parts)", {"parts": plain})


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-(10**6), 10**6)), max_size=30))
def test_the_sums_of_the_parts_of_a_list_are_the_sum_of_the_whole(rows: list[tuple[str, int]]) -> None:
    parts: Json = [{"kind": kind, "amount": amount} for kind, amount in rows]
    each = [value(f'sum_where(parts, "kind", "{kind}", "amount")', {"parts": parts}) for kind in "abc"]
    alike = [value(f'sum_of(where(parts, "kind", "{kind}"), "amount")', {"parts": parts}) for kind in "abc"]
    assert each == alike
    assert sum(each) == value('sum_of(parts, "amount")', {"parts": parts})  # type: ignore[arg-type]
