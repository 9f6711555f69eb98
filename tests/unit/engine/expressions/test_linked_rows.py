"""Rows linked n to m: a field that is a list counts as holding each of its parts."""

from wanjia.engine.expressions import check_names, compile_expression, evaluate
from wanjia.model.faults import Where
from wanjia.model.jsonvalue import Json

MEASURES: Json = [
    {"id": "C1", "finding_ids": ["W1", "W2"]},
    {"id": "C2", "finding_ids": ["W2"]},
    {"id": "C3", "finding_ids": []},
    {"id": "C4"},
]
DECLARED: dict[str, Json] = {
    "type": "array",
    "items": {"type": "object", "properties": {"finding_ids": {"type": "array", "items": {"type": "string"}}}},
}


def value(text: str) -> Json:
    tree, faults = compile_expression(text, Where())
    assert not faults
    return evaluate(tree, {"measures": MEASURES})


def test_counts_rows_whose_list_holds_the_value() -> None:
    assert value('count_where(measures, "finding_ids", "W2")') == 2
    assert value('any_where(measures, "finding_ids", "W3")') is False
    assert value('every_where(measures, "finding_ids", "W2")') is False


def test_a_list_is_still_compared_with_a_list_as_a_whole() -> None:
    assert value('count_where(measures, "finding_ids", ["W2"])') == 1


def test_a_value_of_another_type_than_the_parts_is_a_fault() -> None:
    facts = {"measures": DECLARED}
    right, _ = compile_expression('any_where(measures, "finding_ids", "W2")', Where())
    wrong, _ = compile_expression('any_where(measures, "finding_ids", 2)', Where())
    assert check_names(right, facts, None, Where()) == ()
    assert [fault.code for fault in check_names(wrong, facts, None, Where())] == ["expression.compared_types"]
